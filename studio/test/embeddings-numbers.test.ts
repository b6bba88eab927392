/** What the room of embeddings computes, held against other ways to the same numbers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, boundsOf, paint, place, pointAt } from '../src/rooms/embeddings/cloud.js';
import { symmetricEigen } from '../src/rooms/embeddings/eigen.js';
import { placeLabels } from '../src/rooms/embeddings/labels.js';
import { nearestOfAll } from '../src/rooms/embeddings/nearest.js';
import { principalComponents, takeRows } from '../src/rooms/embeddings/pca.js';
import { chooseRows } from '../src/rooms/embeddings/rows.js';
import { layOut } from '../src/rooms/embeddings/umap.js';

const coordinate = fc.double({ min: -5, max: 5, noNaN: true });

describe('eigenvectors of symmetric matrices', () => {
  it('satisfy A v = λ v, are orthonormal, and come largest first', () => {
    fc.assert(
      fc.property(fc.array(coordinate, { minLength: 36, maxLength: 36 }), (numbers) => {
        const n = 6;
        const a = numbers.map((_, k) => (numbers[k]! + numbers[(k % n) * n + Math.floor(k / n)]!) / 2);
        const { values, vectors } = symmetricEigen(a, n);
        for (const [i, v] of vectors.entries()) {
          for (let row = 0; row < n; row++) {
            const product = v.reduce((sum, x, column) => sum + a[row * n + column]! * x, 0);
            expect(product).toBeCloseTo(values[i]! * v[row]!, 8);
          }
          for (const [j, w] of vectors.entries())
            expect(v.reduce((sum, x, k) => sum + x * w[k]!, 0)).toBeCloseTo(i === j ? 1 : 0, 8);
        }
        expect([...values].sort((x, y) => y - x)).toEqual(values);
      }),
      { numRuns: 30 },
    );
  });

  it('are those of a matrix that is known', () => {
    const { values, vectors } = symmetricEigen([2, 1, 1, 2], 2);
    expect(values[0]).toBeCloseTo(3);
    expect(values[1]).toBeCloseTo(1);
    expect(vectors[0]![0]).toBeCloseTo(Math.SQRT1_2);
  });
});

describe('principal components', () => {
  it('find the direction of a line in space, whatever lies beside it', async () => {
    const rows = 500;
    const direction = [0.6, 0, 0.8, 0];
    const data = Float32Array.from({ length: rows * 4 }, (_, i) => {
      const at = Math.floor(i / 4) - rows / 2;
      return 7 + at * direction[i % 4]! + 0.01 * Math.sin(i * i);
    });
    const { points, shares } = await principalComponents({ data, rows, columns: 4 });
    expect(shares[0]).toBeGreaterThan(0.9999);
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1);
    expect(Math.abs(points[0]! - points[3 * (rows - 1)]!)).toBeCloseTo(rows - 1, 1);
  });

  it('keep all distances where there are no more than three dimensions', async () => {
    const data = Float32Array.from({ length: 60 }, (_, i) => Math.sin(3 * i));
    const { points } = await principalComponents({ data, rows: 20, columns: 3 });
    const distance = (list: Float32Array, i: number, j: number) =>
      Math.hypot(...[0, 1, 2].map((k) => list[3 * i + k]! - list[3 * j + k]!));
    for (let i = 1; i < 20; i++) expect(distance(points, 0, i)).toBeCloseTo(distance(data, 0, i), 4);
  });

  it('are zero where there are fewer columns, or nothing varies', async () => {
    const flat = await principalComponents({ data: new Float32Array([1, 2, 3]), rows: 3, columns: 1 });
    expect([flat.points[1], flat.points[2]]).toEqual([0, 0]);
    const same = await principalComponents({ data: new Float32Array(8).fill(2), rows: 4, columns: 2 });
    expect([...same.points].every((value) => value === 0)).toBe(true);
    expect(same.shares).toEqual([0, 0]);
  });
});

describe('nearest neighbours of all', () => {
  it('are those that a search of one by one finds', async () => {
    const columns = 5;
    const table = Float32Array.from({ length: 300 * columns }, (_, i) => Math.sin(i * i));
    const unit = takeRows(table, columns, chooseRows(300, { most: 300, choosing: 'first' }), true);
    const lists = (await nearestOfAll(unit, 4, async () => true))!;
    for (const row of [0, 123, 299]) {
      const cosine = (other: number) =>
        Array.from(
          { length: columns },
          (_, k) => unit.data[row * columns + k]! * unit.data[other * columns + k]!,
        );
      const order = Array.from({ length: 300 }, (_, other) => other).sort(
        (x, y) => cosine(y).reduce((s, v) => s + v) - cosine(x).reduce((s, v) => s + v),
      );
      expect(lists.indices[row]).toEqual(order.slice(0, 4));
      expect(lists.distances[row]![0]).toBe(0);
    }
    expect(await nearestOfAll(unit, 4, async () => false)).toBeUndefined();
  });
});

describe('UMAP', () => {
  const heaps = () => {
    const table = Float32Array.from({ length: 90 * 6 }, (_, i) => {
      const [row, column] = [Math.floor(i / 6), i % 6];
      return (row % 3 === column ? 3 : 0) + 0.5 * Math.sin(i * i);
    });
    return takeRows(table, 6, chooseRows(90, { most: 90, choosing: 'first' }), true);
  };
  const settings = { dimensions: 2, neighbors: 8, minDistance: 0.1, epochs: 60, seed: 3 } as const;
  const context = (signal = new AbortController().signal) => ({
    progress: () => {},
    signal,
    breathe: async () => {},
  });

  it('keeps heaps together, and gives the same picture for the same seed', async () => {
    const { points } = await layOut(heaps(), settings, context());
    expect(await layOut(heaps(), settings, context())).toEqual({ points, dimensions: 2 });
    const heapOfNearest = (row: number) => {
      let [best, least] = [-1, Infinity];
      for (let other = 0; other < 90; other++) {
        const distance = Math.hypot(
          points[2 * row]! - points[2 * other]!,
          points[2 * row + 1]! - points[2 * other + 1]!,
        );
        if (other !== row && distance < least) [best, least] = [other, distance];
      }
      return best % 3;
    };
    const kept = Array.from({ length: 90 }, (_, row) => heapOfNearest(row) === row % 3).filter(Boolean);
    expect(kept.length).toBeGreaterThan(85);
  });

  it('gives what there is when it is cancelled, or when there is nearly nothing', async () => {
    const abort = new AbortController();
    abort.abort();
    expect((await layOut(heaps(), settings, context(abort.signal))).points).toHaveLength(180);
    const two = { data: new Float32Array([1, 0, 0, 1]), rows: 2, columns: 2 };
    expect((await layOut(two, settings, context())).points).toHaveLength(4);
  });
});

describe('the picture of the points', () => {
  const view = { yaw: 0, pitch: 0, zoom: 1, panX: 0, panY: 0 };
  const picture = (width: number, height: number) =>
    ({ width, height, data: new Uint8ClampedArray(4 * width * height) }) as ImageData;

  it('puts points where they belong, up being up', () => {
    const points = new Float32Array([-1, -1, 1, 1, 0, 0]);
    const placed = allocate(3);
    place(points, 2, boundsOf(points, 2), view, { width: 100, height: 100 }, placed);
    expect([...placed.x].map(Math.round)).toEqual([4, 96, 50]);
    expect([...placed.y].map(Math.round)).toEqual([96, 4, 50]);
    expect(pointAt(placed, 93, 6, 9)).toBe(1);
    expect(pointAt(placed, 70, 30, 9)).toBeUndefined();
  });

  it('turns about the vertical by yaw', () => {
    const points = new Float32Array([1, 0, 0, -1, 0, 0, 0, 0, 1]);
    const placed = allocate(3);
    place(
      points,
      3,
      { middle: [0, 0, 0], radius: 1 },
      { ...view, yaw: Math.PI / 2 },
      { width: 100, height: 100 },
      placed,
    );
    expect(Math.round(placed.x[0]!)).toBe(50);
    expect(Math.round(placed.x[2]!)).toBe(96);
    // What was at the left is nearer to the eye or farther than what was at the right, never the same.
    expect(placed.depth[0]).not.toBeCloseTo(placed.depth[1]!);
  });

  it('mixes colours with the ground, channel by channel', () => {
    const image = picture(9, 9);
    const placed = allocate(1);
    placed.x[0] = placed.y[0] = 4;
    const options = { colors: [[200, 100, 50]], ground: [10, 20, 30], radius: 2, ordered: true } as const;
    paint(image, placed, 2, { ...options, opacity: 1 });
    const pixel = (x: number, y: number) => [...image.data.subarray(4 * (9 * y + x), 4 * (9 * y + x) + 4)];
    expect(pixel(4, 4)).toEqual([200, 100, 50, 255]);
    expect(pixel(0, 0)).toEqual([10, 20, 30, 255]);
    paint(image, placed, 2, { ...options, opacity: 0.5 });
    expect(pixel(4, 4)).toEqual([105, 60, 40, 255]);
  });

  it('leaves out what lies beyond the picture', () => {
    fc.assert(
      fc.property(coordinate, coordinate, (x, y) => {
        const placed = allocate(1);
        [placed.x[0], placed.y[0]] = [40 * x, 40 * y];
        const image = picture(16, 12);
        const options = {
          colors: [[255, 0, 0]],
          ground: [0, 0, 0],
          radius: 3,
          opacity: 1,
          ordered: true,
        } as const;
        paint(image, placed, 2, options);
        expect(image.data).toHaveLength(4 * 16 * 12);
      }),
    );
  });
});

describe('labels', () => {
  it('never touch each other, and the first come first', () => {
    const spot = fc.record({ x: fc.integer({ min: -20, max: 220 }), y: fc.integer({ min: -20, max: 120 }) });
    fc.assert(
      fc.property(fc.array(spot, { minLength: 1, maxLength: 40 }), (spots) => {
        const labels = spots.map((_, point) => ({ point, text: `word${point}`, strong: false }));
        const places = { x: spots.map(({ x }) => x), y: spots.map(({ y }) => y) };
        const placed = placeLabels(labels, places, { width: 200, height: 100 }, 14, () => 30, 20);
        for (const [i, a] of placed.entries())
          for (const b of placed.slice(i + 1))
            expect(Math.abs(a.x - b.x) >= 30 || Math.abs(a.y - b.y) >= 14).toBe(true);
        const inside = spots.findIndex(({ x, y }) => x >= 40 && x <= 160 && y >= 10 && y <= 90);
        if (inside === 0) expect(placed[0]!.point).toBe(0);
      }),
    );
  });
});

describe('choosing rows', () => {
  it('takes the first, or spreads over all, and never one twice', () => {
    expect([...chooseRows(10, { most: 3, choosing: 'first' })]).toEqual([0, 1, 2]);
    expect([...chooseRows(10, { most: 4, choosing: 'even' })]).toEqual([0, 2, 5, 7]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }), (size, most) => {
        const rows = [...chooseRows(size, { most, choosing: 'even' })];
        expect(new Set(rows).size).toBe(Math.min(size, most));
        expect(rows.every((row) => row >= 0 && row < size)).toBe(true);
      }),
    );
  });
});
