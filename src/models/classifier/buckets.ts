/**
 * Buckets that features fall into by their hash, instead of being counted and named (Weinberger et al. 2009, "Feature
 * hashing for large scale multitask learning"). Two features in one bucket are one to the model; how many buckets have
 * that fate is counted in training and reported.
 */
import { FormatError } from '../../base/errors.js';
import type { Tensor } from '../../files/index.js';
import { mix } from './feature-table.js';

/** The bucket of a feature's hash, 0 … buckets−1. */
export function bucketOf(high: number, low: number, buckets: number): number {
  return (mix(high, low) >>> 0) % (buckets >>> 0);
}

/** Which of the buckets are used, and the rank of each among them. */
export interface Buckets {
  /** How many buckets there are. */
  readonly buckets: number;
  /** How many are used. */
  readonly size: number;
  /** The place of a bucket among those that are used, or −1. */
  rankOf(bucket: number): number;
  /** For a model file. */
  toTensor(): Tensor;
}

/** The same where many are used. One bit a bucket, and a number for 32 of them. */
export class BucketSet implements Buckets {
  /** How many buckets there are. */
  readonly buckets: number;
  /** How many are used. */
  readonly size: number;
  /** Words of bits, each followed by how many buckets are used before it: both are in the cache at once. */
  private readonly words: Int32Array;

  /** @param bits bucket b is used where bit b mod 32 of word ⌊b / 32⌋ is set */
  constructor(buckets: number, bits: Int32Array) {
    this.buckets = buckets;
    this.words = new Int32Array(2 * bits.length);
    let size = 0;
    for (let i = 0; i < bits.length; i++) {
      this.words[2 * i] = bits[i]!;
      this.words[2 * i + 1] = size;
      size += bitCount(bits[i]!);
    }
    this.size = size;
  }

  /** The place of a bucket among those that are used, or −1. */
  rankOf(bucket: number): number {
    const at = 2 * (bucket >>> 5);
    const word = this.words[at]!;
    const bit = 1 << (bucket & 31);
    return (word & bit) === 0 ? -1 : this.words[at + 1]! + bitCount(word & (bit - 1));
  }

  /** The bits, for a model file. */
  toTensor(): { dtype: 'I32'; shape: readonly number[]; data: Int32Array } {
    const bits = this.words.filter((_, i) => i % 2 === 0);
    return { dtype: 'I32', shape: [bits.length], data: bits };
  }

  /** @throws FormatError when the tensor is not that of so many buckets */
  static fromTensor(data: unknown, buckets: number, file?: string): BucketSet {
    const words = wordsFor(buckets);
    const isSound =
      data instanceof Int32Array &&
      data.length === words &&
      (buckets % 32 === 0 || data[words - 1]! >>> (buckets % 32) === 0);
    if (!isSound)
      throw new FormatError(
        `the model file does not tell which of its ${buckets} buckets are used: it is damaged`,
        {
          file,
        },
      );
    return new BucketSet(buckets, data);
  }
}

/** Fills buckets with features, and counts those that get more than one. */
export class BucketCounter {
  readonly buckets: number;
  /** Buckets that hold more than one feature. */
  shared = 0;
  private readonly crowded: Int32Array;
  /** Half of the hash of each bucket's first feature: another half is another feature. 0: empty. */
  private readonly first: Int32Array;

  constructor(buckets: number) {
    this.buckets = buckets;
    this.crowded = new Int32Array(wordsFor(buckets));
    this.first = new Int32Array(buckets);
  }

  /** Puts a feature into its bucket, and returns that. */
  add(high: number, low: number): number {
    const bucket = bucketOf(high, low, this.buckets);
    const mark = high === 0 ? 1 : high;
    const first = this.first[bucket]!;
    if (first === mark) return bucket;
    if (first === 0) this.first[bucket] = mark;
    else this.crowd(bucket);
    return bucket;
  }

  finish(): BucketSet {
    const used = new Int32Array(wordsFor(this.buckets));
    for (let bucket = 0; bucket < this.buckets; bucket++)
      if (this.first[bucket] !== 0) used[bucket >>> 5]! |= 1 << (bucket & 31);
    return new BucketSet(this.buckets, used);
  }

  /** Notes that a bucket has more than one feature. */
  private crowd(bucket: number): void {
    const word = bucket >>> 5;
    const bit = 1 << (bucket & 31);
    if ((this.crowded[word]! & bit) === 0) this.shared++;
    this.crowded[word]! |= bit;
  }
}

/** Words for so many bits. */
function wordsFor(buckets: number): number {
  return Math.ceil(buckets / 32);
}

/** How many bits of a word are set. */
function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
