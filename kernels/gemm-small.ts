/**
 * Products with few rows, as in inference: reading b once is the whole cost, so nothing is packed. a is [m, k],
 * row-major; columns `begin` … `end`−1 of y are computed.
 */
import { at, loadPart, madd, rowAt, sumOfLanes } from './lanes';
import { addFourScaled, addScaled } from './rows';

/** Products with at most this many rows come here. */
export const FEW_ROWS: i32 = 1;

/** Columns of y that stay in the L1 cache, for FEW_ROWS rows, while b streams past. */
const COLUMNS: i32 = 512;

/** y += a b, b [k, n]: row by row of b, four at a time. */
export function multiplyFewRows(y: usize, a: usize, b: usize, m: i32, n: i32, k: i32, begin: i32, end: i32): void {
  for (let c = begin; c < end; c += COLUMNS) {
    const count = min(COLUMNS, end - c);
    let l = 0;
    for (; l + 4 <= k; l += 4) {
      const rows = at(rowAt(b, l, n), c);
      for (let r = 0; r < m; r++) {
        const f = at(rowAt(a, r, k), l);
        const to = at(rowAt(y, r, n), c);
        addFourScaled(to, load<f32>(f), load<f32>(f, 4), load<f32>(f, 8), load<f32>(f, 12), rows, <usize>n << 2, count);
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
export function dotFewRows(y: usize, a: usize, b: usize, m: i32, n: i32, k: i32, begin: i32, end: i32): void {
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
      store<f32>(to, load<f32>(to) + dot(rowAt(a, r, k), rowAt(b, c, k), k));
    }
  }
}

/** The dot products of x with four rows, `step` bytes apart; the same bits as four calls of `dot`. */
function dotFour(x: usize, b: usize, step: usize, n: i32): v128 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const b1 = b + step;
  const b2 = b1 + step;
  const b3 = b2 + step;
  let i: usize = 0;
  const whole = <usize>(n & ~3) << 2;
  for (; i < whole; i += 16) {
    const v = v128.load(x + i);
    s0 = madd(v, v128.load(b + i), s0);
    s1 = madd(v, v128.load(b1 + i), s1);
    s2 = madd(v, v128.load(b2 + i), s2);
    s3 = madd(v, v128.load(b3 + i), s3);
  }
  const rest = n & 3;
  if (rest > 0) {
    const v = loadPart(x + i, rest);
    s0 = madd(v, loadPart(b + i, rest), s0);
    s1 = madd(v, loadPart(b1 + i, rest), s1);
    s2 = madd(v, loadPart(b2 + i, rest), s2);
    s3 = madd(v, loadPart(b3 + i, rest), s3);
  }
  return f32x4(sumOfLanes(s0), sumOfLanes(s1), sumOfLanes(s2), sumOfLanes(s3));
}

function dot(x: usize, b: usize, n: i32): f32 {
  let sum = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) sum = madd(v128.load(at(x, i)), v128.load(at(b, i)), sum);
  if (i < n) sum = madd(loadPart(at(x, i), n - i), loadPart(at(b, i), n - i), sum);
  return sumOfLanes(sum);
}
