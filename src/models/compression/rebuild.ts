/** A classifier with some of another's features, by other means of finding them. */
import { Vocabulary } from '../../text/index.js';
import { type BucketSet, type Buckets, bucketOf } from '../classifier/buckets.js';
import { TextClassifier } from '../classifier/classifier.js';
import { FeatureIndex } from '../classifier/feature-index.js';
import { isSingleWord } from '../classifier/features.js';
import { LARGEST_BUCKETS } from '../classifier/options.js';
import { BASE_HIGH, BASE_LOW, polynomial } from '../classifier/token-hashes.js';
import type { FoldedEmbeddings } from './fold.js';
import { SparseBucketSet } from './sparse-buckets.js';

/**
 * Which features keep their names. The others are known by their hash alone: texts are classified and explained as before,
 * but the model cannot list them.
 */
export type KeptNames = 'all' | 'words' | 'none';

/** Buckets for each nameless feature: one unknown feature in so many is taken for a known one. */
const BUCKETS_PER_FEATURE = 256;

/** Embeddings as they are, where there is nothing to fold. */
export type Embeddings = Pick<FoldedEmbeddings, 'dimension' | 'table'> & Partial<FoldedEmbeddings>;

/** Rows of the old table by how they are found in the new model. */
interface Placed {
  readonly vocabulary: Vocabulary;
  readonly buckets: Buckets | undefined;
  /** Old row of each new one. */
  readonly rows: Int32Array;
}

/**
 * @param rows of the features to keep, the most important first: where two come into one bucket, the first wins
 * @param embeddings of all features of the old model
 */
export function rebuild(
  old: TextClassifier,
  rows: Int32Array,
  names: KeptNames,
  { dimension, table, weight }: Embeddings,
): TextClassifier {
  const { vocabulary, buckets, rows: placed } = place(old, rows, names);
  const config = { ...old.config, dimension, buckets: buckets?.buckets ?? null };
  const { handBuilt } = old;
  const index = new FeatureIndex(vocabulary, config, buckets);
  const { engine } = old.workspace;
  const small = new TextClassifier({
    config,
    vocabulary,
    index,
    handBuilt: handBuilt.specs,
    seed: 0,
    engine,
  });
  small.handBuilt.means = handBuilt.means;
  small.handBuilt.deviations = handBuilt.deviations;
  small.calibration = old.calibration;

  const { network, workspace } = small;
  for (const [i, parameter] of network.parameters.entries()) {
    const isTable = parameter === network.table;
    const isFolded = weight !== undefined && parameter === network.output.weight;
    if (isTable) workspace.write(parameter, rowsOf(table, placed, dimension));
    else workspace.write(parameter, isFolded ? weight : old.workspace.view(old.network.parameters[i]!));
  }
  return small;
}

function rowsOf(table: Float32Array, rows: Int32Array, dimension: number): Float32Array {
  const result = new Float32Array(Math.max(1, rows.length) * dimension);
  rows.forEach(
    (row, i) => void result.set(table.subarray(row * dimension, (row + 1) * dimension), i * dimension),
  );
  return result;
}

function place(old: TextClassifier, rows: Int32Array, names: KeptNames): Placed {
  const { vocabulary } = old;
  const hasName = (row: number) =>
    row < vocabulary.size && names !== 'none' && (names === 'all' || isSingleWord(vocabulary.tokenOf(row)));
  const named = [...rows.filter(hasName)].sort((a, b) =>
    vocabulary.tokenOf(a) < vocabulary.tokenOf(b) ? -1 : 1,
  );
  const nameless = rows.filter((row) => !hasName(row));
  const kept = Vocabulary.ordered(
    named.map((row) => vocabulary.tokenOf(row)),
    named.map((row) => vocabulary.countOf(row)),
  );
  if (nameless.length === 0 && kept.size > 0)
    return { vocabulary: kept, buckets: undefined, rows: Int32Array.from(named) };
  const buckets =
    old.config.buckets ?? Math.min(LARGEST_BUCKETS, BUCKETS_PER_FEATURE * Math.max(1, nameless.length));
  const firstOf = new Map<number, number>();
  const bucketOfRow = bucketsOfRows(old, buckets);
  for (const row of nameless) {
    const bucket = bucketOfRow(row);
    if (!firstOf.has(bucket)) firstOf.set(bucket, row);
  }
  const used = Uint32Array.from(firstOf.keys()).sort();
  return {
    vocabulary: kept,
    buckets: new SparseBucketSet(buckets, used),
    rows: Int32Array.from([...named, ...Array.from(used, (bucket) => firstOf.get(bucket)!)]),
  };
}

/** The bucket of a feature of the old model. */
function bucketsOfRows({ vocabulary, index }: TextClassifier, buckets: number): (row: number) => number {
  const inBuckets = index.buckets === undefined ? [] : usedBuckets(index.buckets);
  return (row) => {
    if (row >= vocabulary.size) return inBuckets[row - vocabulary.size]!;
    const name = vocabulary.tokenOf(row);
    return bucketOf(polynomial(name, BASE_HIGH), polynomial(name, BASE_LOW), buckets);
  };
}

/** The used buckets in order. */
function usedBuckets(set: Buckets): ArrayLike<number> {
  if (set instanceof SparseBucketSet) return set.used;
  const used: number[] = [];
  const words = (set as BucketSet).toTensor().data;
  words.forEach((word, i) => {
    for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) used.push(32 * i + bit);
  });
  return used;
}
