/**
 * The computation graph: immutable nodes, each an operation on other nodes, with a shape and a dtype.
 *
 * Building a node checks its shapes and fails at once; nothing is computed. A graph is compiled into a program
 * (`program/`) and run on an engine, differentiated by `backward`, or drawn (`draw.ts`).
 */
import { ShapeError, ValueError } from '../base/errors.js';
import { type DType, elementCount, formatShape, type Shape } from '../base/shape.js';

/** Everything about one operation, in one place. */
export interface Op<A extends Attributes = Attributes> {
  readonly name: string;
  /** The formula as the textbook writes it: y is the result, x or a, b the inputs. */
  readonly formula: string;
  /** Shape of the result. Throws ShapeError when the inputs do not fit. */
  shape(inputs: readonly Node[], attributes: A): Shape;
  /**
   * The chain rule: given this node y and the upstream gradient ∂L/∂y, the downstream gradients ∂L/∂xᵢ as nodes,
   * one for each input; `undefined` where there is none (integers, comparisons, constants).
   */
  gradient(y: Node<A>, upstream: Node): readonly (Node | undefined)[];
}

/** Settings of an operation that are not nodes: plain JSON values. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A value in a computation graph: not a number yet, but what the number will be made of. */
export class Node<A extends Attributes = Attributes> {
  readonly op: Op<A>;
  readonly inputs: readonly Node[];
  readonly attributes: A;
  readonly shape: Shape;
  readonly dtype: DType;

  constructor(op: Op<A>, inputs: readonly Node[], attributes: A, shape: Shape, dtype: DType) {
    this.op = op;
    this.inputs = inputs;
    this.attributes = attributes;
    this.shape = shape;
    this.dtype = dtype;
  }

  get rank(): number {
    return this.shape.length;
  }
}

/** What an operation accepts: a node, or a number that becomes a constant. */
export type Operand = Node | number;

/** Applies an operation: checks shapes and makes the node. */
export function apply<A extends Attributes>(
  op: Op<A>,
  inputs: readonly Node[],
  attributes: A,
  dtype: DType = 'f32',
): Node<A> {
  return new Node(op, inputs, attributes, op.shape(inputs, attributes), dtype);
}

const noGradient = () => [];

/** A value that is fed at each run. */
export class InputNode extends Node<{ readonly name: string }> {
  get name(): string {
    return this.attributes.name;
  }
}

const inputOp: Op<{ readonly name: string }> = {
  name: 'input',
  formula: 'x',
  shape: () => [],
  gradient: noGradient,
};

/**
 * An input, fed by name at each run. At most one axis of it may be symbolic: its size follows from what is fed.
 *
 * @example
 * const x = input('x', ['batch', 2]);
 * const labels = input('labels', ['batch'], 'i32');
 */
export function input(name: string, shape: Shape = [], dtype: DType = 'f32'): InputNode {
  checkShape(shape, `input '${name}'`);
  if (symbolicNames(shape).length > 1) {
    throw new ShapeError(
      `input '${name}': its shape ${formatShape(shape)} leaves more than one size open; make all but one a number`,
    );
  }
  return new InputNode(inputOp, [], { name }, shape, dtype);
}

/** Several scalar inputs at once: `const [a, b, c] = inputs('a', 'b', 'c')`. */
export function inputs<const Names extends readonly string[]>(
  ...names: Names
): { [K in keyof Names]: InputNode } {
  return names.map((name) => input(name)) as { [K in keyof Names]: InputNode };
}

/** A value that is kept from run to run and changed by training: part of θ. */
export class ParameterNode extends Node<{ readonly name: string }> {
  /** The values it starts from, row-major. */
  readonly initial: Float32Array | Float64Array | Int32Array;

  constructor(name: string, shape: Shape, initial: Float32Array | Float64Array | Int32Array, dtype: DType) {
    super(parameterOp, [], { name }, shape, dtype);
    this.initial = initial;
  }

  get name(): string {
    return this.attributes.name;
  }
}

const parameterOp: Op<{ readonly name: string }> = {
  name: 'parameter',
  formula: 'θ',
  shape: () => [],
  gradient: noGradient,
};

/**
 * A parameter with its initial values: numbers in row-major order, or one number for all elements.
 * Every axis must be a number.
 *
 * @example
 * const w = parameter('w', [2, 3], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
 */
export function parameter(
  name: string,
  shape: Shape,
  initial: ArrayLike<number> | number = 0,
  dtype: DType = 'f32',
): ParameterNode {
  checkShape(shape, `parameter '${name}'`);
  if (shape.some((axis) => typeof axis === 'string')) {
    throw new ShapeError(`parameter '${name}': its shape ${formatShape(shape)} must be of numbers only`);
  }
  const count = elementCount(shape);
  if (typeof initial !== 'number' && initial.length !== count) {
    throw new ShapeError(
      `parameter '${name}': shape ${formatShape(shape)} has ${count} elements, but ${initial.length} initial values were given`,
    );
  }
  const values = typeof initial === 'number' ? new Float64Array(count).fill(initial) : initial;
  if (dtype === 'i32') return new ParameterNode(name, shape, Int32Array.from(values), dtype);
  const keeps = values instanceof Float32Array || values instanceof Float64Array;
  return new ParameterNode(name, shape, keeps ? values : Float64Array.from(values), dtype);
}

export interface ConstantAttributes extends Attributes {
  readonly values: readonly number[];
}

const constantOp: Op<ConstantAttributes> = {
  name: 'constant',
  formula: 'c',
  shape: () => [],
  gradient: noGradient,
};

/**
 * A value known while the graph is built: a number, or numbers in row-major order with their shape (default: a
 * vector).
 */
export function constant(
  values: number | readonly number[],
  shape?: Shape,
  dtype: DType = 'f32',
): Node<ConstantAttributes> {
  const list = typeof values === 'number' ? [values] : values;
  const resolved = shape ?? (typeof values === 'number' ? [] : [list.length]);
  if (elementCount(resolved) !== list.length) {
    throw new ShapeError(
      `constant: shape ${formatShape(resolved)} has ${elementCount(resolved)} elements, but ${list.length} values were given`,
    );
  }
  return new Node(constantOp, [], { values: list }, resolved, dtype);
}

/** The operand as a node: numbers become scalar constants. */
export function asNode(operand: Operand): Node {
  return typeof operand === 'number' ? constant(operand) : operand;
}

/** Shape of a float value; integers (ids, labels) cannot be calculated with. */
export function floatShape(x: Node, operation: string): Shape {
  if (x.dtype !== 'f32') {
    throw new ShapeError(
      `${operation}: needs floats, but got integers (ids or labels); look them up with gather or oneHot first`,
    );
  }
  return x.shape;
}

/** The number that a scalar constant holds; `undefined` for every other node. */
export function scalarConstant(node: Node): number | undefined {
  if (node.op !== (constantOp as Op) || node.rank !== 0) return undefined;
  return (node as Node<ConstantAttributes>).attributes.values[0];
}

/** All nodes that the outputs depend on, each once, inputs before what uses them. */
export function topologicalOrder(outputs: readonly Node[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  for (const output of outputs) {
    if (seen.has(output)) continue;
    seen.add(output);
    stack.push({ node: output, next: 0 });
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const child = top.node.inputs[top.next++];
      if (child === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(child)) {
        seen.add(child);
        stack.push({ node: child, next: 0 });
      }
    }
  }
  return order;
}

/** The names in a shape: ['3*batch', 2] has one, 'batch'. */
function symbolicNames(shape: Shape): string[] {
  return shape.flatMap((axis) => String(axis).split('*')).filter((part) => !/^\d+$/.test(part));
}

function checkShape(shape: Shape, what: string): void {
  for (const axis of shape) {
    if (typeof axis === 'number' && (!Number.isInteger(axis) || axis < 0)) {
      throw new ValueError(
        `${what}: ${axis} is not the size of an axis; give a whole number, or a name for a symbolic axis`,
      );
    }
  }
}
