/**
 * The general feedforward network as a graph: a[0] = x, z[i] = W[i] a[i−1] + b[i], a[i] = g(z[i]), ŷ = a[n].
 * Counting layers as the textbook does, the inputs are not one.
 */
import { type InputNode, input, type Node, type ParameterNode } from '../../graph/node.js';
import { Linear } from '../../nn/index.js';
import { headOf, hiddenLayers, logitCount } from '../heads.js';
import type { FeedforwardConfig } from './options.js';

export interface FeedforwardNetwork {
  /** Standardised features [batch, features] */
  readonly x: InputNode;
  /** a[n−1], what the last hidden layer gives: [batch, units]; x itself where there is none */
  readonly hidden: Node;
  /** z[n]: [batch, labels], or [batch, 1] of a binary head */
  readonly logits: Node;
  /** ŷ, of the same shape */
  readonly probabilities: Node;
  readonly target: InputNode;
  /** A weight for each row [batch] */
  readonly weights: InputNode;
  /** Mean loss, a scalar */
  readonly loss: Node;
  /** From the first layer to the last, W before b */
  readonly parameters: readonly ParameterNode[];
  /** Every layer that has weights, the output layer last. */
  readonly layers: readonly Linear[];
}

export function buildNetwork(config: FeedforwardConfig, seed: number): FeedforwardNetwork {
  const x = input('x', ['batch', config.featureNames.length]);
  const { body, width } = hiddenLayers(config.featureNames.length, config, seed);
  const output = new Linear('output', width, logitCount(config.head, config.labels.length), { seed });
  const hidden = body.forward(x);
  const logits = output.forward(hidden);
  const weights = input('weights', ['batch']);
  return {
    x,
    hidden,
    logits,
    ...headOf(config.head, config.labels.length, logits, weights),
    weights,
    parameters: [...body.parameters, ...output.parameters],
    layers: [...body.layers.filter((layer) => layer instanceof Linear), output],
  };
}
