/** Element-wise arithmetic with broadcasting, comparisons and choice. */
import { type Axis, broadcastShapes } from '../../base/shape.js';
import { apply, asNode, floatShape, type Node, type Op, type Operand } from '../node.js';
import { broadcastTo, sumTo } from './structure.js';

type NoAttributes = Readonly<Record<string, never>>;

/** An operation on each element of x. `derivative` gives ∂L/∂x from x, y and ∂L/∂y. */
export function unaryOp<A extends Readonly<Record<string, unknown>> = NoAttributes>(
  name: string,
  formula: string,
  derivative: ((x: Node, y: Node<A>, upstream: Node) => Node) | undefined,
): Op<A> {
  return {
    name,
    formula,
    shape: ([x]) => floatShape(x!, name),
    gradient: (y, upstream) => [derivative?.(y.inputs[0]!, y, upstream)],
  };
}

/** An operation on pairs of elements, with broadcasting; the derivatives may have y's shape, they are summed back. */
function binaryOp(
  name: string,
  formula: string,
  derivatives: ((a: Node, b: Node, y: Node, upstream: Node) => readonly [Node, Node]) | undefined,
): Op<NoAttributes> {
  return {
    name,
    formula,
    shape: ([a, b]) => broadcastShapes(floatShape(a!, name), floatShape(b!, name), name),
    gradient(y, upstream) {
      const [a, b] = y.inputs as [Node, Node];
      const pair = derivatives?.(a, b, y, upstream);
      return pair === undefined ? [undefined, undefined] : [sumTo(pair[0], a.shape), sumTo(pair[1], b.shape)];
    },
  };
}

const binary =
  (op: Op<NoAttributes>) =>
  (a: Operand, b: Operand): Node =>
    apply(op, [asNode(a), asNode(b)], {});
const unary =
  (op: Op<NoAttributes>) =>
  (x: Operand): Node =>
    apply(op, [asNode(x)], {});

export const addOp = binaryOp('add', 'y = a + b', (_a, _b, _y, g) => [g, g]);
/** a + b */
export const add = binary(addOp);

export const subtractOp = binaryOp('subtract', 'y = a − b', (_a, _b, _y, g) => [g, negate(g)]);
/** a − b */
export const subtract = binary(subtractOp);

export const multiplyOp = binaryOp('multiply', 'y = a b', (a, b, _y, g) => [multiply(g, b), multiply(g, a)]);
/** a b, element by element */
export const multiply = binary(multiplyOp);

export const divideOp = binaryOp('divide', 'y = a / b', (_a, b, y, g) => {
  const overB = divide(g, b);
  return [overB, negate(multiply(overB, y))];
});
/** a / b */
export const divide = binary(divideOp);

// At a tie the gradient goes to a alone, so that the two shares always sum to the upstream gradient.
export const maximumOp = binaryOp('maximum', 'y = max(a, b)', (a, b, _y, g) => {
  const fromA = greaterEqual(a, b);
  return [multiply(g, fromA), multiply(g, subtract(1, fromA))];
});
/** The larger of a and b */
export const maximum = binary(maximumOp);

export const minimumOp = binaryOp('minimum', 'y = min(a, b)', (a, b, _y, g) => {
  const fromA = greaterEqual(b, a);
  return [multiply(g, fromA), multiply(g, subtract(1, fromA))];
});
/** The smaller of a and b */
export const minimum = binary(minimumOp);

export const greaterOp = binaryOp('greater', 'y = [a > b]', undefined);
/** 1 where a > b, else 0 */
export const greater = binary(greaterOp);

export const greaterEqualOp = binaryOp('greaterEqual', 'y = [a ≥ b]', undefined);
/** 1 where a ≥ b, else 0 */
export const greaterEqual = binary(greaterEqualOp);

export const equalOp = binaryOp('equal', 'y = [a = b]', undefined);
/** 1 where a = b, else 0 */
export const equal = binary(equalOp);

export const negateOp = unaryOp('negate', 'y = −x', (_x, _y, g) => negate(g));
/** −x */
export const negate = unary(negateOp);

export const squareOp = unaryOp('square', 'y = x²', (x, _y, g) => multiply(g, multiply(2, x)));
/** x² */
export const square = unary(squareOp);

export const expOp = unaryOp('exp', 'y = eˣ', (_x, y, g) => multiply(g, y));
/** eˣ */
export const exp = unary(expOp);

export const logOp = unaryOp('log', 'y = ln x', (x, _y, g) => divide(g, x));
/** The natural logarithm */
export const log = unary(logOp);

export const sqrtOp = unaryOp('sqrt', 'y = √x', (_x, y, g) => divide(g, multiply(2, y)));
/** √x */
export const sqrt = unary(sqrtOp);

export const absoluteOp = unaryOp('absolute', 'y = |x|', (x, _y, g) => multiply(g, sign(x)));
/** |x|; its gradient at 0 is 0 */
export const absolute = unary(absoluteOp);

export const signOp = unaryOp('sign', 'y = sign x', undefined);
/** −1, 0 or 1 */
export const sign = unary(signOp);

export const stepOp = unaryOp('step', 'y = [x > 0]', undefined);
/** 1 where x > 0, else 0: the perceptron's output. Its gradient is 0 everywhere, so it cannot be trained by descent. */
export const step = unary(stepOp);

export const powerOp: Op<{ readonly exponent: number }> = unaryOp('power', 'y = xᵖ', (x, y, g) => {
  const { exponent } = y.attributes;
  return multiply(g, multiply(exponent, power(x, exponent - 1)));
});
/** x to a constant power */
export function power(x: Operand, exponent: number): Node {
  if (exponent === 0) return onesLike(x);
  if (exponent === 1) return asNode(x);
  return exponent === 2 ? square(x) : apply(powerOp, [asNode(x)], { exponent });
}

/** Where condition ≠ 0 the element of a, elsewhere that of b; all three broadcast. */
export function select(condition: Operand, a: Operand, b: Operand): Node {
  const nodes = [asNode(condition), asNode(a), asNode(b)] as const;
  const shape = nodes
    .map((node) => floatShape(node, 'select'))
    .reduce((left, right) => broadcastShapes(left, right, 'select'));
  return apply(
    selectOp,
    nodes.map((node) => broadcastTo(node, shape)),
    {},
  );
}

export const selectOp: Op<NoAttributes> = {
  name: 'select',
  formula: 'y = condition ? a : b',
  shape: ([condition]) => floatShape(condition!, 'select'),
  gradient(y, upstream) {
    const condition = y.inputs[0]!;
    return [undefined, select(condition, upstream, 0), select(condition, 0, upstream)];
  },
};

/**
 * The run-time size of an axis as a scalar: what a mean divides by.
 * @example divide(sum(loss), dimension('batch'))
 */
export function dimension(axis: Axis): Node {
  return typeof axis === 'number' ? asNode(axis) : apply(dimensionOp, [], { axis });
}

export const dimensionOp: Op<{ readonly axis: string }> = {
  name: 'dimension',
  formula: 'y = size of an axis',
  shape: () => [],
  gradient: () => [],
};

/** Zeros of x's shape. */
export function zerosLike(x: Node): Node {
  return broadcastTo(asNode(0), x.shape);
}

/** Ones of x's shape. */
export function onesLike(x: Operand): Node {
  return broadcastTo(asNode(1), asNode(x).shape);
}
