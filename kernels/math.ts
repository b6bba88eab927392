/**
 * Elementary functions on four floats at once. Each reduces its argument to a short interval and evaluates a
 * polynomial there, fitted by us to the smallest greatest error (relative to the result) on that interval.
 *
 * Greatest errors, in units in the last place of the float32 result, over all arguments (held by a test):
 *   exp 1.1 · log 1.0 · sigmoid 2.1 · tanh 2.4 · softplus 2.5; silu and gelu: 2 of their argument
 * Results below 2^−126 underflow gradually, with one unit of 2^−149 more; those of σ, softplus and silu may
 * be 0 there. e^x is ∞ above 128 log 2; log of −x is NaN, of ±0 −∞; NaN gives NaN.
 */
import { constant, madd } from './lanes';

/** Adding 1.5 · 2²³ leaves a small number rounded to an integer in the low bits. */
const ROUNDER = memory.data<f32>([12582912]);
const LOG2_E = memory.data<f32>([1.4426950408889634]);
/** −log 2 in two parts: the first has 9 bits, so that its product with an exponent is exact. */
const MINUS_LOG_2_HIGH = memory.data<f32>([-0.693359375]);
const MINUS_LOG_2_LOW = memory.data<f32>([0.00021219444005471377]);
const LOG_2_HIGH = memory.data<f32>([0.693359375]);
const LOG_2_LOW = memory.data<f32>([-0.00021219444005471377]);

/** Outside these e^x is ∞, or rounds to 0. */
const EXP_MAX = memory.data<f32>([89]);
const EXP_MIN = memory.data<f32>([-104]);
/** Below this, −126 log 2, e^x is smaller than the smallest normal float. */
const EXP_NORMAL_MIN = memory.data<f32>([-87.33654]);
/** At 10 and above, tanh rounds to 1. */
const TANH_MAX = memory.data<f32>([10]);

const HALF = memory.data<f32>([0.5]);
const ONE = memory.data<f32>([1]);
const TWO = memory.data<f32>([2]);
const INFINITE = memory.data<f32>([Infinity]);
const SIGN_BIT = memory.data<i32>([i32.MIN_VALUE]);
const SQRT_HALF_BITS = memory.data<i32>([0x3f3504f3]);
const SMALLEST_NORMAL = memory.data<f32>([1.1754943508222875e-38]);
const TWO_TO_23 = memory.data<f32>([8388608]);
const TWENTY_THREE = memory.data<i32>([23]);

/** (e^r − 1 − r) / r² for |r| ≤ log 2 / 2: coefficients of r⁰ … r⁴; greatest error 3 · 10⁻⁹ of e^r */
const EXP_0 = memory.data<f32>([0.49999993412468]);
const EXP_1 = memory.data<f32>([0.16666520107623517]);
const EXP_2 = memory.data<f32>([0.04166839421776957]);
const EXP_3 = memory.data<f32>([0.00836878042935723]);
const EXP_4 = memory.data<f32>([0.0013814466721942097]);

/** 2 (artanh(s) / s − 1) / s² for |s| ≤ 0.172: coefficients of s⁰, s², s⁴; greatest error 2 · 10⁻⁹ */
const LOG_0 = memory.data<f32>([0.6666677976739037]);
const LOG_1 = memory.data<f32>([0.39977079394504583]);
const LOG_2 = memory.data<f32>([0.29885187110769057]);

/** (artanh(s) / s − 1) / s² for |s| ≤ 1/3: coefficients of s⁰ … s⁸; greatest error 10⁻¹⁰ */
const ARTANH_0 = memory.data<f32>([0.33333337811009]);
const ARTANH_1 = memory.data<f32>([0.19999438869201308]);
const ARTANH_2 = memory.data<f32>([0.14308442474535568]);
const ARTANH_3 = memory.data<f32>([0.10713828019299627]);
const ARTANH_4 = memory.data<f32>([0.12150470929970958]);

const GELU_CUBIC = memory.data<f32>([0.044715]);
/** 2 √(2/π) */
const GELU_SCALE = memory.data<f32>([1.5957691216057308]);

/** x / log 2 rounded to an integer n, as n + ROUNDER. */
// @ts-ignore: decorator
@inline
function roundedExponent(x: v128): v128 {
  return madd(x, constant(LOG2_E), constant(ROUNDER));
}

/** r = x − n log 2, |r| ≤ log 2 / 2 */
// @ts-ignore: decorator
@inline
function remainder(x: v128, rounded: v128): v128 {
  const n = f32x4.sub(rounded, constant(ROUNDER));
  return madd(n, constant(MINUS_LOG_2_LOW), madd(n, constant(MINUS_LOG_2_HIGH), x));
}

/** e^r − 1 for |r| ≤ log 2 / 2: r + r² p(r) */
// @ts-ignore: decorator
@inline
function expMinusOne(r: v128): v128 {
  let p = madd(constant(EXP_4), r, constant(EXP_3));
  p = madd(p, r, constant(EXP_2));
  p = madd(p, r, constant(EXP_1));
  p = madd(p, r, constant(EXP_0));
  return madd(f32x4.mul(r, r), p, r);
}

/** 2ⁿ for n = −126 … 127, given as n or as n + ROUNDER */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.add(i32x4.shl(n, 23), constant(ONE));
}

/** eˣ = 2ⁿ e^r, the power in two factors so that results at both ends of the range are right. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, constant(EXP_MIN)), constant(EXP_MAX));
  const rounded = roundedExponent(bounded);
  const e = f32x4.add(constant(ONE), expMinusOne(remainder(bounded, rounded)));
  const n = i32x4.sub(rounded, constant(ROUNDER));
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(e, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/**
 * eˣ for x ≤ 0 (and up to 88), in fewer steps than `exp`; where that is below 2^−126 it is 0. It serves
 * softmax, σ and their kin, in which such a number is added to something larger.
 */
// @ts-ignore: decorator
@inline
export function expOfNegative(x: v128): v128 {
  const bounded = f32x4.pmax(x, constant(EXP_NORMAL_MIN));
  const rounded = roundedExponent(bounded);
  const e = f32x4.add(constant(ONE), expMinusOne(remainder(bounded, rounded)));
  return v128.andnot(f32x4.mul(e, powerOfTwo(rounded)), f32x4.lt(x, constant(EXP_NORMAL_MIN)));
}

/**
 * log x = e log 2 + log m, m = 1 + f between √½ and √2. With s = f / (2 + f),
 * log (1 + f) = f − f²/2 + s (f²/2 + R(s²)): the identity keeps the large terms exact.
 */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const isTiny = f32x4.lt(x, constant(SMALLEST_NORMAL));
  const scaled = v128.bitselect(f32x4.mul(x, constant(TWO_TO_23)), x, isTiny);
  const exponent = i32x4.shr_s(i32x4.sub(scaled, constant(SQRT_HALF_BITS)), 23);
  const f = f32x4.sub(i32x4.sub(scaled, i32x4.shl(exponent, 23)), constant(ONE));
  const e = f32x4.convert_i32x4_s(i32x4.sub(exponent, v128.and(isTiny, constant(TWENTY_THREE))));

  const s = f32x4.div(f, f32x4.add(f, constant(TWO)));
  const z = f32x4.mul(s, s);
  let tail = madd(constant(LOG_2), z, constant(LOG_1));
  tail = f32x4.mul(z, madd(tail, z, constant(LOG_0)));
  const halfSquare = f32x4.mul(constant(HALF), f32x4.mul(f, f));
  const small = madd(e, constant(LOG_2_LOW), f32x4.mul(s, f32x4.add(halfSquare, tail)));
  const result = madd(e, constant(LOG_2_HIGH), f32x4.add(f32x4.sub(small, halfSquare), f));
  return logOfSpecial(x, result);
}

/** −∞ for zero, NaN below it, and ∞ and NaN themselves; elsewhere `result`. */
// @ts-ignore: decorator
@inline
function logOfSpecial(x: v128, result: v128): v128 {
  const zero = f32x4.splat(0);
  const atZero = v128.bitselect(f32x4.neg(constant(INFINITE)), f32x4.splat(NaN), f32x4.eq(x, zero));
  const finite = v128.bitselect(result, x, f32x4.lt(x, constant(INFINITE)));
  return v128.bitselect(atZero, finite, f32x4.le(x, zero));
}

/** log(1 + t) for t = 0 … 1: 2 artanh s, s = t / (2 + t) ≤ 1/3 */
// @ts-ignore: decorator
@inline
export function log1pOfUnit(t: v128): v128 {
  const s = f32x4.div(t, f32x4.add(t, constant(TWO)));
  const z = f32x4.mul(s, s);
  let p = madd(constant(ARTANH_4), z, constant(ARTANH_3));
  p = madd(p, z, constant(ARTANH_2));
  p = madd(p, z, constant(ARTANH_1));
  p = madd(p, z, constant(ARTANH_0));
  const twice = f32x4.add(s, s);
  return madd(f32x4.mul(twice, z), p, twice);
}

/** tanh |x| = E / (E + 2), E = e^(2|x|) − 1 = 2ⁿ (e^r − 1) + (2ⁿ − 1); then the sign of x. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const magnitude = f32x4.pmin(f32x4.abs(x), constant(TANH_MAX));
  const twice = f32x4.add(magnitude, magnitude);
  const rounded = roundedExponent(twice);
  const scale = powerOfTwo(rounded);
  const q = expMinusOne(remainder(twice, rounded));
  const e = madd(scale, q, f32x4.sub(scale, constant(ONE)));
  const result = f32x4.div(e, f32x4.add(e, constant(TWO)));
  return v128.or(result, v128.and(x, constant(SIGN_BIT)));
}

/** σ(x) = 1 / (1 + e^−x) for x ≥ 0, eˣ / (1 + eˣ) below */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const e = expOfNegative(f32x4.neg(f32x4.abs(x)));
  const numerator = v128.bitselect(constant(ONE), e, f32x4.ge(x, f32x4.splat(0)));
  return f32x4.div(numerator, f32x4.add(constant(ONE), e));
}

/** log(1 + eˣ) = max(x, 0) + log1p(e^−|x|) */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1pOfUnit(expOfNegative(f32x4.neg(f32x4.abs(x)))));
}

/** x σ(x) */
// @ts-ignore: decorator
@inline
export function silu(x: v128): v128 {
  return f32x4.mul(x, sigmoid(x));
}

/** 0.5 x (1 + tanh u) = x σ(2u), u = √(2/π) (x + 0.044715 x³) */
// @ts-ignore: decorator
@inline
export function gelu(x: v128): v128 {
  const cubic = madd(f32x4.mul(constant(GELU_CUBIC), f32x4.mul(x, x)), x, x);
  return f32x4.mul(x, sigmoid(f32x4.mul(constant(GELU_SCALE), cubic)));
}
