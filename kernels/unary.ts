/** Kernels of one input and one output of the same shape: fill, unary. */
import { copyWords } from './copy';
import { at, loadPart, storePart } from './lanes';
import { exp, gelu, log, sigmoid, silu, softplus, tanh } from './math';
import { unaryCodes } from './opcodes.generated';
import { power } from './power';
import { scratch, sliceBegin, sliceEnd } from './slices';

export function fillKernel(y: usize, n: i32, value: f64): void {
  const begin = sliceBegin(n, 16);
  fillRow(at(y, begin), <f32>value, sliceEnd(n, 16) - begin);
}

/** y[0..n) = value */
export function fillRow(y: usize, value: f32, n: i32): void {
  const v = f32x4.splat(value);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(y, i), v);
  if (i < n) storePart(at(y, i), v, n - i);
}

export function unaryKernel(code: i32, y: usize, x: usize, n: i32, alpha: f64): void {
  const begin = sliceBegin(n, 16);
  unaryRow(code, at(y, begin), at(x, begin), sliceEnd(n, 16) - begin, alpha);
}

/** y[i] = f(x[i]), i < n; y may be x. What does not fill a vector goes through one in scratch space. */
export function unaryRow(code: i32, y: usize, x: usize, n: i32, alpha: f64): void {
  if (code == unaryCodes.copy) {
    copyWords(y, x, n);
    return;
  }
  if (code == unaryCodes.power) {
    powerRow(y, x, n, alpha);
    return;
  }
  const whole = n & ~3;
  unaryVectors(code, y, x, whole, alpha);
  if (whole == n) return;
  v128.store(scratch(), loadPart(at(x, whole), n - whole));
  unaryVectors(code, scratch(), scratch(), 4, alpha);
  storePart(at(y, whole), v128.load(scratch()), n - whole);
}

/** One loop for each function: the code is a constant in each. n is a multiple of 4. */
function unaryVectors(code: i32, y: usize, x: usize, n: i32, alpha: f64): void {
  switch (code) {
    case unaryCodes.negate: map(unaryCodes.negate, y, x, n, alpha); break;
    case unaryCodes.absolute: map(unaryCodes.absolute, y, x, n, alpha); break;
    case unaryCodes.square: map(unaryCodes.square, y, x, n, alpha); break;
    case unaryCodes.squareRoot: map(unaryCodes.squareRoot, y, x, n, alpha); break;
    case unaryCodes.exp: map(unaryCodes.exp, y, x, n, alpha); break;
    case unaryCodes.log: map(unaryCodes.log, y, x, n, alpha); break;
    case unaryCodes.reciprocal: map(unaryCodes.reciprocal, y, x, n, alpha); break;
    case unaryCodes.sigmoid: map(unaryCodes.sigmoid, y, x, n, alpha); break;
    case unaryCodes.tanh: map(unaryCodes.tanh, y, x, n, alpha); break;
    case unaryCodes.relu: map(unaryCodes.relu, y, x, n, alpha); break;
    case unaryCodes.leakyRelu: map(unaryCodes.leakyRelu, y, x, n, alpha); break;
    case unaryCodes.gelu: map(unaryCodes.gelu, y, x, n, alpha); break;
    case unaryCodes.silu: map(unaryCodes.silu, y, x, n, alpha); break;
    case unaryCodes.softplus: map(unaryCodes.softplus, y, x, n, alpha); break;
    case unaryCodes.step: map(unaryCodes.step, y, x, n, alpha); break;
    case unaryCodes.sign: map(unaryCodes.sign, y, x, n, alpha); break;
    default: unreachable();
  }
}

// @ts-ignore: decorator
@inline
function map(code: i32, y: usize, x: usize, n: i32, alpha: f64): void {
  const parameter = f32x4.splat(<f32>alpha);
  const end = at(y, n);
  while (y < end) {
    v128.store(y, evaluate(code, v128.load(x), parameter));
    y += 16;
    x += 16;
  }
}

/** The functions of `unaryCodes`. Comparisons are written so that NaN stays NaN. */
// @ts-ignore: decorator
@inline
function evaluate(code: i32, x: v128, alpha: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  switch (code) {
    case unaryCodes.negate: return f32x4.neg(x);
    case unaryCodes.absolute: return f32x4.abs(x);
    case unaryCodes.square: return f32x4.mul(x, x);
    case unaryCodes.squareRoot: return f32x4.sqrt(x);
    case unaryCodes.exp: return exp(x);
    case unaryCodes.log: return log(x);
    case unaryCodes.reciprocal: return f32x4.div(one, x);
    case unaryCodes.sigmoid: return sigmoid(x);
    case unaryCodes.tanh: return tanh(x);
    case unaryCodes.relu: return v128.andnot(x, f32x4.le(x, zero));
    case unaryCodes.leakyRelu: return v128.bitselect(f32x4.mul(alpha, x), x, f32x4.le(x, zero));
    case unaryCodes.gelu: return gelu(x);
    case unaryCodes.silu: return silu(x);
    case unaryCodes.softplus: return softplus(x);
    case unaryCodes.step: return v128.and(one, f32x4.gt(x, zero));
    case unaryCodes.sign: {
      const signed = v128.bitselect(x, one, i32x4.splat(i32.MIN_VALUE));
      return v128.bitselect(signed, x, f32x4.gt(f32x4.abs(x), zero));
    }
    default: return x;
  }
}

function powerRow(y: usize, x: usize, n: i32, exponent: f64): void {
  for (let i = 0; i < n; i++) store<f32>(at(y, i), power(load<f32>(at(x, i)), exponent));
}
