import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/base/errors.js';
import { referenceEngine } from '../../src/engine/index.js';
import { constant } from '../../src/graph/index.js';
import { collapseLinear, foldBias, Linear, Sequential } from '../../src/nn/index.js';
import { evaluate, Workspace } from '../../src/program/index.js';
import { expectClose } from '../close.js';

const random = { kind: 'normal', deviation: 1 } as const;

function stack(widths: readonly number[], seed: number): Linear[] {
  return widths.slice(1).map(
    (outputs, i) =>
      new Linear(`layer${i + 1}`, widths[i]!, outputs, {
        seed,
        initializer: random,
        biasInitializer: random,
        bias: i !== 1,
      }),
  );
}

describe('a stack of linear layers', () => {
  it('is one layer: the same outputs for any input', () => {
    const widths = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(widths, fc.nat(1000), (sizes, seed) => {
        const layers = stack(sizes, seed);
        const { weight, bias, inputs, outputs } = collapseLinear(layers);
        expect([inputs, outputs]).toEqual([sizes[0], sizes.at(-1)]);
        const x = Array.from({ length: inputs }, (_, i) => Math.sin(i + seed));
        const y = new Sequential('stack', layers).forward(constant(x, [1, inputs]));
        const expected = [...evaluate({ y }).y];
        const got = expected.map((_, row) =>
          x.reduce((sum, value, i) => sum + weight[row * inputs + i]! * value, bias[row]!),
        );
        expectClose(got, expected, 4);
      }),
      { numRuns: 40 },
    );
  });

  it('is collapsed by hand for two layers: W = W₂W₁, b = W₂b₁ + b₂', () => {
    const [first, second] = [new Linear('first', 2, 2), new Linear('second', 2, 1)];
    const workspace = new Workspace(referenceEngine);
    workspace.write(first.weight, [1, 2, 3, 4]);
    workspace.write(first.bias!, [5, 6]);
    workspace.write(second.weight, [10, 100]);
    workspace.write(second.bias!, [7]);
    const { weight, bias } = collapseLinear([first, second], workspace);
    expect([...weight]).toEqual([310, 420]);
    expect([...bias]).toEqual([657]);
  });

  it('is refused with an activation in it, by the name of the layer', () => {
    const layers = [new Linear('first', 2, 3, { activation: 'relu' }), new Linear('second', 3, 1)];
    expect(() => collapseLinear(layers)).toThrow(ValueError);
    expect(() => collapseLinear(layers)).toThrow(/'first'.*relu is not linear/);
  });

  it('is refused when empty or when the layers do not fit together', () => {
    expect(() => collapseLinear([])).toThrow(ValueError);
    const layers = [new Linear('first', 2, 3), new Linear('second', 4, 1)];
    expect(() => collapseLinear(layers)).toThrow(ShapeError);
    expect(() => collapseLinear(layers)).toThrow(/'first' has 3 outputs.*'second' takes 4/);
  });
});

describe('the bias folded into the weights', () => {
  it('is the column of x₀ = 1', () => {
    expect([...foldBias([1, 2, 3, 4], [5, 6])]).toEqual([5, 1, 2, 6, 3, 4]);
  });

  it('gives W′[1, x] = Wx + b', () => {
    const layer = stack([3, 2], 4)[0]!;
    const { weight, bias } = collapseLinear([layer]);
    const folded = foldBias(weight, bias);
    const x = [1, 0.3, -2, 5];
    const y = layer.forward(constant(x.slice(1), [1, 3]));
    [...evaluate({ y }).y].forEach((expected, row) => {
      const got = x.reduce((sum, value, i) => sum + folded[row * 4 + i]! * value, 0);
      expect(got).toBeCloseTo(expected, 5);
    });
  });

  it('refuses weights that make no rows', () => {
    expect(() => foldBias([1, 2, 3], [1, 2])).toThrow(ShapeError);
  });
});
