/**
 * jax-js on its wasm device; in Node it has one thread. Arrays are owned: whoever takes one uses it up, `.ref` keeps it.
 * `jit` cannot compile the gradient of an embedding, so the language model runs without, which its authors' own
 * alternative, one-hot vectors, does not beat.
 */
import { latency, microsecondsAwaited } from '../harness/measure.mjs';
import { languageModelBatches, weights, wordIds } from '../harness/synthetic.mjs';
import { INPUTS, TARGETS } from '../workloads/xor-step.mjs';

async function start() {
  const jax = await import('@jax-js/jax');
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const array = (values, shape) => jax.numpy.array(values).reshape(shape);
  return { ...jax, np: jax.numpy, array };
}

/** GFLOP/s of each product. */
export async function multiply({ milliseconds }, products) {
  const { np, array, jit } = await start();
  const values = {};
  for (const { id, m, n, k, transposeA, transposeB } of products) {
    const a = array(weights(m * k, 1), transposeA ? [k, m] : [m, k]);
    const b = array(weights(k * n, 1, 2), transposeB ? [n, k] : [k, n]);
    const product = jit((x, y) =>
      np.matmul(transposeA ? np.transpose(x) : x, transposeB ? np.transpose(y) : y),
    );
    const run = async () => {
      const c = product(a.ref, b.ref);
      await c.blockUntilReady();
      c.dispose();
    };
    values[id] = (2 * m * n * k) / (await microsecondsAwaited(run, milliseconds)) / 1000;
    a.dispose();
    b.dispose();
  }
  return values;
}

/** Tokens/s of each step. */
export async function trainLanguageModel({ milliseconds, ...sizes }, steps) {
  const jax = await start();
  const values = {};
  for (const { id, batch, optimizer } of steps) {
    const run = languageModelStep(jax, { ...sizes, batch, optimizer });
    values[id] = (1e6 * batch) / (await microsecondsAwaited(run, milliseconds));
  }
  return values;
}

function languageModelStep(jax, { vocabulary, context, dimension, hidden, batch, optimizer }) {
  const { np, nn, tree, valueAndGrad, array } = jax;
  const loss = (parameters, ids, target) => {
    const [table, w, b, u, c] = parameters;
    const x = np.take(table, ids, 0).reshape([batch, context * dimension]);
    const h = np.tanh(np.add(np.matmul(x, w), b));
    const z = np.add(np.matmul(h, u), c);
    const right = nn.oneHot(target, vocabulary).mul(nn.logSoftmax(z, -1));
    return right.sum().mul(-1 / batch);
  };
  const differentiate = valueAndGrad(loss);
  const update =
    optimizer === 'adam'
      ? adam(jax)
      : (parameters, gradients) => parameters.map((p, i) => p.sub(gradients[i].mul(0.1)));
  let parameters = languageModelParameters(array, { vocabulary, context, dimension, hidden });
  const batches = languageModelBatches({ vocabulary, context, batch });
  let step = 0;
  return async () => {
    const { context: ids, target } = batches[step++ % batches.length];
    const [value, gradients] = differentiate(
      tree.ref(parameters),
      array(ids, [ids.length]),
      array(target, [batch]),
    );
    parameters = update(parameters, gradients, step);
    await Promise.all(parameters.map((each) => each.blockUntilReady()));
    value.dispose();
  };
}

/** Kingma & Ba 2015, with the optimiser's state kept between calls; compiled, as it holds no look-up. */
function adam({ np, jit }) {
  const [rate, beta1, beta2, epsilon] = [0.002, 0.9, 0.999, 1e-8];
  const one = jit((p, g, m, v, size) => {
    const first = m.mul(beta1).add(g.ref.mul(1 - beta1));
    const second = v.mul(beta2).add(np.square(g).mul(1 - beta2));
    return [p.sub(size.mul(first.ref).div(np.sqrt(second.ref).add(epsilon))), first, second];
  });
  let state;
  return (parameters, gradients, step) => {
    state ??= parameters.map((p) => [np.zeros(p.shape), np.zeros(p.shape)]);
    const size = (rate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
    return parameters.map((p, i) => {
      const [next, ...moments] = one(p, gradients[i], ...state[i], np.array(size));
      state[i] = moments;
      return next;
    });
  };
}

function languageModelParameters(array, { vocabulary, context, dimension, hidden }) {
  const shapes = [
    [vocabulary, dimension],
    [context * dimension, hidden],
    [hidden],
    [hidden, vocabulary],
    [vocabulary],
  ];
  return shapes.map((shape, i) => array(weights(shape[0] * (shape[1] ?? 1), 0.05, i + 1), shape));
}

/** µs of the five likeliest next words. */
export async function nextWord({ calls, top, ...sizes }) {
  const { np, nn, lax, tree, array, jit } = await start();
  const { context, dimension, vocabulary } = sizes;
  const parameters = languageModelParameters(array, sizes);
  const best = jit(([table, w, b, u, c], ids) => {
    const x = np.take(table, ids, 0).reshape([1, context * dimension]);
    const h = np.tanh(np.add(np.matmul(x, w), b));
    return nn.softmax(np.add(np.matmul(h, u), c), -1);
  });
  const ids = wordIds(calls * context, vocabulary);
  return latency(
    async (i) => {
      const at = (i % calls) * context;
      const p = best(tree.ref(parameters), array(ids.slice(at, at + context), [context]));
      const [values, indices] = lax.topK(p, top);
      return [await values.data(), await indices.data()];
    },
    { calls },
  );
}

/** µs of one step, awaited: steps that only queue up take longer still. */
export async function xorStep({ milliseconds }) {
  const { np, array, jit, grad, tree } = await start();
  const loss = ([w1, b1, w2, b2], x, y) => {
    const hidden = sigmoid(np, np.add(np.matmul(x, w1), b1));
    const z = np.add(np.matmul(hidden, w2), b2);
    // Binary cross-entropy from the logit: log(1 + e^z) − y z
    const losses = np.log(np.add(np.exp(z.ref), 1)).sub(y.mul(z));
    return losses.sum().mul(1 / 4);
  };
  const step = jit((parameters, x, y) => {
    const gradients = grad(loss)(tree.ref(parameters), x, y);
    return parameters.map((p, i) => p.sub(gradients[i].mul(0.3)));
  });
  const shapes = [[2, 4], [4], [4, 1], [1]];
  let parameters = shapes.map((shape, i) => array(weights(shape[0] * (shape[1] ?? 1), 1, i + 1), shape));
  const x = array(Float32Array.from(INPUTS), [4, 2]);
  const y = array(Float32Array.from(TARGETS), [4, 1]);
  return microsecondsAwaited(async () => {
    parameters = step(parameters, x.ref, y.ref);
    await Promise.all(parameters.map((each) => each.blockUntilReady()));
  }, milliseconds);
}

function sigmoid(np, z) {
  return np.reciprocal(np.add(np.exp(z.mul(-1)), 1));
}
