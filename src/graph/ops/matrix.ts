/** Matrix products. */
import { ShapeError } from '../../base/errors.js';
import { type Axis, formatShape, productAxis } from '../../base/shape.js';
import { apply, floatShape, type Node, type Op } from '../node.js';
import { reshape, sum } from './structure.js';

export interface MatmulOptions {
  /** use aᵀ: a is stored [k, m] */
  readonly transposeA?: boolean;
  /** use bᵀ: b is stored [n, k] */
  readonly transposeB?: boolean;
}

/**
 * y = a b: [m, k] × [k, n] → [m, n]. Leading axes of a are rows too ([…, k] × [k, n] → […, n]); when both have rank
 * 3 (or one of them), the first axis is a batch of products.
 *
 * @throws ShapeError when the inner sizes differ.
 * @example
 * const z = add(matmul(x, W, { transposeB: true }), b);   // rows of x times Wᵀ, W: [outputs, inputs]
 */
export function matmul(
  a: Node,
  b: Node,
  { transposeA = false, transposeB = false }: MatmulOptions = {},
): Node {
  if (a.rank > 2 && b.rank === 2 && !transposeA) {
    const rows = a.shape.slice(0, -1);
    const flat = reshape(a, [productAxis(rows), a.shape.at(-1)!]);
    const product = apply(matmulOp, [flat, b], { transposeA, transposeB });
    return reshape(product, [...rows, product.shape[1]!]);
  }
  return apply(matmulOp, [a, b], { transposeA, transposeB });
}

export const matmulOp: Op<{ readonly transposeA: boolean; readonly transposeB: boolean }> = {
  name: 'matmul',
  formula: 'y = a b',
  shape([a, b], { transposeA, transposeB }) {
    for (const operand of [a!, b!]) {
      floatShape(operand, 'matmul');
      if (operand.rank !== 2 && operand.rank !== 3) {
        throw new ShapeError(
          `matmul: operands must be matrices (or batches of them), but one has shape ${formatShape(operand.shape)}`,
        );
      }
    }
    const [m, k] = matrixAxes(a!, transposeA);
    const [inner, n] = matrixAxes(b!, transposeB);
    if (k !== inner) {
      throw new ShapeError(
        `matmul: ${formatShape(a!.shape)}${transposeA ? 'ᵀ' : ''} × ${formatShape(b!.shape)}${transposeB ? 'ᵀ' : ''} do not fit: ` +
          `the inner sizes are ${k} and ${inner}. Change one, or use transposeA/transposeB.`,
      );
    }
    const batches = [a!, b!].filter((operand) => operand.rank === 3).map((operand) => operand.shape[0]!);
    if (batches.length === 2 && batches[0] !== batches[1]) {
      throw new ShapeError(`matmul: batches of ${batches[0]} and of ${batches[1]} matrices do not fit`);
    }
    return batches.length === 0 ? [m, n] : [batches[0]!, m, n];
  },
  // y = A B with A = op(a), B = op(b):  ∂L/∂A = G Bᵀ,  ∂L/∂B = Aᵀ G, transposed where the operand was.
  gradient(y, g) {
    const [a, b] = y.inputs as [Node, Node];
    const { transposeA, transposeB } = y.attributes;
    const downA = transposeA
      ? matmul(b, g, { transposeA: transposeB, transposeB: true })
      : matmul(g, b, { transposeB: !transposeB });
    const downB = transposeB
      ? product(g, a, { transposeA: true, transposeB: transposeA })
      : product(a, g, { transposeA: !transposeA });
    return [overBatch(downA, a), overBatch(downB, b)];
  },
};

/** Without the reading of leading axes as rows. */
function product(a: Node, b: Node, { transposeA = false, transposeB = false }: MatmulOptions): Node {
  return apply(matmulOp, [a, b], { transposeA, transposeB });
}

/** An operand shared by all products of a batch gets the sum of their gradients. */
function overBatch(gradient: Node, operand: Node): Node {
  return gradient.rank > operand.rank ? sum(gradient, 0) : gradient;
}

function matrixAxes(x: Node, transposed: boolean): [Axis, Axis] {
  const [rows, columns] = x.shape.slice(-2) as [Axis, Axis];
  return transposed ? [columns, rows] : [rows, columns];
}
