import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referenceEngine } from '../../src/engine/reference/index.js';
import { wasmEngine } from '../../src/engine/wasm/index.js';
import { bagEnds, compare, floats, type GivenArguments, ids, runKernel } from './compare.js';

interface Sizes {
  readonly texts: number;
  readonly n: number;
  readonly rows: number;
  readonly width: number;
  readonly classes: number;
}

function call({ texts, n, rows, width, classes }: Sizes, seed: number): GivenArguments<'bagSteps'> {
  return {
    table: floats(rows * width, seed),
    weight: floats(classes * width, seed + 1),
    bias: floats(classes, seed + 2),
    ids: ids(n, rows, seed + 3),
    ends: bagEnds(texts, n, seed + 4),
    labels: ids(texts, classes, seed + 5),
    weights: floats(texts, seed + 6, 0, 2),
    rates: floats(texts, seed + 7, 0, 0.5),
    losses: floats(texts, seed + 8),
    ...{ texts, n, rows, width, classes, racing: 0 },
  };
}

const sizes = fc.record({
  texts: fc.integer({ min: 1, max: 9 }),
  n: fc.integer({ min: 0, max: 40 }),
  rows: fc.integer({ min: 1, max: 12 }),
  width: fc.integer({ min: 1, max: 21 }),
  classes: fc.integer({ min: 2, max: 9 }),
});

describe('bagSteps', () => {
  it('takes the steps of the reference, in any sizes, with empty texts and repeated words', () => {
    fc.assert(
      fc.property(sizes, fc.nat(999), (size, seed) => {
        compare('bagSteps', call(size, seed), { relative: 2e-4, absolute: 2e-4 });
      }),
    );
  });

  it('learns: the loss of the same texts falls step by step', () => {
    const size = { texts: 400, n: 1200, rows: 3, width: 10, classes: 3 };
    const labels = Array.from({ length: size.texts }, (_, i) => i % 3);
    const given = {
      ...call(size, 5),
      ids: labels.flatMap((label) => [label, label, label]),
      ends: labels.map((_, i) => 3 * (i + 1)),
      labels,
      weights: labels.map(() => 1),
      rates: labels.map(() => 0.5),
    };
    const { losses } = runKernel(wasmEngine({ threads: 1 }), 'bagSteps', given);
    expect(losses!.slice(-3).every((loss) => loss < 0.2)).toBe(true);
    expect(losses!.slice(0, 3).some((loss) => loss > 0.5)).toBe(true);
  });

  it.each([
    ['an id', { ids: [0, 3] }],
    ['a negative id', { ids: [-1, 0] }],
    ['a label', { labels: [2] }],
    ['a negative label', { labels: [-1] }],
    ['an end', { ends: [3] }],
  ])('refuses %s out of range, on every engine', (_, wrong) => {
    const given = {
      ...call({ texts: 1, n: 2, rows: 3, width: 4, classes: 2 }, 1),
      ids: [0, 1],
      ends: [2],
      ...wrong,
    };
    for (const engine of [referenceEngine, wasmEngine({ threads: 1 })])
      expect(() => runKernel(engine, 'bagSteps', given)).toThrow(
        'bagSteps: an id, label or bag end is out of range',
      );
  });
});
