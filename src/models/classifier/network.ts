/**
 * The classifier's network as a graph:
 *
 *   words → embeddings → pooling ─┐
 *                                 ├─ concatenated → hidden layers → logits → softmax or σ
 *   hand-built features ──────────┘
 */
import { type InputNode, input, type Node, type ParameterNode } from '../../graph/node.js';
import { gather, segmentPool } from '../../graph/ops/rows.js';
import { concat } from '../../graph/ops/structure.js';
import { EmbeddingBag, Linear } from '../../nn/index.js';
import { headOf, hiddenLayers, logitCount } from '../heads.js';
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
  /** The logits of other embeddings [items, dimension] and hand-built features [batch, n] than `rows` and `dense`. */
  readonly readout: (rows: Node | undefined, dense: Node | undefined) => Node;
}

export interface NetworkSizes {
  /** Rows of the embedding table; 0: no embeddings. */
  readonly featureCount: number;
  /** Hand-built features; 0: none. */
  readonly denseCount: number;
}

/** @param seed of the initial weights of layers; embeddings start at 0, and training sets them out */
export function buildClassifierNetwork(
  config: ClassifierConfig,
  { featureCount, denseCount }: NetworkSizes,
  seed: number,
): ClassifierNetwork {
  const parameters: ParameterNode[] = [];
  let bagInputs: Pick<ClassifierNetwork, 'ids' | 'ends' | 'rows' | 'table'> = {};
  let pool: (rows: Node) => Node = (rows) => rows;

  if (featureCount > 0) {
    const ids = input('ids', ['items'], 'i32');
    const ends = input('ends', ['batch'], 'i32');
    const embeddings = new EmbeddingBag('embedding', featureCount, config.dimension, config.pooling, {
      initializer: { kind: 'zeros' },
    });
    const rows = gather(embeddings.table, ids);
    const { pooling } = config;
    pool = (values) =>
      pooling === 'mean+max'
        ? concat([segmentPool(values, ends, 'mean'), segmentPool(values, ends, 'max')])
        : segmentPool(values, ends, pooling);
    parameters.push(embeddings.table);
    bagInputs = { ids, ends, rows, table: embeddings.table };
  }
  const dense = denseCount > 0 ? input('features', ['batch', denseCount]) : undefined;

  const join = (rows: Node | undefined, features: Node | undefined) =>
    concat([...(rows === undefined ? [] : [pool(rows)]), ...(features === undefined ? [] : [features])]);
  const x = join(bagInputs.rows, dense);
  const { body, width } = hiddenLayers(x.shape[1] as number, config, seed);
  const output = new Linear('output', width, logitCount(config.head, config.labels.length), { seed });
  const logits = output.forward(body.forward(x));
  const weights = input('weights', ['batch']);
  return {
    ...bagInputs,
    dense,
    logits,
    output,
    readout: (rows, features) => output.forward(body.forward(join(rows, features))),
    ...headOf(config.head, config.labels.length, logits, weights),
    weights,
    parameters: [...parameters, ...body.parameters, ...output.parameters],
  };
}
