/** The parts that a small model is made of, each by itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../src/base/errors.js';
import { Random } from '../../../src/base/random.js';
import { packedTensors, type Tensor, unpack } from '../../../src/files/index.js';
import { BitReader, BitWriter, ByteReader, ByteWriter } from '../../../src/models/compression/bits.js';
import {
  compactVocabulary,
  readCompactVocabulary,
} from '../../../src/models/compression/compact-vocabulary.js';
import { byImportance, mostImportant } from '../../../src/models/compression/importance.js';
import { quantizeInt8 } from '../../../src/models/compression/int8.js';
import { kMeans } from '../../../src/models/compression/k-means.js';
import { quantizeProduct } from '../../../src/models/compression/product.js';
import { SparseBucketSet } from '../../../src/models/compression/sparse-buckets.js';
import { Vocabulary } from '../../../src/text/index.js';

/** Numbers that look like weights: a few rows are much longer than the others. */
function weightsOf(rows: number, columns: number, seed = 1): Float32Array {
  const random = new Random(seed, 'weights');
  const lengths = Float64Array.from({ length: rows }, () => Math.exp(random.normal()));
  return Float32Array.from(
    { length: rows * columns },
    (_, i) => lengths[Math.floor(i / columns)]! * random.normal(),
  );
}

const squaredError = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);

describe('bits', () => {
  it('come back in order', () => {
    const numbers = fc.array(fc.record({ value: fc.nat(0x7fffffff), ones: fc.nat(40) }));
    fc.assert(
      fc.property(numbers, (list) => {
        const writer = new BitWriter();
        for (const { value, ones } of list) {
          writer.write(value, 31);
          writer.unary(ones);
        }
        const reader = new BitReader(writer.finish());
        for (const { value, ones } of list) {
          expect(reader.read(31)).toBe(value);
          expect(reader.unary()).toBe(ones);
        }
        expect(reader.isAtEnd).toBe(true);
        reader.read(9);
        expect(reader.isPastEnd).toBe(true);
      }),
    );
  });

  it('numbers of seven bits a byte come back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(Number.MAX_SAFE_INTEGER)), (list) => {
        const writer = new ByteWriter();
        for (const value of list) writer.number(value);
        const bytes = writer.finish();
        const reader = new ByteReader(bytes);
        expect(list.map(() => reader.number())).toEqual(list);
        expect(reader.isAtEnd).toBe(true);
        expect(reader.number()).toBeUndefined();
      }),
    );
  });
});

describe('sparse buckets', () => {
  const sets = fc
    .record({
      buckets: fc.integer({ min: 1, max: 1 << 28 }),
      seeds: fc.uniqueArray(fc.nat(1 << 28), { maxLength: 200 }),
    })
    .map(({ buckets, seeds }) => ({
      buckets,
      used: [...new Set(seeds.map((seed) => seed % buckets))].sort((a, b) => a - b),
    }));

  it('find those that are used, and come back from a file', () => {
    fc.assert(
      fc.property(sets, fc.nat(1 << 28), ({ buckets, used }, other) => {
        const tensor = new SparseBucketSet(buckets, Uint32Array.from(used)).toTensor();
        const set = SparseBucketSet.fromTensor(tensor.data as Uint8Array, buckets);
        expect(used.map((bucket) => set.rankOf(bucket))).toEqual([...used.keys()]);
        expect(set.rankOf(other % buckets)).toBe(used.indexOf(other % buckets));
      }),
    );
  });

  it('take about log₂(buckets / used) + 1.5 bits each', () => {
    const random = new Random(1, 'buckets');
    const used = new Set(Array.from({ length: 10_000 }, () => random.below(2_560_000)));
    const set = new SparseBucketSet(2_560_000, Uint32Array.from(used).sort());
    expect((8 * set.toTensor().data.length) / set.size).toBeLessThan(9.7);
  });

  const good = new SparseBucketSet(1000, Uint32Array.of(3, 500, 999)).toTensor().data as Uint8Array;
  const changed = (at: number, value: number) =>
    good.map((byte, i) => (i === at ? value : byte)) as Uint8Array;
  const cases: [string, Uint8Array, number, RegExp][] = [
    ['nothing', new Uint8Array(0), 1000, /goes on after|too short|is damaged/],
    ['more buckets than bits', changed(1, 200), 1000, /too short for/],
    ['a code of too many bits', changed(4, 40), 1000, /40 low bits/],
    ['an end too early', good.subarray(0, good.length - 2), 1000, /too short|ends after/],
    ['more after the end', Uint8Array.of(...good, 1), 1000, /goes on after its end/],
    ['buckets that are not there', good, 999, /names bucket 999, and there are 999/],
  ];
  it.each(cases)('refuse %s', (_, bytes, buckets, message) => {
    expect(() => SparseBucketSet.fromTensor(bytes, buckets)).toThrow(FormatError);
    expect(() => SparseBucketSet.fromTensor(bytes, buckets)).toThrow(message);
  });
});

describe('compact vocabularies', () => {
  it('come back', () => {
    const lists = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 12 })).map((list) => list.sort());
    fc.assert(
      fc.property(lists, (tokens) => {
        const vocabulary = Vocabulary.ordered(
          tokens,
          tokens.map((_, i) => 7 ** (i % 12)),
        );
        const tensor = compactVocabulary(vocabulary)!;
        expect(readCompactVocabulary(tensor).toJSON()).toEqual(vocabulary.toJSON());
      }),
    );
  });

  it('are much shorter than as JSON', () => {
    const tokens = Array.from({ length: 500 }, (_, i) => `word ${i}`).sort();
    const vocabulary = Vocabulary.ordered(
      tokens,
      tokens.map(() => 3),
    );
    const { data } = compactVocabulary(vocabulary)!;
    expect(data.length).toBeLessThan(0.4 * JSON.stringify(vocabulary.toJSON()).length);
  });

  it('are not made where they would not come back', () => {
    expect(compactVocabulary(Vocabulary.ordered(['b', 'a'], [1, 1]))).toBeUndefined();
    expect(compactVocabulary(Vocabulary.ordered(['\ud800'], [1]))).toBeUndefined();
    expect(compactVocabulary(Vocabulary.fromCounts(new Map([['a', 1]])))).toBeUndefined();
  });

  const tensor = (...bytes: number[]): Tensor => ({
    dtype: 'U8',
    shape: [bytes.length],
    data: Uint8Array.from(bytes),
  });
  const a = 97;
  const cases: [string, Tensor | undefined, RegExp][] = [
    ['that are missing', undefined, /is missing/],
    ['that end in a number', tensor(0, 1, a, 5, 0x80), /ends in the middle of token 1/],
    ['that end in a token', tensor(0, 9, a, a), /ends in the middle of token 0/],
    ['whose tokens share what is not there', tensor(0, 1, a, 1, 2, 1, a, 1), /shares 2 bytes with one of 1/],
    ['with a token twice', tensor(0, 1, a, 1, 1, 0, 1), /not in order at token 1/],
    ['that are not UTF-8', tensor(0, 1, 0xff, 1), /token 0 that is not UTF-8/],
  ];
  it.each(cases)('%s are refused', (_, bytes, message) => {
    expect(() => readCompactVocabulary(bytes)).toThrow(FormatError);
    expect(() => readCompactVocabulary(bytes)).toThrow(message);
  });

  it('refuse to become much longer than the file', () => {
    const writer = new ByteWriter();
    const long = 300;
    writer.number(0);
    writer.number(long);
    writer.append(new Uint8Array(long).fill(a));
    writer.number(1);
    for (let i = 1; i < 2000; i++) {
      writer.number(long + i - 1);
      writer.number(1);
      writer.append(Uint8Array.of(a));
      writer.number(1);
    }
    const data = writer.finish();
    expect(() => readCompactVocabulary({ dtype: 'U8', shape: [data.length], data })).toThrow(
      /endless length/,
    );
  });
});

describe('int8', () => {
  it('errs by half a scale at most, and by nothing where rows are zero', () => {
    const rows = fc.array(
      fc.tuple(...Array.from({ length: 3 }, () => fc.float({ min: -1e6, max: 1e6, noNaN: true }))),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(rows, (list) => {
        const weights = Float32Array.from(list.flat());
        const packed = quantizeInt8(weights, [list.length, 3]);
        unpack(packed).forEach((value, i) => {
          const scale = packed.scales[Math.floor(i / 3)]!;
          expect(Math.abs(value - weights[i]!)).toBeLessThanOrEqual(scale * 0.5001 + 1e-30);
        });
        expect(packed.codes.every((code) => code >= -127)).toBe(true);
      }),
    );
  });

  it('has scales of half precision where these are fine enough', () => {
    expect(packedTensors('w', quantizeInt8(weightsOf(50, 8), [50, 8]))['w/scales']!.dtype).toBe('F16');
    expect(packedTensors('w', quantizeInt8(Float32Array.of(1e-6, 1), [2, 1]))['w/scales']!.dtype).toBe('F32');
  });
});

describe('k-means', () => {
  it('finds clusters that are there', () => {
    const points = Float32Array.from({ length: 400 }, (_, i) => [0, 10, 20, 30][i % 4]! + (i % 7) / 100);
    const found = [...kMeans(points, 1, new Float32Array(400).fill(1), { count: 4, seed: 3, stream: 's' })];
    expect(found.sort((a, b) => a - b).map(Math.round)).toEqual([0, 10, 20, 30]);
  });

  it('is the same for the same seed, and heeds the weights', () => {
    const points = weightsOf(300, 2);
    const even = new Float32Array(300).fill(1);
    const options = { count: 8, seed: 1, stream: 's' };
    expect(kMeans(points, 2, even, options)).toEqual(kMeans(points, 2, even, options));
    const heavy = even.map((_, i) => (i === 7 ? 1e6 : 1));
    const centroids = kMeans(points, 2, heavy, options);
    const nearest = Math.min(
      ...Array.from({ length: 8 }, (_, c) =>
        squaredError(points.subarray(14, 16), centroids.subarray(2 * c, 2 * c + 2)),
      ),
    );
    expect(nearest).toBeLessThan(1e-6);
  });

  it('has no more centroids than different points', () => {
    expect(
      kMeans(new Float32Array(20).fill(4), 2, new Float32Array(10).fill(1), {
        count: 5,
        seed: 1,
        stream: 's',
      }),
    ).toHaveLength(2);
  });
});

describe('product codes', () => {
  const weights = weightsOf(600, 6);
  const shape = [600, 6] as const;
  const errorOf = (width: number, norms: boolean, centroids?: number) =>
    squaredError(weights, unpack(quantizeProduct(weights, shape, { width, norms, centroids })));
  const total = squaredError(weights, new Float32Array(weights.length));

  it('err less with narrower parts, with more centroids, and with norms', () => {
    expect(errorOf(1, false)).toBeLessThan(errorOf(3, false));
    expect(errorOf(3, false)).toBeLessThan(errorOf(6, false));
    expect(errorOf(3, false)).toBeLessThan(errorOf(3, false, 16));
    expect(errorOf(6, true)).toBeLessThan(errorOf(6, false));
    expect(errorOf(3, true)).toBeLessThan(0.02 * total);
  });

  it('are exact where rows repeat', () => {
    const few = Float32Array.of(1, 2, 3, 4, 1, 2, 3, 4, 0, 0, 0, 0);
    for (const norms of [false, true]) {
      const back = unpack(quantizeProduct(few, [3, 4], { width: 2, norms }));
      expect(squaredError(few, back)).toBeLessThan(1e-4);
    }
  });
});

describe('the most important features', () => {
  const importance = Float64Array.of(5, 1, 4, 2, 3);
  const texts = {
    count: 3,
    ids: Int32Array.of(0, 1, 1, 3, 2),
    starts: Int32Array.of(0, 2, 4, 5),
    dense: new Float32Array(0),
    denseWidth: 0,
  };

  it('come first', () => {
    expect([...byImportance(importance)]).toEqual([0, 2, 4, 3, 1]);
    expect([...mostImportant(byImportance(importance), importance, 3)]).toEqual([0, 2, 4]);
  });

  it('make room for texts that would lose everything', () => {
    const kept = [...mostImportant(byImportance(importance), importance, 3, texts)];
    expect(kept.sort()).toEqual([0, 2, 3]);
  });
});
