/**
 * Whole training steps of the plainest text classifier, fused: look up and average, softmax, and the update of the rows
 * that were looked up. A step on one text is a few microseconds of work on rows that are in the cache by then; as a
 * program it would be thirty instructions.
 */
import { at, loadPart, madd, rowAt, sumOfLanes } from './lanes';
import { addScaled, scaleRow } from './rows';
import { fail, isFirstThread, scratch, sliceBegin, sliceEnd } from './slices';
import { largestOfRow, logOf, storeExp } from './softmax';

export function bagStepsKernel(
  table: usize, weight: usize, bias: usize, ids: usize, ends: usize, labels: usize, weights: usize, rates: usize,
  losses: usize, texts: i32, n: i32, rows: i32, width: i32, classes: i32, racing: i32,
): void {
  if (racing == 0 && !isFirstThread()) return;
  const first = racing == 0 ? 0 : sliceBegin(texts, 1);
  const last = racing == 0 ? texts : sliceEnd(texts, 1);
  const h = scratch();
  const toRows = at(h, width);
  const z = at(toRows, width);
  const p = at(z, classes);
  for (let t = first; t < last; t++) {
    const begin = t == 0 ? 0 : load<i32>(at(ends, t - 1));
    const end = load<i32>(at(ends, t));
    const label = load<u32>(at(labels, t));
    if (begin < 0 || begin > end || end > n || label >= <u32>classes || !areIds(ids, begin, end, rows)) {
      fail();
      return;
    }
    const items = end - begin;
    const share: f32 = items == 0 ? 0 : <f32>(1 / <f64>items);
    sumRows(h, table, ids, begin, end, width);
    scaleRow(h, share, width);

    for (let c = 0; c < classes; c++)
      store<f32>(at(z, c), load<f32>(at(bias, c)) + dot(rowAt(weight, c, width), h, width));
    const largest = largestOfRow(z, classes);
    const total = storeExp(p, z, largest, classes);
    const own = load<f32>(at(weights, t));
    store<f32>(at(losses, t), own * (logOf(total) - (load<f32>(at(z, label)) - largest)));

    // p becomes the step along −∂L/∂z.
    const rate = load<f32>(at(rates, t)) * own;
    scaleRow(p, <f32>(-rate / total), classes);
    store<f32>(at(p, label), load<f32>(at(p, label)) + rate);
    memory.fill(toRows, 0, <usize>width << 2);
    for (let c = 0; c < classes; c++) {
      const step = load<f32>(at(p, c));
      const row = rowAt(weight, c, width);
      addScaled(toRows, step, row, width);
      addScaled(row, step, h, width);
      store<f32>(at(bias, c), load<f32>(at(bias, c)) + step);
    }
    scaleRow(toRows, share, width);
    for (let i = begin; i < end; i++) addRow(rowAt(table, load<i32>(at(ids, i)), width), toRows, width);
  }
}

function areIds(ids: usize, begin: i32, end: i32, rows: i32): bool {
  for (let i = begin; i < end; i++) if (load<u32>(at(ids, i)) >= <u32>rows) return false;
  return true;
}

/** y = Σ table[ids[i]]: by columns, so that the sums stay in registers; the rows are in the cache after the first. */
function sumRows(y: usize, table: usize, ids: usize, begin: i32, end: i32, width: i32): void {
  let column = 0;
  for (; column + 8 <= width; column += 8) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    for (let i = begin; i < end; i++) {
      const from = at(rowAt(table, load<i32>(at(ids, i)), width), column);
      a = f32x4.add(a, v128.load(from));
      b = f32x4.add(b, v128.load(from, 16));
    }
    v128.store(at(y, column), a);
    v128.store(at(y, column), b, 16);
  }
  for (; column + 4 <= width; column += 4) {
    let a = f32x4.splat(0);
    for (let i = begin; i < end; i++)
      a = f32x4.add(a, v128.load(at(rowAt(table, load<i32>(at(ids, i)), width), column)));
    v128.store(at(y, column), a);
  }
  if ((width & 2) != 0) {
    let a = f32x4.splat(0);
    for (let i = begin; i < end; i++)
      a = f32x4.add(a, v128.load64_zero(at(rowAt(table, load<i32>(at(ids, i)), width), column)));
    v128.store_lane<i64>(at(y, column), a, 0);
    column += 2;
  }
  if ((width & 1) == 0) return;
  let last: f32 = 0;
  for (let i = begin; i < end; i++) last += load<f32>(at(rowAt(table, load<i32>(at(ids, i)), width), column));
  store<f32>(at(y, column), last);
}

/** y += x */
// @ts-ignore: decorator
@inline
function addRow(y: usize, x: usize, width: i32): void {
  let i = 0;
  for (; i + 4 <= width; i += 4) v128.store(at(y, i), f32x4.add(v128.load(at(y, i)), v128.load(at(x, i))));
  if ((width & 2) != 0) {
    v128.store_lane<i64>(at(y, i), f32x4.add(v128.load64_zero(at(y, i)), v128.load64_zero(at(x, i))), 0);
    i += 2;
  }
  if ((width & 1) != 0) store<f32>(at(y, i), load<f32>(at(y, i)) + load<f32>(at(x, i)));
}

/** Σ a[i] b[i] */
function dot(a: usize, b: usize, n: i32): f32 {
  let sum = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) sum = madd(v128.load(at(a, i)), v128.load(at(b, i)), sum);
  const rest = n - i;
  if (rest > 0) sum = madd(loadPart(at(a, i), rest), loadPart(at(b, i), rest), sum);
  return sumOfLanes(sum);
}
