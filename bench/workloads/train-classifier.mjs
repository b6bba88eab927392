/**
 * Training a text classifier as its users see it: the whole process, from a file of labelled texts to a saved model. Beside
 * the seconds stand the accuracy on test texts (measured afterwards, outside the clock) and the peak of memory.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../harness/children.mjs';
import { corpusPaths, writeCorpus } from '../harness/corpus.mjs';
import { inThreads } from '../harness/names.mjs';
import { command } from '../harness/places.mjs';
import { checkThreads, fastTextTraining, KINDS, lexigradModel, lexigradTraining } from './classifiers.mjs';

export default {
  name: 'train-classifier',
  title: 'Training a classifier, from file to saved model',
  full: { copies: [1, 6], epochs: 5 },
  quick: { copies: [1], epochs: 1, limit: 60 },
  cases: ({ copies }) =>
    copies.flatMap((count) =>
      Object.keys(KINDS).flatMap((kind) => [
        { id: idOf(kind, count, 'wall time'), unit: 's', better: 'lower' },
        { id: idOf(kind, count, 'accuracy'), unit: '%', better: 'higher', chart: false },
        { id: idOf(kind, count, 'peak memory'), unit: 'MiB', better: 'lower', chart: false },
      ]),
    ),
  prepare: async ({ folder, copies, limit }) => {
    for (const count of copies) {
      const own = join(folder, String(count));
      mkdirSync(own, { recursive: true });
      const { name, rows } = await writeCorpus(own, { copies: count, limit });
      writeFileSync(join(own, 'about.txt'), `${name}, ${rows} rows\n`);
    }
  },
  contestants: [
    ...[1, 2].map((threads) => ({
      name: `lexigrad, ${inThreads(threads)}`,
      threads,
      run: async (settings) => {
        await checkThreads(threads);
        return forEach({ ...settings, threads }, lexigradTraining, lexigradAccuracy);
      },
    })),
    {
      name: `lexigrad, ${inThreads(2)}, hogwild`,
      threads: 2,
      run: async (settings) => {
        await checkThreads(2);
        const racing = { ...settings, threads: 2, hogwild: true };
        return forEach(racing, lexigradTraining, lexigradAccuracy);
      },
    },
    ...[1, 2].map((threads) => ({
      name: `fasttext, ${inThreads(threads)}`,
      threads,
      needs: ['fasttext'],
      run: (settings) =>
        forEach(
          settings,
          (kind, own) => fastTextTraining(kind, own, `fasttext${threads}`),
          (kind, own) => fastTextAccuracy(kind, own, `fasttext${threads}`),
        ),
    })),
    {
      name: 'fasttext.wasm.js, 1 thread',
      threads: 1,
      needs: ['fasttext.wasm.js'],
      run: (settings) => forEach(settings, wasmTraining, wasmAccuracy),
    },
    {
      name: 'scikit-learn, 1 thread',
      threads: 1,
      needs: ['scikit-learn'],
      run: (settings) => forEach(settings, sklearnTraining, sklearnAccuracy),
    },
  ],
};

/** Runs every training as a command of its own, then asks, off the clock, how good the model is. */
async function forEach(settings, trainingOf, accuracyOf) {
  const values = {};
  for (const count of settings.copies) {
    const own = { ...settings, folder: join(settings.folder, String(count)) };
    for (const kind of Object.keys(KINDS)) {
      const { seconds, peakMiB } = await runCommand(trainingOf(kind, own));
      values[idOf(kind, count, 'wall time')] = seconds;
      values[idOf(kind, count, 'peak memory')] = peakMiB;
      values[idOf(kind, count, 'accuracy')] = 100 * (await accuracyOf(kind, own));
    }
  }
  return values;
}

async function lexigradAccuracy(kind, { folder }) {
  const words = [
    process.execPath,
    command,
    'evaluate',
    lexigradModel(kind, folder),
    corpusPaths(folder).test,
  ];
  const { stdout } = await runCommand([...words, '--format', 'fasttext', '--json']);
  return JSON.parse(stdout).accuracy;
}

/** `fasttext test` prints N, P@1 and R@1; with one label a text, P@1 is the accuracy. */
async function fastTextAccuracy(kind, { folder }, name) {
  const model = join(folder, `${name}-${kind}.bin`);
  const { stdout } = await runCommand(['fasttext', 'test', model, corpusPaths(folder).test]);
  return Number(/P@1\s+([\d.]+)/.exec(stdout)[1]);
}

const wasmScript = fileURLToPath(new URL('../peers/fasttext-wasm-command.mjs', import.meta.url));

export function wasmTraining(kind, { folder, epochs }) {
  const { wordNgrams, dimension, bucket, learningRate } = KINDS[kind];
  // Its defaults are those of word vectors, not of fastText's own 'supervised'.
  const size = { dim: dimension, wordNgrams, bucket, minCount: 1, minn: 0, maxn: 0 };
  const options = JSON.stringify({ ...size, lr: learningRate, epoch: epochs, loss: 'softmax' });
  return [
    process.execPath,
    wasmScript,
    'train',
    corpusPaths(folder).train,
    join(folder, `wasm-${kind}.bin`),
    options,
  ];
}

async function wasmAccuracy(kind, { folder }) {
  const words = [
    process.execPath,
    wasmScript,
    'test',
    corpusPaths(folder).test,
    join(folder, `wasm-${kind}.bin`),
  ];
  return Number((await runCommand(words)).stdout);
}

const sklearnScript = fileURLToPath(new URL('../peers/sklearn_peer.py', import.meta.url));

function sklearnTraining(kind, { folder, epochs }) {
  const model = join(folder, `sklearn-${kind}.pickle`);
  const numbers = [KINDS[kind].wordNgrams, epochs].map(String);
  return ['python3', sklearnScript, 'train', corpusPaths(folder).train, model, ...numbers];
}

async function sklearnAccuracy(kind, { folder }) {
  const model = join(folder, `sklearn-${kind}.pickle`);
  return Number(
    (await runCommand(['python3', sklearnScript, 'test', corpusPaths(folder).test, model])).stdout,
  );
}

function idOf(kind, count, measure) {
  return `${kind}, rows × ${count}: ${measure}`;
}
