/**
 * Which of very many buckets are used, where few are: features without their names.
 *
 * With U buckets of which n are used, a feature that the model does not know falls into a used one with probability n / U,
 * and is then taken for another. At U = 256 n that is one unknown feature in 256, and the names of n features shrink to
 * about 9.5 bits each: the used buckets in order, each as its distance from the one before in a Rice code (Rice & Plaunt
 * 1971: the low bits as they are, the rest as so many ones and a zero).
 */
import { FormatError } from '../../base/errors.js';
import type { Tensor } from '../../files/index.js';
import type { Buckets } from '../classifier/buckets.js';
import { BitReader, BitWriter } from './bits.js';

/** Bytes before the code: how many buckets are used (4, the lowest first), and how many low bits there are (1). */
const HEADER_BYTES = 5;
/** The index has a place for about so many used buckets. */
const PER_PLACE = 4;

export class SparseBucketSet implements Buckets {
  /** How many buckets there are. */
  readonly buckets: number;
  /** How many are used. */
  readonly size: number;
  /** The used ones in order. */
  readonly used: Uint32Array;
  /** For each stretch of buckets, the rank of the first used one in it or after it. */
  private readonly firsts: Uint32Array;
  private readonly stretch: number;

  /** @param used in rising order, each once and below `buckets` */
  constructor(buckets: number, used: Uint32Array) {
    this.buckets = buckets;
    this.size = used.length;
    this.used = used;
    this.stretch = Math.max(1, Math.floor((PER_PLACE * buckets) / Math.max(1, used.length)));
    this.firsts = new Uint32Array(Math.ceil(buckets / this.stretch) + 1);
    let rank = 0;
    for (let place = 0; place < this.firsts.length; place++) {
      while (rank < used.length && used[rank]! < place * this.stretch) rank++;
      this.firsts[place] = rank;
    }
  }

  /** The place of a bucket among those that are used, or −1. */
  rankOf(bucket: number): number {
    const place = Math.floor(bucket / this.stretch);
    const end = this.firsts[place + 1]!;
    for (let rank = this.firsts[place]!; rank < end; rank++) if (this.used[rank] === bucket) return rank;
    return -1;
  }

  /** For a model file; all of it follows from (buckets, used). */
  toTensor(): Tensor {
    const lowBits = lowBitsFor(this.buckets, this.size);
    const writer = new BitWriter();
    writer.write(this.size & 0xffff, 16);
    writer.write(this.size >>> 16, 16);
    writer.write(lowBits, 8);
    let next = 0;
    for (const bucket of this.used) {
      const distance = bucket - next;
      writer.write(distance, lowBits);
      writer.unary(distance >>> lowBits);
      next = bucket + 1;
    }
    const data = writer.finish();
    return { dtype: 'U8', shape: [data.length], data };
  }

  /** @throws FormatError when the bytes are not those of so many buckets */
  static fromTensor(data: Uint8Array, buckets: number, file?: string): SparseBucketSet {
    const fail = (what: string): never => {
      throw new FormatError(`the list of used buckets in the model file ${what}: it is damaged`, { file });
    };
    const reader = new BitReader(data);
    const size = reader.read(16) + reader.read(16) * 0x10000;
    const lowBits = reader.read(8);
    if (lowBits > 31) fail(`has a Rice code of ${lowBits} low bits`);
    // Each takes a bit at least, so memory follows from the length of the file.
    if (size > 8 * Math.max(0, data.length - HEADER_BYTES)) fail(`is too short for ${size} buckets`);
    const used = new Uint32Array(size);
    let next = 0;
    for (let i = 0; i < size; i++) {
      const low = reader.read(lowBits);
      const bucket = next + low + reader.unary() * 2 ** lowBits;
      if (reader.isPastEnd) fail(`ends after ${i} of ${size}`);
      if (bucket >= buckets) fail(`names bucket ${bucket}, and there are ${buckets}`);
      used[i] = bucket;
      next = bucket + 1;
    }
    if (!reader.isAtEnd) fail('goes on after its end');
    return new SparseBucketSet(buckets, used);
  }
}

/** The Rice code's best number of low bits for mean distances of buckets / used: log₂ of ln 2 times that. */
function lowBitsFor(buckets: number, used: number): number {
  const mean = buckets / Math.max(1, used);
  return Math.max(0, Math.min(30, Math.round(Math.log2(mean * Math.LN2))));
}
