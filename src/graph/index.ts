export { backward, backwardAll } from './backward.js';
export {
  type GraphJSON,
  type GraphNode,
  graphToJSON,
  type NodeNames,
  toDot,
  toMermaid,
} from './draw.js';
export {
  apply,
  asNode,
  constant,
  InputNode,
  input,
  inputs,
  Node,
  type Op,
  type Operand,
  ParameterNode,
  parameter,
  topologicalOrder,
} from './node.js';
export { gelu, leakyRelu, relu, sigmoid, silu, softplus, tanh } from './ops/activations.js';
export {
  absolute,
  add,
  dimension,
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
  onesLike,
  power,
  select,
  sign,
  sqrt,
  square,
  step,
  subtract,
  zerosLike,
} from './ops/arithmetic.js';
export { type OpName, ops } from './ops/index.js';
export { binaryCrossEntropy, softmaxCrossEntropy } from './ops/losses.js';
export { type MatmulOptions, matmul } from './ops/matrix.js';
export { dropout, layerNorm } from './ops/normalization.js';
export { logSoftmax, logSumExp, max, mean, softmax } from './ops/reductions.js';
export {
  bag,
  gather,
  oneHot,
  type Pooling,
  pick,
  scatterRows,
  segmentArgmax,
  segmentLength,
  segmentPool,
  segmentRepeat,
} from './ops/rows.js';
export { broadcastTo, concat, expandAxis, pad, reshape, slice, sum, transpose } from './ops/structure.js';
