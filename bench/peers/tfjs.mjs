/**
 * TensorFlow.js on its wasm or plain JavaScript backend. In Node its wasm backend has one thread. It cannot differentiate a
 * look-up of embeddings (there is no UnsortedSegmentSum kernel), so the gradient is written here by hand.
 */
import { dirname } from 'node:path';
import { latency, microsecondsAwaited } from '../harness/measure.mjs';
import { languageModelBatches, weights, wordIds } from '../harness/synthetic.mjs';
import { INPUTS, TARGETS } from '../workloads/xor-step.mjs';
import { require } from './modules.mjs';

/** The library, ready on a backend. */
export async function start(backend) {
  // In Node it advertises its native binding at every start.
  const { warn } = console;
  console.warn = () => {};
  const tf = require('@tensorflow/tfjs');
  if (backend === 'wasm') {
    const wasm = require('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  }
  await tf.setBackend(backend);
  await tf.ready();
  console.warn = warn;
  if (tf.getBackend() !== backend) throw new Error(`the backend is ${tf.getBackend()}, not ${backend}`);
  return tf;
}

/** GFLOP/s of each product. Results are freed, not read back: on this backend they are there when the call returns. */
export async function multiply({ milliseconds }, products) {
  const tf = await start('wasm');
  const values = {};
  for (const { id, m, n, k, transposeA, transposeB } of products) {
    const a = tf.tensor(weights(m * k, 1), transposeA ? [k, m] : [m, k]);
    const b = tf.tensor(weights(k * n, 1, 2), transposeB ? [n, k] : [k, n]);
    const time = await microsecondsAwaited(
      () => tf.matMul(a, b, transposeA, transposeB).dispose(),
      milliseconds,
    );
    values[id] = (2 * m * n * k) / time / 1000;
    tf.dispose([a, b]);
  }
  return values;
}

/** Tokens/s of each step. */
export async function trainLanguageModel({ milliseconds, ...sizes }, steps) {
  const tf = await start('wasm');
  const values = {};
  for (const { id, batch, optimizer: kind } of steps) {
    const optimizer = kind === 'adam' ? tf.train.adam(0.002) : tf.train.sgd(0.1);
    const model = languageModel(tf, sizes);
    const batches = languageModelBatches({ ...sizes, batch });
    let step = 0;
    const run = async () => {
      const { context, target } = batches[step++ % batches.length];
      const loss = optimizer.minimize(() => model.loss(context, target), true, model.variables);
      await loss.data();
      loss.dispose();
    };
    values[id] = (1e6 * batch) / (await microsecondsAwaited(run, milliseconds));
    optimizer.dispose();
    tf.dispose(model.variables);
  }
  return values;
}

/** µs of the five likeliest next words. */
export async function nextWord({ calls, top, ...sizes }) {
  const tf = await start('wasm');
  const model = languageModel(tf, sizes);
  const ids = wordIds(calls * sizes.context, sizes.vocabulary);
  return latency(
    async (i) => {
      const at = (i % calls) * sizes.context;
      const best = tf.tidy(() =>
        tf.topk(tf.softmax(model.logits(ids.subarray(at, at + sizes.context))), top),
      );
      const words = [await best.indices.data(), await best.values.data()];
      tf.dispose([best.indices, best.values]);
      return words;
    },
    { calls },
  );
}

function languageModel(tf, { vocabulary, context, dimension, hidden }) {
  const variable = (shape, seed) =>
    tf.variable(tf.tensor(weights(shape[0] * (shape[1] ?? 1), 0.05, seed), shape));
  const table = variable([vocabulary, dimension], 1);
  const hiddenWeight = variable([context * dimension, hidden], 2);
  const hiddenBias = variable([hidden], 3);
  const outputWeight = variable([hidden, vocabulary], 4);
  const outputBias = variable([vocabulary], 5);
  const look = (ids) =>
    tf.customGrad((rows) => ({
      value: tf.gather(rows, tf.tensor1d(ids, 'int32')),
      gradFunc: (gradient) =>
        tf.scatterND(tf.tensor2d(ids, [ids.length, 1], 'int32'), gradient, [vocabulary, dimension]),
    }))(table);
  const logits = (ids) => {
    const x = tf.reshape(look(ids), [ids.length / context, context * dimension]);
    const h = tf.tanh(tf.add(tf.matMul(x, hiddenWeight), hiddenBias));
    return tf.add(tf.matMul(h, outputWeight), outputBias);
  };
  const loss = (ids, target) =>
    tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d(target, 'int32'), vocabulary), logits(ids));
  return { logits, loss, variables: [table, hiddenWeight, hiddenBias, outputWeight, outputBias] };
}

/** µs of one step. */
export async function xorStep({ milliseconds }, backend) {
  const tf = await start(backend);
  const variable = (shape, seed) =>
    tf.variable(tf.tensor(weights(shape[0] * (shape[1] ?? 1), 1, seed), shape));
  const [w1, b1, w2, b2] = [variable([2, 4], 1), variable([4], 2), variable([4, 1], 3), variable([1], 4)];
  const x = tf.tensor(INPUTS, [4, 2]);
  const y = tf.tensor(TARGETS, [4, 1]);
  const optimizer = tf.train.sgd(0.3);
  const loss = () => {
    const hidden = tf.sigmoid(tf.add(tf.matMul(x, w1), b1));
    return tf.losses.sigmoidCrossEntropy(y, tf.add(tf.matMul(hidden, w2), b2));
  };
  return microsecondsAwaited(() => optimizer.minimize(loss), milliseconds);
}
