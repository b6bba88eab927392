/** Changes of shape as ONNX describes them, on shapes that may have open sizes. */
import { ShapeError } from '../base/errors.js';
import { type Axis, formatShape, normalizeAxis, productAxis, type Shape } from '../base/shape.js';
import type { Node } from '../graph/node.js';
import { reshape } from '../graph/ops/structure.js';

/** @param target sizes; −1 once for whatever is left, 0 for the size that x has there unless `zeros` are sizes too */
export function reshapedTo(x: Node, target: readonly number[], zeros: boolean): Node {
  const shape = target.map((size, i) => (size === 0 && !zeros ? (x.shape[i] ?? 0) : size));
  const open = shape.indexOf(-1);
  if (open < 0) return reshape(x, shape);
  const rest = quotient(
    x.shape,
    shape.filter((_, i) => i !== open),
  );
  return reshape(
    x,
    shape.map((size, i) => (i === open ? rest : size)),
  );
}

/** Everything before the axis is one axis, everything from it on another. */
export function flattened(x: Node, axis: number): Node {
  const place = axis === x.rank ? axis : normalizeAxis(axis, x.rank, 'axis');
  return reshape(x, [productAxis(x.shape.slice(0, place)), productAxis(x.shape.slice(place))]);
}

/** Without axes of size 1: those given, or all. */
export function squeezed(x: Node, axes: readonly number[] | undefined): Node {
  const places =
    axes?.map((axis) => normalizeAxis(axis, x.rank, 'axis')) ??
    x.shape.flatMap((size, i) => (size === 1 ? [i] : []));
  return reshape(
    x,
    x.shape.filter((_, i) => !places.includes(i)),
  );
}

/** With axes of size 1 at these places of the result. */
export function expanded(x: Node, axes: readonly number[]): Node {
  const rank = x.rank + axes.length;
  const places = axes.map((axis) => normalizeAxis(axis, rank, 'axis'));
  if (new Set(places).size !== places.length)
    throw new ShapeError(`an axis is given twice: ${axes.join(', ')}`);
  const rest = [...x.shape];
  return reshape(
    x,
    Array.from({ length: rank }, (_, i): Axis => (places.includes(i) ? 1 : rest.shift()!)),
  );
}

/** The axis that makes `others` as many elements as `all`: [batch, 6] by [3] is '2*batch'. */
function quotient(all: Shape, others: Shape): Axis {
  const parts = (shape: Shape) => {
    const list = shape.flatMap((axis) => String(axis).split('*'));
    const isNumber = (part: string) => /^\d+$/.test(part);
    return {
      factor: list.filter(isNumber).reduce((product, part) => product * Number(part), 1),
      names: list.filter((part) => !isNumber(part)),
    };
  };
  const whole = parts(all);
  const divisor = parts(others);
  const factor = whole.factor / divisor.factor;
  for (const name of divisor.names) {
    const place = whole.names.indexOf(name);
    if (place < 0) throw new ShapeError(`${formatShape(others)} is no part of ${formatShape(all)}`);
    whole.names.splice(place, 1);
  }
  if (!Number.isInteger(factor) || factor < 0)
    throw new ShapeError(`${formatShape(all)} cannot be divided into ${formatShape(others)} and the rest`);
  return productAxis([factor, ...whole.names]);
}
