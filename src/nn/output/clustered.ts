/**
 * A softmax in two steps over a vocabulary in falling order of frequency, cut into a shortlist and clusters:
 *
 *   p(w) = p_head(w)                       w in the shortlist
 *   p(w) = p_head(c) · p(w | c)            w in cluster c
 *
 * The head chooses among the words of the shortlist and the clusters. A cluster's own softmax is computed only for the
 * examples whose target is in it, so rare words cost next to nothing.
 *
 *   adaptive softmax   a shortlist, and few clusters that see a narrower projection of the state (Grave et al. 2017)
 *   class-factored     no shortlist, and many clusters of equal mass at full width (Goodman 2001)
 */
import { ValueError } from '../../base/errors.js';
import {
  constant,
  type InputNode,
  input,
  type Node,
  type ParameterNode,
  parameter,
} from '../../graph/node.js';
import { add } from '../../graph/ops/arithmetic.js';
import { softmaxCrossEntropy } from '../../graph/ops/losses.js';
import { matmul } from '../../graph/ops/matrix.js';
import { logSoftmax } from '../../graph/ops/reductions.js';
import { gather, segmentPool, segmentRepeat } from '../../graph/ops/rows.js';
import { concat, reshape, slice } from '../../graph/ops/structure.js';
import { Linear } from '../layers.js';
import type { OutputLayer, TargetFeeder } from './output-layer.js';

/** Words begin … end − 1, seen through a projection to `width` numbers. */
export interface ClusterRange {
  readonly begin: number;
  readonly end: number;
  readonly width: number;
}

export interface ClusteredOptions {
  /** V */
  readonly size: number;
  /** Numbers of the state */
  readonly inputs: number;
  /** In order, from the end of the shortlist to V. */
  readonly clusters: readonly ClusterRange[];
  /** E [V, inputs] where the vectors of the words of full width are its rows; else they have their own. */
  readonly table?: ParameterNode;
  readonly seed?: number;
}

export class ClusteredOutput implements OutputLayer {
  readonly parameters: readonly ParameterNode[];
  readonly clusters: readonly Cluster[];
  /** How many words stand in the head itself. */
  readonly shortlist: number;
  private readonly headVectors: Node;
  private readonly headBias: ParameterNode;
  private readonly headTarget: InputNode;

  /** @throws ValueError where the clusters do not follow one another to V */
  constructor(name: string, options: ClusteredOptions) {
    const { size, inputs, clusters, table, seed } = options;
    checkRanges(clusters, size);
    const shortlist = clusters[0]!.begin;
    const choices = shortlist + clusters.length;
    this.shortlist = shortlist;
    this.clusters = clusters.map((range, i) => new Cluster(`${name}/cluster${i + 1}`, range, options));
    const own = (rows: number) => new Linear(`${name}/head`, inputs, rows, { bias: false, seed }).weight;
    const head = own(table === undefined ? choices : clusters.length);
    this.headVectors =
      table === undefined || shortlist === 0 ? head : concat([rowsOf(table, 0, shortlist), head], 0);
    this.headBias = parameter(`${name}/head/bias`, [choices], 0);
    this.headTarget = input('head/target', ['batch'], 'i32');
    this.parameters = [head, this.headBias, ...this.clusters.flatMap(({ parameters }) => parameters)];
  }

  logits([state]: readonly Node[]): Node {
    const { shortlist } = this;
    const head = logSoftmax(this.head(state!));
    const parts = this.clusters.map((cluster, i) => {
      const chosen = slice(head, 1, shortlist + i, shortlist + i + 1);
      return add(chosen, logSoftmax(cluster.scores(state!)));
    });
    return concat(shortlist === 0 ? parts : [slice(head, 1, 0, shortlist), ...parts], 1);
  }

  trainingLoss([state]: readonly Node[]): Node {
    const head = softmaxCrossEntropy(this.head(state!), this.headTarget);
    return this.clusters.reduce((loss, cluster) => add(loss, cluster.trainingLoss(state!)), head);
  }

  feeder(): TargetFeeder {
    const { shortlist, clusters } = this;
    const clusterOf = Int32Array.from({ length: clusters.at(-1)!.end }, (_, id) =>
      clusters.findIndex(({ end, begin }) => begin <= id && id < end),
    );
    return (targets) => ({
      'head/target': targets.map((id) => (id < shortlist ? id : shortlist + clusterOf[id]!)),
      ...Object.assign({}, ...clusters.map((cluster) => cluster.feeds(targets))),
    });
  }

  biases(frequencies: ArrayLike<number>): ReadonlyMap<ParameterNode, Float32Array> {
    const all = Array.from(frequencies);
    const masses = this.clusters.map(({ begin, end }) => sumOf(all.slice(begin, end)));
    return new Map([
      [this.headBias, Float32Array.from([...all.slice(0, this.shortlist), ...masses], Math.log)],
      ...this.clusters.map(
        ({ bias, begin, end }) => [bias, Float32Array.from(all.slice(begin, end), Math.log)] as const,
      ),
    ]);
  }

  private head(state: Node): Node {
    return add(matmul(state, this.headVectors, { transposeB: true }), this.headBias);
  }
}

/** The softmax among the words of one cluster. */
class Cluster {
  readonly begin: number;
  readonly end: number;
  readonly parameters: readonly ParameterNode[];
  readonly bias: ParameterNode;
  private readonly name: string;
  private readonly projection: Linear | undefined;
  private readonly vectors: Node;
  /** Where the examples of this cluster end among those of the batch: each has one row in it or none. */
  private readonly ends: InputNode;
  private readonly target: InputNode;

  constructor(name: string, { begin, end, width }: ClusterRange, { inputs, table, seed }: ClusteredOptions) {
    const rows = end - begin;
    this.name = name;
    this.begin = begin;
    this.end = end;
    this.projection =
      width === inputs ? undefined : new Linear(`${name}/projection`, inputs, width, { bias: false, seed });
    const weight =
      table !== undefined && width === inputs
        ? undefined
        : new Linear(name, width, rows, { bias: false, seed }).weight;
    this.vectors = weight ?? rowsOf(table!, begin, end);
    this.bias = parameter(`${name}/bias`, [rows], 0);
    this.ends = input(`${name}/ends`, ['batch'], 'i32');
    this.target = input(`${name}/target`, [name], 'i32');
    this.parameters = [
      ...(this.projection?.parameters ?? []),
      ...(weight === undefined ? [] : [weight]),
      this.bias,
    ];
  }

  /** Of every word of the cluster: [batch, inputs] → [batch, words] */
  scores(state: Node): Node {
    const seen = this.projection?.forward(state) ?? state;
    return add(matmul(seen, this.vectors, { transposeB: true }), this.bias);
  }

  /** −ln p(target | cluster) for each example of the batch; 0 for those of other clusters. [batch] */
  trainingLoss(state: Node): Node {
    const { name, ends, target } = this;
    const own = segmentRepeat(state, ends, name);
    const surprisal = softmaxCrossEntropy(this.scores(own), target);
    return reshape(segmentPool(reshape(surprisal, [name, 1]), ends, 'sum'), ends.shape);
  }

  feeds(targets: Int32Array): Record<string, Int32Array> {
    const { name, begin, end } = this;
    let count = 0;
    const ends = targets.map((id) => (begin <= id && id < end ? ++count : count));
    const own = targets.filter((id) => begin <= id && id < end).map((id) => id - begin);
    return { [`${name}/ends`]: ends, [`${name}/target`]: own };
  }
}

/** Rows of a table by `gather`, whose gradient stays row-sparse. */
function rowsOf(table: ParameterNode, begin: number, end: number): Node {
  const ids = Array.from({ length: end - begin }, (_, i) => begin + i);
  return gather(table, constant(ids, [ids.length], 'i32'));
}

function checkRanges(clusters: readonly ClusterRange[], size: number): void {
  const follow = clusters.every(
    ({ begin, end }, i) => begin < end && begin === (clusters[i - 1]?.end ?? begin),
  );
  if (clusters.length > 0 && follow && clusters.at(-1)!.end === size) return;
  const given = clusters.map(({ begin, end }) => `${begin}–${end}`).join(', ') || 'none';
  throw new ValueError(
    `the clusters of an output layer must follow one another to its ${size} words, but are ${given}`,
  );
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
