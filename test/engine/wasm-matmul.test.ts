import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unaryCodes } from '../../src/engine/kernels.js';
import { compare, floats, type GivenArguments, runKernel, wasmEngines, zeros } from './compare.js';

interface Shape {
  m: number;
  n: number;
  k: number;
  transposeA: number;
  transposeB: number;
}

const anyShape = fc.record({
  m: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 140 })),
  n: fc.oneof(fc.integer({ min: 1, max: 17 }), fc.integer({ min: 18, max: 80 })),
  k: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 90 })),
  transposeA: fc.integer({ min: 0, max: 1 }),
  transposeB: fc.integer({ min: 0, max: 1 }),
});

function product({ m, n, k, transposeA, transposeB }: Shape, more: Partial<GivenArguments<'matmul'>> = {}) {
  const batches = (more.batches as number | undefined) ?? 1;
  return {
    y: floats(batches * m * n, 9),
    a: floats(batches * m * k, 1, -1, 1),
    b: floats(batches * n * k, 2, -1, 1),
    bias: undefined,
    m,
    n,
    k,
    transposeA,
    transposeB,
    batches,
    aStep: m * k,
    bStep: n * k,
    accumulate: 0,
    activation: unaryCodes.copy,
    alpha: 0,
    ...more,
  };
}

describe('matmul', () => {
  it('agrees with the reference for any shape and transpose form', () => {
    fc.assert(
      fc.property(anyShape, fc.boolean(), (shape, accumulate) => {
        compare('matmul', product(shape, { accumulate: accumulate ? 1 : 0 }), {
          relative: 1e-5,
          absolute: 1e-5,
        });
      }),
      { numRuns: 60 },
    );
  });

  it('adds a bias and applies every activation', () => {
    const { copy, sigmoid, tanh, relu, leakyRelu, gelu, silu } = unaryCodes;
    for (const activation of [copy, sigmoid, tanh, relu, leakyRelu, gelu, silu]) {
      for (const m of [1, 3, 20]) {
        const shape = { m, n: 21, k: 30, transposeA: 0, transposeB: 1 };
        const more = { bias: floats(21, 5), activation, alpha: 0.125 };
        compare('matmul', product(shape, more), { absolute: 1e-5 });
      }
    }
  });

  it('multiplies batches, also with one side shared', () => {
    for (const m of [2, 13]) {
      const shape = { m, n: 11, k: 7, transposeA: 0, transposeB: 0 };
      compare('matmul', product(shape, { batches: 5 }), { absolute: 1e-5 });
      compare('matmul', product(shape, { batches: 5, bStep: 0 }), { absolute: 1e-5 });
    }
  });

  it('cuts deep and wide products into blocks', () => {
    const deep = { m: 7, n: 10, k: 900, transposeA: 1, transposeB: 0 };
    compare('matmul', product(deep, { accumulate: 1 }), { absolute: 1e-4 });
    compare('matmul', product({ ...deep, m: 250 }, { bias: floats(10, 3) }), { absolute: 1e-4 });
    const wide = { m: 10, n: 2100, k: 20, transposeA: 0, transposeB: 1 };
    compare('matmul', product(wide, { bias: floats(2100, 3), activation: unaryCodes.tanh }), {
      absolute: 1e-5,
    });
  });

  it('gives f(bias) for a product of depth zero', () => {
    const empty = product(
      { m: 9, n: 5, k: 0, transposeA: 0, transposeB: 0 },
      { bias: floats(5, 3), a: [0], b: [0] },
    );
    compare('matmul', { ...empty, activation: unaryCodes.relu });
    compare('matmul', { ...empty, bias: undefined, accumulate: 1 });
  });

  it('keeps infinities and NaN where they belong', () => {
    for (const m of [1, 12]) {
      const shape = { m, n: 9, k: 5, transposeA: 0, transposeB: 0 };
      const a = floats(m * 5, 1);
      a[2] = Number.NaN;
      if (m > 1) a[5 * 7] = Number.POSITIVE_INFINITY;
      compare('matmul', product(shape, { a }), { absolute: 1e-5 });
    }
  });

  it('does not write outside y', () => {
    for (const engine of wasmEngines) {
      const shape = { m: 7, n: 9, k: 6, transposeA: 0, transposeB: 0 };
      const y = [...zeros(63), 42, 42, 42, 42];
      expect(runKernel(engine, 'matmul', product(shape, { y })).y!.slice(63)).toEqual([42, 42, 42, 42]);
    }
  });
});
