/**
 * The single unit of the textbook: a weighted sum of its inputs plus a bias, sent through a non-linear function.
 *
 *   z = w · x + b,   a = f(z)
 */
import { ShapeError } from '../base/errors.js';
import { formatShape } from '../base/shape.js';
import type { Node, Operand } from '../graph/node.js';
import { add, multiply } from '../graph/ops/arithmetic.js';
import { sum } from '../graph/ops/structure.js';
import { type Activation, activate } from './activations.js';

/** A unit's two values: the weighted sum z, and what the unit gives, a. */
export interface Unit {
  readonly z: Node;
  readonly a: Node;
}

/**
 * One unit.
 *
 * @param x inputs [n], or [batch, n] for many examples at once. @param w weights [n]. @param b bias, a scalar.
 * @returns z and a, scalars, or [batch].
 * @throws ShapeError when there is not one weight for each input.
 * @example
 * const { a } = unit(constant([0.5, 0.6, 0.1]), constant([0.2, 0.3, 0.9]), 0.5, 'sigmoid');
 * evaluate({ a }).a;      // [0.7047…] = σ(0.87)
 */
export function unit(x: Node, w: Node, b: Operand, activation: Activation = 'sigmoid'): Unit {
  if (w.rank !== 1 || x.rank < 1 || x.shape.at(-1) !== w.shape[0]) {
    throw new ShapeError(
      `unit: the inputs ${formatShape(x.shape)} and the weights ${formatShape(w.shape)} do not fit. ` +
        'Give weights [n], one for each input, and inputs [n] or [batch, n].',
    );
  }
  const z = add(sum(multiply(x, w), -1), b);
  return { z, a: activate(z, activation) };
}
