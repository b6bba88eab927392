/**
 * The short way from features to probabilities: for networks without hidden layers the sums are few, and preparing a
 * program would take longer than doing them. The program's results are the same to 1e-6; a test holds them together.
 * `lexigrad/classify`, which knows no programs, goes this way for networks of all shapes.
 */
import type { Floats } from '../../engine/engine.js';
import type { Workspace } from '../../program/index.js';
import { logitCount } from '../labels.js';
import { type Affine, affine, scalarFunctions } from '../plain-layers.js';
import type { ClassifierConfig } from './config.js';
import type { ClassifierNetwork } from './network.js';

/** The weights of a classifier as plain arrays, row by row. */
export interface ScorerWeights {
  /** [features, dimension]; absent where words are not embedded. */
  readonly table?: Floats;
  /** The hidden layers, then the output. */
  readonly layers: readonly Affine[];
}

export class DirectScorer {
  private readonly config: ClassifierConfig;
  private readonly weightsNow: () => ScorerWeights;
  /** Pooled embeddings, and after them the hand-built features. */
  private readonly pooled: Float64Array;
  private readonly hidden: readonly Float64Array[];
  private readonly logits: Float64Array;
  private weights!: ScorerWeights;

  /**
   * @param weightsNow tells where the weights are now
   * @param denseCount number of hand-built features
   */
  constructor(config: ClassifierConfig, weightsNow: () => ScorerWeights, denseCount = 0) {
    this.config = config;
    this.weightsNow = weightsNow;
    this.pooled = new Float64Array(pooledWidth(config) + denseCount);
    this.hidden = config.hidden.map((units) => new Float64Array(units));
    this.logits = new Float64Array(logitCount(config.head, config.labels.length));
  }

  /** A scorer for a network of pooled embeddings and one layer; undefined for every other. */
  static for(
    workspace: Workspace,
    network: ClassifierNetwork,
    config: ClassifierConfig,
  ): DirectScorer | undefined {
    const isDirect =
      network.table !== undefined &&
      network.dense === undefined &&
      config.hidden.length === 0 &&
      (config.pooling === 'mean' || config.pooling === 'sum');
    if (!isDirect) return undefined;
    const { table, output } = network;
    return new DirectScorer(config, () => ({
      table: workspace.view(table!) as Floats,
      layers: [
        {
          weight: workspace.view(output.weight) as Floats,
          bias: output.bias && (workspace.view(output.bias) as Floats),
        },
      ],
    }));
  }

  /** Looks up where the weights are now; they may move whenever anything is allocated. */
  begin(): void {
    this.weights = this.weightsNow();
  }

  /**
   * P(label | features rows[begin … end)), written to result[at …]; one number for each label. After `begin`.
   *
   * @param dense the text's hand-built features, brought to mean 0 and deviation 1
   */
  score(
    rows: Int32Array,
    begin: number,
    end: number,
    result: Float64Array,
    at: number,
    dense?: ArrayLike<number>,
  ): void {
    this.pool(rows, begin, end);
    if (dense !== undefined) this.pooled.set(dense, this.pooled.length - dense.length);
    this.readOut();
    const { logits } = this;
    const { head } = this.config;
    if (head === 'softmax') {
      softmax(logits, result, at);
      return;
    }
    if (head === 'binary') {
      const second = sigmoid(logits[0]!);
      result[at] = 1 - second;
      result[at + 1] = second;
      return;
    }
    for (let i = 0; i < logits.length; i++) result[at + i] = sigmoid(logits[i]!);
  }

  /** The pooled embeddings of some rows; 0 where there are none */
  private pool(rows: Int32Array, begin: number, end: number): void {
    const { pooling, dimension } = this.config;
    if (this.weights.table === undefined) return;
    if (pooling === 'max') this.largest(rows, begin, end, 0);
    else this.sum(rows, begin, end, pooling === 'sum' || begin === end ? 1 : 1 / (end - begin));
    if (pooling === 'mean+max') this.largest(rows, begin, end, dimension);
  }

  /** pooled[d] = share · Σᵢ table[rowᵢ, d] */
  private sum(rows: Int32Array, begin: number, end: number, share: number): void {
    const { pooled } = this;
    const table = this.weights.table!;
    const width = this.config.dimension;
    // Four columns at a time, so that the sums stay in registers; the rows are in the cache after the first four.
    let d = 0;
    for (; d + 4 <= width; d += 4) {
      let [a, b, c, e] = [0, 0, 0, 0];
      for (let i = begin; i < end; i++) {
        const at = rows[i]! * width + d;
        a += table[at]!;
        b += table[at + 1]!;
        c += table[at + 2]!;
        e += table[at + 3]!;
      }
      pooled[d] = a * share;
      pooled[d + 1] = b * share;
      pooled[d + 2] = c * share;
      pooled[d + 3] = e * share;
    }
    for (; d < width; d++) {
      let sum = 0;
      for (let i = begin; i < end; i++) sum += table[rows[i]! * width + d]!;
      pooled[d] = sum * share;
    }
  }

  /** pooled[at + d] = maxᵢ table[rowᵢ, d] */
  private largest(rows: Int32Array, begin: number, end: number, at: number): void {
    const { pooled } = this;
    const table = this.weights.table!;
    const width = this.config.dimension;
    for (let d = 0; d < width; d++) {
      let most = begin === end ? 0 : Number.NEGATIVE_INFINITY;
      for (let i = begin; i < end; i++) most = Math.max(most, table[rows[i]! * width + d]!);
      pooled[at + d] = most;
    }
  }

  /** Through the hidden layers to the logits */
  private readOut(): void {
    const { pooled, hidden, logits } = this;
    const { layers } = this.weights;
    const activation = scalarFunctions[this.config.activation];
    let x = pooled;
    hidden.forEach((h, i) => {
      affine(layers[i]!, x, h);
      for (let unit = 0; unit < h.length; unit++) h[unit] = activation(h[unit]!);
      x = h;
    });
    affine(layers[hidden.length]!, x, logits);
  }
}

/** How many numbers the pooled embeddings are. */
export function pooledWidth({ embeddings, dimension, pooling }: ClassifierConfig): number {
  if (!embeddings) return 0;
  return pooling === 'mean+max' ? 2 * dimension : dimension;
}

function softmax(logits: Float64Array, result: Float64Array, at: number): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > largest) largest = logits[i]!;
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    const power = expOfNegative(logits[i]! - largest);
    result[at + i] = power;
    total += power;
  }
  for (let i = 0; i < logits.length; i++) result[at + i]! /= total;
}

function sigmoid(z: number): number {
  const power = expOfNegative(-Math.abs(z));
  return z >= 0 ? 1 / (1 + power) : power / (1 + power);
}

/** ln 2 in two parts: the first has so few bits that n times it is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const SMALLEST = -700;

/**
 * eˣ for x ≤ 0, from additions and products alone: hosts may round their own `Math.exp` differently, and the same model
 * should say the same everywhere. x = n ln 2 + r, eˣ = 2ⁿ eʳ, eʳ by its series; 0 below −700.
 */
export function expOfNegative(x: number): number {
  if (x < SMALLEST) return 0;
  const n = Math.round(x / Math.LN2);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let power = 1;
  for (let i = 13; i > 0; i--) power = 1 + (power * r) / i;
  return power * 2 ** n;
}
