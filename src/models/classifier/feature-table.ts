/** Hash → number, by open addressing in one typed array. */
import { BASE_HIGH, BASE_LOW, polynomial } from './token-hashes.js';

/** Words of an entry: the halves of the hash, the number + 1 (0: empty), and one to keep entries within a cache line. */
const ENTRY = 4;
const [HIGH, LOW, NUMBER] = [0, 1, 2];
const GIVEN_UP = -1;

export class FeatureTable {
  private used = 0;
  private mask: number;
  private entries: Int32Array;

  /** @param expected how many features will be added, if it is known: the table need not grow then */
  constructor(expected = 0) {
    let places = 1024;
    while (places < 2 * expected + 2) places *= 2;
    this.mask = places - 1;
    this.entries = new Int32Array(ENTRY * places);
  }

  /** The table of some features, whose numbers are their places in the list. */
  static of(features: readonly string[]): FeatureTable {
    const table = new FeatureTable(features.length);
    for (let id = 0; id < features.length; id++) {
      const feature = features[id]!;
      table.add(polynomial(feature, BASE_HIGH), polynomial(feature, BASE_LOW), id);
    }
    return table;
  }

  /** The number of a hash; negative where it has none. */
  find(high: number, low: number): number {
    return this.entries[this.place(high, low) + NUMBER]! - 1;
  }

  /** The number of a hash; `id` where it was not known. */
  add(high: number, low: number, id: number): number {
    const at = this.place(high, low);
    const known = this.entries[at + NUMBER]!;
    if (known !== 0) return known - 1;
    this.entries[at + HIGH] = high;
    this.entries[at + LOW] = low;
    this.entries[at + NUMBER] = id + 1;
    this.used++;
    if (2 * this.used > this.mask) this.grow();
    return id;
  }

  /** Gives every feature the number numbers[its own]; those that have −1 there are no longer found. */
  renumber(numbers: Int32Array): void {
    for (let at = NUMBER; at < this.entries.length; at += ENTRY) {
      const entry = this.entries[at]!;
      // An entry that is given up stays in place, so that those behind it are found.
      if (entry > 0) this.entries[at] = numbers[entry - 1]! < 0 ? GIVEN_UP : numbers[entry - 1]! + 1;
    }
  }

  /** Where the entry of a hash is, or where it would go. */
  private place(high: number, low: number): number {
    const { entries, mask } = this;
    let slot = mix(high, low) & mask;
    for (;;) {
      const at = ENTRY * slot;
      if (entries[at + NUMBER] === 0 || (entries[at] === high && entries[at + LOW] === low)) return at;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const before = this.entries;
    this.mask = 2 * this.mask + 1;
    this.entries = new Int32Array(ENTRY * (this.mask + 1));
    for (let from = 0; from < before.length; from += ENTRY) {
      if (before[from + NUMBER] === 0) continue;
      const at = this.place(before[from + HIGH]!, before[from + LOW]!);
      for (let word = 0; word < ENTRY; word++) this.entries[at + word] = before[from + word]!;
    }
  }
}

/** Spreads a hash over all 32 bits: the halves are polynomials, whose low bits depend on the last characters alone. */
export function mix(high: number, low: number): number {
  let mixed = Math.imul(high ^ (low >>> 15), 0x85ebca6b) ^ low;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
