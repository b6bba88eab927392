import { FeedforwardNetwork, type FeedforwardRow } from 'lexigrad';
import { wasmEngine } from 'lexigrad/engine';
import type { Tensor } from 'lexigrad/files';
import { serve } from '../../worker/serve.js';
import { openModel } from './inspect.js';
import { compareTensors } from './statistics.js';
import type { ModelTasks, Slot } from './tasks.js';

const tensors: Partial<Record<Slot, ReadonlyMap<string, Tensor>>> = {};

serve<ModelTasks>({
  inspect: ({ slot, name, bytes }) => {
    const opened = openModel(name, bytes);
    tensors[slot] = opened.tensors;
    return opened.inspected;
  },

  compare: () => {
    const { a, b } = tensors;
    if (a === undefined || b === undefined) throw new Error('two models are needed: open another');
    return compareTensors(a, b);
  },

  example: async () => [await exampleModel(1), await exampleModel(2)],
});

/** A network that tells the four corners of XOR apart, with much noise on them. */
async function exampleModel(seed: number) {
  const rows = Array.from({ length: 200 }, (_, i): FeedforwardRow => {
    const [x, y] = [i & 1, (i >> 1) & 1];
    const noise = (k: number) => (((i * k) % 41) - 20) / 60;
    return { features: [x + noise(17), y + noise(29)], label: x === y ? 'same' : 'different' };
  });
  const model = await FeedforwardNetwork.train(rows, {
    ...{ hidden: [8, 4], activation: 'tanh', epochs: 40, seed, featureNames: ['x', 'y'] },
    // A few units have nothing to share out among threads.
    engine: wasmEngine({ threads: 1 }),
  });
  return { name: `xor-seed-${seed}.lexigrad`, bytes: model.toBytes() as Uint8Array<ArrayBuffer> };
}
