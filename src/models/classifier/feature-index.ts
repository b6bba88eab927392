/**
 * From the hashes of a text's tokens to the rows of its features in the embedding table.
 *
 * Counted features have a row each, found by their hash. With buckets, single words alone are counted; everything else
 * falls into one of so many buckets by its hash, and only the buckets that training texts use have rows (Weinberger et
 * al. 2009). So neither time nor memory grows with the number of buckets, apart from one bit for each. Where not one word
 * has a name (in small models, see compression/), words fall into buckets like everything else.
 */
import type { Vocabulary } from '../../text/index.js';
import { type Buckets, bucketOf } from './buckets.js';
import { FeatureTable } from './feature-table.js';
import { type FeatureOptions, NGRAM_JOINT } from './features.js';
import { BASE_HIGH, BASE_LOW, CHARACTER_UNIT, polynomial, type TokenHashes } from './token-hashes.js';

const JOINT = NGRAM_JOINT.charCodeAt(0);

/** Takes a feature: its hash, and the tokens (first, one past the last) that it stands for. */
export type TakeFeature = (high: number, low: number, isWord: boolean, begin: number, end: number) => void;

/** Walks the features of a text in the order of `FeatureExtractor.forEach`, as hashes. */
export function forEachFeature(hashes: TokenHashes, options: FeatureOptions, take: TakeFeature): void {
  const { high, low, powerHigh, powerLow, count, parts } = hashes;
  const { wordNgrams, characterNgrams } = options;
  for (let begin = 0; begin < count; begin++) {
    let h = high[begin]!;
    let l = low[begin]!;
    take(h, l, true, begin, begin + 1);
    const last = Math.min(count, begin + wordNgrams);
    for (let end = begin + 1; end < last; end++) {
      h = (Math.imul((Math.imul(h, BASE_HIGH) + JOINT) | 0, powerHigh[end]!) + high[end]!) | 0;
      l = (Math.imul((Math.imul(l, BASE_LOW) + JOINT) | 0, powerLow[end]!) + low[end]!) | 0;
      take(h, l, false, begin, end + 1);
    }
    if (parts.length === 0) continue;
    const { pieces } = parts[begin]!;
    for (let i = 0; i < pieces.length; i += 2) take(pieces[i]!, pieces[i + 1]!, false, begin, begin + 1);
  }
  if (characterNgrams > 0 && parts.length > 0) forEachCharacterNgram(hashes, characterNgrams, take);
}

/** Sequences of characters within runs of unspaced script, across the borders of words. */
function forEachCharacterNgram({ parts }: TokenHashes, longest: number, take: TakeFeature): void {
  let run: { readonly character: string; readonly token: number }[] = [];
  const finishRun = () => {
    for (let i = 0; i < run.length; i++) {
      let h = CHARACTER_UNIT;
      let l = CHARACTER_UNIT;
      for (let j = i; j < Math.min(run.length, i + longest); j++) {
        const { character, token } = run[j]!;
        h = polynomial(character, BASE_HIGH, h);
        l = polynomial(character, BASE_LOW, l);
        take(h, l, false, run[i]!.token, token + 1);
      }
    }
    if (run.length > 0) run = [];
  };
  parts.forEach(({ characters }, token) => {
    if (characters.length > 0) for (const character of characters) run.push({ character, token });
    else finishRun();
  });
  finishRun();
}

/** The features that a model knows, and their rows. */
export class FeatureIndex {
  /** Rows 0 … vocabulary.size−1 are its features in its order; those of the buckets follow. */
  readonly vocabulary: Vocabulary;
  readonly buckets: Buckets | undefined;
  private readonly options: FeatureOptions;
  private table: FeatureTable | undefined;

  /** @param table where the vocabulary's features are found, if there is one already */
  constructor(vocabulary: Vocabulary, options: FeatureOptions, buckets?: Buckets, table?: FeatureTable) {
    this.vocabulary = vocabulary;
    this.table = table;
    this.options = options;
    this.buckets = buckets;
  }

  get size(): number {
    return this.vocabulary.size + (this.buckets?.size ?? 0);
  }

  /** The row of a feature, or −1 where training did not see it. */
  rowOf(high: number, low: number, isWord: boolean): number {
    const { buckets } = this;
    if (buckets === undefined || (isWord && this.hasNames)) return this.words.find(high, low);
    const rank = buckets.rankOf(bucketOf(high, low, buckets.buckets));
    return rank < 0 ? -1 : this.vocabulary.size + rank;
  }

  /** The same for a feature as `FeatureExtractor` writes it. */
  rowOfText(feature: string, isWord: boolean): number {
    return this.rowOf(polynomial(feature, BASE_HIGH), polynomial(feature, BASE_LOW), isWord);
  }

  /**
   * Writes the rows of a text's features into `rows` from `used` on. Those that training did not see are left out.
   *
   * @param rows must have room for `capacity(hashes)` more
   * @returns how many places of `rows` are used now
   */
  write(hashes: TokenHashes, rows: Int32Array, used: number): number {
    if (hashes.parts.length > 0 || this.options.wordNgrams > 2 || !this.hasNames)
      return this.writeAny(hashes, rows, used);
    // Words and pairs of words, the usual case, without a call for each.
    const { high, low, powerHigh, powerLow, count } = hashes;
    const table = this.words;
    const { buckets } = this;
    const words = this.vocabulary.size;
    const pairs = this.options.wordNgrams === 2;
    for (let i = 0; i < count; i++) {
      const h = high[i]!;
      const l = low[i]!;
      const row = table.find(h, l);
      if (row >= 0) rows[used++] = row;
      if (!pairs || i + 1 === count) continue;
      const pairHigh =
        (Math.imul((Math.imul(h, BASE_HIGH) + JOINT) | 0, powerHigh[i + 1]!) + high[i + 1]!) | 0;
      const pairLow = (Math.imul((Math.imul(l, BASE_LOW) + JOINT) | 0, powerLow[i + 1]!) + low[i + 1]!) | 0;
      if (buckets === undefined) {
        const pair = table.find(pairHigh, pairLow);
        if (pair >= 0) rows[used++] = pair;
      } else {
        const rank = buckets.rankOf(bucketOf(pairHigh, pairLow, buckets.buckets));
        if (rank >= 0) rows[used++] = words + rank;
      }
    }
    return used;
  }

  private writeAny(hashes: TokenHashes, rows: Int32Array, used: number): number {
    let at = used;
    forEachFeature(hashes, this.options, (high, low, isWord) => {
      const row = this.rowOf(high, low, isWord);
      if (row >= 0) rows[at++] = row;
    });
    return at;
  }

  /** Whether there are named features: without any, words are in buckets, too. */
  private get hasNames(): boolean {
    return this.vocabulary.size > 0;
  }

  private get words(): FeatureTable {
    this.table ??= FeatureTable.of(this.vocabulary.entries());
    return this.table;
  }
}

/** At most so many features has a text with these tokens. */
export function featureCapacity(
  hashes: TokenHashes,
  { wordNgrams, characterNgrams }: FeatureOptions,
): number {
  let capacity = hashes.count * wordNgrams;
  for (const { pieces, characters } of hashes.parts) {
    capacity += pieces.length / 2 + characters.length * characterNgrams;
  }
  return capacity;
}
