/** Every row of the table of operations on every engine, held against the reference engine. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Engine, referenceEngine } from '../../src/engine/index.js';
import { backward, type OpName, square, sum } from '../../src/graph/index.js';
import { Workspace } from '../../src/program/index.js';
import { Maker } from '../graph/maker.js';
import { opRows } from '../graph/op-rows.js';

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
