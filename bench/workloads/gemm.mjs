/** Matrix products C[M, N] = A B in all transpose forms (N: as stored, T: transposed), GFLOP/s. */
import { engineOf, settle } from '../harness/engines.mjs';
import { microseconds } from '../harness/measure.mjs';
import { inThreads } from '../harness/names.mjs';
import { library } from '../harness/places.mjs';
import { weights } from '../harness/synthetic.mjs';

const FORMS = ['NN', 'NT', 'TN', 'TT'];

export function products({ sizes }) {
  return sizes.flatMap(([m, n, k]) =>
    FORMS.map((form) => ({
      ...{ id: `${m} × ${n} × ${k} ${form}`, m, n, k },
      ...{ transposeA: form[0] === 'T', transposeB: form[1] === 'T' },
    })),
  );
}

export default {
  name: 'gemm',
  title: 'Matrix products, M × N × K',
  full: {
    sizes: [
      ...[
        [64, 64, 64],
        [128, 128, 128],
        [256, 256, 256],
        [1024, 1024, 1024],
      ],
      ...[
        [512, 200, 900],
        [128, 10000, 200],
        [512, 10000, 200],
        [1, 10000, 200],
      ],
    ],
    milliseconds: 250,
  },
  quick: { sizes: [[16, 24, 8]], milliseconds: 2 },
  cases: (settings) =>
    products(settings).map(({ id }) => ({ id, unit: 'GFLOP/s', better: 'higher', chart: /N[NT]$/.test(id) })),
  contestants: [
    lexigrad('wasm', 1),
    lexigrad('wasm', 2),
    lexigrad('plain', 1),
    lexigrad('relaxed', 1),
    lexigrad('blas', 1),
    lexigrad('blas', 2),
    peer('tfjs-wasm', ['tfjs', 'tfjs-wasm'], (settings) =>
      import('../peers/tfjs.mjs').then((tf) => tf.multiply(settings, products(settings))),
    ),
    peer('jax-js', ['jax-js'], (settings) =>
      import('../peers/jax.mjs').then((jax) => jax.multiply(settings, products(settings))),
    ),
    python(1),
    python(2),
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
      for (const product of products(settings)) values[product.id] = await speed(chosen, product, settings);
      return values;
    },
  };
}

async function speed(engine, { m, n, k, transposeA, transposeB }, { milliseconds }) {
  const { matmul, parameter } = await library('graph');
  const { Workspace } = await library('program');
  // Parameters: nothing is fed, nothing but the product runs.
  const a = parameter('a', transposeA ? [k, m] : [m, k], weights(m * k, 1));
  const b = parameter('b', transposeB ? [n, k] : [k, n], weights(k * n, 1, 2));
  const program = new Workspace(engine).compile({ outputs: { c: matmul(a, b, { transposeA, transposeB }) } });
  program.run();
  await settle();
  return (2 * m * n * k) / microseconds(() => program.run(), milliseconds) / 1000;
}

function peer(name, needs, run) {
  return { name: `${name}, 1 thread`, threads: 1, needs, run };
}

function python(threads) {
  return {
    name: `pytorch, ${inThreads(threads)}`,
    threads,
    needs: ['pytorch'],
    run: (settings) =>
      import('../peers/python.mjs').then(({ runPython }) =>
        runPython('torch_peer.py', 'gemm', { ...settings, products: products(settings) }),
      ),
  };
}
