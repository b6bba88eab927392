/** Reference kernels over rows: one-hot, lookup, pooling of bags, and row-sparse gradients. */
import type { ReferenceKernel } from './kernels.js';

const SUM = 0;
const MEAN = 1;

export const pick: ReferenceKernel<'pick'> = ({ y, x, ids, rows, columns }) => {
  for (let r = 0; r < rows; r++) {
    const id = ids[r]!;
    if (!inRange(id, columns)) return false;
    y[r] = x[r * columns + id]!;
  }
};

export const oneHot: ReferenceKernel<'oneHot'> = ({ y, ids, rows, columns }) => {
  for (let r = 0; r < rows; r++) {
    const id = ids[r]!;
    if (!inRange(id, columns)) return false;
    for (let c = 0; c < columns; c++) y[r * columns + c] = c === id ? 1 : 0;
  }
};

export const gather: ReferenceKernel<'gather'> = ({ y, table, ids, n, width, rows }) => {
  for (let i = 0; i < n; i++) {
    const id = ids[i]!;
    if (!inRange(id, rows)) return false;
    for (let w = 0; w < width; w++) y[i * width + w] = table[id * width + w]!;
  }
};

export const bag: ReferenceKernel<'bag'> = ({ y, table, ids, ends, segments, n, width, rows, mode }) => {
  if (!validEnds(ends, segments, n)) return false;
  const items = new Float64Array(n * width);
  if (gather({ y: items, table, ids, n, width, rows }) === false) return false;
  return segmentPool({ y, x: items, ends, segments, n, width, mode });
};

export const segmentPool: ReferenceKernel<'segmentPool'> = ({ y, x, ends, segments, n, width, mode }) => {
  if (!validEnds(ends, segments, n)) return false;
  for (let s = 0; s < segments; s++) {
    const begin = s === 0 ? 0 : ends[s - 1]!;
    const end = ends[s]!;
    for (let w = 0; w < width; w++) {
      let pooled = mode === SUM || mode === MEAN || begin === end ? 0 : -Infinity;
      for (let i = begin; i < end; i++) {
        const value = x[i * width + w]!;
        pooled = mode === SUM || mode === MEAN ? pooled + value : Math.max(pooled, value);
      }
      y[s * width + w] = mode === MEAN ? pooled / Math.max(1, end - begin) : pooled;
    }
  }
};

export const segmentRepeat: ReferenceKernel<'segmentRepeat'> = ({ y, x, ends, segments, n, width }) => {
  if (!validEnds(ends, segments, n)) return false;
  y.fill(0, 0, n * width);
  for (let s = 0; s < segments; s++) {
    for (let i = s === 0 ? 0 : ends[s - 1]!; i < ends[s]!; i++) {
      for (let w = 0; w < width; w++) y[i * width + w] = x[s * width + w]!;
    }
  }
};

export const segmentLength: ReferenceKernel<'segmentLength'> = ({ y, ends, segments }) => {
  for (let s = 0; s < segments; s++) y[s] = ends[s]! - (s === 0 ? 0 : ends[s - 1]!);
};

export const segmentArgmax: ReferenceKernel<'segmentArgmax'> = ({ y, x, ends, segments, n, width }) => {
  if (!validEnds(ends, segments, n)) return false;
  y.fill(0, 0, n * width);
  for (let s = 0; s < segments; s++) {
    const begin = s === 0 ? 0 : ends[s - 1]!;
    const end = ends[s]!;
    for (let w = 0; w < width && begin < end; w++) {
      let first = begin;
      for (let i = begin; i < end; i++) if (x[i * width + w]! > x[first * width + w]!) first = i;
      y[first * width + w] = 1;
    }
  }
};

export const segmentIds: ReferenceKernel<'segmentIds'> = ({ y, ends, segments, n }) => {
  // An item after the last bag belongs to none, and there is no number for that.
  const last = segments === 0 ? 0 : ends[segments - 1]!;
  if (!validEnds(ends, segments, n) || last !== n) return false;
  for (let s = 0; s < segments; s++) y.fill(s, s === 0 ? 0 : ends[s - 1]!, ends[s]!);
};

export const scatterRows: ReferenceKernel<'scatterRows'> = ({ y, values, ids, n, width, rows }) => {
  y.fill(0, 0, rows * width);
  for (let i = 0; i < n; i++) {
    const id = ids[i]!;
    if (!inRange(id, rows)) return false;
    for (let w = 0; w < width; w++) y[id * width + w]! += values[i * width + w]!;
  }
};

export const groupRows: ReferenceKernel<'groupRows'> = ({ ids, n, rows, order, unique, starts, count }) => {
  const positions = Array.from({ length: n }, (_, i) => i);
  if (positions.some((i) => !inRange(ids[i]!, rows))) return false;
  positions.sort((i, j) => ids[i]! - ids[j]! || i - j);
  order.set(positions);
  let groups = 0;
  positions.forEach((position, j) => {
    if (j > 0 && ids[position] === unique[groups - 1]) return;
    unique[groups] = ids[position]!;
    starts[groups] = j;
    groups++;
  });
  starts[groups] = n;
  count[0] = groups;
};

export const groupSum: ReferenceKernel<'groupSum'> = ({
  y,
  values,
  order,
  starts,
  sources,
  count,
  width,
}) => {
  for (let u = 0; u < count[0]!; u++) {
    for (let w = 0; w < width; w++) {
      let sum = 0;
      for (let j = starts[u]!; j < starts[u + 1]!; j++) {
        const source = sources.length > 0 ? sources[order[j]!]! : order[j]!;
        sum += values[source * width + w]!;
      }
      y[u * width + w] = sum;
    }
  }
};

function inRange(id: number, limit: number): boolean {
  return id >= 0 && id < limit;
}

/** Bag ends must start at ≥ 0, never fall, and not pass the number of items. */
function validEnds(ends: Int32Array, segments: number, n: number): boolean {
  let previous = 0;
  for (let s = 0; s < segments; s++) {
    if (ends[s]! < previous || ends[s]! > n) return false;
    previous = ends[s]!;
  }
  return true;
}
