/**
 * All operations by name. A new one is added here once; `program/lower.ts` will not compile until it says by which
 * kernels the new one is computed, and `test/graph/op-rows.ts` until it has a row in the table of gradient checks.
 */
import * as activations from './activations.js';
import * as arithmetic from './arithmetic.js';
import * as losses from './losses.js';
import * as matrix from './matrix.js';
import * as normalization from './normalization.js';
import * as reductions from './reductions.js';
import * as rows from './rows.js';
import * as structure from './structure.js';

export const ops = {
  reshape: structure.reshapeOp,
  broadcastTo: structure.broadcastToOp,
  sum: structure.sumOp,
  transpose: structure.transposeOp,
  slice: structure.sliceOp,
  pad: structure.padOp,
  concat: structure.concatOp,
  add: arithmetic.addOp,
  subtract: arithmetic.subtractOp,
  multiply: arithmetic.multiplyOp,
  divide: arithmetic.divideOp,
  maximum: arithmetic.maximumOp,
  minimum: arithmetic.minimumOp,
  greater: arithmetic.greaterOp,
  greaterEqual: arithmetic.greaterEqualOp,
  equal: arithmetic.equalOp,
  negate: arithmetic.negateOp,
  square: arithmetic.squareOp,
  exp: arithmetic.expOp,
  log: arithmetic.logOp,
  sqrt: arithmetic.sqrtOp,
  absolute: arithmetic.absoluteOp,
  sign: arithmetic.signOp,
  step: arithmetic.stepOp,
  power: arithmetic.powerOp,
  select: arithmetic.selectOp,
  dimension: arithmetic.dimensionOp,
  sigmoid: activations.sigmoidOp,
  tanh: activations.tanhOp,
  relu: activations.reluOp,
  leakyRelu: activations.leakyReluOp,
  gelu: activations.geluOp,
  silu: activations.siluOp,
  softplus: activations.softplusOp,
  matmul: matrix.matmulOp,
  max: reductions.maxOp,
  logSumExp: reductions.logSumExpOp,
  softmax: reductions.softmaxOp,
  logSoftmax: reductions.logSoftmaxOp,
  gather: rows.gatherOp,
  scatterRows: rows.scatterRowsOp,
  segmentPool: rows.segmentPoolOp,
  segmentRepeat: rows.segmentRepeatOp,
  segmentArgmax: rows.segmentArgmaxOp,
  segmentLength: rows.segmentLengthOp,
  oneHot: rows.oneHotOp,
  pick: rows.pickOp,
  crossEntropy: losses.crossEntropyOp,
  crossEntropyGradient: losses.crossEntropyGradientOp,
  binaryCrossEntropy: losses.binaryCrossEntropyOp,
  layerNorm: normalization.layerNormOp,
  dropout: normalization.dropoutOp,
} as const;

export type OpName = keyof typeof ops;
