/**
 * Initial values of parameters. `fanIn` and `fanOut` are how many inputs and outputs a weight matrix [outputs, inputs]
 * joins. Draws are keyed by (seed, parameter name): adding a layer does not change the others' start.
 */
import { ValueError } from '../base/errors.js';
import { Random } from '../base/random.js';
import { elementCount, type Shape } from '../base/shape.js';

export type Initializer =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'constant'; readonly value: number }
  /** U(−limit, limit) */
  | { readonly kind: 'uniform'; readonly limit: number }
  /** N(0, deviation²) */
  | { readonly kind: 'normal'; readonly deviation: number }
  /** U(±gain √(6 / (fanIn + fanOut))) (Glorot & Bengio 2010) */
  | { readonly kind: 'xavier'; readonly gain?: number }
  /** N(0, gain² / fanIn) (He et al. 2015) */
  | { readonly kind: 'kaiming'; readonly gain?: number };

/**
 * How much an activation shrinks the deviation of its input, to be made up for: tanh 5/3, ReLU √2,
 * leaky ReLU √(2 / (1 + slope²)), linear and sigmoid 1. GELU and SiLU are taken as ReLU.
 */
export function gainOf(activation: string, slope = 0.01): number {
  switch (activation) {
    case 'tanh':
      return 5 / 3;
    case 'relu':
    case 'gelu':
    case 'silu':
      return Math.SQRT2;
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + slope * slope));
    default:
      return 1;
  }
}

/**
 * Values of a parameter, row-major.
 * @param shape a matrix is [outputs, inputs]; a vector has fanIn = fanOut = its length
 */
export function initialValues(
  initializer: Initializer,
  shape: Shape,
  seed: number,
  name: string,
): Float32Array {
  const values = new Float32Array(elementCount(shape));
  const random = new Random(seed, `initial/${name}`);
  const fanOut = Number(shape[0] ?? 1);
  const fanIn = Number(shape.at(-1) ?? 1);
  switch (initializer.kind) {
    case 'zeros':
      return values;
    case 'constant':
      return values.fill(initializer.value);
    case 'uniform':
      return fill(values, () => initializer.limit * (2 * random.uniform() - 1));
    case 'normal':
      return fill(values, () => initializer.deviation * random.normal());
    case 'xavier': {
      const limit = (initializer.gain ?? 1) * Math.sqrt(6 / (fanIn + fanOut));
      return fill(values, () => limit * (2 * random.uniform() - 1));
    }
    case 'kaiming': {
      const deviation = (initializer.gain ?? Math.SQRT2) / Math.sqrt(fanIn);
      return fill(values, () => deviation * random.normal());
    }
    default:
      throw new ValueError(`there is no initialiser '${(initializer as { kind: string }).kind}'`);
  }
}

function fill(values: Float32Array, draw: () => number): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return values;
}
