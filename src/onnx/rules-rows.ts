/**
 * ONNX nodes for lookups, bags of rows, and losses against class ids.
 *
 * ONNX has no bags. Here they are gathered into rows of one length (bag × longest × width), the places behind a bag's end
 * filled with a row that does not count, and reduced along the middle. Scattering would do with less memory, but adding
 * in place at repeated indexes is a race in some runtimes.
 */
import type { Axis } from '../base/shape.js';
import type { Node } from '../graph/node.js';
import type { OpName } from '../graph/ops/index.js';
import type { Rules } from './rules.js';
import { toFloat } from './rules-shared.js';
import { elementTypes, int, ints } from './schema.js';
import type { GraphWriter } from './writer.js';

type RowOp = Extract<
  OpName,
  | 'gather'
  | 'scatterRows'
  | 'segmentPool'
  | 'segmentRepeat'
  | 'segmentArgmax'
  | 'segmentLength'
  | 'oneHot'
  | 'pick'
  | 'crossEntropy'
  | 'crossEntropyGradient'
>;

export const rowRules: Rules<RowOp> = {
  gather: (to, inputs) => to.node('Gather', inputs, { axis: int(0) }),

  // Dense, as the gradient of a lookup written out is.
  scatterRows(to, [values, ids], y) {
    const width = y.shape[1]!;
    const rows = to.node('Reshape', [values!, to.sizes([-1, width])]);
    const hot = oneHot(to, to.node('Reshape', [ids!, to.integers([-1])]), y.attributes.rows);
    return to.node('Gemm', [hot, rows], { transA: int(1) });
  },

  segmentPool(to, [x, ends], y) {
    const { pooling } = y.attributes;
    const [rows] = y.inputs as [Node];
    const padded = paddedBags(to, x!, ends!, rows, pooling === 'max' ? -Infinity : 0);
    if (pooling === 'sum') return to.node('ReduceSum', [padded, to.integers([1])], { keepdims: int(0) });
    const lengths = column(to, lengthsOf(to, ends!));
    if (pooling === 'mean') {
      const sum = to.node('ReduceSum', [padded, to.integers([1])], { keepdims: int(0) });
      return to.node('Div', [sum, toFloat(to, to.node('Max', [lengths, to.integers([1])]))]);
    }
    const largest = to.node('ReduceMax', [padded], { axes: ints(1), keepdims: int(0) });
    const isFilled = to.node('Greater', [lengths, to.integers([0])]);
    return to.node('Where', [isFilled, largest, to.scalar(0)]);
  },

  segmentRepeat(to, [x, ends], y) {
    const width = y.shape[1]!;
    // Items behind the last bag belong to none, and get zeros.
    const rows = to.node('Concat', [x!, to.filled(0, [1, width])], { axis: int(0) });
    return to.node('Gather', [rows, bagOfEach(to, ends!, y.attributes.items)], { axis: int(0) });
  },

  segmentArgmax(to, [x, ends], y) {
    const [rows] = y.inputs as [Node];
    const [items, width] = y.shape as [Axis, Axis];
    const padded = paddedBags(to, x!, ends!, rows, -Infinity);
    const first = to.node('ArgMax', [padded], { axis: int(1), keepdims: int(0) });
    const winners = to.node('Add', [first, column(to, startsOf(to, ends!))]);
    const none = to.node('Expand', [to.integers([-1], []), to.sizes([1, width])]);
    const ofEachBag = to.node('Concat', [winners, none], { axis: int(0) });
    const ofEachItem = to.node('Gather', [ofEachBag, bagOfEach(to, ends!, items)], { axis: int(0) });
    return toFloat(to, to.node('Equal', [column(to, positions(to, to.size(items))), ofEachItem]));
  },

  segmentLength: (to, [ends]) => toFloat(to, lengthsOf(to, ends!)),
  oneHot: (to, [ids], y) => oneHot(to, ids!, y.attributes.classes),
  pick: (to, [x, ids]) => picked(to, x!, ids!),

  crossEntropy(to, [logits, labels]) {
    const all = to.node('ReduceLogSumExp', [logits!], { axes: ints(-1), keepdims: int(0) });
    return to.node('Sub', [all, picked(to, logits!, labels!)]);
  },

  crossEntropyGradient(to, [logits, logSumExp, labels, upstream], y) {
    const probability = to.node('Exp', [to.node('Sub', [logits!, column(to, logSumExp!)])]);
    const error = to.node('Sub', [probability, oneHot(to, labels!, y.shape[1] as number)]);
    return to.node('Mul', [error, column(to, upstream!)]);
  },
};

/** The rows of each bag side by side: [batch, longest, width], `filler` behind the end of a bag. */
function paddedBags(to: GraphWriter, x: string, ends: string, rows: Node, filler: number): string {
  const [items, width] = rows.shape as [Axis, Axis];
  const withFiller = to.node('Concat', [x, to.filled(filler, [1, width])], { axis: int(0) });
  return to.node('Gather', [withFiller, placesOf(to, ends, items)], { axis: int(0) });
}

/** Where the items of each bag are: int64 [batch, longest]; behind the end of a bag, the place after all items. */
function placesOf(to: GraphWriter, ends: string, items: Axis): string {
  return to.once(`places ${ends} ${items}`, () => {
    // At least one, so that there is something to reduce.
    const lengths = to.node('Concat', [to.integers([1]), lengthsOf(to, ends)], { axis: int(0) });
    const longest = to.node('ReduceMax', [lengths], { axes: ints(0), keepdims: int(1) });
    const places = to.node('Add', [column(to, startsOf(to, ends)), positions(to, longest)]);
    const isInside = to.node('Less', [places, column(to, ends)]);
    return to.node('Where', [isInside, places, to.size(items)]);
  });
}

/** Which bag each item belongs to: int64 [items]. Items behind the last bag get the number after it. */
function bagOfEach(to: GraphWriter, ends: string, items: Axis): string {
  return to.once(`bag of each ${ends} ${items}`, () => {
    const isBehind = to.node('GreaterOrEqual', [column(to, positions(to, to.size(items))), ends]);
    const counted = to.node('Cast', [isBehind], { to: int(elementTypes.I64) });
    return to.node('ReduceSum', [counted, to.integers([1])], { keepdims: int(0) });
  });
}

/** Where each bag begins: int64 [batch], the ends moved on by one with a 0 before them. */
function startsOf(to: GraphWriter, ends: string): string {
  return to.once(`starts ${ends}`, () => {
    const borders = to.node('Concat', [to.integers([0]), ends], { axis: int(0) });
    return to.node('Slice', [borders, to.integers([0]), to.integers([-1])]);
  });
}

function lengthsOf(to: GraphWriter, ends: string): string {
  return to.once(`lengths ${ends}`, () => to.node('Sub', [ends, startsOf(to, ends)]));
}

/** 0, 1, …, count − 1: int64. @param count int64 [1] */
function positions(to: GraphWriter, count: string): string {
  return to.once(`positions ${count}`, () =>
    to.node('Range', [to.integers([0], []), to.node('Squeeze', [count]), to.integers([1], [])]),
  );
}

/** [n] → [n, 1] */
function column(to: GraphWriter, x: string): string {
  return to.once(`column ${x}`, () => to.node('Unsqueeze', [x, to.integers([1])]));
}

function oneHot(to: GraphWriter, ids: string, classes: number): string {
  return to.node('OneHot', [ids, to.integers([classes]), to.floats([0, 1])], { axis: int(-1) });
}

/** x[i, idᵢ] */
function picked(to: GraphWriter, x: string, ids: string): string {
  const one = to.node('GatherElements', [x, column(to, ids)], { axis: int(1) });
  return to.node('Squeeze', [one, to.integers([1])]);
}
