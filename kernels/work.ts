/**
 * How much work an instruction is, so that only large ones are shared among threads. The unit is one element of a
 * simple loop, about a quarter of a nanosecond; the factors are rough, and nothing but speed depends on them.
 */
import {
  binaryWords, bagStepsWords, bagWords, copyWords, crossEntropyGradientWords, dropoutWords, fillWords, gatherWords,
  groupSumWords, kernelNumbers, layerNormWords, logSumExpWords, matmulCodesWords, matmulWords, oneHotWords, pickWords,
  reduceWords, scatterRowsWords, segmentArgmaxWords, segmentIdsWords, segmentLengthWords, segmentPoolWords,
  segmentRepeatWords, selectWords, softmaxWords, sumSquaresWords, unaryWords, updateWords,
} from './opcodes.generated';

/** From here on sharing pays: about 25 µs of work, against a few microseconds to hand out and wait. */
const LARGE: i64 = 100_000;

/** Looking up a row costs this much before its first element: it is seldom in a cache. */
const ROW: i64 = 40;
/** Exponentials, and steps of an optimiser. */
const HEAVY: i64 = 4;
/** Multiply-adds of a matrix product that take as long as one unit. */
const PRODUCTS: i64 = 8;

/** Whether the instruction at this address is large enough to be shared, as far as counts in memory say now. */
export function isLarge(at: usize): bool {
  return workOf(at) >= LARGE;
}

function workOf(at: usize): i64 {
  switch (load<i32>(at)) {
    case kernelNumbers.fill: return int(at, fillWords.n);
    case kernelNumbers.unary: return HEAVY * int(at, unaryWords.n);
    case kernelNumbers.binary:
      return int(at, binaryWords.d0) * int(at, binaryWords.d1) * int(at, binaryWords.d2) * int(at, binaryWords.d3);
    case kernelNumbers.select: return int(at, selectWords.n);
    case kernelNumbers.copy:
      return int(at, copyWords.d0) * int(at, copyWords.d1) * int(at, copyWords.d2) * int(at, copyWords.d3) *
        int(at, copyWords.d4);
    case kernelNumbers.reduce:
      return int(at, reduceWords.outer) * int(at, reduceWords.length) * int(at, reduceWords.inner);
    case kernelNumbers.matmul:
      return int(at, matmulWords.batches) * int(at, matmulWords.m) * int(at, matmulWords.n) *
        int(at, matmulWords.k) / PRODUCTS;
    case kernelNumbers.matmulCodes:
      return int(at, matmulCodesWords.m) * int(at, matmulCodesWords.n) * int(at, matmulCodesWords.stride) / PRODUCTS;
    case kernelNumbers.softmax: return HEAVY * int(at, softmaxWords.rows) * int(at, softmaxWords.columns);
    case kernelNumbers.logSumExp:
      return HEAVY * int(at, logSumExpWords.rows) * int(at, logSumExpWords.columns);
    case kernelNumbers.crossEntropyGradient:
      return HEAVY * int(at, crossEntropyGradientWords.rows) * int(at, crossEntropyGradientWords.columns);
    case kernelNumbers.pick: return ROW * int(at, pickWords.rows);
    case kernelNumbers.oneHot: return int(at, oneHotWords.rows) * int(at, oneHotWords.columns);
    case kernelNumbers.gather: return int(at, gatherWords.n) * (ROW + int(at, gatherWords.width));
    case kernelNumbers.bag: return int(at, bagWords.n) * (ROW + int(at, bagWords.width));
    case kernelNumbers.bagSteps:
      return int(at, bagStepsWords.racing) * int(at, bagStepsWords.n) * 2 * (ROW + int(at, bagStepsWords.width));
    case kernelNumbers.segmentPool: return int(at, segmentPoolWords.n) * int(at, segmentPoolWords.width);
    case kernelNumbers.segmentRepeat: return int(at, segmentRepeatWords.n) * int(at, segmentRepeatWords.width);
    case kernelNumbers.segmentLength: return int(at, segmentLengthWords.segments);
    case kernelNumbers.segmentArgmax:
      return HEAVY * int(at, segmentArgmaxWords.n) * int(at, segmentArgmaxWords.width);
    case kernelNumbers.segmentIds: return int(at, segmentIdsWords.n);
    case kernelNumbers.scatterRows:
      // Every thread reads all ids; what is shared is the adding, and clearing the table.
      return int(at, scatterRowsWords.n) * int(at, scatterRowsWords.width) +
        int(at, scatterRowsWords.rows) * int(at, scatterRowsWords.width);
    case kernelNumbers.groupSum:
      return counted(at, groupSumWords.count) * (ROW + int(at, groupSumWords.width));
    case kernelNumbers.sumSquares:
      return int(at, sumSquaresWords.count) == 0
        ? int(at, sumSquaresWords.n)
        : counted(at, sumSquaresWords.count) * int(at, sumSquaresWords.width);
    case kernelNumbers.update: {
      const width = int(at, updateWords.width);
      return int(at, updateWords.ids) == 0
        ? HEAVY * int(at, updateWords.rows) * width
        : counted(at, updateWords.count) * (2 * ROW + HEAVY * width);
    }
    case kernelNumbers.layerNorm: return HEAVY * int(at, layerNormWords.rows) * int(at, layerNormWords.columns);
    case kernelNumbers.dropout: return HEAVY * int(at, dropoutWords.n);
    // groupRows and clipScale are the first thread's alone.
    default: return 0;
  }
}

/** A whole-number argument, by its place in the instruction. */
// @ts-ignore: decorator
@inline
function int(at: usize, word: i32): i64 {
  return <i64>load<i32>(at + (<usize>word << 2));
}

/** What stands at the address that is this argument. */
// @ts-ignore: decorator
@inline
function counted(at: usize, word: i32): i64 {
  return <i64>load<i32>(load<usize>(at + (<usize>word << 2)));
}
