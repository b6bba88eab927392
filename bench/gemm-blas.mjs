/**
 * Matrix products on the blas engine, in GFLOP/s: node bench/gemm-blas.mjs [threads]
 *
 * For each size (M, N, K) and transpose form: the wasm engine, the blas engine, and the same library called directly
 * through koffi on memory of its own; then the share of the direct call that the engine reaches. The three take turns,
 * and each one's best turn counts.
 */

import { build } from 'esbuild';
import koffi from 'koffi';

const SIZES = [
  [16, 16, 16],
  [24, 24, 24],
  [32, 32, 32],
  [48, 48, 48],
  [64, 64, 64],
  [128, 128, 128],
  [1024, 1024, 1024],
  [128, 200, 400],
  [128, 10000, 200],
  [512, 10000, 200],
  [200, 10000, 128],
  [1, 10000, 200],
  [1, 200, 400],
  [128, 1, 200],
];
const FORMS = [
  ['NN', 0, 0],
  ['NT', 0, 1],
  ['TN', 1, 0],
  ['TT', 1, 1],
];
const ROUNDS = 5;
const MILLISECONDS = 30;

const { loadBlasEngine, wasmEngine, kernelNumbers, instructionSize } = await importSources();
const threads = Number(process.argv[2] ?? 1);
const blas = await loadBlasEngine({ threads });
const wasm = wasmEngine();
const sgemm = koffi
  .load(blas.file)
  .func('cblas_sgemm', 'void', [
    ...['int', 'int', 'int', 'int', 'int', 'int', 'float'],
    ...['uintptr_t', 'int', 'uintptr_t', 'int', 'float', 'uintptr_t', 'int'],
  ]);

console.log(`node ${process.version}, ${blas.description}`);
console.log(row('(M, N, K)', '', 'wasm', 'blas', 'direct', 'blas/direct'));
for (const [m, n, k] of SIZES) {
  for (const [form, transposeA, transposeB] of FORMS) {
    const runs = [
      onEngine(wasm, m, n, k, transposeA, transposeB),
      onEngine(blas, m, n, k, transposeA, transposeB),
      direct(m, n, k, transposeA, transposeB),
    ];
    const [ours, theirs, itself] = bestOf(runs).map((seconds) => (2 * m * n * k) / seconds / 1e9);
    const speeds = [ours, theirs, itself].map((speed) => speed.toFixed(1));
    console.log(row(`(${m}, ${n}, ${k})`, form, ...speeds, `${((100 * theirs) / itself).toFixed(0)} %`));
  }
}

function onEngine(engine, m, n, k, transposeA, transposeB) {
  const machine = engine.createMachine();
  const [a, b, y] = [m * k, k * n, m * n].map((elements) => machine.allocate(elements));
  machine.floats(a, m * k).fill(0.5);
  machine.floats(b, k * n).fill(0.25);
  const code = new Int32Array(instructionSize('matmul'));
  code.set([kernelNumbers.matmul, y, a, b, 0, m, n, k, transposeA, transposeB, 1, 0, 0, 0, 0]);
  const handle = machine.load(code);
  return () => machine.run(handle);
}

function direct(m, n, k, transposeA, transposeB) {
  const arrays = [m * k, k * n, m * n].map((elements) => new Float32Array(elements).fill(0.5));
  const [a, b, y] = arrays.map((array) => Number(koffi.address(array)));
  const [formA, formB] = [transposeA, transposeB].map((transposed) => (transposed ? 112 : 111));
  const [stepA, stepB] = [transposeA ? m : k, transposeB ? k : n];
  return () => {
    sgemm(101, formA, formB, m, n, k, 1, a, stepA, b, stepB, 0, y, n);
    return arrays;
  };
}

/** Seconds of one run of each, the best of several rounds in which they take turns. */
function bestOf(runs) {
  for (const run of runs) repeat(run);
  const best = runs.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    runs.forEach((run, i) => {
      best[i] = Math.min(best[i], repeat(run));
    });
  }
  return best;
}

function repeat(run) {
  const start = performance.now();
  let count = 0;
  do {
    for (let i = 0; i < 4; i++) run();
    count += 4;
  } while (performance.now() - start < MILLISECONDS);
  return (performance.now() - start) / count / 1000;
}

function row(size, form, ...cells) {
  return size.padEnd(20) + form.padEnd(4) + cells.map((cell) => cell.padStart(12)).join('');
}

/** The library's sources, bundled in memory: this runs without a build. */
async function importSources() {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from './src/engine/blas/index.ts';
        export * from './src/engine/wasm/index.ts';
        export * from './src/engine/kernels.ts';`,
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
