/** Activation functions by the names that options and model files use. */
import { ValueError } from '../base/errors.js';
import type { Node } from '../graph/node.js';
import { gelu, leakyRelu, relu, sigmoid, silu, softplus, tanh } from '../graph/ops/activations.js';
import { step } from '../graph/ops/arithmetic.js';

const functions = {
  linear: (z: Node) => z,
  sigmoid: (z: Node) => sigmoid(z),
  tanh: (z: Node) => tanh(z),
  relu: (z: Node) => relu(z),
  leakyRelu: (z: Node) => leakyRelu(z),
  gelu: (z: Node) => gelu(z),
  silu: (z: Node) => silu(z),
  softplus: (z: Node) => softplus(z),
  step: (z: Node) => step(z),
} as const;

export type Activation = keyof typeof functions;
export const activationNames = Object.keys(functions) as Activation[];

/** a = g(z) */
export function activate(z: Node, activation: Activation): Node {
  const g = functions[activation];
  if (g === undefined)
    throw new ValueError(
      `there is no activation '${activation}'; choose one of ${activationNames.join(', ')}`,
    );
  return g(z);
}
