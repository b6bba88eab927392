/**
 * The classifier's network as a graph:
 *
 *   words → embeddings → pooling ─┐
 *                                 ├─ concatenated → hidden layers → logits → softmax or σ
 *   hand-built features ──────────┘
 */
import { type InputNode, input, type Node, type ParameterNode } from '../../graph/node.js';
import { sigmoid } from '../../graph/ops/activations.js';
import { multiply } from '../../graph/ops/arithmetic.js';
import { binaryCrossEntropy, softmaxCrossEntropy } from '../../graph/ops/losses.js';
import { mean, softmax } from '../../graph/ops/reductions.js';
import { segmentPool } from '../../graph/ops/rows.js';
import { concat, reshape, sum } from '../../graph/ops/structure.js';
import { Dropout, EmbeddingBag, type Layer, Linear, Sequential } from '../../nn/index.js';
import { gather } from '../../graph/ops/rows.js';
import type { ClassifierConfig } from './options.js';

export interface ClassifierNetwork {
  /** Feature ids of all texts, one text after the other, and where each text ends; absent without embeddings. */
  readonly ids?: InputNode;
  readonly ends?: InputNode;
  /** Standardised hand-built features [batch, n]; absent where there are none. */
  readonly dense?: InputNode;
  /** The looked-up embeddings [items, dimension], before pooling: explanations differentiate with respect to them. */
  readonly rows?: Node;
  readonly table?: ParameterNode;
  /** z: [batch, labels], or [batch, 1] of a binary head */
  readonly logits: Node;
  /** [batch, labels], or [batch, 1] */
  readonly probabilities: Node;
  readonly target: InputNode;
  /** A weight for each example [batch] */
  readonly weights: InputNode;
  /** Mean loss, a scalar */
  readonly loss: Node;
  readonly parameters: readonly ParameterNode[];
  /** The last layer: W [labels, width], b [labels]. */
  readonly output: Linear;
}

export interface NetworkSizes {
  /** Rows of the embedding table; 0: no embeddings. */
  readonly featureCount: number;
  /** Hand-built features; 0: none. */
  readonly denseCount: number;
}

export function buildClassifierNetwork(config: ClassifierConfig, { featureCount, denseCount }: NetworkSizes, seed: number): ClassifierNetwork {
  const parts: Node[] = [];
  const parameters: ParameterNode[] = [];
  let bagInputs: Pick<ClassifierNetwork, 'ids' | 'ends' | 'rows' | 'table'> = {};

  if (featureCount > 0) {
    const ids = input('ids', ['items'], 'i32');
    const ends = input('ends', ['batch'], 'i32');
    const embeddings = new EmbeddingBag('embedding', featureCount, config.dimension, config.pooling, {
      seed,
      initializer: { kind: 'uniform', limit: 0.1 },
    });
    const rows = gather(embeddings.table, ids);
    const { pooling } = config;
    const pooled = pooling === 'mean+max' ? concat([segmentPool(rows, ends, 'mean'), segmentPool(rows, ends, 'max')]) : segmentPool(rows, ends, pooling);
    parts.push(pooled);
    parameters.push(embeddings.table);
    bagInputs = { ids, ends, rows, table: embeddings.table };
  }
  const dense = denseCount > 0 ? input('features', ['batch', denseCount]) : undefined;
  if (dense !== undefined) parts.push(dense);

  const x = concat(parts);
  const body = hiddenLayers(x.shape[1] as number, config, seed);
  const last = body.layers.findLast((layer): layer is Linear => layer instanceof Linear);
  const width = last?.outputs ?? (x.shape[1] as number);
  const output = new Linear('output', width, config.head === 'binary' ? 1 : config.labels.length, { seed });
  const logits = output.forward(body.forward(x));
  const weights = input('weights', ['batch']);
  return {
    ...bagInputs,
    dense,
    logits,
    output,
    ...headOf(config, logits, weights),
    weights,
    parameters: [...parameters, ...body.parameters, ...output.parameters],
  };
}

function hiddenLayers(inputs: number, { hidden, activation, dropout }: ClassifierConfig, seed: number): Sequential {
  const layers: Layer[] = [new Dropout('input-dropout', dropout)];
  let width = inputs;
  hidden.forEach((units, i) => {
    layers.push(new Linear(`hidden${i + 1}`, width, units, { activation, seed }), new Dropout(`hidden${i + 1}-dropout`, dropout));
    width = units;
  });
  return new Sequential('body', layers);
}

/** Probabilities and the mean weighted loss. */
function headOf({ head, labels }: ClassifierConfig, logits: Node, weights: Node): Pick<ClassifierNetwork, 'probabilities' | 'target' | 'loss'> {
  if (head === 'softmax') {
    const target = input('labels', ['batch'], 'i32');
    return { target, probabilities: softmax(logits), loss: mean(multiply(softmaxCrossEntropy(logits, target), weights)) };
  }
  const target = head === 'binary' ? input('labels', ['batch']) : input('labels', ['batch', labels.length]);
  const losses =
    head === 'binary' ? binaryCrossEntropy(reshape(logits, ['batch']), target) : sum(binaryCrossEntropy(logits, target), 1);
  return { target, probabilities: sigmoid(logits), loss: mean(multiply(losses, weights)) };
}
