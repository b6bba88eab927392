/**
 * From operations to ONNX nodes: for each operation, by which standard operators it is computed.
 *
 * The table's type makes an operation without a rule a compile error.
 */
import type { Node, Op } from '../graph/node.js';
import type { OpName, ops } from '../graph/ops/index.js';
import { rowRules } from './rules-rows.js';
import { reshaped, toFloat } from './rules-shared.js';
import { elementTypes, float, int, ints } from './schema.js';
import type { GraphWriter } from './writer.js';

type AttributesOf<Name extends OpName> = (typeof ops)[Name] extends Op<infer A> ? A : never;

/** Adds the nodes that compute `y` from the values named `inputs`, and returns the name of the result. */
export type Rule<Name extends OpName = OpName> = (
  to: GraphWriter,
  inputs: readonly string[],
  y: Node<AttributesOf<Name>>,
) => string;

export type Rules<Name extends OpName = OpName> = { readonly [K in Name]: Rule<K> };

const direct =
  (opType: string): Rule =>
  (to, inputs) =>
    to.node(opType, inputs);

/** Comparisons give 1 or 0 here, truth values in ONNX. */
const comparison =
  (opType: string): Rule =>
  (to, inputs) =>
    toFloat(to, to.node(opType, inputs));

const overLast =
  (opType: string): Rule =>
  (to, inputs) =>
    to.node(opType, inputs, { axis: int(-1) });

export const rules: Rules = {
  reshape: (to, [x], y) => reshaped(to, x!, y.shape),
  broadcastTo: (to, [x], y) => to.node('Expand', [x!, to.sizes(y.shape)]),
  sum: (to, [x], y) => to.node('ReduceSum', [x!, to.integers(y.attributes.axes)], { keepdims: int(0) }),
  transpose: (to, [x], y) => to.node('Transpose', [x!], { perm: ints(...y.attributes.permutation) }),
  slice(to, [x], y) {
    const { axis, begin, end } = y.attributes;
    return to.node('Slice', [x!, ...[begin, end, axis].map((number) => to.integers([number]))]);
  },
  pad(to, [x], y) {
    const { axis, before, after } = y.attributes;
    const amounts = new Array<number>(2 * y.rank).fill(0);
    amounts[axis] = before;
    amounts[y.rank + axis] = after;
    return to.node('Pad', [x!, to.integers(amounts), to.scalar(0)]);
  },
  concat: (to, inputs, y) => to.node('Concat', inputs, { axis: int(y.attributes.axis) }),

  add: direct('Add'),
  subtract: direct('Sub'),
  multiply: direct('Mul'),
  divide: direct('Div'),
  maximum: direct('Max'),
  minimum: direct('Min'),
  greater: comparison('Greater'),
  greaterEqual: comparison('GreaterOrEqual'),
  equal: comparison('Equal'),
  negate: direct('Neg'),
  square: (to, [x]) => to.node('Mul', [x!, x!]),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  absolute: direct('Abs'),
  sign: direct('Sign'),
  step: (to, [x]) => toFloat(to, to.node('Greater', [x!, to.scalar(0)])),
  power: (to, [x], y) => to.node('Pow', [x!, to.scalar(y.attributes.exponent)]),
  select: (to, [condition, a, b]) =>
    to.node('Where', [to.node('Cast', [condition!], { to: int(elementTypes.BOOL) }), a!, b!]),
  dimension: (to, _inputs, y) => reshaped(to, toFloat(to, to.size(y.attributes.axis)), []),

  sigmoid: direct('Sigmoid'),
  tanh: direct('Tanh'),
  relu: direct('Relu'),
  leakyRelu: (to, [z], y) => to.node('LeakyRelu', [z!], { alpha: float(y.attributes.slope) }),
  // Gelu is an operator from version 20 on.
  gelu(to, [z]) {
    const cube = to.node('Mul', [to.node('Mul', [z!, z!]), z!]);
    const inner = to.node('Add', [z!, to.node('Mul', [cube, to.scalar(0.044715)])]);
    const t = to.node('Tanh', [to.node('Mul', [inner, to.scalar(Math.sqrt(2 / Math.PI))])]);
    return to.node('Mul', [to.node('Mul', [z!, to.scalar(0.5)]), to.node('Add', [t, to.scalar(1)])]);
  },
  silu: (to, [z]) => to.node('Mul', [z!, to.node('Sigmoid', [z!])]),
  softplus: direct('Softplus'),

  matmul(to, [a, b], y) {
    const { transposeA, transposeB } = y.attributes;
    if (y.rank === 2) {
      // One node for both, which runtimes and viewers know as a layer.
      return transposeA || transposeB
        ? to.node('Gemm', [a!, b!], { transA: int(Number(transposeA)), transB: int(Number(transposeB)) })
        : to.node('MatMul', [a!, b!]);
    }
    const turned = (name: string, operand: Node, transposed: boolean) =>
      transposed ? to.node('Transpose', [name], { perm: turnedAxes(operand.rank) }) : name;
    return to.node('MatMul', [turned(a!, y.inputs[0]!, transposeA), turned(b!, y.inputs[1]!, transposeB)]);
  },

  max: (to, [x], y) => to.node('ReduceMax', [x!], { axes: ints(...y.attributes.axes), keepdims: int(0) }),
  logSumExp: (to, [x]) => to.node('ReduceLogSumExp', [x!], { axes: ints(-1), keepdims: int(0) }),
  softmax: overLast('Softmax'),
  logSoftmax: overLast('LogSoftmax'),

  ...rowRules,

  // y ln σ(z) + (1−y) ln(1−σ(z)) without overflow: −L = y z − ln(1 + eᶻ)
  binaryCrossEntropy: (to, [z, y]) => to.node('Sub', [to.node('Softplus', [z!]), to.node('Mul', [z!, y!])]),
  layerNorm: (to, inputs, y) =>
    to.node('LayerNormalization', inputs, { axis: int(-1), epsilon: float(y.attributes.epsilon) }),
  // Exported graphs predict; nothing is dropped.
  dropout: (_to, [x]) => x!,
};

/** x W + b of matrices as a single Gemm. @param inputs x, W and b */
export function affine(
  to: GraphWriter,
  inputs: readonly string[],
  { attributes }: Node<AttributesOf<'matmul'>>,
): string {
  return to.node('Gemm', inputs, {
    transA: int(Number(attributes.transposeA)),
    transB: int(Number(attributes.transposeB)),
  });
}

/** The order of axes that exchanges the last two. */
function turnedAxes(rank: number): ReturnType<typeof ints> {
  const order = Array.from({ length: rank }, (_, i) => i);
  return ints(...order.slice(0, -2), rank - 1, rank - 2);
}
