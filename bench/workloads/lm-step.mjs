/**
 * A training step of a feedforward language model, tokens/s: V = 10,000, four words of context, d = 100, H = 200 tanh,
 * softmax over the whole vocabulary. Forward, backward and the optimiser; ids are fed anew at each step.
 */
import { engineOf, settle } from '../harness/engines.mjs';
import { microseconds } from '../harness/measure.mjs';
import { inThreads } from '../harness/names.mjs';
import { library } from '../harness/places.mjs';
import { languageModelBatches } from '../harness/synthetic.mjs';

/** Every batch size with every optimiser. */
export function steps({ batches, optimizers }) {
  return batches.flatMap((batch) =>
    optimizers.map((optimizer) => ({ id: `batch ${batch}, ${optimizer}`, batch, optimizer })),
  );
}

export const learningRates = { sgd: 0.1, adam: 0.002 };

export default {
  name: 'lm-step',
  title: 'Language-model training step, V = 10,000',
  full: {
    ...{ vocabulary: 10_000, context: 4, dimension: 100, hidden: 200 },
    ...{ batches: [128, 512], optimizers: ['sgd', 'adam'], milliseconds: 4000 },
  },
  quick: {
    ...{ vocabulary: 60, context: 4, dimension: 8, hidden: 6 },
    ...{ batches: [8], optimizers: ['sgd', 'adam'], milliseconds: 2 },
  },
  cases: (settings) => steps(settings).map(({ id }) => ({ id, unit: 'tokens/s', better: 'higher' })),
  contestants: [
    lexigrad('wasm', 1),
    lexigrad('wasm', 2),
    lexigrad('blas', 1),
    lexigrad('blas', 2),
    javaScript('jax-js', ['jax-js'], '../peers/jax.mjs'),
    javaScript('tfjs-wasm', ['tfjs', 'tfjs-wasm'], '../peers/tfjs.mjs'),
    pytorch(1),
    pytorch(2),
  ],
};

function lexigrad(engine, threads) {
  return {
    name: `lexigrad ${engine}, ${inThreads(threads)}`,
    threads,
    needs: engine === 'blas' ? ['blas'] : [],
    run: async (settings) => {
      const chosen = await engineOf(engine, threads);
      const values = {};
      for (const step of steps(settings)) values[step.id] = await speed(chosen, step, settings);
      return values;
    },
  };
}

async function speed(engine, { batch, optimizer }, settings) {
  const { network, workspace } = await untrainedModel(engine, settings);
  const { backward } = await library('graph');
  const { Optimizer } = await library('optim');
  const rule = new Optimizer({ kind: optimizer, learningRate: learningRates[optimizer] });
  const updates = rule.updates(network.parameters, backward(network.loss, network.parameters));
  const program = workspace.compile({ updates, outputs: { loss: network.loss } });
  const feeds = languageModelBatches({ ...settings, batch });
  let step = 0;
  const run = () => {
    program.run({ ...feeds[step++ % feeds.length], ...rule.feeds(step) });
  };
  run();
  await settle();
  return (1e6 * batch) / microseconds(run, settings.milliseconds);
}

/** Words are called w0, w1, …; the first two ids are the unknown word and the end of a sentence. */
export async function untrainedModel(engine, { vocabulary, context, dimension, hidden }) {
  const { LanguageModel } = await library('models');
  const { Vocabulary } = await library('text');
  const tokens = ['<unk>', '</s>', ...Array.from({ length: vocabulary - 2 }, (_, i) => `w${i + 2}`)];
  const config = {
    ...{ tokenizer: { kind: 'whitespace' }, context: 'running', order: context + 1, dimension },
    ...{ hidden: [hidden], activation: 'tanh', tied: false, directConnections: false, dropout: 0 },
    ...{ embeddingDropout: 0, wordDropout: 0, farWords: 0, decays: [], learnedKernels: true },
    ...{ blocks: 0, normalization: 'none', output: 'softmax', cutoffs: [], samples: 0, selfNormalization: 0 },
  };
  const words = { tokens, counts: tokens.map(() => 1), specialCount: 2, unknownToken: '<unk>' };
  return new LanguageModel({ config, vocabulary: Vocabulary.fromJSON(words), seed: 1, engine });
}

function javaScript(name, needs, module) {
  return {
    name: `${name}, 1 thread`,
    threads: 1,
    needs,
    run: async (settings) => (await import(module)).trainLanguageModel(settings, steps(settings)),
  };
}

function pytorch(threads) {
  return {
    name: `pytorch, ${inThreads(threads)}`,
    threads,
    needs: ['pytorch'],
    run: async (settings) => {
      const { runPython } = await import('../peers/python.mjs');
      return runPython('torch_peer.py', 'lm-step', { ...settings, steps: steps(settings), learningRates });
    },
  };
}
