/**
 * From the hidden vector to scores, for each of fastText's losses (facebookresearch/fastText, src/loss.cc). Scores are
 * kept as fastText keeps them: ln(P + 10⁻⁵) in float32, so that what its program prints is P + 10⁻⁵.
 */
import type { FastTextLoss, FastTextMatrix } from '../../files/fasttext/index.js';
import { BestLabels, type ScoredLabel } from './best.js';

const { exp, fround, log } = Math;

/** ln(P + 10⁻⁵) */
const SCORE_OFFSET = 1e-5;
const SIGMOID_STEPS = 512;
const SIGMOID_LIMIT = 8;

/** Scores labels by what the model makes of a text. */
export interface Scorer {
  /**
   * At most `count` labels with P of at least `threshold`, the best first, their scores as fastText gives them: from
   * 0 to 1.00001.
   */
  best(hidden: Float32Array, count: number, threshold: number): ScoredLabel[];
  /** P of each label, without fastText's tables and offsets. */
  probabilities(hidden: Float32Array): Float64Array;
}

/** @param counts how often each label was seen: a tree is built of them */
export function scorerOf(loss: FastTextLoss, output: FastTextMatrix, counts: ArrayLike<number>): Scorer {
  if (loss === 'hs') return new TreeScorer(output, counts);
  return new FlatScorer(output, loss === 'softmax');
}

/** Softmax, or a sigmoid for each label (negative sampling, one-versus-all). */
class FlatScorer implements Scorer {
  private readonly output: FastTextMatrix;
  private readonly isSoftmax: boolean;

  constructor(output: FastTextMatrix, isSoftmax: boolean) {
    this.output = output;
    this.isSoftmax = isSoftmax;
  }

  best(hidden: Float32Array, count: number, threshold: number): ScoredLabel[] {
    const scores = this.logits(hidden);
    if (this.isSoftmax) softmaxInPlace(scores);
    else for (let i = 0; i < scores.length; i++) scores[i] = tabulatedSigmoid(scores[i]!);
    const best = new BestLabels(count);
    for (let label = 0; label < scores.length; label++) {
      if (scores[label]! < threshold) continue;
      const score = scoreOf(scores[label]!);
      if (!best.refuses(score)) best.add({ label, score });
    }
    return withoutLogarithm(best);
  }

  probabilities(hidden: Float32Array): Float64Array {
    const values = Float64Array.from(this.logits(hidden));
    if (this.isSoftmax) return softmaxInPlace(values);
    return values.map((logit) => 1 / (1 + exp(-logit)));
  }

  private logits(hidden: Float32Array): Float32Array {
    const { output } = this;
    const logits = new Float32Array(output.rows);
    for (let label = 0; label < logits.length; label++) logits[label] = output.dotRow(label, hidden);
    return logits;
  }
}

/** In the precision of the array. */
function softmaxInPlace<Values extends Float32Array | Float64Array>(values: Values): Values {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > largest) largest = value;
  const round = values instanceof Float32Array ? fround : (value: number) => value;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = exp(round(values[i]! - largest));
    sum = round(sum + values[i]!);
  }
  for (let i = 0; i < values.length; i++) values[i]! /= sum;
  return values;
}

/** σ at 512 steps between −8 and 8, each value standing for the step above it. */
const sigmoids = Float32Array.from({ length: SIGMOID_STEPS + 1 }, (_, i) => {
  const x = (2 * SIGMOID_LIMIT * i) / SIGMOID_STEPS - SIGMOID_LIMIT;
  return 1 / (1 + exp(-x));
});

function tabulatedSigmoid(x: number): number {
  if (x < -SIGMOID_LIMIT) return 0;
  if (x > SIGMOID_LIMIT) return 1;
  return sigmoids[Math.floor((fround(x + SIGMOID_LIMIT) * SIGMOID_STEPS) / SIGMOID_LIMIT / 2)]!;
}

/** A tree node's children, or the label of a leaf. */
interface TreeNode {
  readonly left: number;
  readonly right: number;
}

/**
 * Hierarchical softmax: a label's probability is the product of the decisions on the way to it, in a Huffman tree of
 * the labels' counts.
 */
class TreeScorer implements Scorer {
  private readonly output: FastTextMatrix;
  private readonly labelCount: number;
  /** The inner nodes; node labelCount + i has the i-th row of the output matrix. The last one is the root. */
  private readonly nodes: readonly TreeNode[];

  constructor(output: FastTextMatrix, counts: ArrayLike<number>) {
    this.output = output;
    this.labelCount = counts.length;
    this.nodes = huffmanTree(counts);
  }

  best(hidden: Float32Array, count: number, threshold: number): ScoredLabel[] {
    const best = new BestLabels(count);
    const least = scoreOf(threshold);
    // A stack of its own: the trees of rare labels are deep.
    const waiting: { node: number; score: number }[] = [{ node: 2 * this.labelCount - 2, score: 0 }];
    for (let top = waiting.pop(); top !== undefined; top = waiting.pop()) {
      const { node, score } = top;
      if (score < least || best.refuses(score)) continue;
      if (node < this.labelCount) {
        best.add({ label: node, score });
        continue;
      }
      const { left, right } = this.nodes[node - this.labelCount]!;
      const goRight = floatSigmoid(this.output.dotRow(node - this.labelCount, hidden));
      waiting.push({ node: right, score: fround(score + scoreOf(goRight)) });
      waiting.push({ node: left, score: fround(score + scoreOf(fround(1 - goRight))) });
    }
    return withoutLogarithm(best);
  }

  probabilities(hidden: Float32Array): Float64Array {
    const { labelCount, nodes } = this;
    const found = new Float64Array(2 * labelCount - 1);
    found[found.length - 1] = 1;
    // Children stand before their parents.
    for (let i = nodes.length - 1; i >= 0; i--) {
      const { left, right } = nodes[i]!;
      const logit = this.output.dotRow(i, hidden);
      found[right] = found[labelCount + i]! / (1 + exp(-logit));
      found[left] = found[labelCount + i]! / (1 + exp(logit));
    }
    return found.slice(0, labelCount);
  }
}

/** Larger than all counts. */
const UNBUILT = 1e15;

/** Joins the two rarest again and again. @param counts falling, as dictionaries have them */
function huffmanTree(counts: ArrayLike<number>): TreeNode[] {
  const labels = counts.length;
  const weights = Float64Array.from({ length: 2 * labels - 1 }, (_, i) =>
    i < labels ? Math.min(counts[i]!, UNBUILT - 1) : UNBUILT,
  );
  let leaf = labels - 1;
  let inner = labels;
  const rarest = () => (leaf >= 0 && weights[leaf]! < weights[inner]! ? leaf-- : inner++);
  return Array.from({ length: labels - 1 }, (_, i) => {
    const node = { left: rarest(), right: rarest() };
    weights[labels + i] = weights[node.left]! + weights[node.right]!;
    return node;
  });
}

function floatSigmoid(x: number): number {
  return fround(1 / fround(1 + fround(exp(-x))));
}

function scoreOf(probability: number): number {
  return fround(log(probability + SCORE_OFFSET));
}

function withoutLogarithm(best: BestLabels): ScoredLabel[] {
  return best.sorted().map(({ label, score }) => ({ label, score: fround(exp(score)) }));
}
