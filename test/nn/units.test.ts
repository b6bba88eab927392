import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/base/errors.js';
import { constant, input, parameter } from '../../src/graph/index.js';
import { type Activation, activate, activationNames, unit } from '../../src/nn/index.js';
import { evaluate } from '../../src/program/index.js';
import { expectClose } from '../close.js';

describe('a single unit', () => {
  it('computes the textbook example: σ(0.2·0.5 + 0.3·0.6 + 0.9·0.1 + 0.5) = 0.70', () => {
    const { z, a } = unit(constant([0.5, 0.6, 0.1]), constant([0.2, 0.3, 0.9]), 0.5, 'sigmoid');
    const values = evaluate({ z, a });
    expect(values.z[0]).toBeCloseTo(0.87, 12);
    expect(values.a[0]).toBeCloseTo(1 / (1 + Math.exp(-0.87)), 12);
  });

  it('takes many examples at once', () => {
    const w = parameter('w', [2], [1, -1]);
    const { a } = unit(input('x', ['batch', 2]), w, 1, 'relu');
    expect([...evaluate({ a }, { x: [1, 2, 3, 1, 0, 5] }).a]).toEqual([0, 3, 0]);
  });

  it('is w · x + b for any numbers', () => {
    const numbers = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(numbers, numbers, fc.double({ min: -10, max: 10, noNaN: true }), (x, w, b) => {
        const { z } = unit(constant(x), constant(w), b, 'linear');
        const expected = x.reduce((sum, value, i) => sum + value * w[i]!, b);
        expect(evaluate({ z }).z[0]).toBeCloseTo(expected, 9);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses weights that do not fit, naming both shapes', () => {
    const x = input('x', ['batch', 3]);
    expect(() => unit(x, constant([1, 2]), 0)).toThrow(ShapeError);
    expect(() => unit(x, constant([1, 2]), 0)).toThrow(/\[batch, 3\].*\[2\]/);
    expect(() => unit(constant(1), constant([1]), 0)).toThrow(ShapeError);
  });
});

describe('activations', () => {
  const at: Record<Activation, (z: number) => number> = {
    linear: (z) => z,
    sigmoid: (z) => 1 / (1 + Math.exp(-z)),
    tanh: Math.tanh,
    relu: (z) => Math.max(z, 0),
    leakyRelu: (z) => (z > 0 ? z : 0.01 * z),
    gelu: (z) => 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))),
    silu: (z) => z / (1 + Math.exp(-z)),
    softplus: (z) => Math.log1p(Math.exp(z)),
    step: (z) => (z > 0 ? 1 : 0),
  };

  it.each(activationNames)('%s is the function of that name', (name) => {
    const points = [-3, -0.5, 0, 0.25, 2];
    const a = activate(constant(points), name);
    expectClose(evaluate({ a }).a, points.map(at[name]));
  });

  it('refuses a name that there is not', () => {
    expect(() => activate(constant(1), 'swish' as Activation)).toThrow(ValueError);
    expect(() => activate(constant(1), 'swish' as Activation)).toThrow(/swish.*sigmoid, tanh/);
  });
});
