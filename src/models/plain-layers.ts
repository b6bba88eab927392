/** Layers for one input at a time, as plain loops: for programs that only run a small model and carry no engine. */
import type { Floats } from '../engine/engine.js';
import type { Activation } from '../nn/activations.js';

/** z = W x + b */
export interface Affine {
  /** W [outputs, inputs], row by row */
  readonly weight: Floats;
  /** b [outputs] */
  readonly bias?: Floats | undefined;
}

/** Writes W x + b to z; both widths are those of the arrays. */
export function affine({ weight, bias }: Affine, x: Float64Array, z: Float64Array): void {
  const width = x.length;
  for (let unit = 0; unit < z.length; unit++) {
    let sum = bias === undefined ? 0 : bias[unit]!;
    for (let i = 0; i < width; i++) sum += weight[unit * width + i]! * x[i]!;
    z[unit] = sum;
  }
}

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
/** The slope of leakyRelu below 0; networks have no other. */
const LEAK = 0.01;

function logistic(z: number): number {
  const power = Math.exp(-Math.abs(z));
  return z >= 0 ? 1 / (1 + power) : power / (1 + power);
}

/** a = g(z), by the names of options and model files; the formulas stand in graph/ops/activations.ts. */
export const scalarFunctions: { readonly [A in Activation]: (z: number) => number } = {
  linear: (z) => z,
  sigmoid: logistic,
  tanh: Math.tanh,
  relu: (z) => Math.max(z, 0),
  leakyRelu: (z) => (z <= 0 ? LEAK * z : z),
  gelu: (z) => 0.5 * z * (1 + Math.tanh(SQRT_2_OVER_PI * (z + 0.044715 * z ** 3))),
  silu: (z) => z * logistic(z),
  softplus: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
  step: (z) => (z > 0 ? 1 : 0),
};
