/**
 * Speed of matrix products on the wasm engine in GFLOP/s: node bench/gemm.mjs [plain | relaxed] [--threads n]
 *
 * For each size (M, N, K) all four transpose forms (N: as stored, T: transposed), each the best of several runs; above
 * them the peak: a loop of multiply-adds that touches no memory, compiled the same way.
 */

import { parseArgs } from 'node:util';
import asc from 'assemblyscript/asc';
import { importSources } from './sources.mjs';

const SIZES = [
  [128, 10000, 200],
  [512, 10000, 128],
  [512, 200, 900],
  [256, 256, 256],
  [1024, 1024, 1024],
  [1, 10000, 200],
  [8, 10000, 200],
];
const FORMS = [
  ['NN', 0, 0],
  ['NT', 0, 1],
  ['TN', 1, 0],
  ['TT', 1, 1],
];

const { wasmEngine, kernelNumbers, instructionSize } = await importSources(
  `export * from './src/engine/wasm/index.ts'; export * from './src/engine/kernels.ts';`,
);
const { values, positionals } = parseArgs({
  options: { threads: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const [choice] = positionals;
const engine = wasmEngine({
  relaxed: choice === undefined ? undefined : choice === 'relaxed',
  threads: Number(values.threads),
});
console.log(`node ${process.version}, ${engine.description}`);
console.log(
  `peak of a register-only loop, one thread: ${(await measurePeak(engine.build)).toFixed(1)} GFLOP/s`,
);
console.log(`${'(M, N, K)'.padEnd(20)}${FORMS.map(([form]) => form.padStart(8)).join('')}`);
for (const size of SIZES) {
  const speeds = [];
  for (const [, transposeA, transposeB] of FORMS) speeds.push(await measure(size, transposeA, transposeB));
  console.log(
    `${`(${size.join(', ')})`.padEnd(20)}${speeds.map((speed) => speed.toFixed(1).padStart(8)).join('')}`,
  );
}

/** GFLOP/s of the best of several runs of about 50 ms. */
async function measure([m, n, k], transposeA, transposeB) {
  const machine = engine.createMachine();
  const [a, b, y] = [m * k, k * n, m * n].map((elements) => machine.allocate(elements));
  machine.floats(a, m * k).fill(0.5);
  machine.floats(b, k * n).fill(0.25);
  const code = new Int32Array(instructionSize('matmul'));
  code.set([kernelNumbers.matmul, y, a, b, 0, m, n, k, transposeA, transposeB, 1, 0, 0, 0, 0]);
  const handle = machine.load(code);
  return best(2 * m * n * k, () => machine.run(handle));
}

async function best(operations, run) {
  // Let the runtime's optimising compiler finish first.
  for (let i = 0; i < 3; i++) {
    repeat(run, 100);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const once = repeat(run, 20) || 1e-6;
  const times = Math.max(1, Math.round(0.05 / once));
  let shortest = Infinity;
  for (let i = 0; i < 8; i++) {
    const start = performance.now();
    for (let j = 0; j < times; j++) run();
    shortest = Math.min(shortest, (performance.now() - start) / times);
  }
  return operations / shortest / 1e6;
}

/** Runs for some milliseconds; returns seconds a run. */
function repeat(run, milliseconds) {
  const start = performance.now();
  let count = 0;
  do {
    run();
    count++;
  } while (performance.now() - start < milliseconds);
  return (performance.now() - start) / count / 1000;
}

async function measurePeak(name) {
  const sums = Array.from({ length: 12 }, (_, i) => `s${i}`);
  const step = (s) =>
    name === 'relaxed'
      ? `${s} = f32x4.relaxed_madd(${s}, x, y);`
      : `${s} = f32x4.add(f32x4.mul(${s}, x), y);`;
  const source = `export function loop(n: i32): f32 {
    const x = v128.load32_splat(0), y = v128.load32_splat(4);
    let ${sums.map((s) => `${s} = x`).join(', ')};
    for (let i = 0; i < n; i++) { ${sums.map(step).join(' ')} }
    return f32x4.extract_lane(${sums.reduce((a, b) => `f32x4.add(${a}, ${b})`)}, 0);
  }`;
  const features = name === 'relaxed' ? ['simd', 'relaxed-simd'] : ['simd'];
  const { binary } = await asc.compileString(source, {
    optimizeLevel: 3,
    runtime: 'stub',
    initialMemory: 1,
    enable: features,
  });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), {});
  new Float32Array(exports.memory.buffer).set([0.999, 0.5]);
  for (let i = 0; i < 20000; i++) exports.loop(100);
  return best(1e6 * sums.length * 8, () => exports.loop(1e6));
}
