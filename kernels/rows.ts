/** Operations on one row of n floats, from which the kernels over rows are made. */
import { at, loadPart, madd, storePart } from './lanes';

/** y += x */
export function addInto(y: usize, x: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(y, i), f32x4.add(v128.load(at(y, i)), v128.load(at(x, i))));
  for (; i < n; i++) store<f32>(at(y, i), load<f32>(at(y, i)) + load<f32>(at(x, i)));
}

/** y = max(y, x); NaN wins */
export function maxInto(y: usize, x: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(y, i), f32x4.max(v128.load(at(y, i)), v128.load(at(x, i))));
  for (; i < n; i++) store<f32>(at(y, i), max<f32>(load<f32>(at(y, i)), load<f32>(at(x, i))));
}

/** y *= factor */
export function scaleRow(y: usize, factor: f32, n: i32): void {
  const v = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(y, i), f32x4.mul(v128.load(at(y, i)), v));
  for (; i < n; i++) store<f32>(at(y, i), load<f32>(at(y, i)) * factor);
}

/** y = x − subtrahend; y may be x */
export function shiftRow(y: usize, x: usize, subtrahend: f32, n: i32): void {
  const v = f32x4.splat(subtrahend);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(y, i), f32x4.sub(v128.load(at(x, i)), v));
  for (; i < n; i++) store<f32>(at(y, i), load<f32>(at(x, i)) - subtrahend);
}

/** y += factor · x, the tail in the same arithmetic as the body */
export function addScaled(y: usize, factor: f32, x: usize, n: i32): void {
  const v = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(y, i), madd(v, v128.load(at(x, i)), v128.load(at(y, i))));
  const rest = n - i;
  if (rest > 0) storePart(at(y, i), madd(v, loadPart(at(x, i), rest), loadPart(at(y, i), rest)), rest);
}

/** y += f[0] x[0] + f[1] x[1] + f[2] x[2] + f[3] x[3], in this order; rows of x are `step` bytes apart. */
export function addFourScaled(y: usize, factors: usize, x: usize, step: usize, n: i32): void {
  const v0 = v128.load32_splat(factors);
  const v1 = v128.load32_splat(factors, 4);
  const v2 = v128.load32_splat(factors, 8);
  const v3 = v128.load32_splat(factors, 12);
  const x1 = x + step;
  const x2 = x1 + step;
  const x3 = x2 + step;
  let i: usize = 0;
  const whole = <usize>(n & ~3) << 2;
  for (; i < whole; i += 16) {
    let sum = madd(v0, v128.load(x + i), v128.load(y + i));
    sum = madd(v1, v128.load(x1 + i), sum);
    sum = madd(v2, v128.load(x2 + i), sum);
    v128.store(y + i, madd(v3, v128.load(x3 + i), sum));
  }
  const rest = n & 3;
  if (rest > 0) {
    let sum = madd(v0, loadPart(x + i, rest), loadPart(y + i, rest));
    sum = madd(v1, loadPart(x1 + i, rest), sum);
    sum = madd(v2, loadPart(x2 + i, rest), sum);
    storePart(y + i, madd(v3, loadPart(x3 + i, rest), sum), rest);
  }
}
