/**
 * Sums and maxima over one axis. Sums accumulate in float64, always in the order of the axis or of its four
 * lanes.
 */
import { at, loadPart, promoteHigh, promoteLow, rowAt, sumOfDoubles } from './lanes';
import { reduceCodes } from './opcodes.generated';
import { maxInto } from './rows';
import { PARTS, isFirstThread, parts, scratch, sliceBegin, sliceEnd, waitForOthers } from './slices';
import { fillRow } from './unary';

/** Columns whose float64 sums are kept in scratch space at a time. */
const SUM_COLUMNS: i32 = 1024;

export function reduceKernel(code: i32, y: usize, x: usize, outer: i32, length: i32, inner: i32): void {
  if (inner == 1) {
    const end = sliceEnd(outer, 1);
    for (let o = sliceBegin(outer, 1); o < end; o++) {
      const row = rowAt(x, o, length);
      store<f32>(at(y, o), code == reduceCodes.sum ? <f32>sumOfRow(row, length) : maxOfRow(row, length));
    }
  } else if (outer == 1) {
    const begin = sliceBegin(inner, 16);
    reduceColumns(code, at(y, begin), at(x, begin), length, inner, sliceEnd(inner, 16) - begin);
  } else {
    const end = sliceEnd(outer, 1);
    for (let o = sliceBegin(outer, 1); o < end; o++) {
      reduceColumns(code, rowAt(y, o, inner), rowAt(x, o, length * inner), length, inner, inner);
    }
  }
}

/** Σ x[i], i < n */
export function sumOfRow(x: usize, n: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(at(x, i));
    low = f64x2.add(low, promoteLow(v));
    high = f64x2.add(high, promoteHigh(v));
  }
  if (i < n) {
    const v = loadPart(at(x, i), n - i);
    low = f64x2.add(low, promoteLow(v));
    high = f64x2.add(high, promoteHigh(v));
  }
  return sumOfDoubles(f64x2.add(low, high));
}

/** max x[i], i < n; −∞ for none, NaN where one is */
function maxOfRow(x: usize, n: i32): f32 {
  let lanes = f32x4.splat(-Infinity);
  let i = 0;
  for (; i + 4 <= n; i += 4) lanes = f32x4.max(lanes, v128.load(at(x, i)));
  let result = max<f32>(
    max<f32>(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1)),
    max<f32>(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3)),
  );
  for (; i < n; i++) result = max<f32>(result, load<f32>(at(x, i)));
  return result;
}

/** y[c] = reduce over l of x[l · step + c], c < columns; rows of x are read in one sweep. */
function reduceColumns(code: i32, y: usize, x: usize, length: i32, step: i32, columns: i32): void {
  if (code == reduceCodes.max) {
    fillRow(y, -Infinity, columns);
    for (let l = 0; l < length; l++) maxInto(y, rowAt(x, l, step), columns);
    return;
  }
  for (let begin = 0; begin < columns; begin += SUM_COLUMNS) {
    const count = min(SUM_COLUMNS, columns - begin);
    memory.fill(scratch(), 0, SUM_COLUMNS * 8);
    for (let l = 0; l < length; l++) addToDoubles(scratch(), at(rowAt(x, l, step), begin), count);
    storeDoubles(at(y, begin), scratch(), count);
  }
}

/** sums[i] += x[i] in float64; sums has room for n rounded up to a multiple of 4. */
function addToDoubles(sums: usize, x: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) addFour(sums + (<usize>i << 3), v128.load(at(x, i)));
  if (i < n) addFour(sums + (<usize>i << 3), loadPart(at(x, i), n - i));
}

// @ts-ignore: decorator
@inline
function addFour(sums: usize, v: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), promoteLow(v)));
  v128.store(sums, f64x2.add(v128.load(sums, 16), promoteHigh(v)), 16);
}

/** y[i] = sums[i], rounded to float32 */
function storeDoubles(y: usize, sums: usize, n: i32): void {
  for (let i = 0; i < n; i++) store<f32>(at(y, i), <f32>load<f64>(sums + (<usize>i << 3)));
}

/** Blocks are no shorter than this, so that a short sum is one block. */
const SHORTEST_BLOCK: i32 = 4096;

/**
 * y[0] = Σ x²: sums of blocks, then the sum of those in their order. Where blocks begin depends on the length
 * alone, so any number of threads gives the same bits.
 */
export function sumSquaresKernel(y: usize, x: usize, n: i32, count: usize, width: i32): void {
  const length = count == 0 ? n : load<i32>(count) * width;
  const block = max(SHORTEST_BLOCK, (length / PARTS + 4) & ~3);
  const blocks = (length + block - 1) / block;
  const end = sliceEnd(blocks, 1);
  for (let b = sliceBegin(blocks, 1); b < end; b++) {
    const part = sumOfSquares(at(x, b * block), min(block, length - b * block));
    store<f64>(parts() + (<usize>b << 3), part);
  }
  if (!isFirstThread()) return;
  waitForOthers();
  let sum: f64 = 0;
  for (let b = 0; b < blocks; b++) sum += load<f64>(parts() + (<usize>b << 3));
  store<f32>(y, <f32>sum);
}

function sumOfSquares(x: usize, n: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const v = i + 4 <= n ? v128.load(at(x, i)) : loadPart(at(x, i), n - i);
    const a = promoteLow(v);
    const b = promoteHigh(v);
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  return sumOfDoubles(f64x2.add(low, high));
}

/** y[0] = √Σ squares, y[1] = the factor that brings that norm down to the limit */
export function clipScaleKernel(y: usize, squares: usize, n: i32, limit: f64): void {
  if (!isFirstThread()) return;
  const norm = sqrt<f64>(sumOfRow(squares, n));
  store<f32>(y, <f32>norm);
  store<f32>(y + 4, norm <= limit ? 1 : <f32>(limit / norm));
}
