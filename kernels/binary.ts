/** Kernels of two or three inputs, element by element: binary, select. */
import { at, loadPart, storePart } from './lanes';
import { expOfNegative, log1pOfUnit } from './math';
import { binaryCodes } from './opcodes.generated';
import { scratch, sliceBegin, sliceEnd } from './slices';

export function binaryKernel(
  code: i32, y: usize, a: usize, b: usize,
  d0: i32, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32,
  b0: i32, b1: i32, b2: i32, b3: i32,
): void {
  const n = d0 * d1 * d2 * d3;
  const begin = sliceBegin(n, 16);
  const end = sliceEnd(n, 16);
  if (begin >= end) return;
  for (let row = begin / d3; row * d3 < end; row++) {
    const k = row % d2;
    const j = (row / d2) % d1;
    const i = row / d2 / d1;
    const first = max(begin - row * d3, 0);
    const count = min(end - row * d3, d3) - first;
    const aRow = at(a, i * a0 + j * a1 + k * a2 + first * a3);
    const bRow = at(b, i * b0 + j * b1 + k * b2 + first * b3);
    binaryRow(code, at(y, row * d3 + first), aRow, a3, bRow, b3, count);
  }
}

/**
 * y[i] = f(a[i aStep], b[i bStep]), i < n, with steps 0 or 1. A repeated operand is spread over a vector in
 * scratch space and read from there again and again, so that one loop serves all cases. What does not fill a
 * vector goes through scratch space too.
 */
function binaryRow(code: i32, y: usize, a: usize, aStep: i32, b: usize, bStep: i32, n: i32): void {
  const left = aStep == 0 ? spread(scratch(), load<f32>(a)) : a;
  const right = bStep == 0 ? spread(scratch() + 16, load<f32>(b)) : b;
  const whole = n & ~3;
  binaryVectors(code, y, left, <usize>aStep << 4, right, <usize>bStep << 4, whole);
  const rest = n - whole;
  if (rest == 0) return;
  if (aStep != 0) v128.store(scratch(), loadPart(at(a, whole), rest));
  if (bStep != 0) v128.store(scratch() + 16, loadPart(at(b, whole), rest));
  binaryVectors(code, scratch(), scratch(), 0, scratch() + 16, 0, 4);
  storePart(at(y, whole), v128.load(scratch()), rest);
}

function spread(address: usize, value: f32): usize {
  v128.store(address, f32x4.splat(value));
  return address;
}

/** One loop for each function: the code is a constant in each. n is a multiple of 4; steps are in bytes. */
function binaryVectors(code: i32, y: usize, a: usize, aStep: usize, b: usize, bStep: usize, n: i32): void {
  switch (code) {
    case binaryCodes.add: map(binaryCodes.add, y, a, aStep, b, bStep, n); break;
    case binaryCodes.subtract: map(binaryCodes.subtract, y, a, aStep, b, bStep, n); break;
    case binaryCodes.multiply: map(binaryCodes.multiply, y, a, aStep, b, bStep, n); break;
    case binaryCodes.divide: map(binaryCodes.divide, y, a, aStep, b, bStep, n); break;
    case binaryCodes.maximum: map(binaryCodes.maximum, y, a, aStep, b, bStep, n); break;
    case binaryCodes.minimum: map(binaryCodes.minimum, y, a, aStep, b, bStep, n); break;
    case binaryCodes.greater: map(binaryCodes.greater, y, a, aStep, b, bStep, n); break;
    case binaryCodes.greaterEqual: map(binaryCodes.greaterEqual, y, a, aStep, b, bStep, n); break;
    case binaryCodes.equal: map(binaryCodes.equal, y, a, aStep, b, bStep, n); break;
    case binaryCodes.binaryCrossEntropy: map(binaryCodes.binaryCrossEntropy, y, a, aStep, b, bStep, n); break;
    case binaryCodes.sigmoidGradient: map(binaryCodes.sigmoidGradient, y, a, aStep, b, bStep, n); break;
    case binaryCodes.tanhGradient: map(binaryCodes.tanhGradient, y, a, aStep, b, bStep, n); break;
    case binaryCodes.reluGradient: map(binaryCodes.reluGradient, y, a, aStep, b, bStep, n); break;
    default: unreachable();
  }
}

// @ts-ignore: decorator
@inline
function map(code: i32, y: usize, a: usize, aStep: usize, b: usize, bStep: usize, n: i32): void {
  const end = at(y, n);
  while (y < end) {
    v128.store(y, evaluate(code, v128.load(a), v128.load(b)));
    y += 16;
    a += aStep;
    b += bStep;
  }
}

/** The functions of `binaryCodes`. */
// @ts-ignore: decorator
@inline
function evaluate(code: i32, a: v128, b: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  switch (code) {
    case binaryCodes.add: return f32x4.add(a, b);
    case binaryCodes.subtract: return f32x4.sub(a, b);
    case binaryCodes.multiply: return f32x4.mul(a, b);
    case binaryCodes.divide: return f32x4.div(a, b);
    case binaryCodes.maximum: return f32x4.max(a, b);
    case binaryCodes.minimum: return f32x4.min(a, b);
    case binaryCodes.greater: return v128.and(one, f32x4.gt(a, b));
    case binaryCodes.greaterEqual: return v128.and(one, f32x4.ge(a, b));
    case binaryCodes.equal: return v128.and(one, f32x4.eq(a, b));
    case binaryCodes.binaryCrossEntropy: {
      const linear = f32x4.sub(f32x4.pmax(a, zero), f32x4.mul(a, b));
      return f32x4.add(linear, log1pOfUnit(expOfNegative(f32x4.neg(f32x4.abs(a)))));
    }
    case binaryCodes.sigmoidGradient: return f32x4.mul(f32x4.mul(b, a), f32x4.sub(one, a));
    case binaryCodes.tanhGradient: return f32x4.mul(b, f32x4.sub(one, f32x4.mul(a, a)));
    case binaryCodes.reluGradient: return v128.and(b, f32x4.gt(a, zero));
    default: return a;
  }
}

export function selectKernel(y: usize, condition: usize, a: usize, b: usize, n: i32): void {
  const end = sliceEnd(n, 16);
  const zero = f32x4.splat(0);
  let i = sliceBegin(n, 16);
  for (; i + 4 <= end; i += 4) {
    const chosen = f32x4.ne(v128.load(at(condition, i)), zero);
    v128.store(at(y, i), v128.bitselect(v128.load(at(a, i)), v128.load(at(b, i)), chosen));
  }
  for (; i < end; i++) {
    const from = load<f32>(at(condition, i)) != 0 ? a : b;
    store<f32>(at(y, i), load<f32>(at(from, i)));
  }
}
