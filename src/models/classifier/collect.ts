/** One pass over the training texts: which features there are, how often, and the texts encoded with them. */
import { rankTokens, Vocabulary } from '../../text/vocabulary.js';
import { BucketCounter } from './buckets.js';
import { type EncodedTexts, IdList } from './encoded.js';
import { FeatureIndex, featureCapacity, forEachFeature, type TakeFeature } from './feature-index.js';
import { FeatureTable } from './feature-table.js';
import { type FeatureExtractor, NGRAM_JOINT } from './features.js';
import { TokenHashes } from './token-hashes.js';

export interface CollectionLimits {
  /** Counted features seen less often are left out. */
  readonly minimumCount: number;
  /** At most so many counted features, the most frequent. */
  readonly maximumSize: number;
  /** Features beyond single words fall into so many buckets, uncounted; undefined: all are counted. */
  readonly buckets?: number;
}

/** What one pass found. It holds on to nothing of the pass but the encoded texts. */
export class CollectedFeatures {
  readonly index: FeatureIndex;
  /** Buckets that hold more than one of the features seen. */
  readonly sharedBuckets: number;
  private readonly texts: readonly string[];
  private readonly starts: Int32Array;
  private readonly ids: Int32Array;

  constructor(
    index: FeatureIndex,
    sharedBuckets: number,
    encoded: { readonly texts: readonly string[]; readonly ids: Int32Array; readonly starts: Int32Array },
  ) {
    this.index = index;
    this.sharedBuckets = sharedBuckets;
    this.texts = encoded.texts;
    this.ids = encoded.ids;
    this.starts = encoded.starts;
  }

  get vocabulary(): Vocabulary {
    return this.index.vocabulary;
  }

  /**
   * The texts with the rows of the index.
   *
   * @param dense hand-built features of a text
   */
  encode(denseWidth: number, dense: (text: string) => readonly number[]): EncodedTexts {
    const { texts, ids, starts } = this;
    const values = new Float32Array(texts.length * denseWidth);
    if (denseWidth > 0) texts.forEach((text, i) => void values.set(dense(text), i * denseWidth));
    return { count: texts.length, ids, starts, dense: values, denseWidth };
  }
}

export function collectFeatures(
  texts: readonly string[],
  extractor: FeatureExtractor,
  limits: CollectionLimits,
): CollectedFeatures {
  const { options, tokenizer } = extractor;
  const hashes = new TokenHashes(options, tokenizer);
  const table = new FeatureTable();
  const names: string[] = [];
  const counts: number[] = [];
  const counter = limits.buckets === undefined ? undefined : new BucketCounter(limits.buckets);
  // Counted features by their number, the others by −1 − bucket, until it is known how many of the former stay.
  const provisional = new IdList();
  const starts = new Int32Array(texts.length + 1);
  let ordinal = 0;
  let fresh: number[] = [];
  const take: TakeFeature = (high, low, isWord, begin, end) => {
    if (counter !== undefined && !isWord) {
      provisional.add(-1 - counter.add(high, low));
      return;
    }
    const id = table.add(high, low, counts.length);
    if (id === counts.length) {
      counts.push(0);
      // The names of words and their sequences follow from the tokens alone.
      if (hashes.parts.length === 0 || counter !== undefined) names.push(nameOf(hashes, begin, end));
      else fresh.push(ordinal);
    }
    counts[id]!++;
    provisional.add(id);
    ordinal++;
  };
  for (let text = 0; text < texts.length; text++) {
    hashes.readText(texts[text]!);
    provisional.reserve(featureCapacity(hashes, options), text / texts.length);
    ordinal = 0;
    forEachFeature(hashes, options, take);
    if (fresh.length > 0) {
      addNames(names, fresh, extractor, hashes);
      fresh = [];
    }
    starts[text + 1] = provisional.length;
  }
  const kept = rankTokens(names, counts, limits);
  const vocabulary = Vocabulary.ordered(
    Array.from(kept, (id) => names[id]!),
    Array.from(kept, (id) => counts[id]!),
  );
  const final = new Int32Array(names.length).fill(-1);
  for (let id = 0; id < kept.length; id++) final[kept[id]!] = id;
  table.renumber(final);
  const index = new FeatureIndex(vocabulary, options, counter?.finish(), table);
  const rowOf = (id: number) => (id >= 0 ? final[id]! : vocabulary.size + index.buckets!.rankOf(-1 - id));
  provisional.map(rowOf, starts);
  return new CollectedFeatures(index, counter?.shared ?? 0, { texts, ids: provisional.toArray(), starts });
}

/** A word, or a sequence of words. */
function nameOf(hashes: TokenHashes, begin: number, end: number): string {
  if (end === begin + 1) return hashes.tokenAt(begin);
  // Joined, not added up: sums of strings keep their parts in memory.
  return Array.from({ length: end - begin }, (_, i) => hashes.tokenAt(begin + i)).join(NGRAM_JOINT);
}

/** The texts of features that were met for the first time, by their places in the walk. */
function addNames(
  names: string[],
  fresh: readonly number[],
  extractor: FeatureExtractor,
  hashes: TokenHashes,
): void {
  const tokens = Array.from({ length: hashes.count }, (_, i) => hashes.tokenAt(i));
  let ordinal = 0;
  let next = 0;
  extractor.forEach(tokens, (feature) => {
    if (ordinal++ === fresh[next]) {
      names.push(feature);
      next++;
    }
  });
}
