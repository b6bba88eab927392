import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.js';
import { sample, topIndexes } from '../../../src/models/language-model/sampling.js';

describe('topIndexes', () => {
  it('is a full sort, cut off', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 })), fc.integer({ min: 0, max: 12 }), (values, k) => {
        const sorted = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
        expect(topIndexes(values, k)).toEqual(sorted.slice(0, k));
      }),
    );
  });
});

describe('sample', () => {
  const logits = [Math.log(0.5), Math.log(0.3), Math.log(0.15), Math.log(0.05)];
  const draw = (options: object, allowed = (_id: number) => true) => {
    const random = new Random(1, 'test');
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[sample(logits, random, options, allowed)]! += 1 / 20_000;
    return counts;
  };
  const near = (counts: number[], expected: number[]) => {
    expected.forEach((share, i) => {
      expect(Math.abs(counts[i]! - share)).toBeLessThan(0.015);
    });
  };

  it('follows the distribution', () => near(draw({}), [0.5, 0.3, 0.15, 0.05]));
  it('renormalises over the k likeliest', () => near(draw({ topK: 2 }), [0.625, 0.375, 0, 0]));
  it('renormalises over the nucleus', () => near(draw({ topP: 0.75 }), [0.625, 0.375, 0, 0]));
  it('sharpens with a low temperature', () => {
    const squared = [0.25, 0.09, 0.0225, 0.0025];
    const sum = squared.reduce((a, b) => a + b);
    near(
      draw({ temperature: 0.5 }),
      squared.map((p) => p / sum),
    );
  });
  it('never draws what is not allowed', () =>
    near(
      draw({}, (id) => id !== 0),
      [0, 0.6, 0.3, 0.1],
    ));
});
