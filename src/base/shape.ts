/**
 * Shapes: lists of axis sizes. An axis is a number, or a name such as `'batch'` whose size is known only at run
 * time, or a product of both, written `'3*batch'`. Two symbolic axes are equal when they are spelled the same;
 * `productAxis` always spells them the same.
 */
import { ShapeError } from './errors.js';

/** Size of an axis: a number, or the name of a symbolic axis (`'batch'`, `'items'`). */
export type Axis = number | string;
export type Shape = readonly Axis[];

/** `f32` values are 32-bit floats on fast engines and 64-bit floats on the reference engine. */
export type DType = 'f32' | 'i32';

/** Sizes of the symbolic axes at run time. */
export type AxisSizes = Readonly<Record<string, number>>;

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((axis, i) => axis === b[i]);
}

/** The size of one axis once the symbolic sizes are known. */
export function axisSize(axis: Axis, sizes: AxisSizes): number {
  if (typeof axis === 'number') return axis;
  const size = sizes[axis];
  if (size !== undefined) return size;
  if (axis.includes('*'))
    return axis.split('*').reduce((product, part) => product * axisSize(numeric(part), sizes), 1);
  throw new ShapeError(`the size of axis '${axis}' is not known: feed an input that has it`);
}

/** One axis as long as all of these together: numbers are multiplied, names sorted, `'3*batch'`. */
export function productAxis(axes: Shape): Axis {
  const parts = axes.flatMap((axis) => (typeof axis === 'number' ? [axis] : axis.split('*').map(numeric)));
  const number = parts.reduce<number>(
    (product, part) => (typeof part === 'number' ? product * part : product),
    1,
  );
  const names = parts.filter((part) => typeof part === 'string').sort();
  if (names.length === 0) return number;
  return (number === 1 ? names : [number, ...names]).join('*');
}

function numeric(part: string): Axis {
  return /^\d+$/.test(part) ? Number(part) : part;
}

/** Row-major strides of a contiguous value, in elements. */
export function contiguousStrides(sizes: readonly number[]): number[] {
  const strides: number[] = new Array(sizes.length);
  let stride = 1;
  for (let i = sizes.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= sizes[i]!;
  }
  return strides;
}

/** How many elements a shape has once the symbolic sizes are known. */
export function elementCount(shape: Shape, sizes: AxisSizes = {}): number {
  return shape.reduce<number>((count, axis) => count * axisSize(axis, sizes), 1);
}

/**
 * The shape to which `a` and `b` broadcast, by the usual rule: axes are aligned at the right, and an axis of
 * size 1, or a missing one, stretches to the other's size.
 *
 * @throws ShapeError when an axis differs and neither is 1.
 */
export function broadcastShapes(a: Shape, b: Shape, operation: string): Shape {
  const rank = Math.max(a.length, b.length);
  const result: Axis[] = [];
  for (let i = 0; i < rank; i++) {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(
        `${operation}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: axis ${i - rank} is ` +
          `${left} on the left and ${right} on the right. Make them equal, or one of them 1.`,
      );
    }
    result.push(left === 1 ? right : left);
  }
  return result;
}

/** Turns a possibly negative axis number (−1 is the last) into 0 … rank−1. */
export function normalizeAxis(axis: number, rank: number, operation: string): number {
  const index = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || index < 0 || index >= rank) {
    throw new ShapeError(`${operation}: there is no axis ${axis} in a value of rank ${rank}`);
  }
  return index;
}
