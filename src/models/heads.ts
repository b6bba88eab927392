/** What classifiers share: hidden layers, and the three ways in which a network ends. */
import { type InputNode, input, type Node } from '../graph/node.js';
import { sigmoid } from '../graph/ops/activations.js';
import { multiply } from '../graph/ops/arithmetic.js';
import { binaryCrossEntropy, softmaxCrossEntropy } from '../graph/ops/losses.js';
import { mean, softmax } from '../graph/ops/reductions.js';
import { reshape, sum } from '../graph/ops/structure.js';
import { type Activation, Dropout, type Layer, Linear, Sequential } from '../nn/index.js';
import type { Head, LabelScore } from './labels.js';

export { type Head, type LabelScore, logitCount } from './labels.js';

export interface HiddenSettings {
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Share of the inputs and of the hidden units dropped in training. */
  readonly dropout: number;
}

/** The hidden layers with dropout before each and after the last, and how many numbers they give. */
export function hiddenLayers(
  inputs: number,
  { hidden, activation, dropout }: HiddenSettings,
  seed: number,
): { body: Sequential; width: number } {
  const layers: Layer[] = [new Dropout('input-dropout', dropout)];
  let width = inputs;
  hidden.forEach((units, i) => {
    layers.push(
      new Linear(`hidden${i + 1}`, width, units, { activation, seed }),
      new Dropout(`hidden${i + 1}-dropout`, dropout),
    );
    width = units;
  });
  return { body: new Sequential('body', layers), width };
}

/**
 * Probabilities and the mean weighted loss.
 *
 * @param logits [batch, labels], or [batch, 1] of a binary head. @param weights [batch]
 * @returns `target`, an input: class ids [batch], 0 or 1 [batch] of a binary head, or [batch, labels].
 */
export function headOf(
  head: Head,
  labels: number,
  logits: Node,
  weights: Node,
): { probabilities: Node; target: InputNode; loss: Node } {
  if (head === 'softmax') {
    const target = input('labels', ['batch'], 'i32');
    const loss = mean(multiply(softmaxCrossEntropy(logits, target), weights));
    return { target, probabilities: softmax(logits), loss };
  }
  const target = head === 'binary' ? input('labels', ['batch']) : input('labels', ['batch', labels]);
  const losses =
    head === 'binary'
      ? binaryCrossEntropy(reshape(logits, ['batch']), target)
      : sum(binaryCrossEntropy(logits, target), 1);
  return { target, probabilities: sigmoid(logits), loss: mean(multiply(losses, weights)) };
}

/** P of both labels, row by row, from P(second) alone. */
export function bothProbabilities(second: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: 2 * second.length }, (_, i) =>
    i % 2 === 0 ? 1 - second[i >> 1]! : second[i >> 1]!,
  );
}

/** The labels with their probabilities, the likeliest first. @param example which row of `probabilities`. */
export function rankedLabels(
  labels: readonly string[],
  probabilities: ArrayLike<number>,
  example: number,
): LabelScore[] {
  return labels
    .map((label, i) => ({ label, score: probabilities[example * labels.length + i]! }))
    .sort((a, b) => b.score - a.score);
}

/**
 * How a label's logit follows from the logits: a weight for each. A binary head's single logit speaks for the second
 * label and against the first.
 */
export function logitWeights(head: Head, labels: number, label: number): number[] {
  if (head === 'binary') return [label === 0 ? -1 : 1];
  return Array.from({ length: labels }, (_, i) => (i === label ? 1 : 0));
}
