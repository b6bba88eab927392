/** Means, maxima, and the softmax family. */
import { normalizeAxis, productAxis } from '../../base/shape.js';
import { apply, floatShape, type Node, type Op } from '../node.js';
import { dimension, divide, equal, exp, multiply, subtract } from './arithmetic.js';
import {
  allAxes,
  axisList,
  broadcastTo,
  expandAxis,
  keptShape,
  reshape,
  sum,
  transpose,
} from './structure.js';

/** y = (1/n) Σ x over the given axes (default: all). Also over symbolic axes: n is then known at run time. */
export function mean(x: Node, axes: number | readonly number[] = allAxes(x), keepAxes = false): Node {
  const list = axisList(x, axes, 'mean');
  const count = dimension(productAxis(list.map((axis) => x.shape[axis]!)));
  return divide(sum(x, list, keepAxes), count);
}

/** y = max x over the given axes (default: all). */
export function max(x: Node, axes: number | readonly number[] = allAxes(x), keepAxes = false): Node {
  const list = axisList(x, axes, 'max');
  const result = list.length === 0 ? x : apply(maxOp, [x], { axes: list });
  return keepAxes ? reshape(result, keptShape(x, list)) : result;
}

export const maxOp: Op<{ readonly axes: readonly number[] }> = {
  name: 'max',
  formula: 'y = max x',
  shape: ([x], { axes }) => floatShape(x!, 'max').filter((_, i) => !axes.includes(i)),
  // The elements that reach the maximum share the upstream gradient equally.
  gradient(y, upstream) {
    const x = y.inputs[0]!;
    const { axes } = y.attributes;
    const kept = keptShape(x, axes);
    const winners = equal(x, broadcastTo(reshape(y, kept), x.shape));
    const share = divide(reshape(upstream, kept), sum(winners, axes, true));
    return [multiply(winners, share)];
  },
};

type AxisReduction = Op<Readonly<Record<string, never>>>;

/** y = ln Σ eˣ along an axis (default: the last), computed as m + ln Σ e^(x−m), m = max x. */
export function logSumExp(x: Node, axis = -1): Node {
  const last = withAxisLast(x, axis, 'logSumExp');
  return apply(logSumExpOp, [last.x], {});
}

export const logSumExpOp: AxisReduction = {
  name: 'logSumExp',
  formula: 'y = ln Σ eˣ',
  shape: ([x]) => floatShape(x!, 'logSumExp').slice(0, -1),
  // ∂y/∂xᵢ = e^(xᵢ − y), the softmax
  gradient(y, upstream) {
    const x = y.inputs[0]!;
    return [multiply(expandAxis(upstream, -1), exp(subtract(x, expandAxis(y, -1))))];
  },
};

/** yᵢ = e^xᵢ / Σⱼ e^xⱼ along an axis (default: the last). */
export function softmax(x: Node, axis = -1): Node {
  const last = withAxisLast(x, axis, 'softmax');
  return last.back(apply(softmaxOp, [last.x], {}));
}

export const softmaxOp: AxisReduction = {
  name: 'softmax',
  formula: 'yᵢ = e^xᵢ / Σⱼ e^xⱼ',
  shape: ([x]) => floatShape(x!, 'softmax'),
  // ∂L/∂xᵢ = yᵢ (gᵢ − Σⱼ gⱼ yⱼ)
  gradient(y, upstream) {
    return [multiply(y, subtract(upstream, sum(multiply(upstream, y), -1, true)))];
  },
};

/** yᵢ = xᵢ − ln Σⱼ e^xⱼ along an axis (default: the last). */
export function logSoftmax(x: Node, axis = -1): Node {
  const last = withAxisLast(x, axis, 'logSoftmax');
  return last.back(apply(logSoftmaxOp, [last.x], {}));
}

export const logSoftmaxOp: AxisReduction = {
  name: 'logSoftmax',
  formula: 'yᵢ = xᵢ − ln Σⱼ e^xⱼ',
  shape: ([x]) => floatShape(x!, 'logSoftmax'),
  // ∂L/∂xᵢ = gᵢ − e^yᵢ Σⱼ gⱼ
  gradient(y, upstream) {
    return [subtract(upstream, multiply(exp(y), sum(upstream, -1, true)))];
  },
};

/** x with an axis moved to the end, and the way back. */
function withAxisLast(x: Node, axis: number, operation: string): { x: Node; back: (y: Node) => Node } {
  const index = normalizeAxis(axis, x.rank, operation);
  const order = [...allAxes(x).filter((i) => i !== index), index];
  const inverse = order.map((_, i) => order.indexOf(i));
  return { x: transpose(x, order), back: (y) => transpose(y, inverse) };
}
