/**
 * The short way from features to probabilities: for networks without hidden layers the sums are few, and preparing a
 * program would take longer than doing them. The program's results are the same to 1e-6; a test holds them together.
 */
import type { Floats } from '../../engine/engine.js';
import type { Workspace } from '../../program/index.js';
import { logitCount } from '../heads.js';
import type { ClassifierNetwork } from './network.js';
import type { ClassifierConfig } from './options.js';

export class DirectScorer {
  private readonly workspace: Workspace;
  private readonly network: ClassifierNetwork;
  private readonly config: ClassifierConfig;
  private readonly pooled: Float64Array;
  private readonly logits: Float64Array;
  private table!: Floats;
  private weight!: Floats;
  private bias!: Floats | undefined;

  private constructor(workspace: Workspace, network: ClassifierNetwork, config: ClassifierConfig) {
    this.workspace = workspace;
    this.network = network;
    this.config = config;
    this.pooled = new Float64Array(config.dimension);
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
    return isDirect ? new DirectScorer(workspace, network, config) : undefined;
  }

  /** Looks up where the weights are now; they may move whenever anything is allocated. */
  begin(): void {
    const { table, output } = this.network;
    this.table = this.workspace.view(table!) as Floats;
    this.weight = this.workspace.view(output.weight) as Floats;
    this.bias = output.bias && (this.workspace.view(output.bias) as Floats);
  }

  /**
   * P(label | features rows[begin … end)), written to result[at …]; one number for each label. After `begin`.
   */
  score(rows: Int32Array, begin: number, end: number, result: Float64Array, at: number): void {
    this.pool(rows, begin, end);
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

  /** h = mean or sum of the embeddings; 0 where there are none */
  private pool(rows: Int32Array, begin: number, end: number): void {
    const { table, pooled } = this;
    const width = pooled.length;
    const share = this.config.pooling === 'mean' && end > begin ? 1 / (end - begin) : 1;
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

  /** z = W h + b */
  private readOut(): void {
    const { weight, bias, pooled, logits } = this;
    const width = pooled.length;
    for (let label = 0; label < logits.length; label++) {
      let z = bias === undefined ? 0 : bias[label]!;
      for (let d = 0; d < width; d++) z += weight[label * width + d]! * pooled[d]!;
      logits[label] = z;
    }
  }
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
