/**
 * Products with few rows, as in inference: reading b once is the whole cost, so nothing is packed. a is [m,
 * k], row-major; columns `begin` … `end`−1 of y are computed.
 */
import { at, madd, read, rowAt, sumOfLanes } from './lanes';
import { addFourScaled, addScaled } from './rows';

/** Products with at most this many rows come here. */
export const FEW_ROWS: i32 = 6;

/** Columns of y that stay in the L1 cache, for FEW_ROWS rows, while b streams past. */
const COLUMNS: i32 = 512;

/** y += a b, b [k, n]: row by row of b, four at a time. */
export function multiplyFewRows(
  y: usize, a: usize, b: usize, m: i32, n: i32, k: i32, begin: i32, end: i32,
): void {
  for (let c = begin; c < end; c += COLUMNS) {
    const count = min(COLUMNS, end - c);
    let l = 0;
    for (; l + 4 <= k; l += 4) {
      const rows = at(rowAt(b, l, n), c);
      for (let r = 0; r < m; r++) {
        const f = at(rowAt(a, r, k), l);
        const to = at(rowAt(y, r, n), c);
        addFourScaled(to, f, rows, <usize>n << 2, count);
      }
    }
    for (; l < k; l++) {
      for (let r = 0; r < m; r++) {
        addScaled(at(rowAt(y, r, n), c), load<f32>(at(rowAt(a, r, k), l)), at(rowAt(b, l, n), c), count);
      }
    }
  }
}

/** y += a bᵀ, b [n, k]: dot products, four columns at a time. */
export function dotFewRows(
  y: usize, a: usize, b: usize, m: i32, n: i32, k: i32, begin: i32, end: i32,
): void {
  let c = begin;
  for (; c + 4 <= end; c += 4) {
    for (let r = 0; r < m; r++) {
      const to = at(rowAt(y, r, n), c);
      v128.store(to, f32x4.add(v128.load(to), dotFour(rowAt(a, r, k), rowAt(b, c, k), <usize>k << 2, k)));
    }
  }
  for (; c < end; c++) {
    for (let r = 0; r < m; r++) {
      const to = at(rowAt(y, r, n), c);
      const sums = dotFour(rowAt(a, r, k), rowAt(b, c, k), 0, k);
      store<f32>(to, load<f32>(to) + f32x4.extract_lane(sums, 0));
    }
  }
}

/**
 * The dot products of x with four rows, `step` bytes apart. Two sums for each, so that additions need not
 * wait.
 */
function dotFour(x: usize, b: usize, step: usize, n: i32): v128 {
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  let t0 = zero, t1 = zero, t2 = zero, t3 = zero;
  let b1 = b + step;
  let b2 = b1 + step;
  let b3 = b2 + step;
  for (; n >= 8; n -= 8) {
    const v = v128.load(x);
    s0 = madd(v, v128.load(b), s0);
    s1 = madd(v, v128.load(b1), s1);
    s2 = madd(v, v128.load(b2), s2);
    s3 = madd(v, v128.load(b3), s3);
    const w = v128.load(x, 16);
    t0 = madd(w, v128.load(b, 16), t0);
    t1 = madd(w, v128.load(b1, 16), t1);
    t2 = madd(w, v128.load(b2, 16), t2);
    t3 = madd(w, v128.load(b3, 16), t3);
    x += 32;
    b += 32;
    b1 += 32;
    b2 += 32;
    b3 += 32;
  }
  for (; n > 0; n -= 4) {
    const v = read(x, n);
    s0 = madd(v, read(b, n), s0);
    s1 = madd(v, read(b1, n), s1);
    s2 = madd(v, read(b2, n), s2);
    s3 = madd(v, read(b3, n), s3);
    x += 16;
    b += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
  }
  return f32x4(
    sumOfLanes(f32x4.add(s0, t0)),
    sumOfLanes(f32x4.add(s1, t1)),
    sumOfLanes(f32x4.add(s2, t2)),
    sumOfLanes(f32x4.add(s3, t3)),
  );
}
