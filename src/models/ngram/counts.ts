/**
 * From sorted longest n-grams to the counts of all orders, the Kneser–Ney way.
 *
 * The count of a longest n-gram is how often it occurs. That of a shorter one is its *continuation count*: how many
 * different words stand before it. In records sorted from the last word backwards (see runs.ts), n-grams with a
 * common ending stand together, so one look at the neighbour tells what is new: each new n-gram adds one to the
 * count of the n-gram without its first word.
 */
import { NOTHING } from './runs.js';

/** The n-grams of one length, in the order of their endings. */
export interface CountedLevel {
  readonly size: number;
  /** By n-gram: its first word. */
  readonly first: Int32Array;
  /** By n-gram: the number of the n-gram without its first word, on the level below. */
  readonly rest: Int32Array;
  /** By n-gram */
  readonly counts: Int32Array;
}

/** A level that grows. */
class GrowingLevel {
  size = 0;
  first = new Int32Array(1024);
  rest = new Int32Array(1024);
  counts = new Int32Array(1024);

  push(first: number, rest: number): void {
    if (this.size === this.first.length) {
      this.first = doubled(this.first);
      this.rest = doubled(this.rest);
      this.counts = doubled(this.counts);
    }
    this.first[this.size] = first;
    this.rest[this.size] = rest;
    this.counts[this.size++] = 0;
  }
}

export class NgramCounts {
  /** By length − 1. Only the first `size` elements of their arrays mean something. */
  readonly levels: readonly CountedLevel[];
  private readonly growing: readonly GrowingLevel[];
  private readonly previous: Int32Array;

  constructor(order: number) {
    this.growing = Array.from({ length: order }, () => new GrowingLevel());
    this.levels = this.growing;
    this.previous = new Int32Array(order).fill(NOTHING);
  }

  /** Takes the next record. They must come sorted, each different one once. */
  readonly add = (record: Int32Array): void => {
    const { growing, previous } = this;
    const order = growing.length;
    let same = 0;
    while (same < order && record[same] === previous[same] && record[same] !== NOTHING) same++;
    let length = 0;
    while (length < order && record[length] !== NOTHING) length++;
    for (let at = same; at < length; at++) {
      const shorter = at === 0 ? undefined : growing[at - 1]!;
      growing[at]!.push(record[at]!, shorter === undefined ? 0 : shorter.size - 1);
      if (shorter !== undefined) shorter.counts[shorter.size - 1]!++;
    }
    const longest = growing[length - 1]!;
    longest.counts[longest.size - 1]! += record[order]!;
    for (let i = 0; i < order; i++) previous[i] = record[i]!;
  };
}

function doubled(values: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const result = new Int32Array(2 * values.length);
  result.set(values);
  return result;
}
