/**
 * Which features of a classifier matter, and which may go.
 *
 * A feature that is left out changes the mean of a text that has it by about e / n. Over texts to come the squared change
 * is proportional to how often the feature will be met times |e|², with e folded, so that only what tells labels apart
 * counts. What was met c times in training will be met less often than that: ¾ is taken off, as in absolute discounting
 * (Ney, Essen & Kneser 1994). So of two features of equal strength, one that was met twice is worth five that were met once.
 */
import type { TextClassifier } from '../classifier/classifier.js';
import type { EncodedTexts } from '../classifier/encoded.js';

const DISCOUNT = 0.75;
/** What a feature in a bucket counts when nobody has counted. */
const UNKNOWN_COUNT = 2;

/**
 * How often each feature is expected, by the row of its embedding: (c − ¾), c from the texts where they are given, else as
 * the vocabulary says.
 */
export function expectedCounts({ index }: TextClassifier, texts?: EncodedTexts): Float32Array {
  const counts = new Float32Array(index.size);
  if (texts !== undefined) for (let i = 0; i < texts.ids.length; i++) counts[texts.ids[i]!]!++;
  else {
    counts.fill(UNKNOWN_COUNT);
    for (let row = 0; row < index.vocabulary.size; row++) counts[row] = index.vocabulary.countOf(row);
  }
  return counts.map((count) => Math.max(count - DISCOUNT, (1 - DISCOUNT) / 2));
}

/** Expected count times |e|², by row. @param table [rows, dimension] */
export function importanceOf(
  counts: Float32Array,
  table: ArrayLike<number>,
  dimension: number,
): Float64Array {
  return Float64Array.from(counts, (count, row) => {
    let square = 0;
    for (let at = row * dimension; at < (row + 1) * dimension; at++) square += table[at]! ** 2;
    return count * square;
  });
}

/**
 * The rows of the `keep` most important features. Texts that would lose all their features keep their most important one,
 * in the place of the least important of the others.
 *
 * @param order rows by falling importance
 */
export function mostImportant(
  order: Int32Array,
  importance: Float64Array,
  keep: number,
  texts?: EncodedTexts,
): Int32Array {
  const kept = order.subarray(0, keep);
  if (texts === undefined || keep >= order.length) return kept;
  const isKept = new Uint8Array(importance.length);
  for (const row of kept) isKept[row] = 1;
  const needed: number[] = [];
  for (let text = 0; text < texts.count; text++) {
    const row = missingOf(
      texts.ids.subarray(texts.starts[text]!, texts.starts[text + 1]!),
      isKept,
      importance,
    );
    if (row < 0) continue;
    isKept[row] = 1;
    needed.push(row);
  }
  const rest = Math.max(0, keep - needed.length);
  return Int32Array.from([...needed.slice(0, keep), ...kept.subarray(0, rest)]);
}

/** The most important feature of a text that has none of the kept ones; −1 where there is nothing to do. */
function missingOf(rows: Int32Array, isKept: Uint8Array, importance: Float64Array): number {
  let best = -1;
  for (const row of rows) {
    if (isKept[row] === 1) return -1;
    if (best < 0 || importance[row]! > importance[best]!) best = row;
  }
  return best;
}

/** Rows by falling importance; equal ones in their order. */
export function byImportance(importance: Float64Array): Int32Array {
  return Int32Array.from(importance.keys()).sort((a, b) => importance[b]! - importance[a]! || a - b);
}
