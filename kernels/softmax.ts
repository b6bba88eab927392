/**
 * Kernels over rows of logits: softmax, logSumExp, the gradient of cross-entropy, pick, oneHot. Rows are
 * sliced among threads. The greatest logit is subtracted before any exponential; sums are float64.
 */
import { at, loadPart, promoteHigh, promoteLow, rowAt, storePart, sumOfDoubles } from './lanes';
import { expOfNegative, log } from './math';
import { scaleRow, shiftRow } from './rows';
import { fail, sliceBegin, sliceEnd } from './slices';

/**
 * Vectors whose exponentials are added in float32 before their sum goes to float64: few, so little is lost.
 */
const CHUNK: i32 = 16;

export function softmaxKernel(y: usize, x: usize, rows: i32, columns: i32, logarithm: i32): void {
  const end = sliceEnd(rows, 1);
  for (let r = sliceBegin(rows, 1); r < end; r++) {
    const from = rowAt(x, r, columns);
    const to = rowAt(y, r, columns);
    const largest = largestOfRow(from, columns);
    if (logarithm != 0) {
      // Two steps, not x − (m + log Σ): the large parts cancel before the small one is rounded.
      const tail = logOf(sumOfExp(from, largest, columns));
      shiftRow(to, from, largest, columns);
      shiftRow(to, to, tail, columns);
    } else {
      scaleRow(to, <f32>(1 / storeExp(to, from, largest, columns)), columns);
    }
  }
}

export function logSumExpKernel(y: usize, x: usize, rows: i32, columns: i32): void {
  const end = sliceEnd(rows, 1);
  for (let r = sliceBegin(rows, 1); r < end; r++) {
    const row = rowAt(x, r, columns);
    const largest = largestOfRow(row, columns);
    const result = largest == -Infinity ? largest : largest + logOf(sumOfExp(row, largest, columns));
    store<f32>(at(y, r), isNaN(largest) ? NaN : result);
  }
}

export function crossEntropyGradientKernel(
  y: usize, x: usize, lse: usize, labels: usize, scale: usize, rows: i32, columns: i32,
): void {
  const end = sliceEnd(rows, 1);
  for (let r = sliceBegin(rows, 1); r < end; r++) {
    const label = load<u32>(at(labels, r));
    if (label >= <u32>columns) {
      fail();
      return;
    }
    const from = rowAt(x, r, columns);
    const to = rowAt(y, r, columns);
    const shift = load<f32>(at(lse, r));
    const factor = load<f32>(at(scale, r));
    const labelled = expOfNegative(f32x4.splat(load<f32>(at(from, label)) - shift));
    storeScaledExp(to, from, shift, factor, columns);
    store<f32>(at(to, label), (f32x4.extract_lane(labelled, 0) - 1) * factor);
  }
}

/** max x[i]; NaN where the first is NaN, other NaNs are passed over: they show up in the sum. */
export function largestOfRow(x: usize, n: i32): f32 {
  let lanes = f32x4.splat(-Infinity);
  let i = 0;
  for (; i + 4 <= n; i += 4) lanes = f32x4.pmax(lanes, v128.load(at(x, i)));
  let largest = f32x4.extract_lane(lanes, 0);
  for (let lane = 0; lane < 4; lane++) {
    largest = max<f32>(largest, f32x4.extract_lane(lanes, 0));
    lanes = v128.shuffle<f32>(lanes, lanes, 1, 2, 3, 0);
  }
  for (; i < n; i++) {
    const value = load<f32>(at(x, i));
    if (value > largest) largest = value;
  }
  return largest;
}

/** Σ e^(x − shift) */
function sumOfExp(x: usize, shift: f32, n: i32): f64 {
  const m = f32x4.splat(shift);
  let total = f64x2.splat(0);
  let i = 0;
  while (i + 4 <= n) {
    const end = min(n - 4, i + 4 * CHUNK - 4);
    let sum = f32x4.splat(0);
    for (; i <= end; i += 4) sum = f32x4.add(sum, expOfNegative(f32x4.sub(v128.load(at(x, i)), m)));
    total = f64x2.add(total, f64x2.add(promoteLow(sum), promoteHigh(sum)));
  }
  return sumOfDoubles(total) + sumOfRest(expOfNegative(f32x4.sub(loadRest(at(x, i), n - i), m)), n - i);
}

/** y = e^(x − shift); returns the sum. */
export function storeExp(y: usize, x: usize, shift: f32, n: i32): f64 {
  const m = f32x4.splat(shift);
  let total = f64x2.splat(0);
  let i = 0;
  while (i + 4 <= n) {
    const end = min(n - 4, i + 4 * CHUNK - 4);
    let sum = f32x4.splat(0);
    for (; i <= end; i += 4) {
      const e = expOfNegative(f32x4.sub(v128.load(at(x, i)), m));
      v128.store(at(y, i), e);
      sum = f32x4.add(sum, e);
    }
    total = f64x2.add(total, f64x2.add(promoteLow(sum), promoteHigh(sum)));
  }
  const rest = n - i;
  const e = expOfNegative(f32x4.sub(loadRest(at(x, i), rest), m));
  if (rest > 0) storePart(at(y, i), e, rest);
  return sumOfDoubles(total) + sumOfRest(e, rest);
}

/** y = scale e^(x − shift) */
function storeScaledExp(y: usize, x: usize, shift: f32, scale: f32, n: i32): void {
  const m = f32x4.splat(shift);
  const factor = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(at(y, i), f32x4.mul(expOfNegative(f32x4.sub(v128.load(at(x, i)), m)), factor));
  }
  const rest = n - i;
  if (rest == 0) return;
  const e = expOfNegative(f32x4.sub(loadPart(at(x, i), rest), m));
  storePart(at(y, i), f32x4.mul(e, factor), rest);
}

/** 0 … 3 floats, then zeros */
function loadRest(address: usize, count: i32): v128 {
  return count > 0 ? loadPart(address, count) : f32x4.splat(0);
}

/** The sum of the first 0 … 3 lanes. */
function sumOfRest(v: v128, count: i32): f64 {
  let sum: f64 = 0;
  if (count > 0) sum = <f64>f32x4.extract_lane(v, 0);
  if (count > 1) sum += <f64>f32x4.extract_lane(v, 1);
  if (count > 2) sum += <f64>f32x4.extract_lane(v, 2);
  return sum;
}

export function logOf(x: f64): f32 {
  return f32x4.extract_lane(log(f32x4.splat(<f32>x)), 0);
}

export function pickKernel(y: usize, x: usize, ids: usize, rows: i32, columns: i32): void {
  const end = sliceEnd(rows, 16);
  for (let r = sliceBegin(rows, 16); r < end; r++) {
    const id = load<u32>(at(ids, r));
    if (id >= <u32>columns) {
      fail();
      return;
    }
    store<f32>(at(y, r), load<f32>(at(rowAt(x, r, columns), id)));
  }
}

export function oneHotKernel(y: usize, ids: usize, rows: i32, columns: i32): void {
  const end = sliceEnd(rows, 1);
  for (let r = sliceBegin(rows, 1); r < end; r++) {
    const id = load<u32>(at(ids, r));
    if (id >= <u32>columns) {
      fail();
      return;
    }
    const row = rowAt(y, r, columns);
    memory.fill(row, 0, <usize>columns << 2);
    store<f32>(at(row, id), 1);
  }
}
