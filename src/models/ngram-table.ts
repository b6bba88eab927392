/**
 * A compact table of n-grams and how often each was counted.
 *
 * An n-gram is a pair: the context, given as a number, and the word after it. The number of a context is its own
 * place in the table of the next lower order, so n-grams of any length have keys of eight bytes, and the key is
 * exact: no two n-grams are ever taken for each other.
 *
 * It is a hash table with open addressing: `slots` leads from a hash to an n-gram, the n-grams stand one after
 * another in typed arrays. That is 12 bytes an n-gram, and 5 to 10 for the slots.
 */

/** Slots are doubled when more than this part of them is taken. */
const MAXIMUM_LOAD = 0.8;

export class NgramTable {
  /** How many n-grams there are; they are numbered 0 … size−1 in the order in which they came. */
  size = 0;
  /** By n-gram: the number of its context. Only the first `size` elements mean something; so in the next two. */
  contexts = new Int32Array(16);
  /** By n-gram: its last word. */
  words = new Int32Array(16);
  /** By n-gram: its count. The owner of the table counts. */
  counts = new Int32Array(16);
  /** By hash: the number of an n-gram plus one, 0 where the slot is free. The length is a power of two. */
  private slots = new Int32Array(32);

  /** The memory in use. */
  get byteLength(): number {
    return 3 * this.counts.byteLength + this.slots.byteLength;
  }

  /** The number of an n-gram, or −1 where there is none. */
  find(context: number, word: number): number {
    return this.slots[this.slotOf(context, word)]! - 1;
  }

  /** The count of an n-gram, 0 where there is none. */
  count(context: number, word: number): number {
    const ngram = this.find(context, word);
    return ngram < 0 ? 0 : this.counts[ngram]!;
  }

  /** The number of an n-gram, which is added with the count 0 where there is none. */
  add(context: number, word: number): number {
    const slot = this.slotOf(context, word);
    const found = this.slots[slot]! - 1;
    if (found >= 0) return found;
    const ngram = this.size++;
    if (ngram === this.counts.length) this.resize(2 * ngram);
    this.contexts[ngram] = context;
    this.words[ngram] = word;
    this.slots[slot] = ngram + 1;
    if (this.size > MAXIMUM_LOAD * this.slots.length) this.rehash(2 * this.slots.length);
    return ngram;
  }

  /** Gives back the room kept for n-grams to come. */
  trim(): void {
    this.resize(this.size);
  }

  /** The slot where an n-gram is, or the free one where it belongs. */
  private slotOf(context: number, word: number): number {
    const mask = this.slots.length - 1;
    let slot = hashPair(context, word) & mask;
    for (;;) {
      const ngram = this.slots[slot]! - 1;
      if (ngram < 0 || (this.words[ngram] === word && this.contexts[ngram] === context)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private resize(length: number): void {
    this.contexts = resized(this.contexts, length);
    this.words = resized(this.words, length);
    this.counts = resized(this.counts, length);
  }

  private rehash(length: number): void {
    this.slots = new Int32Array(length);
    for (let ngram = 0; ngram < this.size; ngram++) {
      this.slots[this.slotOf(this.contexts[ngram]!, this.words[ngram]!)] = ngram + 1;
    }
  }
}

function resized(values: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(length);
  result.set(values.subarray(0, length));
  return result;
}

/** Mixes two integers so that every bit of them moves the low bits of the result (multiply, then fold). */
function hashPair(a: number, b: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return hash ^ (hash >>> 15);
}
