/**
 * Finds texts that are nearly the same: those that share at least four fifths of their runs of four characters (Jaccard
 * similarity), whatever their case, punctuation and spaces.
 *
 * Comparing all pairs would take the square of their number. Each text gets a signature of 64 numbers instead, the least of
 * its runs under 64 hash functions; two texts agree in each of them with a probability that is their similarity (MinHash,
 * Broder 1997). Texts that agree in four consecutive numbers anywhere are compared in full.
 */
import { ValueError } from '../base/errors.js';
import { Random } from '../base/random.js';

export interface NearDuplicateOptions {
  /** Share of the runs of characters that two texts must have in common (default 0.8). */
  readonly similarity?: number;
}

const RUN = 4;
const BANDS = 16;
const ROWS = 4;
/** Texts compared in full for one band: of a thousand texts from one template the first few tell all. */
const MOST_CANDIDATES = 64;

/** Texts by their likeness. */
export class NearDuplicateIndex {
  private readonly similarity: number;
  private readonly multipliers: Int32Array;
  private readonly offsets: Int32Array;
  private readonly bands: Map<number, number[]>[] = Array.from({ length: BANDS }, () => new Map());
  /** Sorted runs of the texts that are no near duplicates of earlier ones, by their number. */
  private readonly runs = new Map<number, Uint32Array>();

  constructor({ similarity = 0.8 }: NearDuplicateOptions = {}) {
    if (!(similarity > 0 && similarity <= 1))
      throw new ValueError(`similarity must be above 0 and at most 1, not ${similarity}`);
    this.similarity = similarity;
    const random = new Random(1, 'minhash');
    this.multipliers = Int32Array.from({ length: BANDS * ROWS }, () => random.uint32() | 1);
    this.offsets = Int32Array.from({ length: BANDS * ROWS }, () => random.uint32());
  }

  /** The number of an earlier text that is nearly the same; undefined where there is none. */
  find(text: string): number | undefined {
    const runs = runsOf(text);
    return runs.length === 0 ? undefined : this.findRuns(runs, this.keysOf(runs));
  }

  /** Adds a text under a number, unless it is a near duplicate; gives the number of the earlier text then. */
  add(text: string, number: number): number | undefined {
    const runs = runsOf(text);
    if (runs.length === 0) return undefined;
    const keys = this.keysOf(runs);
    const found = this.findRuns(runs, keys);
    if (found !== undefined) return found;
    this.runs.set(number, runs);
    keys.forEach((key, band) => {
      const list = this.bands[band]!.get(key);
      if (list === undefined) this.bands[band]!.set(key, [number]);
      else if (list.length < MOST_CANDIDATES) list.push(number);
    });
    return undefined;
  }

  private findRuns(runs: Uint32Array, keys: Int32Array): number | undefined {
    const compared = new Set<number>();
    for (const [band, key] of keys.entries()) {
      for (const candidate of this.bands[band]!.get(key) ?? []) {
        if (compared.has(candidate)) continue;
        compared.add(candidate);
        if (jaccard(runs, this.runs.get(candidate)!) >= this.similarity) return candidate;
      }
    }
    return undefined;
  }

  /** One number for each band: a hash of its part of the signature. */
  private keysOf(runs: Uint32Array): Int32Array {
    const keys = new Int32Array(BANDS);
    for (let band = 0; band < BANDS; band++) {
      let key = band;
      for (let row = band * ROWS; row < (band + 1) * ROWS; row++) {
        const [multiplier, offset] = [this.multipliers[row]!, this.offsets[row]!];
        let least = 0xffffffff;
        for (let i = 0; i < runs.length; i++) {
          let hash = Math.imul(runs[i]! ^ offset, multiplier);
          hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
          if (hash < least) least = hash;
        }
        key = Math.imul(key ^ least, 0x01000193) ^ (least >>> 16);
      }
      keys[band] = key;
    }
    return keys;
  }
}

/**
 * For each text the number of the first one that it is nearly the same as; its own where it is the first of its kind.
 *
 * @example
 * findNearDuplicates(['Great film, loved it!', 'Awful.', 'great film: loved it']);   // [0, 1, 0]
 */
export function findNearDuplicates(texts: readonly string[], options: NearDuplicateOptions = {}): Int32Array {
  const index = new NearDuplicateIndex(options);
  return Int32Array.from(texts, (text, i) => index.add(text, i) ?? i);
}

/** Hashes of a text's runs of letters and digits, sorted, each once. */
function runsOf(text: string): Uint32Array {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  const runs = new Uint32Array(plain === '' ? 0 : Math.max(1, plain.length - RUN + 1));
  for (let i = 0; i < runs.length; i++) {
    let hash = 0x811c9dc5;
    for (let j = i; j < Math.min(plain.length, i + RUN); j++)
      hash = Math.imul(hash ^ plain.charCodeAt(j), 0x01000193);
    runs[i] = hash;
  }
  runs.sort();
  let kept = 0;
  for (let i = 0; i < runs.length; i++) if (i === 0 || runs[i] !== runs[i - 1]) runs[kept++] = runs[i]!;
  return runs.slice(0, kept);
}

/** |a ∩ b| / |a ∪ b| of sorted sets. */
function jaccard(a: Uint32Array, b: Uint32Array): number {
  let [i, j, common] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    if (a[i]! < b[j]!) i++;
    else if (a[i]! > b[j]!) j++;
    else {
      common++;
      i++;
      j++;
    }
  }
  return common / (a.length + b.length - common);
}
