/**
 * From ONNX operators to operations: which there are, and how each becomes nodes of the graph. Where versions of an
 * operator differ, the rule reads all of them.
 */
import { ValueError } from '../base/errors.js';
import { normalizeAxis } from '../base/shape.js';
import type { Tensor } from '../files/dtypes.js';
import type { Node } from '../graph/node.js';
import { gelu, leakyRelu, relu, sigmoid, softplus, tanh } from '../graph/ops/activations.js';
import {
  absolute,
  add,
  divide,
  equal,
  exp,
  greater,
  greaterEqual,
  log,
  maximum,
  minimum,
  multiply,
  negate,
  power,
  select,
  sign,
  sqrt,
  subtract,
  zerosLike,
} from '../graph/ops/arithmetic.js';
import { matmul } from '../graph/ops/matrix.js';
import { layerNorm } from '../graph/ops/normalization.js';
import { logSoftmax, logSumExp, max, mean, softmax } from '../graph/ops/reductions.js';
import { gather } from '../graph/ops/rows.js';
import { concat, slice, sum, transpose } from '../graph/ops/structure.js';
import { expanded, flattened, reshapedTo, squeezed } from './import-shapes.js';
import type { Operands } from './operands.js';
import { elementTypes } from './schema.js';

/** What a node gives: a value to calculate with, or a tensor that stands in the file. */
export type ImportRule = (operands: Operands) => Node | Tensor;

const unary =
  (op: (x: Node) => Node): ImportRule =>
  (from) =>
    op(from.node(0));

const binary =
  (op: (a: Node, b: Node) => Node): ImportRule =>
  (from) =>
    op(from.node(0), from.node(1));

/** Any number of operands, from the left. */
const folded =
  (op: (a: Node, b: Node) => Node): ImportRule =>
  (from) =>
    from.all().reduce(op);

const reduction =
  (op: (x: Node, axes: readonly number[], keepAxes: boolean) => Node): ImportRule =>
  (from) => {
    const x = from.node(0);
    const axes = from.axes(1) ?? [];
    if (axes.length === 0 && from.attribute('noop_with_empty_axes', 0) !== 0) return x;
    return op(x, axes.length === 0 ? x.shape.map((_, i) => i) : axes, from.attribute('keepdims', 1) !== 0);
  };

const alongAxis =
  (op: (x: Node, axis: number) => Node): ImportRule =>
  (from) => {
    const x = from.node(0);
    const axis = normalizeAxis(from.attribute('axis', from.opset < 13 ? 1 : -1), x.rank, 'axis');
    // Before version 13 the axes from this one on were taken together.
    if (from.opset < 13 && axis !== x.rank - 1)
      throw new ValueError(`in version ${from.opset} of the operators only the last axis can be read`);
    return op(x, axis);
  };

const rules = {
  Add: binary(add),
  Sub: binary(subtract),
  Mul: binary(multiply),
  Div: binary(divide),
  Max: folded(maximum),
  Min: folded(minimum),
  Sum: folded(add),
  Neg: unary(negate),
  Abs: unary(absolute),
  Exp: unary(exp),
  Log: unary(log),
  Sqrt: unary(sqrt),
  Sign: unary(sign),
  Reciprocal: unary((x) => divide(1, x)),
  Pow(from) {
    const exponent = from.number(1);
    if (exponent === undefined) throw new ValueError('the exponent is missing');
    return power(from.node(0), exponent);
  },
  Clip(from) {
    const lowest = from.number(1) ?? from.attribute('min', -Infinity);
    const highest = from.number(2) ?? from.attribute('max', Infinity);
    const x = from.node(0);
    const raised = lowest === -Infinity ? x : maximum(x, lowest);
    return highest === Infinity ? raised : minimum(raised, highest);
  },

  // Truth values are 1 and 0 here.
  Greater: binary(greater),
  GreaterOrEqual: binary(greaterEqual),
  Less: binary((a, b) => greater(b, a)),
  LessOrEqual: binary((a, b) => greaterEqual(b, a)),
  Equal: binary(equal),
  Where: (from) => select(from.node(0), from.node(1), from.node(2)),

  Relu: unary(relu),
  LeakyRelu: (from) => leakyRelu(from.node(0), from.attribute('alpha', 0.01)),
  Sigmoid: unary(sigmoid),
  Tanh: unary(tanh),
  Softplus: unary(softplus),
  Gelu(from) {
    if (from.text('approximate', 'none') !== 'tanh')
      throw new ValueError("Gelu by the error function is not known; export it with approximate='tanh'");
    return gelu(from.node(0));
  },

  MatMul: binary((a, b) => matmul(a, b)),
  Gemm(from) {
    const scaled = (x: Node, factor: number) => (factor === 1 ? x : multiply(x, factor));
    const product = matmul(from.node(0), from.node(1), {
      transposeA: from.attribute('transA', 0) !== 0,
      transposeB: from.attribute('transB', 0) !== 0,
    });
    const y = scaled(product, from.attribute('alpha', 1));
    return from.has(2) ? add(y, scaled(from.node(2), from.attribute('beta', 1))) : y;
  },
  Gather(from) {
    if (from.attribute('axis', 0) !== 0) throw new ValueError('only rows (axis 0) can be looked up');
    return gather(from.node(0), from.node(1));
  },

  Softmax: alongAxis(softmax),
  LogSoftmax: alongAxis(logSoftmax),
  ReduceSum: reduction(sum),
  ReduceMean: reduction(mean),
  ReduceMax: reduction(max),
  ReduceLogSumExp(from) {
    const x = from.node(0);
    const [axis, ...more] = from.axes(1) ?? [];
    if (axis === undefined || more.length > 0) throw new ValueError('give exactly one axis');
    const y = logSumExp(x, axis);
    if (from.attribute('keepdims', 1) === 0) return y;
    return expanded(y, [normalizeAxis(axis, x.rank, 'axis')]);
  },
  LayerNormalization(from) {
    const x = from.node(0);
    if (normalizeAxis(from.attribute('axis', -1), x.rank, 'axis') !== x.rank - 1)
      throw new ValueError('only the last axis can be normalised');
    const gain = from.node(1);
    return layerNorm(x, gain, from.has(2) ? from.node(2) : zerosLike(gain), from.attribute('epsilon', 1e-5));
  },
  BatchNormalization(from) {
    const [x, scale, bias, average, variance] = from.all() as [Node, Node, Node, Node, Node];
    if (x.rank !== 2) throw new ValueError('only matrices [batch, features] can be normalised');
    if (from.attribute('training_mode', 0) !== 0) throw new ValueError('it is exported for training');
    const deviation = sqrt(add(variance, from.attribute('epsilon', 1e-5)));
    return add(multiply(divide(subtract(x, average), deviation), scale), bias);
  },

  Reshape: (from) =>
    reshapedTo(
      from.node(0),
      from.numbers(1) ?? from.list('shape') ?? [],
      from.attribute('allowzero', 0) !== 0,
    ),
  Flatten: (from) => flattened(from.node(0), from.attribute('axis', 1)),
  Squeeze: (from) => squeezed(from.node(0), from.axes(1)),
  Unsqueeze: (from) => expanded(from.node(0), from.axes(1) ?? []),
  Transpose: (from) => transpose(from.node(0), from.list('perm')),
  Concat: (from) => concat(from.all(), from.attribute('axis', -1)),
  Slice(from) {
    const x = from.node(0);
    const begins = from.numbers(1) ?? from.list('starts') ?? [];
    const ends = from.numbers(2) ?? from.list('ends') ?? [];
    const axes = from.axes(3) ?? begins.map((_, i) => i);
    if ((from.numbers(4) ?? []).some((step) => step !== 1)) throw new ValueError('only steps of 1 are known');
    return axes.reduce((part, axis, i) => sliced(part, axis, begins[i], ends[i]), x);
  },

  Identity: (from) => from.node(0),
  Dropout: (from) => from.node(0),
  Cast(from) {
    const x = from.node(0);
    const target = from.attribute('to', 0);
    const { F32, F64, F16, BF16, I32, I64 } = elementTypes;
    const isFloat = ([F32, F64, F16, BF16] as number[]).includes(target);
    const isInteger = ([I32, I64] as number[]).includes(target);
    if ((x.dtype === 'f32' && isFloat) || (x.dtype === 'i32' && isInteger)) return x;
    throw new ValueError('floats and integers cannot be made of each other');
  },
  Constant(from) {
    const tensor = from.tensor('value');
    if (tensor !== undefined) return tensor;
    const list = from.list('value_floats') ?? from.list('value_ints');
    const single = from.attribute('value_float', from.attribute('value_int', Number.NaN));
    if (list === undefined && Number.isNaN(single)) throw new ValueError('its value is not of numbers');
    const data = Float32Array.from(list ?? [single]);
    return { dtype: 'F32', shape: list === undefined ? [] : [data.length], data };
  },
} satisfies Readonly<Record<string, ImportRule>>;

/** By the operator's name. */
export const importRules: ReadonlyMap<string, ImportRule> = new Map<string, ImportRule>(
  Object.entries(rules),
);

/** A part of one axis; negative places count from its end, and those past it are its end. */
function sliced(x: Node, axis: number, begin = 0, end = Infinity): Node {
  const place = normalizeAxis(axis, x.rank, 'axis');
  const size = x.shape[place];
  if (typeof size !== 'number') return begin === 0 && end >= 2 ** 31 - 1 ? x : slice(x, place, begin, end);
  const inside = (at: number) => Math.min(size, Math.max(0, at < 0 ? at + size : at));
  return slice(x, place, inside(begin), inside(end));
}
