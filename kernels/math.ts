/**
 * Elementary functions on four floats at once. Each reduces its argument to a short interval and evaluates a
 * polynomial there, fitted by us to the smallest greatest error (relative to the result) on that interval.
 *
 * Greatest errors, in units in the last place of the float32 result, over all arguments (test/engine/wasm-math):
 *   exp 1.1 · log 1.0 · sigmoid 2.1 · tanh 2.4 · softplus 2.5; silu and gelu: 2 of their argument
 * Results below 2^−126 underflow gradually, with one unit of 2^−149 more. e^x is ∞ above 128 log 2; log of −x is NaN, of ±0 −∞; NaN gives NaN.
 */
import { madd } from './lanes';

/** Adding 1.5 · 2²³ leaves a small number rounded to an integer in the low bits. */
const ROUNDER: f32 = 12582912;
const LOG2_E: f32 = 1.4426950408889634;
/** log 2 in two parts: the first has 9 bits, so that its product with an exponent is exact. */
const LOG_2_HIGH: f32 = 0.693359375;
const LOG_2_LOW: f32 = -0.00021219444005471377;

/** Outside these e^x is ∞, or rounds to 0. */
const EXP_MAX: f32 = 89;
const EXP_MIN: f32 = -104;

const ONE_BITS: i32 = 0x3f800000;
const SQRT_HALF_BITS: i32 = 0x3f3504f3;
const SIGN_BIT: i32 = i32.MIN_VALUE;
const SMALLEST_NORMAL: f32 = 1.1754943508222875e-38;

const SQRT_2_OVER_PI: f32 = 0.7978845608028654;

@inline
function constant(value: f32): v128 {
  return f32x4.splat(value);
}

/** x / log 2 rounded to an integer n, as n + ROUNDER. */
@inline
function roundedExponent(x: v128): v128 {
  return madd(x, constant(LOG2_E), constant(ROUNDER));
}

/** r = x − n log 2, |r| ≤ log 2 / 2 */
@inline
function remainder(x: v128, rounded: v128): v128 {
  const n = f32x4.sub(rounded, constant(ROUNDER));
  return madd(n, constant(-LOG_2_LOW), madd(n, constant(-LOG_2_HIGH), x));
}

/** e^r − 1 for |r| ≤ log 2 / 2: r + r² p(r), error of the polynomial 3 · 10⁻⁹ */
@inline
function expMinusOne(r: v128): v128 {
  let p = madd(constant(0.0013814466721942097), r, constant(0.00836878042935723));
  p = madd(p, r, constant(0.04166839421776957));
  p = madd(p, r, constant(0.16666520107623517));
  p = madd(p, r, constant(0.49999993412468));
  return madd(f32x4.mul(r, r), p, r);
}

/** 2ⁿ for n = −126 … 127 */
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.add(i32x4.shl(n, 23), i32x4.splat(ONE_BITS));
}

/** eˣ = 2ⁿ e^r, the power in two factors so that results at both ends of the range are right. */
@inline
export function exp(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, constant(EXP_MIN)), constant(EXP_MAX));
  const rounded = roundedExponent(bounded);
  const e = f32x4.add(constant(1), expMinusOne(remainder(bounded, rounded)));
  const n = i32x4.sub(rounded, i32x4.splat(reinterpret<i32>(ROUNDER)));
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(e, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/**
 * log x = e log 2 + log m, m = 1 + f between √½ and √2. With s = f / (2 + f),
 * log (1 + f) = f − f²/2 + s (f²/2 + R(s²)): the identity keeps the large terms exact.
 */
@inline
export function log(x: v128): v128 {
  const isTiny = f32x4.lt(x, constant(SMALLEST_NORMAL));
  const scaled = v128.bitselect(f32x4.mul(x, constant(8388608)), x, isTiny);
  const exponent = i32x4.shr_s(i32x4.sub(scaled, i32x4.splat(SQRT_HALF_BITS)), 23);
  const f = f32x4.sub(i32x4.sub(scaled, i32x4.shl(exponent, 23)), constant(1));
  const e = f32x4.convert_i32x4_s(i32x4.sub(exponent, v128.and(isTiny, i32x4.splat(23))));

  const s = f32x4.div(f, f32x4.add(f, constant(2)));
  const z = f32x4.mul(s, s);
  let tail = madd(constant(0.29885187110769057), z, constant(0.39977079394504583));
  tail = f32x4.mul(z, madd(tail, z, constant(0.6666677976739037)));
  const halfSquare = f32x4.mul(constant(0.5), f32x4.mul(f, f));
  const small = madd(e, constant(LOG_2_LOW), f32x4.mul(s, f32x4.add(halfSquare, tail)));
  const result = madd(e, constant(LOG_2_HIGH), f32x4.add(f32x4.sub(small, halfSquare), f));
  return logOfSpecial(x, result);
}

/** −∞ for zero, NaN below it, and ∞ and NaN themselves; elsewhere `result`. */
@inline
function logOfSpecial(x: v128, result: v128): v128 {
  const zero = constant(0);
  const atZero = v128.bitselect(constant(-Infinity), constant(NaN), f32x4.eq(x, zero));
  const finite = v128.bitselect(result, x, f32x4.lt(x, constant(Infinity)));
  return v128.bitselect(atZero, finite, f32x4.le(x, zero));
}

/** log(1 + t) for t = 0 … 1: 2 artanh s, s = t / (2 + t) ≤ 1/3 */
@inline
export function log1pOfUnit(t: v128): v128 {
  const s = f32x4.div(t, f32x4.add(t, constant(2)));
  const z = f32x4.mul(s, s);
  let p = madd(constant(0.12150470929970958), z, constant(0.10713828019299627));
  p = madd(p, z, constant(0.14308442474535568));
  p = madd(p, z, constant(0.19999438869201308));
  p = madd(p, z, constant(0.33333337811009));
  const twice = f32x4.add(s, s);
  return madd(f32x4.mul(twice, z), p, twice);
}

/** tanh |x| = E / (E + 2), E = e^(2|x|) − 1 = 2ⁿ (e^r − 1) + (2ⁿ − 1); then the sign of x. */
@inline
export function tanh(x: v128): v128 {
  const magnitude = f32x4.pmin(f32x4.abs(x), constant(10));
  const twice = f32x4.add(magnitude, magnitude);
  const rounded = roundedExponent(twice);
  const scale = powerOfTwo(rounded);
  const q = expMinusOne(remainder(twice, rounded));
  const e = madd(scale, q, f32x4.sub(scale, constant(1)));
  const result = f32x4.div(e, f32x4.add(e, constant(2)));
  return v128.or(result, v128.and(x, i32x4.splat(SIGN_BIT)));
}

/** σ(x) = 1 / (1 + e^−x) for x ≥ 0, eˣ / (1 + eˣ) below */
@inline
export function sigmoid(x: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const numerator = v128.bitselect(constant(1), e, f32x4.ge(x, constant(0)));
  return f32x4.div(numerator, f32x4.add(constant(1), e));
}

/** log(1 + eˣ) = max(x, 0) + log1p(e^−|x|) */
@inline
export function softplus(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, constant(0)), log1pOfUnit(exp(f32x4.neg(f32x4.abs(x)))));
}

/** x σ(x) */
@inline
export function silu(x: v128): v128 {
  return f32x4.mul(x, sigmoid(x));
}

/** 0.5 x (1 + tanh u) = x σ(2u), u = √(2/π) (x + 0.044715 x³) */
@inline
export function gelu(x: v128): v128 {
  const cubic = madd(f32x4.mul(constant(0.044715), f32x4.mul(x, x)), x, x);
  return f32x4.mul(x, sigmoid(f32x4.mul(constant(2 * SQRT_2_OVER_PI), cubic)));
}
