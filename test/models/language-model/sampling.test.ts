import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.js';
import {
  candidatesOf,
  checkSampling,
  type SamplingOptions,
  sample,
  topIndexes,
} from '../../../src/models/language-model/sampling.js';

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

const halves = [0.5, 0.3, 0.15, 0.05];
const logits = halves.map(Math.log);

describe('candidatesOf', () => {
  const left = (options: SamplingOptions, from: number[] = logits) => {
    const { ids, probabilities } = candidatesOf(from, options);
    return Object.fromEntries(ids.map((id, i) => [id, Number(probabilities[i]!.toFixed(6))]));
  };
  const squared = halves.map((p) => p ** 2 / 0.365);

  it.each<[string, SamplingOptions, Record<number, number>]>([
    ['all', {}, { 0: 0.5, 1: 0.3, 2: 0.15, 3: 0.05 }],
    ['the k likeliest', { topK: 2 }, { 0: 0.625, 1: 0.375 }],
    ['the nucleus, with the word that reaches it', { topP: 0.75 }, { 0: 0.625, 1: 0.375 }],
    ['the nucleus of the k likeliest', { topK: 2, topP: 0.6 }, { 0: 1 }],
    ['those near the likeliest', { minP: 0.29 }, { 0: 0.526316, 1: 0.315789, 2: 0.157895 }],
    ['those as likely as the likeliest', { minP: 1 }, { 0: 1 }],
    ['the likeliest at temperature 0', { temperature: 0, topK: 3 }, { 0: 1 }],
    [
      'sharper at a low temperature',
      { temperature: 0.5 },
      Object.fromEntries(squared.map((p, i) => [i, Number(p.toFixed(6))])),
    ],
    ['a nucleus after temperature', { temperature: 0.5, topP: 0.68 }, { 0: 1 }],
  ])('%s', (_name, options, expected) => expect(left(options)).toEqual(expected));

  it('never has what is −∞, and nothing where all are', () => {
    expect(left({}, [-Infinity, Math.log(0.6), Math.log(0.4)])).toEqual({ 1: 0.6, 2: 0.4 });
    expect(left({ topK: 3 }, [-Infinity, 0])).toEqual({ 1: 1 });
    expect(left({ temperature: 0 }, [-Infinity, -Infinity])).toEqual({});
    expect(sample([-Infinity, -Infinity], new Random(1), {})).toBeUndefined();
  });

  it('finds the nucleus that a full sort finds, however flat the distribution', () => {
    const random = new Random(3, 'flat');
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.double({ min: 0.01, max: 0.999, noNaN: true }),
        (size, topP) => {
          const weights = Array.from({ length: size }, () => random.uniform() + 0.5);
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          const sorted = weights.map((_, i) => i).sort((a, b) => weights[b]! - weights[a]!);
          let mass = 0;
          const kept = sorted.filter((id) => {
            const before = mass;
            mass += weights[id]!;
            return before < topP * total * (1 - 1e-12);
          });
          expect(candidatesOf(weights.map(Math.log), { topP }).ids).toEqual(kept);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    [{ minP: -0.1 }, /minP must be from 0 to 1/],
    [{ minP: 1.1 }, /minP must be from 0 to 1/],
    [{ topP: Number.NaN }, /topP must be above 0/],
    [{ temperature: Infinity }, /temperature must be 0 or more/],
  ])('refuses %o', (options, message) => expect(() => checkSampling(options)).toThrow(message));
});

describe('sample', () => {
  const DRAWS = 6_000;
  /** Σ (observed − expected)² / expected over the candidates, with how many there are. */
  const chiSquare = (options: SamplingOptions, seed: number, expected = candidatesOf(hilly, options)) => {
    const random = new Random(seed, 'chi-square');
    const counts = new Map<number, number>();
    for (let i = 0; i < DRAWS; i++) {
      const id = sample(hilly, random, options)!;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const { ids, probabilities } = expected;
    expect([...counts.keys()].every((id) => ids.includes(id))).toBe(true);
    return {
      value: ids.reduce((sum, id, i) => {
        const mean = DRAWS * probabilities[i]!;
        return sum + ((counts.get(id) ?? 0) - mean) ** 2 / mean;
      }, 0),
      freedom: ids.length - 1,
    };
  };
  /** The 99.9th percentile of χ², by Wilson & Hilferty (1931). */
  const limit = (freedom: number) => {
    const part = 2 / (9 * freedom);
    return freedom * (1 - part + 3.09 * Math.sqrt(part)) ** 3;
  };
  const hilly = Array.from({ length: 30 }, (_, i) => Math.sin(i * 7) * 2);

  it.each<[string, SamplingOptions]>([
    ['all of it', {}],
    ['with a temperature', { temperature: 1.7 }],
    ['the likeliest', { topK: 7 }],
    ['the nucleus', { topP: 0.8 }],
    ['those near the likeliest', { minP: 0.2 }],
    ['all at once', { temperature: 0.7, topK: 20, topP: 0.95, minP: 0.05 }],
  ])('follows the distribution: %s', (_name, options) => {
    const { value, freedom } = chiSquare(options, 11);
    expect(freedom).toBeGreaterThan(2);
    expect(value).toBeLessThan(limit(freedom));
  });

  it('would be caught drawing from another distribution', () => {
    const { value, freedom } = chiSquare({}, 11, candidatesOf(hilly, { temperature: 1.2 }));
    expect(value).toBeGreaterThan(limit(freedom));
  });
});
