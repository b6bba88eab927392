/**
 * x^p for one float, computed in float64: 2^(p log2 x). Not a hot path: squares, roots and reciprocals have
 * codes.
 */

const LOG2_E: f64 = 1.4426950408889634;
const LOG_2: f64 = 0.6931471805599453;
const SQRT_2: f64 = 1.4142135623730951;
/** Beyond these powers of two a float32 is ∞ or 0. */
const LARGEST: f64 = 200;

/** The value of JavaScript's `x ** p`, to float32 accuracy. */
export function power(x: f32, p: f64): f32 {
  if (p == 0) return 1;
  if (isNaN(x) || isNaN(p)) return NaN;
  const whole = floor(p) == p;
  if (x < 0 && !whole && isFinite(x)) return NaN;
  const odd = whole && abs(p) < 9007199254740992 && floor(p / 2) * 2 != p;
  const size = powerOfPositive(<f64>abs(x), p);
  return odd ? copysign(size, x) : size;
}

function powerOfPositive(x: f64, p: f64): f32 {
  if (x == 1) return isFinite(p) ? 1 : NaN;
  if (x == 0) return p > 0 ? 0 : Infinity;
  if (!isFinite(x)) return p > 0 ? Infinity : 0;
  const y = max(-LARGEST, min(LARGEST, p * log2(x)));
  const n = nearest(y);
  const r = (y - n) * LOG_2;
  // Taylor's series of e^r, |r| ≤ 0.35: the first term left out is below 10⁻¹².
  let e: f64 = 1;
  for (let k = 10; k > 0; k--) e = 1 + (e * r) / k;
  return <f32>(e * powerOfTwo(<i64>n));
}

/** log2 of a positive, normal float64: exponent + log2 of the mantissa, by 2 artanh((m−1)/(m+1)). */
function log2(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let exponent = (bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > SQRT_2) {
    m *= 0.5;
    exponent++;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let sum: f64 = 0;
  for (let k = 17; k > 0; k -= 2) sum = sum * z + 1 / <f64>k;
  return <f64>exponent + 2 * s * sum * LOG2_E;
}

function powerOfTwo(n: i64): f64 {
  return reinterpret<f64>((n + 1023) << 52);
}
