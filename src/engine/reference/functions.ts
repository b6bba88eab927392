/** The scalar functions behind the `unary` and `binary` kernels, in float64. */
import { ValueError } from '../../base/errors.js';
import type { binaryCodes, unaryCodes } from '../kernels.js';
import { binaryCodes as binary, unaryCodes as unary } from '../kernels.js';

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** σ(x) = 1 / (1 + e^−x), written so that neither branch overflows. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(1 + eˣ) without overflow: max(x, 0) + log1p(e^−|x|). */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

type Unary = (x: number, alpha: number) => number;
const unaryFunctions: { [K in keyof typeof unaryCodes]: Unary } = {
  copy: (x) => x,
  negate: (x) => -x,
  absolute: Math.abs,
  square: (x) => x * x,
  squareRoot: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  reciprocal: (x) => 1 / x,
  sigmoid,
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
  leakyRelu: (x, slope) => (x <= 0 ? slope * x : x),
  gelu: (x) => 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x ** 3))),
  silu: (x) => x * sigmoid(x),
  softplus,
  step: (x) => (x > 0 ? 1 : 0),
  sign: Math.sign,
  power: (x, exponent) => x ** exponent,
};

type Binary = (a: number, b: number) => number;
const binaryFunctions: { [K in keyof typeof binaryCodes]: Binary } = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  greater: (a, b) => (a > b ? 1 : 0),
  greaterEqual: (a, b) => (a >= b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  binaryCrossEntropy: (logit, target) =>
    Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit))),
  sigmoidGradient: (a, upstream) => upstream * a * (1 - a),
  tanhGradient: (a, upstream) => upstream * (1 - a * a),
  reluGradient: (a, upstream) => (a > 0 ? upstream : 0),
};

const unaryByCode = byCode(unary, unaryFunctions);
const binaryByCode = byCode(binary, binaryFunctions);

/** The function of a unary code, with its parameter bound. */
export function unaryFunction(code: number, alpha: number): (x: number) => number {
  const f = unaryByCode[code];
  if (f === undefined) throw new ValueError(`there is no unary function with code ${code}`);
  return (x) => f(x, alpha);
}

/** The function of a binary code. */
export function binaryFunction(code: number): Binary {
  const f = binaryByCode[code];
  if (f === undefined) throw new ValueError(`there is no binary function with code ${code}`);
  return f;
}

function byCode<Name extends string, F>(codes: Record<Name, number>, functions: Record<Name, F>): F[] {
  const result: F[] = [];
  for (const name of Object.keys(codes) as Name[]) result[codes[name]] = functions[name];
  return result;
}
