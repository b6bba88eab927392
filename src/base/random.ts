/**
 * Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy
 * as 1, 2, 3"). The numbers are a pure function of (seed, stream, position), so the same seed gives the same numbers
 * on every machine, in any order of evaluation and on any number of threads.
 */
import { ValueError } from './errors.js';

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** The high 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // No sum here reaches 2³², so 32-bit integers hold them all.
  const middle = (Math.imul(aHigh, bLow) >>> 0) + ((Math.imul(aLow, bLow) >>> 0) >>> 16);
  const carry = (Math.imul(aLow, bHigh) >>> 0) + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) >>> 0) + (middle >>> 16) + (carry >>> 16);
}

/**
 * Four random 32-bit words for a 128-bit counter and a 64-bit key, written to `out`.
 * Counter and key are given as unsigned 32-bit words, least significant first.
 */
export function philox(
  out: Uint32Array,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
): void {
  let x0 = counter0 >>> 0;
  let x1 = counter1 >>> 0;
  let x2 = counter2 >>> 0;
  let x3 = counter3 >>> 0;
  let k0 = key0 >>> 0;
  let k1 = key1 >>> 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, x0);
    const low0 = Math.imul(MULTIPLIER_0, x0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, x2);
    const low1 = Math.imul(MULTIPLIER_1, x2) >>> 0;
    x0 = (high1 ^ x1 ^ k0) >>> 0;
    x1 = low1;
    x2 = (high0 ^ x3 ^ k1) >>> 0;
    x3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

/** A 32-bit number for a name, so that streams can be told apart by what they are for (FNV-1a). */
export function streamId(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * A sequence of random numbers for one purpose. Sequences with the same seed and another stream are independent.
 *
 * @example
 * const random = new Random(1, 'shuffle/epoch-3');
 * random.uniform();        // in [0, 1)
 * random.below(10);        // 0 … 9
 */
export class Random {
  readonly seed: number;
  readonly stream: number;
  private position = 0;
  private readonly words = new Uint32Array(4);
  private spareNormal: number | undefined;

  /** @param seed a whole number, 0 … 2⁵³−1. @param stream a name or 32-bit number for the purpose. */
  constructor(seed: number, stream: string | number = 0) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new ValueError(`a seed must be a whole number from 0 to 2^53-1, not ${seed}`);
    }
    this.seed = seed;
    this.stream = typeof stream === 'string' ? streamId(stream) : stream >>> 0;
  }

  /** A whole number, 0 … 2³²−1, all equally likely. */
  uint32(): number {
    const lane = this.position & 3;
    if (lane === 0) {
      const block = Math.floor(this.position / 4);
      const blockHigh = Math.floor(block / 0x100000000);
      philox(
        this.words,
        block >>> 0,
        blockHigh,
        this.stream,
        0,
        this.seed >>> 0,
        Math.floor(this.seed / 0x100000000),
      );
    }
    this.position++;
    return this.words[lane]!;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  /** A whole number, 0 … limit−1, without modulo bias. */
  below(limit: number): number {
    const rejectAbove = Math.floor(0x100000000 / limit) * limit;
    for (;;) {
      const word = this.uint32();
      if (word < rejectAbove) return word % limit;
    }
  }

  /** A standard normal number (Box–Muller). */
  normal(): number {
    if (this.spareNormal !== undefined) {
      const value = this.spareNormal;
      this.spareNormal = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Shuffles in place (Fisher–Yates) and returns its argument. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
    return items;
  }
}
