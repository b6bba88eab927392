/** From a word's bytes to its place in the dictionary, without making a string of it. */
import type { PackedNames } from '../../files/fasttext/index.js';
import { hashBytes } from './hash.js';

/** A hash table by open addressing, never more than half full. */
export class WordTable {
  private readonly names: PackedNames;
  private readonly mask: number;
  /** The hash of each name. */
  private readonly hashes: Int32Array;
  /** Place in the dictionary + 1; 0: empty */
  private readonly slots: Int32Array;

  constructor(names: PackedNames) {
    this.names = names;
    this.mask = 2 ** Math.ceil(Math.log2(2 * names.size + 2)) - 1;
    this.slots = new Int32Array(this.mask + 1);
    this.hashes = new Int32Array(names.size);
    for (let id = 0; id < names.size; id++) {
      const name = names.at(id);
      const hash = hashBytes(name);
      this.hashes[id] = hash;
      this.slots[this.slotOf(name, 0, name.length, hash)] = id + 1;
    }
  }

  /** The place of the word bytes[begin … end−1] with this hash, or −1. */
  find(bytes: Uint8Array, begin: number, end: number, hash: number): number {
    return this.slots[this.slotOf(bytes, begin, end, hash)]! - 1;
  }

  /** Where a word is, or where it would go. */
  private slotOf(bytes: Uint8Array, begin: number, end: number, hash: number): number {
    const { slots, hashes, mask, names } = this;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let known = slots[slot]!; known !== 0; known = slots[slot]!) {
      if (hashes[known - 1] === hash && names.equals(known - 1, bytes, begin, end)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
