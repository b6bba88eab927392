/**
 * Operations that move values without changing them (reshape, broadcast, transpose, slice, pad, concat), and the
 * sum, which is what broadcasting becomes backwards.
 */
import { ShapeError } from '../../base/errors.js';
import {
  type Axis,
  broadcastShapes,
  formatShape,
  normalizeAxis,
  productAxis,
  type Shape,
  sameShape,
} from '../../base/shape.js';
import { apply, floatShape, type Node, type Op } from '../node.js';

/** The same elements in the same row-major order under another shape. Costs nothing. */
export function reshape(x: Node, shape: Shape): Node {
  return sameShape(x.shape, shape) ? x : apply(reshapeOp, [x], { shape }, x.dtype);
}

export const reshapeOp: Op<{ readonly shape: Shape }> = {
  name: 'reshape',
  formula: 'y = x, of another shape',
  shape([x], { shape }) {
    if (productAxis(x!.shape) !== productAxis(shape)) {
      throw new ShapeError(
        `reshape: ${formatShape(x!.shape)} and ${formatShape(shape)} do not have the same number of elements`,
      );
    }
    return shape;
  },
  gradient: (y, upstream) => [reshape(upstream, y.inputs[0]!.shape)],
};

/** x repeated along the axes that it lacks, or has with size 1, so that it has the given shape. */
export function broadcastTo(x: Node, shape: Shape): Node {
  return sameShape(x.shape, shape) ? x : apply(broadcastToOp, [x], { shape }, x.dtype);
}

export const broadcastToOp: Op<{ readonly shape: Shape }> = {
  name: 'broadcastTo',
  formula: 'y = x, repeated',
  shape([x], { shape }) {
    if (!sameShape(broadcastShapes(x!.shape, shape, 'broadcastTo'), shape)) {
      throw new ShapeError(`broadcastTo: ${formatShape(x!.shape)} does not stretch to ${formatShape(shape)}`);
    }
    return shape;
  },
  gradient: (y, upstream) => [sumTo(upstream, y.inputs[0]!.shape)],
};

/** Sum over the axes along which `shape` was broadcast: the gradient of broadcasting. */
export function sumTo(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  const missing = x.rank - shape.length;
  const axes = x.shape.flatMap((axis, i) =>
    i < missing || (shape[i - missing] === 1 && axis !== 1) ? [i] : [],
  );
  return reshape(axes.length === 0 ? x : sum(x, axes), shape);
}

/**
 * y = Σ x over the given axes (default: all).
 * @param keepAxes keeps the summed axes with size 1.
 */
export function sum(x: Node, axes: number | readonly number[] = allAxes(x), keepAxes = false): Node {
  const list = axisList(x, axes, 'sum');
  const summed = list.length === 0 ? x : apply(sumOp, [x], { axes: list });
  return keepAxes ? reshape(summed, keptShape(x, list)) : summed;
}

export const sumOp: Op<{ readonly axes: readonly number[] }> = {
  name: 'sum',
  formula: 'y = Σ x',
  shape: ([x], { axes }) => floatShape(x!, 'sum').filter((_, i) => !axes.includes(i)),
  // Every summand has the derivative 1: the upstream gradient is copied to all of them.
  gradient(y, upstream) {
    const x = y.inputs[0]!;
    return [broadcastTo(reshape(upstream, keptShape(x, y.attributes.axes)), x.shape)];
  },
};

/** Axes in another order (default: reversed). `permutation[i]` is the axis of x that becomes axis i. */
export function transpose(x: Node, permutation: readonly number[] = allAxes(x).reverse()): Node {
  return permutation.every((axis, i) => axis === i) && permutation.length === x.rank
    ? x
    : apply(transposeOp, [x], { permutation }, x.dtype);
}

export const transposeOp: Op<{ readonly permutation: readonly number[] }> = {
  name: 'transpose',
  formula: 'y = xᵀ',
  shape([x], { permutation }) {
    if ([...permutation].sort((a, b) => a - b).join() !== allAxes(x!).join()) {
      throw new ShapeError(
        `transpose: [${permutation}] is not an order of the ${x!.rank} axes of ${formatShape(x!.shape)}`,
      );
    }
    return permutation.map((axis) => x!.shape[axis]!);
  },
  gradient(y, upstream) {
    const { permutation } = y.attributes;
    return [
      transpose(
        upstream,
        permutation.map((_, i) => permutation.indexOf(i)),
      ),
    ];
  },
};

/** Elements begin … end−1 along one axis, which must be numeric. */
export function slice(x: Node, axis: number, begin: number, end: number): Node {
  return apply(sliceOp, [x], { axis: normalizeAxis(axis, x.rank, 'slice'), begin, end }, x.dtype);
}

export const sliceOp: Op<{ readonly axis: number; readonly begin: number; readonly end: number }> = {
  name: 'slice',
  formula: 'y = x[begin : end]',
  shape([x], { axis, begin, end }) {
    const size = numericAxis(x!, axis, 'slice');
    if (!(0 <= begin && begin < end && end <= size)) {
      throw new ShapeError(
        `slice: ${begin} … ${end} is not a part of axis ${axis} of ${formatShape(x!.shape)}`,
      );
    }
    return x!.shape.map((old, i) => (i === axis ? end - begin : old));
  },
  gradient(y, upstream) {
    const { axis, begin, end } = y.attributes;
    const size = y.inputs[0]!.shape[axis] as number;
    return [pad(upstream, axis, begin, size - end)];
  },
};

/** Zeros before and after along one axis. */
export function pad(x: Node, axis: number, before: number, after: number): Node {
  return before === 0 && after === 0
    ? x
    : apply(padOp, [x], { axis: normalizeAxis(axis, x.rank, 'pad'), before, after });
}

export const padOp: Op<{ readonly axis: number; readonly before: number; readonly after: number }> = {
  name: 'pad',
  formula: 'y = [0 x 0]',
  shape([x], { axis, before, after }) {
    floatShape(x!, 'pad');
    const size = numericAxis(x!, axis, 'pad');
    if (!(Number.isInteger(before) && Number.isInteger(after) && before >= 0 && after >= 0)) {
      throw new ShapeError(
        `pad: there cannot be ${before} zeros before and ${after} after; use slice to cut`,
      );
    }
    return x!.shape.map((old, i) => (i === axis ? before + size + after : old));
  },
  gradient(y, upstream) {
    const { axis, before } = y.attributes;
    const size = y.inputs[0]!.shape[axis] as number;
    return [slice(upstream, axis, before, before + size)];
  },
};

/** Values one after the other along an axis (default: the last), which must be numeric; other axes must agree. */
export function concat(values: readonly Node[], axis = -1): Node {
  if (values.length === 0) throw new ShapeError('concat: give at least one value');
  return values.length === 1
    ? values[0]!
    : apply(concatOp, values, { axis: normalizeAxis(axis, values[0]!.rank, 'concat') }, values[0]!.dtype);
}

export const concatOp: Op<{ readonly axis: number }> = {
  name: 'concat',
  formula: 'y = [x₁; x₂; …]',
  shape(values, { axis }) {
    const [first] = values;
    let total = 0;
    for (const value of values) {
      const agrees =
        value.rank === first!.rank && value.shape.every((size, i) => i === axis || size === first!.shape[i]);
      if (!agrees) {
        throw new ShapeError(
          `concat: ${formatShape(first!.shape)} and ${formatShape(value.shape)} differ in another axis than ${axis}`,
        );
      }
      if (value.dtype !== first!.dtype) {
        throw new ShapeError(`concat: floats and integers do not go together; look ids up with gather first`);
      }
      total += numericAxis(value, axis, 'concat');
    }
    return first!.shape.map((size, i) => (i === axis ? total : size));
  },
  gradient(y, upstream) {
    const { axis } = y.attributes;
    let begin = 0;
    return y.inputs.map((x) => {
      const end = begin + (x.shape[axis] as number);
      const part = slice(upstream, axis, begin, end);
      begin = end;
      return part;
    });
  },
};

/** A new axis of size 1 at the given place. */
export function expandAxis(x: Node, axis: number): Node {
  const at = normalizeAxis(axis, x.rank + 1, 'expandAxis');
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

export function allAxes(x: Node): number[] {
  return x.shape.map((_, i) => i);
}

export function axisList(x: Node, axes: number | readonly number[], operation: string): number[] {
  const list = (typeof axes === 'number' ? [axes] : axes).map((axis) =>
    normalizeAxis(axis, x.rank, operation),
  );
  return [...new Set(list)].sort((a, b) => a - b);
}

/** x's shape with size 1 on the given axes. */
export function keptShape(x: Node, axes: readonly number[]): Shape {
  return x.shape.map((size, i): Axis => (axes.includes(i) ? 1 : size));
}

function numericAxis(x: Node, axis: number, operation: string): number {
  const size = x.shape[axis];
  if (typeof size !== 'number') {
    throw new ShapeError(
      `${operation}: axis ${axis} of ${formatShape(x.shape)} is symbolic; only numeric axes can be cut or joined`,
    );
  }
  return size;
}
