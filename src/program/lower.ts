/**
 * From operations to kernel calls: for each operation, by which kernels it is computed.
 *
 * The table's type makes an operation without an entry a compile error. Shapes may be symbolic here; the arguments of
 * each call are computed when the sizes are known.
 */
import { contiguousStrides, sameShape } from '../base/shape.js';
import { binaryCodes, reduceCodes, unaryCodes } from '../engine/kernels.js';
import type { ConstantAttributes, Node } from '../graph/node.js';
import type { Builder, Lowering } from './builder.js';
import type { AffineAttributes } from './fused.js';
import { lowerBroadcast, lowerConcat, lowerPad, lowerSlice, lowerTranspose } from './lower-copies.js';
import { rowLowerings } from './lower-rows.js';
import type { LoweredOpName } from './rewrite.js';
import type { Storage } from './storage.js';
import { broadcastStrides, collapse } from './strides.js';

/** How each operation is computed. Leaves (inputs, parameters, constants) are placed by the builder. */
export const lowerings: { [K in LoweredOpName]: Lowering } = {
  reshape: (node, builder) => builder.alias(node, node.inputs[0]!),
  broadcastTo: lowerBroadcast,
  sum: (node, builder) => lowerReduction(node, builder, reduceCodes.sum),
  max: (node, builder) => lowerReduction(node, builder, reduceCodes.max),
  transpose: lowerTranspose,
  slice: lowerSlice,
  pad: lowerPad,
  concat: lowerConcat,

  add: binary(binaryCodes.add),
  subtract: binary(binaryCodes.subtract),
  multiply: binary(binaryCodes.multiply),
  divide: binary(binaryCodes.divide),
  maximum: binary(binaryCodes.maximum),
  minimum: binary(binaryCodes.minimum),
  greater: binary(binaryCodes.greater),
  greaterEqual: binary(binaryCodes.greaterEqual),
  equal: binary(binaryCodes.equal),
  binaryCrossEntropy: binary(binaryCodes.binaryCrossEntropy),
  sigmoidGradient: binary(binaryCodes.sigmoidGradient),
  tanhGradient: binary(binaryCodes.tanhGradient),
  reluGradient: binary(binaryCodes.reluGradient),

  negate: unary(unaryCodes.negate),
  square: unary(unaryCodes.square),
  exp: unary(unaryCodes.exp),
  log: unary(unaryCodes.log),
  sqrt: unary(unaryCodes.squareRoot),
  absolute: unary(unaryCodes.absolute),
  sign: unary(unaryCodes.sign),
  step: unary(unaryCodes.step),
  power: unary(unaryCodes.power, (node) => node.attributes.exponent as number),
  sigmoid: unary(unaryCodes.sigmoid),
  tanh: unary(unaryCodes.tanh),
  relu: unary(unaryCodes.relu),
  leakyRelu: unary(unaryCodes.leakyRelu, (node) => node.attributes.slope as number),
  gelu: unary(unaryCodes.gelu),
  silu: unary(unaryCodes.silu),
  softplus: unary(unaryCodes.softplus),

  select(node, builder) {
    const [condition, a, b] = builder.storages(node.inputs);
    const y = builder.result(node, node.inputs);
    builder.emit('select', [condition!, a!, b!], [y], (sizes) => ({
      y: y.address,
      condition: condition!.address,
      a: a!.address,
      b: b!.address,
      n: y.elements(sizes.known),
    }));
  },

  dimension(node, builder) {
    const axis = node.attributes.axis as string;
    const y = builder.result(node);
    builder.emit('fill', [], [y], (sizes) => ({ y: y.address, n: 1, value: sizes.count([axis]) }));
  },

  matmul: (node, builder) => lowerMatmul(node, builder, undefined, 'copy', 0),
  affine(node, builder) {
    const { activation, slope } = node.attributes as AffineAttributes;
    lowerMatmul(node, builder, builder.storage(node.inputs[2]!), activation, slope);
  },

  logSumExp(node, builder) {
    const [x] = builder.storages(node.inputs);
    const y = builder.result(node);
    builder.emit('logSumExp', [x!], [y], (sizes) => ({
      y: y.address,
      x: x!.address,
      ...sizes.matrix(node.inputs[0]!.shape),
    }));
  },
  softmax: (node, builder) => lowerSoftmax(node, builder, 0),
  logSoftmax: (node, builder) => lowerSoftmax(node, builder, 1),
  crossEntropy() {
    throw new Error('crossEntropy is decomposed before lowering');
  },
  crossEntropyGradient(node, builder) {
    const [x, lse, labels, scale] = builder.storages(node.inputs);
    const y = builder.result(node, [node.inputs[0]!]);
    builder.emit('crossEntropyGradient', [x!, lse!, labels!, scale!], [y], (sizes) => ({
      y: y.address,
      x: x!.address,
      lse: lse!.address,
      labels: labels!.address,
      scale: scale!.address,
      ...sizes.matrix(node.shape),
    }));
  },

  ...rowLowerings,

  layerNorm(node, builder) {
    const [x, gain, bias] = builder.storages(node.inputs);
    const y = builder.result(node);
    builder.emit('layerNorm', [x!, gain!, bias!], [y], (sizes) => ({
      y: y.address,
      x: x!.address,
      gain: gain!.address,
      bias: bias!.address,
      ...sizes.matrix(node.shape),
      epsilon: node.attributes.epsilon as number,
    }));
  },
  dropout(node, builder) {
    const [x] = builder.storages(node.inputs);
    const y = builder.result(node, node.inputs);
    const random = builder.random();
    builder.emit('dropout', [x!, random], [y], (sizes) => ({
      y: y.address,
      x: x!.address,
      n: y.elements(sizes.known),
      rate: node.attributes.rate as number,
      stream: (node.attributes.stream as number) | 0,
      random: random.address,
    }));
  },
};

/** Values of constants are written once, when the program is loaded. */
export function constantValues(node: Node): readonly number[] {
  return (node.attributes as ConstantAttributes).values;
}

function unary(code: number, alpha: (node: Node) => number = () => 0): Lowering {
  return (node, builder) => {
    const [x] = builder.storages(node.inputs);
    const y = builder.result(node, node.inputs);
    builder.emit('unary', [x!], [y], (sizes) => ({
      code,
      y: y.address,
      x: x!.address,
      n: y.elements(sizes.known),
      alpha: alpha(node),
    }));
  };
}

function binary(code: number): Lowering {
  return (node, builder) => {
    const [a, b] = builder.storages(node.inputs);
    const y = builder.result(
      node,
      node.inputs.filter((operand) => sameShape(operand.shape, node.shape)),
    );
    builder.emit('binary', [a!, b!], [y], (sizes) => {
      const space = sizes.of(node.shape);
      const [aStrides, bStrides] = node.inputs.map((operand) =>
        broadcastStrides(sizes.of(operand.shape), space),
      );
      const { sizes: d, strides } = collapse(space, [contiguousStrides(space), aStrides!, bStrides!], 4);
      const [, sa, sb] = strides as [number[], number[], number[]];
      return {
        code,
        y: y.address,
        a: a!.address,
        b: b!.address,
        d0: d[0]!,
        d1: d[1]!,
        d2: d[2]!,
        d3: d[3]!,
        a0: sa[0]!,
        a1: sa[1]!,
        a2: sa[2]!,
        a3: sa[3]!,
        b0: sb[0]!,
        b1: sb[1]!,
        b2: sb[2]!,
        b3: sb[3]!,
      };
    });
  };
}

function lowerMatmul(
  node: Node,
  builder: Builder,
  bias: Storage | undefined,
  activation: keyof typeof unaryCodes,
  alpha: number,
): void {
  const [a, b] = builder.storages(node.inputs);
  const { transposeA, transposeB } = node.attributes as unknown as AffineAttributes;
  const y = builder.result(node);
  builder.emit('matmul', bias === undefined ? [a!, b!] : [a!, b!, bias], [y], (sizes) => {
    const aSizes = sizes.of(node.inputs[0]!.shape);
    const bSizes = sizes.of(node.inputs[1]!.shape);
    const [m, n] = sizes.of(node.shape).slice(-2) as [number, number];
    const k = aSizes.at(transposeA ? -2 : -1)!;
    return {
      y: y.address,
      a: a!.address,
      b: b!.address,
      bias: bias?.address ?? 0,
      m,
      n,
      k,
      transposeA: Number(transposeA),
      transposeB: Number(transposeB),
      batches: node.rank === 3 ? sizes.of(node.shape)[0]! : 1,
      aStep: aSizes.length === 3 ? m * k : 0,
      bStep: bSizes.length === 3 ? k * n : 0,
      accumulate: 0,
      activation: unaryCodes[activation],
      alpha,
    };
  });
}

function lowerSoftmax(node: Node, builder: Builder, log: number): void {
  const [x] = builder.storages(node.inputs);
  const y = builder.result(node, node.inputs);
  builder.emit('softmax', [x!], [y], (sizes) => ({
    y: y.address,
    x: x!.address,
    ...sizes.matrix(node.shape),
    log,
  }));
}

/** One reduce kernel for each run of neighbouring axes, from the last to the first. */
function lowerReduction(node: Node, builder: Builder, code: number): void {
  const [x] = builder.storages(node.inputs);
  let shape = node.inputs[0]!.shape;
  let from = x!;
  const runs = neighbouringRuns(node.attributes.axes as readonly number[]).reverse();
  runs.forEach(([begin, end], i) => {
    const source = from;
    const sourceShape = shape;
    shape = [...shape.slice(0, begin), ...shape.slice(end)];
    const y = i === runs.length - 1 ? builder.result(node) : builder.temporary(shape);
    builder.emit('reduce', [source], [y], (sizes) => ({
      code,
      y: y.address,
      x: source.address,
      outer: sizes.count(sourceShape.slice(0, begin)),
      length: sizes.count(sourceShape.slice(begin, end)),
      inner: sizes.count(sourceShape.slice(end)),
    }));
    from = y;
  });
}

/** [0, 1, 3] → [[0, 2], [3, 4]] */
function neighbouringRuns(axes: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const axis of axes) {
    const last = runs.at(-1);
    if (last?.[1] === axis) last[1] = axis + 1;
    else runs.push([axis, axis + 1]);
  }
  return runs;
}
