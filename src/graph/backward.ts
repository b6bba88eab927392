/**
 * Backward differentiation: the gradient of a graph is more graph.
 *
 * From the loss back to the inputs, each node hands its upstream gradient to its inputs by the chain rule
 * (downstream = upstream × local derivative); where a value is used twice, the two gradients add up. The result are
 * nodes: they can be drawn, compiled together with the loss, and differentiated again.
 */
import { ShapeError } from '../base/errors.js';
import { formatShape } from '../base/shape.js';
import { type Node, topologicalOrder } from './node.js';
import { add, onesLike, zerosLike } from './ops/arithmetic.js';

/**
 * The gradients of a scalar loss with respect to each of the given nodes.
 *
 * Nothing is built for what does not lead to one of them: leaving a parameter out (freezing it) prunes its gradient.
 *
 * @returns one node for each of `wrt`, of its shape; zeros where the loss does not depend on it.
 * @throws ShapeError when the loss is not a scalar.
 * @example
 * const [a, b, c] = inputs('a', 'b', 'c');
 * const L = multiply(c, add(a, multiply(2, b)));
 * const [dLda, dLdb, dLdc] = backward(L, [a, b, c]);
 */
export function backward<const Wrt extends readonly Node[]>(
  loss: Node,
  wrt: Wrt,
): { [K in keyof Wrt]: Node } {
  const { gradients } = backwardAll(loss, wrt);
  return wrt.map((node) => gradients.get(node) ?? zerosLike(node)) as { [K in keyof Wrt]: Node };
}

/** Like `backward`, with the gradient of every node on the way as well. */
export function backwardAll(loss: Node, wrt: readonly Node[]): { gradients: Map<Node, Node> } {
  if (loss.rank !== 0) {
    throw new ShapeError(
      `backward: the loss must be a scalar, but has shape ${formatShape(loss.shape)}. Take its mean or sum first.`,
    );
  }
  const order = topologicalOrder([loss]);
  const needed = dependents(order, new Set(wrt));
  const gradients = new Map<Node, Node>();
  if (needed.has(loss)) gradients.set(loss, onesLike(loss));
  for (const node of order.reverse()) {
    const upstream = gradients.get(node);
    if (upstream === undefined || !node.inputs.some((input) => needed.has(input))) continue;
    const downstream = node.op.gradient(node, upstream);
    node.inputs.forEach((input, i) => {
      const gradient = downstream[i];
      if (gradient === undefined || !needed.has(input)) return;
      const sofar = gradients.get(input);
      gradients.set(input, sofar === undefined ? gradient : add(sofar, gradient));
    });
  }
  return { gradients };
}

/** The nodes that depend on one of the targets, the targets included. */
function dependents(order: readonly Node[], targets: ReadonlySet<Node>): Set<Node> {
  const result = new Set<Node>();
  for (const node of order) {
    if (targets.has(node) || node.inputs.some((input) => result.has(input))) result.add(node);
  }
  return result;
}
