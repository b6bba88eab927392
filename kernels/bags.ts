/**
 * Kernels over bags: consecutive segments of items, segment s ending before item ends[s]. Threads share the
 * segments; every one checks the ends of its own, so a bad end stops the program before anything is read or
 * written by it.
 */
import { copyWords } from './copy';
import { at, rowAt } from './lanes';
import { addInto, maxInto, scaleRow } from './rows';
import { fail, isFirstThread, sliceBegin, sliceEnd } from './slices';

const MEAN: i32 = 1;
const MAX: i32 = 2;

/** The first item of segment s, which is the end of the one before. */
// @ts-ignore: decorator
@inline
function beginOf(ends: usize, s: i32): i32 {
  return s == 0 ? 0 : load<i32>(at(ends, s - 1));
}

/** Whether 0 ≤ begin ≤ end ≤ n for segment s. */
// @ts-ignore: decorator
@inline
function isSound(ends: usize, s: i32, n: i32): bool {
  const begin = beginOf(ends, s);
  const end = load<i32>(at(ends, s));
  return begin >= 0 && begin <= end && end <= n;
}

export function bagKernel(
  y: usize, table: usize, ids: usize, ends: usize, segments: i32, n: i32, width: i32, rows: i32, mode: i32,
): void {
  pool(y, table, ids, rows, ends, segments, n, width, mode);
}

export function segmentPoolKernel(
  y: usize, x: usize, ends: usize, segments: i32, n: i32, width: i32, mode: i32,
): void {
  pool(y, x, 0, n, ends, segments, n, width, mode);
}

/** Pools rows ids[i] of x, or rows i where there are no ids. */
function pool(
  y: usize, x: usize, ids: usize, rows: i32, ends: usize, segments: i32, n: i32, width: i32, mode: i32,
): void {
  const last = sliceEnd(segments, 1);
  for (let s = sliceBegin(segments, 1); s < last; s++) {
    if (!isSound(ends, s, n)) {
      fail();
      return;
    }
    const begin = beginOf(ends, s);
    const end = load<i32>(at(ends, s));
    const row = rowAt(y, s, width);
    if (begin == end) memory.fill(row, 0, <usize>width << 2);
    for (let i = begin; i < end; i++) {
      const id = ids == 0 ? i : load<i32>(at(ids, i));
      if (<u32>id >= <u32>rows) {
        fail();
        return;
      }
      const item = rowAt(x, id, width);
      if (i == begin) copyWords(row, item, width);
      else if (mode == MAX) maxInto(row, item, width);
      else addInto(row, item, width);
    }
    if (mode == MEAN && end > begin + 1) scaleRow(row, <f32>(1 / <f64>(end - begin)), width);
  }
}

export function segmentRepeatKernel(
  y: usize, x: usize, ends: usize, segments: i32, n: i32, width: i32,
): void {
  const last = sliceEnd(segments, 1);
  for (let s = sliceBegin(segments, 1); s < last; s++) {
    if (!isSound(ends, s, n)) {
      fail();
      return;
    }
    const end = load<i32>(at(ends, s));
    for (let i = beginOf(ends, s); i < end; i++) copyWords(rowAt(y, i, width), rowAt(x, s, width), width);
  }
  clearAfter(y, ends, segments, n, width);
}

/** Items that belong to no segment get zeros. */
function clearAfter(y: usize, ends: usize, segments: i32, n: i32, width: i32): void {
  if (!isFirstThread()) return;
  const used = beginOf(ends, segments);
  if (used < 0 || used > n) return;
  memory.fill(rowAt(y, used, width), 0, (<usize>(n - used) * <usize>width) << 2);
}

export function segmentLengthKernel(y: usize, ends: usize, segments: i32): void {
  const last = sliceEnd(segments, 16);
  for (let s = sliceBegin(segments, 16); s < last; s++) {
    store<f32>(at(y, s), <f32>(load<i32>(at(ends, s)) - beginOf(ends, s)));
  }
}

export function segmentArgmaxKernel(
  y: usize, x: usize, ends: usize, segments: i32, n: i32, width: i32,
): void {
  const last = sliceEnd(segments, 1);
  for (let s = sliceBegin(segments, 1); s < last; s++) {
    if (!isSound(ends, s, n)) {
      fail();
      return;
    }
    const begin = beginOf(ends, s);
    const end = load<i32>(at(ends, s));
    memory.fill(rowAt(y, begin, width), 0, (<usize>(end - begin) * <usize>width) << 2);
    if (begin == end) continue;
    for (let w = 0; w < width; w++) {
      let first = begin;
      let largest = load<f32>(at(rowAt(x, begin, width), w));
      for (let i = begin + 1; i < end; i++) {
        const value = load<f32>(at(rowAt(x, i, width), w));
        if (value > largest) {
          largest = value;
          first = i;
        }
      }
      store<f32>(at(rowAt(y, first, width), w), 1);
    }
  }
  clearAfter(y, ends, segments, n, width);
}

/** Here every item must have a segment: there is no number for "none". */
export function segmentIdsKernel(y: usize, ends: usize, segments: i32, n: i32): void {
  if (beginOf(ends, segments) != n) {
    fail();
    return;
  }
  const last = sliceEnd(segments, 1);
  for (let s = sliceBegin(segments, 1); s < last; s++) {
    if (!isSound(ends, s, n)) {
      fail();
      return;
    }
    const end = load<i32>(at(ends, s));
    for (let i = beginOf(ends, s); i < end; i++) store<i32>(at(y, i), s);
  }
}
