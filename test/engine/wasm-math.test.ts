import { describe, expect, it } from 'vitest';
import { instructionSize, kernelNumbers, unaryCodes } from '../../src/engine/kernels.js';
import { unaryFunction } from '../../src/engine/reference/functions.js';
import { type WasmEngine, wasmEngine } from '../../src/engine/wasm/index.js';
import { wasmEngines } from './compare.js';

type Name = keyof typeof unaryCodes;

/**
 * Greatest error in units in the last place, as kernels/math.ts states it. Results below 2^−126 may be one unit of
 * the gradual underflow (2^−149) more off, or 0 where `flushes` says so.
 */
const bounds: { readonly [N in Name]?: number } = {
  exp: 1.1,
  log: 1,
  sigmoid: 2.1,
  tanh: 2.4,
  softplus: 2.5,
};

const flushes: ReadonlySet<Name> = new Set(['sigmoid', 'softplus']);

/** Every 9973rd float32 there is, and 200,000 evenly spaced ones where functions bend. */
const sweep = [
  ...everyFloat(9973),
  ...Array.from({ length: 200_000 }, (_, i) => Math.fround(-110 + i * 0.0011)),
];

function everyFloat(step: number): Float32Array {
  const bits = new Uint32Array(Math.floor(0x100000000 / step));
  for (let i = 0; i < bits.length; i++) bits[i] = i * step;
  return new Float32Array(bits.buffer);
}

function evaluate(engine: WasmEngine, name: Name, x: readonly number[], alpha = 0): Float32Array {
  const machine = engine.createMachine();
  const address = machine.allocate(x.length);
  machine.floats(address, x.length).set(x);
  const code = new Int32Array(instructionSize('unary'));
  code.set([kernelNumbers.unary, unaryCodes[name], address, address, x.length]);
  new DataView(code.buffer).setFloat64(20, alpha, true);
  machine.run(machine.load(code));
  return machine.floats(address, x.length);
}

const SMALLEST = 2 ** -149;

/** Distance of two numbers between float32 neighbours of the expected one. */
function unit(expected: number): number {
  return Math.max(SMALLEST, 2 ** (Math.floor(Math.log2(Math.abs(expected))) - 23));
}

function error(actual: number, expected: number, flush: boolean): number {
  if (Object.is(Math.fround(expected), actual) || (Number.isNaN(expected) && Number.isNaN(actual))) return 0;
  const distance = Math.abs(actual - expected);
  const tiny = Math.abs(expected) < 2 ** -126;
  if (tiny && flush && actual === 0) return 0;
  return tiny ? Math.max(0, distance - SMALLEST) / unit(expected) : distance / unit(expected);
}

function worst(
  engine: WasmEngine,
  name: Name,
  x: readonly number[],
  alpha = 0,
): { error: number; at: number } {
  const f = unaryFunction(unaryCodes[name], alpha);
  const y = evaluate(engine, name, x, alpha);
  const result = { error: 0, at: Number.NaN };
  x.forEach((value, i) => {
    const found = error(y[i]!, f(value), flushes.has(name));
    if (!(found <= result.error)) Object.assign(result, { error: found, at: value });
  });
  return result;
}

describe.each(wasmEngines)('vector mathematics, $build build', (engine) => {
  it.each(Object.entries(bounds))('%s is within %d ulp over all floats', (name, bound) => {
    const { error, at } = worst(engine, name as Name, sweep);
    expect(error, `at x = ${at}`).toBeLessThanOrEqual(bound);
  });

  it('has the limits that mathematics has', () => {
    const infinity = Number.POSITIVE_INFINITY;
    const x = [0, -0, infinity, -infinity, Number.NaN];
    expect([...evaluate(engine, 'exp', x)]).toEqual([1, 1, infinity, 0, Number.NaN]);
    expect([...evaluate(engine, 'log', x)]).toEqual([-infinity, -infinity, infinity, Number.NaN, Number.NaN]);
    expect([...evaluate(engine, 'tanh', x)]).toEqual([0, -0, 1, -1, Number.NaN]);
    expect([...evaluate(engine, 'sigmoid', x)]).toEqual([0.5, 0.5, 1, 0, Number.NaN]);
    expect([...evaluate(engine, 'log', [-1, -1e-40, -3e38])]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect([...evaluate(engine, 'exp', [88.72284, 89, -103.98, -150])]).toEqual([infinity, infinity, 0, 0]);
  });

  it('takes logarithms of subnormal numbers, and reaches them by exp', () => {
    for (const x of [1e-39, 1e-42, SMALLEST]) {
      expect(evaluate(engine, 'log', [x])[0]).toBeCloseTo(Math.log(Math.fround(x)), 4);
    }
    expect(evaluate(engine, 'exp', [-100])[0]).toBe(Math.fround(Math.exp(-100)));
  });

  it.each(['gelu', 'silu'] as const)('%s is within 2 ulp of its argument', (name) => {
    const f = unaryFunction(unaryCodes[name], 0);
    const x = sweep.filter((value) => Math.abs(value) < 1e10);
    const y = evaluate(engine, name, x);
    const off = x.findIndex((value, i) => Math.abs(y[i]! - f(value)) > 2 * unit(value));
    expect(off, `${name}(${x[off]}) is ${y[off]}`).toBe(-1);
  });

  it('raises to powers within 1 ulp', () => {
    const positive = sweep.filter((value) => value > 1e-30 && value < 1e30).filter((_, i) => i % 10 === 0);
    for (const exponent of [0.75, 1.25, -0.5, 3, -1]) {
      expect(worst(engine, 'power', positive, exponent).error).toBeLessThanOrEqual(1);
    }
    expect([...evaluate(engine, 'power', [-2, -2], 3)]).toEqual([-8, -8]);
    expect([...evaluate(engine, 'power', [-2], 0.5)]).toEqual([Number.NaN]);
  });
});

describe('bits', () => {
  it('come from one engine object for each build', () => {
    expect(wasmEngine({ exact: true })).toBe(wasmEngine({ relaxed: false }));
  });
});
