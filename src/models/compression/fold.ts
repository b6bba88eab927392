/**
 * Fewer numbers a feature, without any loss.
 *
 * Without hidden layers a classifier's logits are W (mean of e) + b, so all that matters of an embedding e is W e: one
 * number for each label. A softmax does not change when the same is added to all logits, so what all labels have in common
 * may go, too. H [labels − 1, labels] is an orthonormal basis of what is left (Helmert's: each row weighs one label against
 * all before it):
 *
 *   e′ = H W e        [labels − 1]
 *   W′ = Hᵀ           [labels, labels − 1]        W′ e′ = W e − (its mean over the labels)
 *
 * Two labels need one number a feature. Heads of sigmoids keep what the labels have in common: e′ = W e, W′ = I.
 */
import type { Floats } from '../../engine/engine.js';
import type { TextClassifier } from '../classifier/classifier.js';
import { logitCount } from '../heads.js';

export interface FoldedEmbeddings {
  /** Numbers in each embedding now. */
  readonly dimension: number;
  /** e′ of each feature [features, dimension] */
  readonly table: Float32Array;
  /** W′ [logits, dimension + hand-built features]: what stood there for the latter stays. */
  readonly weight: Float32Array;
}

/** Folds the output layer into the embeddings; undefined where that is not possible or brings nothing. */
export function foldEmbeddings(classifier: TextClassifier): FoldedEmbeddings | undefined {
  const { config, network, workspace, index } = classifier;
  if (network.table === undefined || config.hidden.length > 0) return undefined;
  if (config.pooling !== 'mean' && config.pooling !== 'sum') return undefined;
  const logits = logitCount(config.head, config.labels.length);
  const basis = config.head === 'softmax' ? helmert(logits) : identity(logits);
  const dimension = basis.length / logits;
  if (dimension >= config.dimension) return undefined;
  const weight = workspace.read(network.output.weight) as Floats;
  const width = weight.length / logits;
  const projection = product(basis, weight, {
    rows: dimension,
    inner: logits,
    width,
    columns: config.dimension,
  });
  return {
    dimension,
    table: project(
      workspace.view(network.table) as Floats,
      projection,
      index.size,
      config.dimension,
      dimension,
    ),
    weight: withDense(basis, weight, { logits, dimension, width, embedded: config.dimension }),
  };
}

/** Row k: (1, …, 1, −k, 0, …, 0) / √(k (k + 1)), k = 1 … n − 1. */
function helmert(n: number): Float64Array {
  const rows = new Float64Array((n - 1) * n);
  for (let k = 1; k < n; k++) {
    const unit = 1 / Math.sqrt(k * (k + 1));
    rows.fill(unit, (k - 1) * n, (k - 1) * n + k);
    rows[(k - 1) * n + k] = -k * unit;
  }
  return rows;
}

function identity(n: number): Float64Array {
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  return rows;
}

/** A [rows, inner] times the first columns of B [inner, width]. */
function product(
  a: Float64Array,
  b: Floats,
  { rows, inner, width, columns }: Record<'rows' | 'inner' | 'width' | 'columns', number>,
): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++)
      for (let j = 0; j < columns; j++) result[i * columns + j]! += a[i * inner + k]! * b[k * width + j]!;
  return result;
}

/** Each row of the table [features, from] as the `to` numbers that the projection [to, from] makes of it. */
function project(
  table: Floats,
  projection: Float64Array,
  features: number,
  from: number,
  to: number,
): Float32Array {
  const result = new Float32Array(features * to);
  for (let feature = 0; feature < features; feature++) {
    for (let i = 0; i < to; i++) {
      let sum = 0;
      for (let j = 0; j < from; j++) sum += projection[i * from + j]! * table[feature * from + j]!;
      result[feature * to + i] = sum;
    }
  }
  return result;
}

/** The transposed basis, and beside it the columns of hand-built features as they were. */
function withDense(
  basis: Float64Array,
  weight: Floats,
  { logits, dimension, width, embedded }: Record<'logits' | 'dimension' | 'width' | 'embedded', number>,
): Float32Array {
  const dense = width - embedded;
  const result = new Float32Array(logits * (dimension + dense));
  for (let logit = 0; logit < logits; logit++) {
    const row = logit * (dimension + dense);
    for (let i = 0; i < dimension; i++) result[row + i] = basis[i * logits + logit]!;
    for (let j = 0; j < dense; j++) result[row + dimension + j] = weight[logit * width + embedded + j]!;
  }
  return result;
}
