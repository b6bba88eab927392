/**
 * The feedforward language model as a graph (Bengio et al. 2003):
 *
 *   w_{t−N+1} … w_{t−1} → E → context features → hidden layers and blocks → output over the vocabulary
 *
 * One E is shared by all context positions, and with `tied` by the output too.
 */
import { type InputNode, input, type Node, type ParameterNode } from '../../graph/node.js';
import { negate } from '../../graph/ops/arithmetic.js';
import { softmaxCrossEntropy } from '../../graph/ops/losses.js';
import { mean } from '../../graph/ops/reductions.js';
import { Dropout, Embedding } from '../../nn/index.js';
import type { OutputLayer } from '../../nn/output/index.js';
import { createBody } from './blocks.js';
import {
  type ContextParameters,
  contextFeatures,
  contextLength,
  decayKernels,
  featureWidth,
} from './context.js';
import type { LanguageModelConfig } from './options.js';
import { createOutput } from './output.js';

export interface LanguageModelNetwork {
  /** Ids of the context, the oldest first: [batch, contextLength] */
  readonly context: InputNode;
  /** The word to predict [batch] */
  readonly target: InputNode;
  /** E [V, dimension] */
  readonly table: ParameterNode;
  readonly output: OutputLayer;
  /** z [batch, V], for every kind of output: ln p(w | …) up to a constant of the row */
  readonly logits: Node;
  /** −ln p(w_t | …) for each example [batch], exact for every kind of output */
  readonly surprisal: Node;
  /** −z of the target [batch]: the surprisal as far as Z = 1. Undefined where the output has no single score a word. */
  readonly unnormalizedSurprisal: Node | undefined;
  /** What training makes small, a scalar: the mean surprisal, or what the output layer takes in its place */
  readonly loss: Node;
  /** All of θ, kernels that are not learned included. */
  readonly parameters: readonly ParameterNode[];
  /** Those of θ that are never trained. */
  readonly fixed: readonly ParameterNode[];
}

export function buildLanguageModelNetwork(
  config: LanguageModelConfig,
  vocabularySize: number,
  seed: number,
): LanguageModelNetwork {
  const { farWords, decays, dimension, directConnections } = config;
  const width = featureWidth(config);
  const { table } = new Embedding('embedding', vocabularySize, dimension, { seed });
  const kernels = farWords > 0 ? decayKernels(decays, farWords) : undefined;
  const seen: ContextParameters = { table, kernels };
  const body = createBody(width, config, seed);
  const sizes = { words: vocabularySize, inputs: body.outputs, features: width };
  const { layer: output, parameters } = createOutput(config, sizes, table, seed);

  const context = input('context', ['batch', contextLength(config)], 'i32');
  const target = input('target', ['batch'], 'i32');
  const features = contextFeatures(context, seen, config);
  const x = new Dropout('embedding-dropout', config.embeddingDropout).forward(features);
  const h = body.forward(x);
  const states = directConnections ? [h, x] : [h];
  const logits = output.logits(states);
  return {
    context,
    target,
    table,
    output,
    logits,
    surprisal: softmaxCrossEntropy(logits, target),
    unnormalizedSurprisal:
      output.scores === undefined ? undefined : negate(output.scores.ofEach(states, target)),
    loss: mean(output.trainingLoss(states, target)),
    parameters: [table, ...(kernels === undefined ? [] : [kernels]), ...body.parameters, ...parameters],
    fixed: kernels === undefined || config.learnedKernels ? [] : [kernels],
  };
}
