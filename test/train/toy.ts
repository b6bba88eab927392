/** A small problem to train on: an embedding, dropout and two layers, so that every kind of state is there. */
import { Random } from '../../src/base/random.js';
import { type Engine, referenceEngine } from '../../src/engine/index.js';
import { input, mean, type Node, type ParameterNode, softmaxCrossEntropy } from '../../src/graph/index.js';
import { Dropout, Embedding, Linear, Sequential } from '../../src/nn/index.js';
import { Workspace } from '../../src/program/index.js';
import type { Batch, BatchSource } from '../../src/train/index.js';

export const EXAMPLES = 44;
const WORDS = 12;
const CLASSES = 3;

export interface Toy {
  readonly workspace: Workspace;
  readonly loss: Node;
  readonly parameters: readonly ParameterNode[];
  readonly table: ParameterNode;
  /** The loss over all examples, without dropout. */
  measure(): { loss: number };
  /** All weights, one parameter after the other. */
  weights(): number[];
}

/** The same seed gives the same start, each time in a workspace of its own. */
export function makeToy({
  engine = referenceEngine,
  dropout = 0,
  seed = 1,
}: {
  engine?: Engine;
  dropout?: number;
  seed?: number;
} = {}): Toy {
  const ids = input('ids', ['batch'], 'i32');
  const labels = input('labels', ['batch'], 'i32');
  const embedding = new Embedding('words', WORDS, 4, { seed });
  const net = new Sequential('net', [
    embedding,
    new Dropout('drop', dropout),
    new Linear('hidden', 4, 6, { activation: 'tanh', seed }),
    new Linear('output', 6, CLASSES, { seed }),
  ]);
  const loss = mean(softmaxCrossEntropy(net.forward(ids), labels));
  const workspace = new Workspace(engine);
  const judge = workspace.compile({ outputs: { loss } });
  const { parameters } = net;
  return {
    workspace,
    loss,
    parameters,
    table: embedding.table,
    measure: () => {
      judge.run(feedsOf(Array.from({ length: EXAMPLES }, (_, i) => i)));
      return { loss: judge.scalar('loss') };
    },
    weights: () => parameters.flatMap((node) => [...workspace.read(node)]),
  };
}

/** Example i is the word i mod 12; its label follows from the word, but for some noise. */
function feedsOf(examples: readonly number[]): Batch['feeds'] {
  const ids = examples.map((i) => i % WORDS);
  return { ids, labels: examples.map((i) => (i % 10 === 9 ? 0 : ((i % WORDS) * 7) % CLASSES)) };
}

export interface ToySourceOptions {
  readonly batchSize?: number;
  readonly shuffle?: boolean;
}

export class ToySource implements BatchSource {
  private readonly batchSize: number;
  private readonly shuffle: boolean;

  constructor({ batchSize = 8, shuffle = true }: ToySourceOptions = {}) {
    this.batchSize = batchSize;
    this.shuffle = shuffle;
  }

  get batchesPerEpoch(): number {
    return Math.ceil(EXAMPLES / this.batchSize);
  }

  *batches(epoch: number, from: number): Iterable<Batch> {
    const order = Array.from({ length: EXAMPLES }, (_, i) => i);
    if (this.shuffle) new Random(5, `order/${epoch}`).shuffle(order);
    for (let batch = from; batch < this.batchesPerEpoch; batch++) {
      const part = order.slice(batch * this.batchSize, (batch + 1) * this.batchSize);
      yield { feeds: feedsOf(part), size: part.length };
    }
  }
}

/** The same batches, as if they came from a file. */
export class AsyncToySource implements BatchSource {
  private readonly inner = new ToySource();
  readonly batchesPerEpoch = this.inner.batchesPerEpoch;

  async *batches(epoch: number, from: number): AsyncIterable<Batch> {
    for (const batch of this.inner.batches(epoch, from)) {
      await Promise.resolve();
      yield batch;
    }
  }
}

/** So many batches without anything in them, for losses of parameters alone. */
export function emptySource(batchesPerEpoch: number): BatchSource {
  return {
    batchesPerEpoch,
    *batches(_epoch, from) {
      for (let batch = from; batch < batchesPerEpoch; batch++) yield { feeds: {}, size: 1 };
    },
  };
}
