/**
 * From tokens to feature ids without making a string of every feature.
 *
 * A feature is found by a 64-bit hash of its text, in two halves, each a polynomial in the text's UTF-16 units modulo 2³²:
 * h(s) = Σ sᵢ B^(n−1−i). Such a hash of two texts one after the other follows from the hashes of both,
 * h(s t) = h(s) B^|t| + h(t), so sequences of words cost a multiplication each. Of a million features two share a hash
 * with probability 3 · 10⁻⁸.
 */
import { characterNgrams } from '../../text/index.js';
import { CHARACTER_MARK, type FeatureOptions, NGRAM_JOINT, SUBWORD_MARK, UNSPACED } from './features.js';

const BASE_HIGH = 0x01000193;
const BASE_LOW = 0x9e3779b1 | 0;

/** Tokens whose hashes are kept; when they are too many, all are forgotten. */
const CACHE_SIZE = 200_000;

interface TokenHashes {
  readonly high: number;
  readonly low: number;
  /** B^|token| */
  readonly powerHigh: number;
  readonly powerLow: number;
  /** Hashes of the token's pieces, high and low in turn. */
  readonly pieces: Int32Array;
  /** UTF-16 units of each of its characters, where it is of an unspaced script; else empty. */
  readonly characters: readonly string[];
}

const NO_PIECES = new Int32Array(0);

/** Walks the features of texts in the order of `FeatureExtractor.forEach`, as hashes. */
export class FeatureHasher {
  private readonly options: FeatureOptions;
  private readonly cache = new Map<string, TokenHashes>();

  constructor(options: FeatureOptions) {
    this.options = options;
  }

  forEach(tokens: readonly string[], take: (high: number, low: number) => void): void {
    const { wordNgrams, characterNgrams: characters } = this.options;
    const count = tokens.length;
    const hashes: TokenHashes[] = new Array(count);
    for (let i = 0; i < count; i++) hashes[i] = this.hashesOf(tokens[i]!);
    for (let begin = 0; begin < count; begin++) {
      const first = hashes[begin]!;
      let { high, low } = first;
      take(high, low);
      const last = Math.min(count, begin + wordNgrams);
      for (let end = begin + 1; end < last; end++) {
        const next = hashes[end]!;
        high = (Math.imul((Math.imul(high, BASE_HIGH) + JOINT) | 0, next.powerHigh) + next.high) | 0;
        low = (Math.imul((Math.imul(low, BASE_LOW) + JOINT) | 0, next.powerLow) + next.low) | 0;
        take(high, low);
      }
      const { pieces } = first;
      for (let i = 0; i < pieces.length; i += 2) take(pieces[i]!, pieces[i + 1]!);
    }
    if (characters > 0) this.forEachCharacterNgram(hashes, characters, take);
  }

  private forEachCharacterNgram(
    hashes: readonly TokenHashes[],
    longest: number,
    take: (high: number, low: number) => void,
  ): void {
    let run: string[] = [];
    const finishRun = () => {
      for (let i = 0; i < run.length; i++) {
        let high = CHARACTER_UNIT;
        let low = CHARACTER_UNIT;
        for (let j = i; j < Math.min(run.length, i + longest); j++) {
          high = polynomial(run[j]!, BASE_HIGH, high);
          low = polynomial(run[j]!, BASE_LOW, low);
          take(high, low);
        }
      }
      if (run.length > 0) run = [];
    };
    for (const { characters } of hashes) {
      if (characters.length > 0) for (const character of characters) run.push(character);
      else finishRun();
    }
    finishRun();
  }

  private hashesOf(token: string): TokenHashes {
    const known = this.cache.get(token);
    if (known !== undefined) return known;
    if (this.cache.size >= CACHE_SIZE) this.cache.clear();
    const { subwords, characterNgrams: characters } = this.options;
    const unspaced = characters > 0 && UNSPACED.test(token);
    const hashes: TokenHashes = {
      high: polynomial(token, BASE_HIGH),
      low: polynomial(token, BASE_LOW),
      powerHigh: powerOf(BASE_HIGH, token.length),
      powerLow: powerOf(BASE_LOW, token.length),
      pieces: subwords === null || unspaced ? NO_PIECES : hashAll(characterNgrams(token, ...subwords)),
      characters: unspaced ? [...token] : [],
    };
    this.cache.set(token, hashes);
    return hashes;
  }
}

const JOINT = NGRAM_JOINT.charCodeAt(0);
const CHARACTER_UNIT = CHARACTER_MARK.charCodeAt(0);

function hashAll(pieces: readonly string[]): Int32Array {
  const hashes = new Int32Array(2 * pieces.length);
  pieces.forEach((piece, i) => {
    hashes[2 * i] = polynomial(SUBWORD_MARK + piece, BASE_HIGH);
    hashes[2 * i + 1] = polynomial(SUBWORD_MARK + piece, BASE_LOW);
  });
  return hashes;
}

/** h(text), continued from the hash of what stands before it. */
function polynomial(text: string, base: number, before = 0): number {
  let hash = before;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, base) + text.charCodeAt(i)) | 0;
  return hash;
}

function powerOf(base: number, exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent; i++) power = Math.imul(power, base);
  return power;
}

/** Hash → id, by open addressing in typed arrays. */
export class FeatureTable {
  private used = 0;
  private mask = 1023;
  private high = new Int32Array(this.mask + 1);
  private low = new Int32Array(this.mask + 1);
  /** id + 1; 0: empty */
  private ids = new Int32Array(this.mask + 1);

  /** The table of some features, whose ids are their places in the list. */
  static of(features: readonly string[]): FeatureTable {
    const table = new FeatureTable();
    features.forEach((feature, id) => {
      table.add(polynomial(feature, BASE_HIGH), polynomial(feature, BASE_LOW), id);
    });
    return table;
  }

  /** The id of a hash, or −1. */
  find(high: number, low: number): number {
    return this.ids[this.place(high, low)]! - 1;
  }

  /** The id of a hash; `id` where it was not known. */
  add(high: number, low: number, id: number): number {
    const at = this.place(high, low);
    const known = this.ids[at]!;
    if (known !== 0) return known - 1;
    this.high[at] = high;
    this.low[at] = low;
    this.ids[at] = id + 1;
    this.used++;
    if (2 * this.used > this.mask) this.grow();
    return id;
  }

  /** Where a hash is, or where it would go. */
  private place(high: number, low: number): number {
    let at = slot(high, low) & this.mask;
    while (this.ids[at] !== 0 && (this.high[at] !== high || this.low[at] !== low)) at = (at + 1) & this.mask;
    return at;
  }

  private grow(): void {
    const { high, low, ids } = this;
    this.mask = 2 * this.mask + 1;
    this.high = new Int32Array(this.mask + 1);
    this.low = new Int32Array(this.mask + 1);
    this.ids = new Int32Array(this.mask + 1);
    ids.forEach((id, from) => {
      if (id === 0) return;
      const at = this.place(high[from]!, low[from]!);
      this.high[at] = high[from]!;
      this.low[at] = low[from]!;
      this.ids[at] = id;
    });
  }
}

/** Spreads a hash over the table: the halves are polynomials, whose low bits depend on the last characters alone. */
function slot(high: number, low: number): number {
  let mixed = Math.imul(high ^ (low >>> 15), 0x85ebca6b) ^ low;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
