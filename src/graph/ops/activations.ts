/** Activation functions g(z). Each derivative is written in the form the textbook gives, from the output a where it can. */
import { apply, asNode, type Node, type Op, type Operand } from '../node.js';
import { add, multiply, square, step, subtract, unaryOp } from './arithmetic.js';

export const sigmoidOp = unaryOp('sigmoid', 'a = σ(z) = 1 / (1 + e⁻ᶻ)', (_z, a, g) =>
  // σ′(z) = a (1 − a)
  multiply(g, multiply(a, subtract(1, a))),
);
/** σ(z) = 1 / (1 + e⁻ᶻ), from 0 to 1 */
export function sigmoid(z: Operand): Node {
  return apply(sigmoidOp, [asNode(z)], {});
}

export const tanhOp = unaryOp('tanh', 'a = tanh z', (_z, a, g) =>
  // tanh′(z) = 1 − a²
  multiply(g, subtract(1, square(a))),
);
/** tanh z, from −1 to 1 */
export function tanh(z: Operand): Node {
  return apply(tanhOp, [asNode(z)], {});
}

export const reluOp = unaryOp('relu', 'a = max(z, 0)', (_z, a, g) =>
  // 1 where z > 0, which is where a > 0
  multiply(g, step(a)),
);
/** max(z, 0) */
export function relu(z: Operand): Node {
  return apply(reluOp, [asNode(z)], {});
}

export const leakyReluOp: Op<{ readonly slope: number }> = unaryOp(
  'leakyRelu',
  'a = z > 0 ? z : s z',
  (z, a, g) => {
    const { slope } = a.attributes;
    return multiply(g, add(slope, multiply(1 - slope, step(z))));
  },
);
/** z where it is positive, else slope · z (slope 0.01) */
export function leakyRelu(z: Operand, slope = 0.01): Node {
  return apply(leakyReluOp, [asNode(z)], { slope });
}

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

export const geluOp = unaryOp('gelu', 'a = ½ z (1 + tanh u), u = √(2/π) (z + 0.044715 z³)', (z, _a, g) => {
  // a′ = ½ (1 + tanh u) + ½ z (1 − tanh² u) u′, u′ = √(2/π) (1 + 3 · 0.044715 z²)
  const zz = square(z);
  const t = tanh(multiply(SQRT_2_OVER_PI, multiply(z, add(1, multiply(0.044715, zz)))));
  const slope = multiply(SQRT_2_OVER_PI, add(1, multiply(3 * 0.044715, zz)));
  const derivative = multiply(0.5, add(add(1, t), multiply(z, multiply(subtract(1, square(t)), slope))));
  return multiply(g, derivative);
});
/** Gaussian error linear unit in its tanh form (Hendrycks & Gimpel 2016) */
export function gelu(z: Operand): Node {
  return apply(geluOp, [asNode(z)], {});
}

export const siluOp = unaryOp('silu', 'a = z σ(z)', (z, a, g) => {
  // a′ = σ + a (1 − σ)
  const s = sigmoid(z);
  return multiply(g, add(s, multiply(a, subtract(1, s))));
});
/** z σ(z), also called swish */
export function silu(z: Operand): Node {
  return apply(siluOp, [asNode(z)], {});
}

export const softplusOp = unaryOp('softplus', 'a = ln(1 + eᶻ)', (z, _a, g) => multiply(g, sigmoid(z)));
/** ln(1 + eᶻ): a smooth ReLU, and −ln σ(−z) */
export function softplus(z: Operand): Node {
  return apply(softplusOp, [asNode(z)], {});
}
