import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referenceEngine } from '../../src/engine/reference/index.js';
import { compare, floats, ids, runKernel, wasmEngines, zeros } from './compare.js';

const seeds = fc.integer({ min: 0, max: 1e6 });
const sizes = fc.integer({ min: 1, max: 40 });
const few = { numRuns: 15 };

/** Codes from −largest to largest as the integers they stand in. */
function packed(codes: Int8Array | Int16Array): number[] {
  return [...new Int32Array(codes.buffer)];
}

function codesOf(n: number, bits: number, seed: number): number[] {
  const largest = bits === 8 ? 127 : 32767;
  const values = ids(n, 2 * largest + 1, seed).map((value) => value - largest);
  return packed(bits === 8 ? Int8Array.from(values) : Int16Array.from(values));
}

describe('roundRows', () => {
  it('makes rows whole numbers of a scale', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), sizes, seeds, (rows, columns, seed) => {
        const stride = 16 * Math.ceil(columns / 16);
        const x = floats(rows * columns, seed);
        const call = { x, rows, columns, stride, limit: 1000, scales: zeros(rows) };
        const codes = () => packed(new Int16Array(rows * stride).fill(7));
        compare('roundRows', { ...call, codes: codes() }, { only: ['scales'] });
        for (const engine of [referenceEngine, ...wasmEngines]) {
          const result = runKernel(engine, 'roundRows', { ...call, codes: codes() });
          const halves = new Int16Array(Int32Array.from(result.codes!).buffer);
          for (let at = 0; at < rows * stride; at++) {
            const [row, column] = [Math.floor(at / stride), at % stride];
            if (column >= columns) expect(halves[at]).toBe(0);
            else {
              const exact = x[row * columns + column]! / result.scales![row]!;
              expect(Math.abs(halves[at]! - exact)).toBeLessThanOrEqual(0.5001);
            }
          }
        }
      }),
      few,
    );
  });

  it('makes zeros of zeros, and hands NaN on in the scale', () => {
    for (const engine of [referenceEngine, ...wasmEngines]) {
      const x = [0, 0, 0, 1, Number.NaN, 3];
      const call = { codes: packed(new Int16Array(32)), scales: [9, 9], x, rows: 2, columns: 3, stride: 16 };
      const { codes, scales } = runKernel(engine, 'roundRows', { ...call, limit: 100 });
      expect(scales).toEqual([0, Number.NaN]);
      expect(codes!.every((word) => word === 0)).toBe(true);
    }
  });
});

describe('matmulCodes', () => {
  it('multiplies by 8 and by 16 bits, for any number of rows and columns', () => {
    fc.assert(
      fc.property(
        ...[fc.integer({ min: 1, max: 4 }), sizes, fc.integer({ min: 1, max: 5 }), seeds],
        ...[fc.boolean(), fc.boolean()],
        (m, n, grains, seed, hasBias, accumulate) => {
          const stride = 16 * grains;
          for (const bits of [8, 16]) {
            compare(
              'matmulCodes',
              {
                ...{
                  y: floats(m * n, seed + 4),
                  a: codesOf(m * stride, 16, seed),
                  b: codesOf(n * stride, bits, seed + 1),
                },
                ...{ aScales: floats(m, seed + 2, 1e-6, 1e-4), bScales: floats(n, seed + 3, 1e-4, 1e-3) },
                ...{ bias: hasBias ? floats(n, seed + 5) : undefined, m, n, stride, bits },
                accumulate: accumulate ? 1 : 0,
              },
              { absolute: 1e-3, relative: 1e-6 },
            );
          }
        },
      ),
      few,
    );
  });

  it('is exact with 8 bits up to the largest sums', () => {
    const stride = 128;
    const [a, b] = [new Int16Array(stride).fill(32767), new Int8Array(stride).fill(-127)];
    compare(
      'matmulCodes',
      {
        ...{ y: zeros(1), a: packed(a), aScales: [1], b: packed(b), bScales: [1], bias: undefined },
        ...{ m: 1, n: 1, stride, bits: 8, accumulate: 0 },
      },
      { relative: 1e-7, absolute: 0 },
    );
  });
});
