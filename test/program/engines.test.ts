/** Every row of the table of operations, and every update rule, on every engine, held against the reference engine. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Engine, referenceEngine } from '../../src/engine/index.js';
import { HYPER_SIZE } from '../../src/engine/kernels.js';
import { backward, bag, input, matmul, type OpName, parameter, square, sum } from '../../src/graph/index.js';
import { type ParameterUpdate, Workspace } from '../../src/program/index.js';
import { Maker } from '../graph/maker.js';
import { opRows } from '../graph/op-rows.js';
import { type Hyper, hyperValues, ruleForms } from './plain-update.js';

const engines: { name: string; engine: Engine }[] = [{ name: 'reference', engine: referenceEngine }];
const wasm = new URL('../../src/engine/wasm/index.ts', import.meta.url);
if (existsSync(wasm)) {
  const { wasmEngine } = (await import(wasm.href)) as { wasmEngine: () => Engine | Promise<Engine> };
  engines.push({ name: 'wasm', engine: await wasmEngine() });
}

const names = Object.keys(opRows) as OpName[];
const cases = names.flatMap((name) => Object.keys(opRows[name].cases).map((title) => [name, title] as const));
/** Largest axis, for each of the runs: small enough for every edge, large enough for whole SIMD blocks. */
const largestAxes = [3, 9, 21];

describe.each(engines)('engine $name', ({ engine }) => {
  it.each(cases)('computes %s as the reference engine does: %s', (name, title) => {
    largestAxes.forEach((largest, seed) => {
      const make = new Maker(seed, largest);
      const y = opRows[name].cases[title]!(make);
      const gradients = backward(sum(square(y)), make.wrt);
      const outputs = { y, ...Object.fromEntries(gradients.map((node, i) => [make.wrt[i]!.name, node])) };
      const run = (on: Engine) => {
        const program = new Workspace(on).compile({ outputs, training: true });
        program.run(make.feeds, { seed });
        return Object.fromEntries(Object.keys(outputs).map((output) => [output, program.read(output)]));
      };
      const expected = run(referenceEngine);
      const got = run(engine);
      for (const output of Object.keys(outputs)) {
        const difference = largestDifference(got[output]!, expected[output]!);
        expect(difference, `${output} with axes up to ${largest}`).toBeLessThanOrEqual(1);
      }
    });
  });
});

describe.each(engines)('engine $name', ({ engine }) => {
  it.each(ruleForms)('trains as the reference engine does: %s', (_name, rule, slotCount, settings) => {
    const expected = trainedWeights(referenceEngine, rule, slotCount, settings);
    const got = trainedWeights(engine, rule, slotCount, settings);
    expect(largestDifference(got, expected)).toBeLessThanOrEqual(1);
  });
});

/** A table of embeddings, updated row by row, and a matrix, updated whole, after some clipped steps. */
function trainedWeights(
  engine: Engine,
  rule: ParameterUpdate['rule'],
  slotCount: number,
  settings: Hyper,
): number[] {
  const wave = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i + 1));
  const E = parameter('E', [50, 5], wave(250));
  const W = parameter('W', [5, 7], wave(35));
  const ids = input('ids', ['items'], 'i32');
  const ends = input('ends', ['batch'], 'i32');
  const hyper = input('hyper', [HYPER_SIZE]);
  const loss = sum(square(matmul(bag(E, ids, ends, 'mean'), W)));
  const gradients = backward(loss, [E, W]);
  const updates = [E, W].map((target, i): ParameterUpdate => {
    const slots = Array.from({ length: slotCount }, (_, slot) => parameter(`slot${slot}`, target.shape));
    const lastTouched = target === E ? parameter('last', [50], 0, 'i32') : undefined;
    return { parameter: target, gradient: gradients[i]!, rule, slots, lastTouched, hyper };
  });
  const workspace = new Workspace(engine);
  const program = workspace.compile({ updates, clip: 1 });
  for (let t = 1; t <= 5; t++) {
    const items = Array.from({ length: 12 }, (_, i) => (i * i * t) % 50);
    program.run({ ids: items, ends: [4, 4, 9, 12], hyper: hyperValues(rule, settings, t) });
  }
  return [...workspace.read(E), ...workspace.read(W)];
}

/** In units of what is tolerated between 32 and 64 bits: 10⁻⁵ of the value, or of the largest value where it is tiny. */
function largestDifference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  const values = Array.from(expected);
  const scale = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const differences = values.map(
    (value, i) => Math.abs(got[i]! - value) / (1e-5 * Math.abs(value) + 1e-6 * scale + 1e-7),
  );
  if (got.length !== expected.length || differences.some(Number.isNaN)) return Infinity;
  return Math.max(0, ...differences);
}
