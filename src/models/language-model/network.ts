/**
 * The feedforward language model as a graph (Bengio et al. 2003):
 *
 *   w_{t−N+1} … w_{t−1} → E → concatenated → hidden layers → output over the vocabulary
 *
 * One E is shared by all context positions, and with `tied` by the output too.
 */
import { type InputNode, input, type Node, type ParameterNode, parameter } from '../../graph/node.js';
import { add } from '../../graph/ops/arithmetic.js';
import { softmaxCrossEntropy } from '../../graph/ops/losses.js';
import { matmul } from '../../graph/ops/matrix.js';
import { mean } from '../../graph/ops/reductions.js';
import { reshape } from '../../graph/ops/structure.js';
import { Dropout, Embedding, type Layer, Linear, Sequential } from '../../nn/index.js';
import type { LanguageModelConfig } from './options.js';

export interface LanguageModelNetwork {
  /** Ids of the context, the oldest first: [batch, order − 1] */
  readonly context: InputNode;
  /** The word to predict [batch] */
  readonly target: InputNode;
  /** E [V, dimension] */
  readonly table: ParameterNode;
  /** b [V]: starts at the log of the words' frequencies */
  readonly outputBias: ParameterNode;
  /** z [batch, V] */
  readonly logits: Node;
  /** −ln p(w_t | …) for each example [batch] */
  readonly surprisal: Node;
  /** Mean surprisal, a scalar */
  readonly loss: Node;
  readonly parameters: readonly ParameterNode[];
}

export function buildLanguageModelNetwork(
  config: LanguageModelConfig,
  vocabularySize: number,
  seed: number,
): LanguageModelNetwork {
  const { order, dimension, tied, directConnections } = config;
  const length = order - 1;
  const context = input('context', ['batch', length], 'i32');
  const target = input('target', ['batch'], 'i32');
  const embedding = new Embedding('embedding', vocabularySize, dimension, { seed });
  const concatenated = reshape(embedding.forward(context), ['batch', length * dimension]);
  const x = new Dropout('embedding-dropout', config.dropout).forward(concatenated);

  const body = hiddenLayers(length * dimension, config, seed);
  const outputBias = parameter('output/bias', [vocabularySize], 0);
  const parameters: ParameterNode[] = [embedding.table, ...body.parameters, outputBias];
  let logits: Node;
  if (tied) {
    logits = matmul(body.forward(x), embedding.table, { transposeB: true });
  } else {
    const output = new Linear('output', body.outputs, vocabularySize, { seed, bias: false });
    parameters.push(output.weight);
    logits = output.forward(body.forward(x));
  }
  if (directConnections) {
    const direct = new Linear('direct', length * dimension, vocabularySize, {
      seed,
      bias: false,
      initializer: { kind: 'zeros' },
    });
    parameters.push(direct.weight);
    logits = add(logits, direct.forward(x));
  }
  logits = add(logits, outputBias);
  const surprisal = softmaxCrossEntropy(logits, target);
  return {
    context,
    target,
    table: embedding.table,
    outputBias,
    logits,
    surprisal,
    loss: mean(surprisal),
    parameters,
  };
}

/** Hidden layers with dropout; a tied output needs a last layer that leads back to the embeddings' dimension. */
function hiddenLayers(
  inputs: number,
  config: LanguageModelConfig,
  seed: number,
): Layer & { readonly outputs: number } {
  const layers: Layer[] = [];
  let width = inputs;
  config.hidden.forEach((units, i) => {
    const name = `hidden${i + 1}`;
    layers.push(
      new Linear(name, width, units, { activation: config.activation, seed }),
      new Dropout(`${name}-dropout`, config.dropout),
    );
    width = units;
  });
  if (config.tied) {
    layers.push(new Linear('projection', width, config.dimension, { seed }));
    width = config.dimension;
  }
  return Object.assign(new Sequential('body', layers), { outputs: width });
}
