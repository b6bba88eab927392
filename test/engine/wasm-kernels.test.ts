import fc from 'fast-check';
import { describe, it } from 'vitest';
import { binaryCodes, reduceCodes, unaryCodes } from '../../src/engine/kernels.js';
import { bagEnds, compare, floats, ids, zeros } from './compare.js';

const seeds = fc.integer({ min: 0, max: 1e6 });
const sizes = fc.integer({ min: 1, max: 70 });
const few = { numRuns: 15 };

const special = [
  0,
  -0,
  1,
  -1,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  3e38,
  -3e38,
  1e-40,
  -1e-40,
];

describe('unary and fill', () => {
  it('computes every function at any length, in place or not', () => {
    for (const [name, code] of Object.entries(unaryCodes)) {
      const positive = name === 'log' || name === 'squareRoot' || name === 'power';
      fc.assert(
        fc.property(sizes, seeds, fc.boolean(), (n, seed, inPlace) => {
          const x = floats(n, seed, positive ? 0.01 : -8, 8);
          compare('unary', { code, y: inPlace ? x : zeros(n), x, n, alpha: 1.5 }, { absolute: 1e-7 });
        }),
        few,
      );
    }
  });

  it('treats special values as the reference does', () => {
    for (const [name, code] of Object.entries(unaryCodes)) {
      // 1e-40² and 1e38³ are not float32 numbers; softplus and gelu of huge numbers go through infinity.
      const x =
        name === 'gelu' ? special.filter((value) => Math.abs(value) < 1e30 || Number.isNaN(value)) : special;
      for (const alpha of name === 'power' ? [0, 1, 2, 3, -1, -2, 0.5, -0.5, 1.5, Infinity, NaN] : [0.25]) {
        const expected = name === 'square' || name === 'power' ? x.filter((v) => Math.abs(v) < 1e30) : x;
        compare(
          'unary',
          { code, y: zeros(expected.length), x: expected, n: expected.length, alpha },
          { absolute: 2e-38 },
        );
      }
    }
  });

  it('fills', () => {
    for (const n of [1, 4, 37]) compare('fill', { y: zeros(n + 3), n, value: 0.1 });
  });
});

describe('binary and select', () => {
  it('computes every function for every pair of inner strides', () => {
    for (const code of Object.values(binaryCodes)) {
      for (const [a3, b3] of [
        [1, 1],
        [1, 0],
        [0, 1],
        [0, 0],
      ] as const) {
        for (const n of [1, 6, 35]) {
          const a = floats(n, n, 0.1, 3);
          const b = floats(n, n + 1, 0.1, 3);
          if (n > 4) b[3] = a[3]!;
          const sizes = { d0: 1, d1: 1, d2: 1, d3: n, a0: 0, a1: 0, a2: 0, a3, b0: 0, b1: 0, b2: 0, b3 };
          compare('binary', { code, y: zeros(n), a, b, ...sizes });
        }
      }
    }
  });

  it('broadcasts over four axes', () => {
    const dimension = fc.integer({ min: 1, max: 5 });
    const bit = fc.integer({ min: 0, max: 1 });
    fc.assert(
      fc.property(
        fc.tuple(dimension, dimension, dimension, sizes),
        fc.array(bit, { minLength: 8, maxLength: 8 }),
        (d, s) => {
          const [d0, d1, d2, d3] = d;
          const strides = (bits: number[]) =>
            [d1 * d2 * d3, d2 * d3, d3, 1].map((stride, i) => stride * bits[i]!);
          const [a0, a1, a2, a3] = strides(s.slice(0, 4)) as [number, number, number, number];
          const [b0, b1, b2, b3] = strides(s.slice(4)) as [number, number, number, number];
          const n = d0 * d1 * d2 * d3;
          const shape = { d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3 };
          compare('binary', {
            code: binaryCodes.subtract,
            y: zeros(n),
            a: floats(n, 1),
            b: floats(n, 2),
            ...shape,
          });
        },
      ),
    );
  });

  it('works in place, and treats special values as the reference does', () => {
    const a = special.flatMap((value) => special.map(() => value));
    const b = special.flatMap(() => special);
    const n = a.length;
    const shape = { d0: 1, d1: 1, d2: 1, d3: n, a0: 0, a1: 0, a2: 0, a3: 1, b0: 0, b1: 0, b2: 0, b3: 1 };
    const { maximum, minimum, greater, greaterEqual, equal, reluGradient } = binaryCodes;
    for (const code of [maximum, minimum, greater, greaterEqual, equal, reluGradient]) {
      compare('binary', { code, y: zeros(n), a, b, ...shape });
      compare('binary', { code, y: a, a, b, ...shape });
    }
  });

  it('selects', () => {
    fc.assert(
      fc.property(sizes, seeds, (n, seed) => {
        const condition = floats(n, seed).map((value) => Math.max(value, 0));
        condition[0] = Number.NaN;
        compare('select', { y: zeros(n), condition, a: floats(n, 1), b: floats(n, 2), n });
      }),
      few,
    );
  });
});

describe('copy', () => {
  const dimension = fc.integer({ min: 1, max: 6 });
  const axes = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 });

  it('permutes five axes', () => {
    fc.assert(
      fc.property(
        fc.tuple(dimension, dimension, dimension, dimension, fc.integer({ min: 1, max: 20 })),
        axes,
        (d, order) => {
          const stride = [0, 0, 0, 0, 0];
          let size = 1;
          for (const axis of order) {
            stride[axis] = size;
            size *= d[axis]!;
          }
          const [d0, d1, d2, d3, d4] = d;
          const [x0, x1, x2, x3, x4] = stride as [number, number, number, number, number];
          const [y0, y1, y2, y3, y4] = [d1 * d2 * d3 * d4, d2 * d3 * d4, d3 * d4, d4, 1] as const;
          const strides = { x0, x1, x2, x3, x4, y0, y1, y2, y3, y4 };
          compare('copy', { y: zeros(size), x: floats(size, 1), d0, d1, d2, d3, d4, ...strides });
        },
      ),
    );
  });

  it('transposes matrices, repeats values, and copies long runs', () => {
    const none = { d0: 1, d1: 1, d2: 1, x0: 0, x1: 0, x2: 0, y0: 0, y1: 0, y2: 0 };
    for (const [d3, d4] of [
      [1, 1],
      [5, 7],
      [33, 18],
      [64, 64],
      [3, 50],
    ] as const) {
      const n = d3 * d4;
      compare('copy', { y: zeros(n), x: floats(n, 1), ...none, d3, d4, x3: 1, x4: d3, y3: d4, y4: 1 });
      compare('copy', { y: zeros(n), x: floats(n, 1), ...none, d3, d4, x3: 1, x4: 0, y3: d4, y4: 1 });
    }
    compare('copy', {
      y: zeros(2000),
      x: floats(2000, 1),
      ...none,
      d3: 1,
      d4: 2000,
      x3: 0,
      x4: 1,
      y3: 0,
      y4: 1,
    });
  });
});

describe('reduce', () => {
  it('sums and finds maxima over any axis', () => {
    for (const code of Object.values(reduceCodes)) {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 6 }),
          fc.integer({ min: 0, max: 60 }),
          fc.oneof(fc.constant(1), sizes),
          seeds,
          (outer, length, inner, seed) => {
            const x = floats(outer * length * inner + 1, seed);
            compare('reduce', { code, y: zeros(outer * inner), x, outer, length, inner });
          },
        ),
      );
    }
  });

  it('sums in float64, over more columns than are kept at a time, and lets NaN win a maximum', () => {
    const large = floats(4000, 1).map((value, i) => (i % 2 === 0 ? Math.fround(1e8 + value) : -1e8));
    compare('reduce', { code: reduceCodes.sum, y: [0], x: large, outer: 1, length: 4000, inner: 1 });
    compare('reduce', {
      code: reduceCodes.sum,
      y: zeros(1500),
      x: floats(4500, 1),
      outer: 1,
      length: 3,
      inner: 1500,
    });
    for (const at of [0, 5, 9]) {
      const x = floats(10, 1);
      x[at] = Number.NaN;
      compare('reduce', { code: reduceCodes.max, y: [0], x, outer: 1, length: 10, inner: 1 });
      compare('reduce', { code: reduceCodes.max, y: zeros(5), x, outer: 1, length: 2, inner: 5 });
    }
  });

  it('sums squares, and scales norms down to a limit', () => {
    compare('sumSquares', { y: [0], x: floats(1003, 1), n: 1003, count: undefined, width: 0 });
    compare('sumSquares', { y: [0], x: floats(1003, 1), n: 0, count: [7], width: 11 });
    for (const parts of [
      [1, 2, 1],
      [1e-12, 0, 0],
      [9e9, 1, 1],
      [Number.NaN, 1, 1],
      [Number.POSITIVE_INFINITY, 0, 0],
    ]) {
      compare('clipScale', { y: [0, 0], parts, n: 3, limit: 1.5 });
    }
  });
});

describe('softmax and its kin', () => {
  const shapes = fc.tuple(
    fc.integer({ min: 1, max: 6 }),
    fc.oneof(sizes, fc.integer({ min: 100, max: 700 })),
    seeds,
  );

  it('agree with the reference for any shape', () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), ([rows, columns, seed], inPlace) => {
        const x = floats(rows * columns, seed, -30, 30);
        const y = inPlace ? x : zeros(rows * columns);
        for (const log of [0, 1]) compare('softmax', { y, x, rows, columns, log });
        compare('logSumExp', { y: zeros(rows), x, rows, columns });
        const lse = floats(rows, seed, 30, 40);
        const labels = ids(rows, columns, seed);
        compare('crossEntropyGradient', { y, x, lse, labels, scale: floats(rows, 4), rows, columns });
        compare('pick', { y: zeros(rows), x, ids: labels, rows, columns });
        compare('oneHot', { y: zeros(rows * columns), ids: labels, rows, columns });
      }),
      { numRuns: 40 },
    );
  });

  it('survive huge logits, −∞ and NaN', () => {
    const infinity = Number.POSITIVE_INFINITY;
    const rows = [
      [1e4, 1e4 + 1, -1e4, 0, 5],
      [-infinity, -infinity, -infinity, -infinity, -infinity],
      [-infinity, 2, 1, -infinity, -infinity],
      [Number.NaN, 1, 2, 3, 4],
      [1, 2, 3, 4, Number.NaN],
      [1, Number.NaN, 2, 3, 4],
    ];
    const x = rows.flat();
    compare('logSumExp', { y: zeros(6), x, rows: 6, columns: 5 });
    compare('softmax', {
      y: zeros(10),
      x: x.slice(0, 5).concat(x.slice(10, 15)),
      rows: 2,
      columns: 5,
      log: 0,
    });
    compare('softmax', { y: zeros(15), x: x.slice(15), rows: 3, columns: 5, log: 0 });
  });
});

describe('layerNorm', () => {
  it('agrees with the reference, with and without gain and bias, far from zero too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        sizes,
        seeds,
        fc.boolean(),
        (rows, columns, seed, affine) => {
          const x = floats(rows * columns, seed, 1000, 1001);
          const gain = affine ? floats(columns, 1) : undefined;
          const bias = affine ? floats(columns, 2) : undefined;
          compare('layerNorm', { y: zeros(x.length), x, gain, bias, rows, columns, epsilon: 1e-5 });
        },
      ),
    );
  });
});

describe('dropout', () => {
  it('drops exactly what the reference drops', () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 0, max: 0.99, noNaN: true }), seeds, (n, rate, seed) => {
        const random = [seed, seed * 7919, seed % 100];
        compare('dropout', { y: zeros(n), x: floats(n, seed), n, rate, stream: seed ^ -1, random });
      }),
    );
    compare('dropout', { y: zeros(20), x: floats(20, 1), n: 20, rate: 0, stream: 1, random: [1, 2, 3] });
  });
});

describe('bags and segments', () => {
  const anyBags = fc.record({
    segments: fc.integer({ min: 1, max: 9 }),
    n: fc.integer({ min: 0, max: 30 }),
    width: sizes,
    seed: seeds,
  });

  it('agree with the reference for any ends', () => {
    fc.assert(
      fc.property(anyBags, ({ segments, n, width, seed }) => {
        const ends = bagEnds(segments, n, seed);
        const x = floats(n * width + 1, seed);
        const common = { ends, segments, n, width };
        const rows = 12;
        const items = ids(n, rows, seed).concat(0);
        for (const mode of [0, 1, 2]) {
          compare('segmentPool', { y: zeros(segments * width), x, ...common, mode });
          const table = floats(rows * width, seed);
          compare('bag', { y: zeros(segments * width), table, ids: items, ...common, rows, mode });
        }
        compare('segmentRepeat', {
          y: floats(n * width + 1, 3),
          x: floats(segments * width, seed),
          ...common,
        });
        compare('segmentArgmax', { y: floats(n * width + 1, 3), x: x.map(Math.round), ...common });
        compare('segmentLength', { y: zeros(segments), ends, segments });
        compare('segmentIds', { y: zeros(n + 1), ends: [...ends.slice(0, -1), n], segments, n });
      }),
      { numRuns: 50 },
    );
  });
});

describe('rows by id', () => {
  const anyRows = fc.record({
    n: fc.integer({ min: 0, max: 80 }),
    width: fc.integer({ min: 1, max: 40 }),
    rows: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20_000_000 })),
    seed: seeds,
  });

  it('gather, scatter and group as the reference does', () => {
    fc.assert(
      fc.property(anyRows, ({ n, width, rows, seed }) => {
        const someIds = ids(n, rows, seed).concat(0);
        const small = Math.min(rows, 60);
        const smallIds = someIds.map((id) => id % small);
        const values = floats(n * width + 1, seed);
        compare('gather', {
          y: zeros(n * width + 1),
          table: floats(small * width, 1),
          ids: smallIds,
          n,
          width,
          rows: small,
        });
        compare(
          'scatterRows',
          { y: floats(small * width, 2), values, ids: smallIds, n, width, rows: small },
          { absolute: 1e-5 },
        );
        compare(
          'groupRows',
          {
            ids: someIds,
            n,
            rows,
            order: zeros(n + 1),
            unique: zeros(n + 1),
            starts: zeros(n + 2),
            count: [0],
            scratch: zeros(2 * n + 1),
          },
          { only: ['order', 'starts', 'count'] },
        );
      }),
      { numRuns: 60 },
    );
  });

  it('sums grouped rows, through sources or not', () => {
    const order = [2, 4, 0, 1, 3];
    const starts = [0, 2, 3, 5];
    for (const sources of [undefined, [1, 1, 0, 2, 0]]) {
      for (const width of [1, 4, 19]) {
        compare('groupSum', {
          y: zeros(3 * width),
          values: floats(5 * width, 1),
          order,
          starts,
          sources,
          count: [3],
          width,
        });
      }
    }
  });
});
