/** The smallest training step worth having, µs: XOR, 2-4-1 sigmoid units, all four patterns at once, gradient descent. */
import { engineOf } from '../harness/engines.mjs';
import { microseconds } from '../harness/measure.mjs';
import { library } from '../harness/places.mjs';

export const INPUTS = [0, 0, 0, 1, 1, 0, 1, 1];
export const TARGETS = [0, 1, 1, 0];
const STEP = 'training step';

export default {
  name: 'xor-step',
  title: 'XOR training step, 2-4-1, batch 4',
  full: { milliseconds: 1000 },
  quick: { milliseconds: 5 },
  cases: () => [{ id: STEP, unit: 'µs', better: 'lower' }],
  contestants: [
    { name: 'lexigrad wasm', threads: 1, run: lexigrad },
    {
      name: 'brain.js',
      threads: 1,
      needs: ['brain.js'],
      run: async (settings) => ({ [STEP]: (await import('../peers/brain.mjs')).xorStep(settings) }),
    },
    tensorflow('cpu', ['tfjs']),
    tensorflow('wasm', ['tfjs', 'tfjs-wasm']),
    {
      name: 'jax-js',
      threads: 1,
      needs: ['jax-js'],
      run: async (settings) => ({ [STEP]: await (await import('../peers/jax.mjs')).xorStep(settings) }),
    },
    {
      name: 'pytorch',
      threads: 1,
      needs: ['pytorch'],
      run: async (settings) =>
        (await import('../peers/python.mjs')).runPython('torch_peer.py', 'xor-step', {
          ...settings,
          id: STEP,
        }),
    },
  ],
};

async function lexigrad({ milliseconds }) {
  const { FeedforwardNetwork } = await library('models');
  const { backward } = await library('graph');
  const { Optimizer } = await library('optim');
  const config = {
    ...{ featureNames: ['x1', 'x2'], labels: ['0', '1'], head: 'binary', hidden: [4], activation: 'sigmoid' },
    ...{ dropout: 0, means: [0, 0], deviations: [1, 1] },
  };
  const { network, workspace } = new FeedforwardNetwork({ config, seed: 1, engine: await engineOf('wasm') });
  const rule = new Optimizer({ kind: 'sgd', learningRate: 0.3 });
  const updates = rule.updates(network.parameters, backward(network.loss, network.parameters));
  const program = workspace.compile({ updates });
  const feeds = {
    [network.x.name]: Float32Array.from(INPUTS),
    [network.target.name]: Float32Array.from(TARGETS),
    [network.weights.name]: new Float32Array(4).fill(1),
    ...rule.feeds(1),
  };
  return { [STEP]: microseconds(() => program.run(feeds), milliseconds) };
}

function tensorflow(backend, needs) {
  return {
    name: `tfjs-${backend}`,
    threads: 1,
    needs,
    run: async (settings) => ({
      [STEP]: await (await import('../peers/tfjs.mjs')).xorStep(settings, backend),
    }),
  };
}
