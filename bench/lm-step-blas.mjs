/**
 * Training steps of a language model on the blas and the wasm engine: node bench/lm-step-blas.mjs [threads] [batch]
 *
 * V = 10,000, four words of context, d = 100, H = 200 tanh, softmax over the whole vocabulary, plain gradient descent.
 * The engines take turns. Printed are tokens/s, and which share of the step its matrix products take.
 */

import { build } from 'esbuild';

const [threads, batch] = [Number(process.argv[2] ?? 1), Number(process.argv[3] ?? 128)];
const VOCABULARY = 10_000;
const CONTEXT = 4;
const ROUNDS = 3;
const MILLISECONDS = 2000;

const lexigrad = await importSources();
const blas = await lexigrad.loadBlasEngine({ threads });
console.log(`node ${process.version}, ${blas.description}; batch ${batch}`);

const contestants = [lexigrad.wasmEngine(), blas].map((engine) => ({
  engine,
  step: trainingStep(engine),
  best: 0,
}));
for (const { step } of contestants) repeat(step);
for (let round = 0; round < ROUNDS; round++) {
  for (const each of contestants) each.best = Math.max(each.best, repeat(each.step));
}
for (const { engine, step, best } of contestants) {
  const share = (100 * step.productShare()).toFixed(0);
  console.log(
    `${engine.name.padEnd(8)}${best.toFixed(0).padStart(8)} tokens/s, ${share} % of it matrix products`,
  );
}

/** Tokens a second. */
function repeat(step) {
  const start = performance.now();
  let steps = 0;
  while (performance.now() - start < MILLISECONDS) {
    step();
    steps++;
  }
  return (1000 * steps * batch) / (performance.now() - start);
}

function trainingStep(engine) {
  const config = {
    order: CONTEXT + 1,
    dimension: 100,
    hidden: [200],
    activation: 'tanh',
    tied: false,
    directConnections: false,
    dropout: 0,
  };
  const { loss, parameters } = lexigrad.buildLanguageModelNetwork(config, VOCABULARY, 1);
  const hyper = lexigrad.input('hyper', [lexigrad.HYPER_SIZE]);
  const gradients = lexigrad.backward(loss, parameters);
  const updates = parameters.map((parameter, i) => ({
    ...{ parameter, gradient: gradients[i], rule: 'sgd', slots: [], hyper },
    lastTouched: lexigrad.parameter(`last${i}`, [parameter.shape[0]], 0, 'i32'),
  }));
  const program = new lexigrad.Workspace(engine).compile({ updates, outputs: { loss } });
  const { learningRate, correction1, correction2, step } = lexigrad.hyperLayout;
  const values = new Float32Array(lexigrad.HYPER_SIZE);
  values[learningRate] = 0.1;
  values[correction1] = values[correction2] = 1;
  const context = new Int32Array(batch * CONTEXT);
  const target = new Int32Array(batch);
  const feeds = { context, target, hyper: values };
  const next = () => {
    values[step]++;
    for (let i = 0; i < context.length; i++) context[i] = word();
    for (let i = 0; i < target.length; i++) target[i] = word();
  };
  const run = () => {
    next();
    program.run(feeds);
  };
  const productShare = () => {
    const times = { matmul: 0, all: 0 };
    const add = ({ kernel }, milliseconds) => {
      if (kernel === 'matmul') times.matmul += milliseconds;
      times.all += milliseconds;
    };
    for (let i = 0; i < 10; i++) {
      next();
      program.profile(feeds, { add });
    }
    return times.matmul / times.all;
  };
  return Object.assign(run, { productShare });
}

/** Words about as frequent as in a text: the k-th with a probability near 1 / k. */
function word() {
  return Math.min(VOCABULARY - 1, Math.floor(VOCABULARY ** Math.random()) - 1);
}

/** The library's sources, bundled in memory: this runs without a build. */
async function importSources() {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from './src/engine/blas/index.ts';
        export * from './src/engine/wasm/index.ts';
        export * from './src/engine/kernels.ts';
        export * from './src/graph/index.ts';
        export * from './src/program/index.ts';
        export * from './src/models/language-model/network.ts';`,
      resolveDir: new URL('..', import.meta.url).pathname,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    plugins: [
      { name: 'koffi', setup: ({ onResolve }) => onResolve({ filter: /^koffi$/ }, () => external()) },
    ],
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/** A module from a data: address can import only by full address. */
function external() {
  return { path: import.meta.resolve('koffi'), external: true };
}
