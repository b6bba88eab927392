/**
 * Products with matrices of whole numbers, 8 or 16 bits each, and a scale for every row. Where a product has few rows,
 * reading the matrix is its whole cost, and here is a quarter, or half, as much to read as in floats.
 */
import { at, read, rowAt } from './lanes';
import { sliceBegin, sliceEnd } from './slices';

export function roundRowsKernel(
  codes: usize, scales: usize, x: usize, rows: i32, columns: i32, stride: i32, limit: i32,
): void {
  const end = sliceEnd(rows, 1);
  for (let r = sliceBegin(rows, 1); r < end; r++) {
    const row = rowAt(x, r, columns);
    const scale = largestMagnitude(row, columns) / <f32>limit;
    const to = codes + ((<usize>r * <usize>stride) << 1);
    memory.fill(to, 0, <usize>stride << 1);
    store<f32>(at(scales, r), scale);
    if (scale > 0) roundRow(to, row, scale, columns);
  }
}

/** max |x[i]|; NaN where one is */
function largestMagnitude(x: usize, n: i32): f32 {
  let lanes = f32x4.splat(0);
  for (let i = 0; i < n; i += 4) lanes = f32x4.max(lanes, f32x4.abs(read(at(x, i), n - i)));
  return max<f32>(
    max<f32>(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1)),
    max<f32>(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3)),
  );
}

/** The zeros that a last vector is filled up with are stored too: there is room up to a whole vector of codes. */
function roundRow(codes: usize, x: usize, scale: f32, n: i32): void {
  const s = f32x4.splat(scale);
  for (let i = 0; i < n; i += 4) {
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.div(read(at(x, i), n - i), s)));
    v128.store64_lane(codes + (<usize>i << 1), i16x8.narrow_i32x4_s(whole, whole), 0);
  }
}

export function matmulCodesKernel(
  y: usize, a: usize, aScales: usize, b: usize, bScales: usize, bias: usize,
  m: i32, n: i32, stride: i32, bits: i32, accumulate: i32,
): void {
  const begin = sliceBegin(n, 4);
  const end = sliceEnd(n, 4);
  const bStep = <usize>stride * <usize>(bits >> 3);
  // Four rows at a time, a quarter of all rows apart: four long runs through memory, which the processor reads ahead.
  // Of neighbouring rows it does not know where they will go on, and the product can take three times as long.
  const quarter = (end - begin) / 4;
  for (let c = begin; c < begin + quarter; c++) {
    const row = b + <usize>c * bStep;
    const step = <usize>quarter * bStep;
    for (let r = 0; r < m; r++) {
      const x = a + ((<usize>r * <usize>stride) << 1);
      const scale = load<f32>(at(aScales, r));
      const sums = bits == 8 ? dotFour8(x, row, step, stride) : dotFour16(x, row, step, stride);
      const to = rowAt(y, r, n);
      put(to, c, f32x4.extract_lane(sums, 0) * scale, bScales, bias, accumulate);
      put(to, c + quarter, f32x4.extract_lane(sums, 1) * scale, bScales, bias, accumulate);
      put(to, c + 2 * quarter, f32x4.extract_lane(sums, 2) * scale, bScales, bias, accumulate);
      put(to, c + 3 * quarter, f32x4.extract_lane(sums, 3) * scale, bScales, bias, accumulate);
    }
  }
  for (let c = begin + 4 * quarter; c < end; c++) {
    const row = b + <usize>c * bStep;
    for (let r = 0; r < m; r++) {
      const x = a + ((<usize>r * <usize>stride) << 1);
      const sums = bits == 8 ? dotFour8(x, row, 0, stride) : dotFour16(x, row, 0, stride);
      put(rowAt(y, r, n), c, f32x4.extract_lane(sums, 0) * load<f32>(at(aScales, r)), bScales, bias, accumulate);
    }
  }
}

/** y[c] = value · scales[c] + bias[c], or that added to y[c] */
// @ts-ignore: decorator
@inline
function put(y: usize, c: i32, value: f32, scales: usize, bias: usize, accumulate: i32): void {
  let result = value * load<f32>(at(scales, c));
  if (bias != 0) result += load<f32>(at(bias, c));
  if (accumulate != 0) result += load<f32>(at(y, c));
  store<f32>(at(y, c), result);
}

/** Dot products of 16-bit codes with four rows of 8-bit codes, `step` bytes apart; n is a multiple of 16. The sums are whole and exact. */
function dotFour8(x: usize, b0: usize, step: usize, n: i32): v128 {
  const zero = i32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  let b1 = b0 + step;
  let b2 = b1 + step;
  let b3 = b2 + step;
  for (; n > 0; n -= 16) {
    const v = v128.load(x);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v, v128.load_ext<i8>(b0)));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v, v128.load_ext<i8>(b1)));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v, v128.load_ext<i8>(b2)));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v, v128.load_ext<i8>(b3)));
    const w = v128.load(x, 16);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(w, v128.load_ext<i8>(b0, 8)));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(w, v128.load_ext<i8>(b1, 8)));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(w, v128.load_ext<i8>(b2, 8)));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(w, v128.load_ext<i8>(b3, 8)));
    x += 32;
    b0 += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
  }
  const low = i32x4.add(v128.shuffle<i32>(s0, s1, 0, 4, 1, 5), v128.shuffle<i32>(s0, s1, 2, 6, 3, 7));
  const high = i32x4.add(v128.shuffle<i32>(s2, s3, 0, 4, 1, 5), v128.shuffle<i32>(s2, s3, 2, 6, 3, 7));
  return f32x4.convert_i32x4_s(
    i32x4.add(v128.shuffle<i32>(low, high, 0, 1, 4, 5), v128.shuffle<i32>(low, high, 2, 3, 6, 7)),
  );
}

/** The same with rows of 16-bit codes. Two products fit 32 bits, more do not: their sum goes on in floats. */
function dotFour16(x: usize, b0: usize, step: usize, n: i32): v128 {
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  let b1 = b0 + step;
  let b2 = b1 + step;
  let b3 = b2 + step;
  for (; n > 0; n -= 16) {
    const v = v128.load(x);
    s0 = f32x4.add(s0, pairs(v, v128.load(b0)));
    s1 = f32x4.add(s1, pairs(v, v128.load(b1)));
    s2 = f32x4.add(s2, pairs(v, v128.load(b2)));
    s3 = f32x4.add(s3, pairs(v, v128.load(b3)));
    const w = v128.load(x, 16);
    s0 = f32x4.add(s0, pairs(w, v128.load(b0, 16)));
    s1 = f32x4.add(s1, pairs(w, v128.load(b1, 16)));
    s2 = f32x4.add(s2, pairs(w, v128.load(b2, 16)));
    s3 = f32x4.add(s3, pairs(w, v128.load(b3, 16)));
    x += 32;
    b0 += 32;
    b1 += 32;
    b2 += 32;
    b3 += 32;
  }
  const low = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7));
  const high = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), v128.shuffle<f32>(low, high, 2, 3, 6, 7));
}

/** a[0] b[0] + a[1] b[1], …: four sums of two products, as floats */
// @ts-ignore: decorator
@inline
function pairs(a: v128, b: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(a, b));
}
