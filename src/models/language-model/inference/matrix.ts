/**
 * Weight matrices as products with few rows want them. Such a product reads every weight once, and reading is all it
 * costs; so the fewer bits a weight has, the faster it is.
 *
 *   float32   the model's own weights, where they lie
 *   int16     a copy: whole numbers of a scale for each row, max |w| / 32,767
 *   int8      the same with max |w| / 127, as model files hold it; see compression/int8.ts
 */
import type { Floats } from '../../../engine/engine.js';
import { unaryCodes } from '../../../engine/kernels.js';
import { quantizeInt8 } from '../../compression/int8.js';
import type { Calls, RowCodes } from './calls.js';
import type { Blocks } from './memory.js';

export type Precision = 'float32' | 'int16' | 'int8';

const LARGEST_INT16 = 32_767;
const LARGEST_INT8 = 127;
const LARGEST_SUM = 2 ** 31 - 1;
/** Codes of a row are filled up with zeros to a multiple of this. */
const CODE_GRAIN = 16;

/** y = x Wᵀ + bias, for `rows` rows of x. Addresses; bias 0: none. */
export interface Product {
  readonly y: number;
  readonly x: number;
  readonly rows: number;
  readonly bias?: number;
  /** Adds to what y holds, without a bias. */
  readonly accumulate?: boolean;
}

/** W [outputs, inputs] in a machine's memory. */
export interface Matrix {
  readonly outputs: number;
  readonly inputs: number;
  readonly precision: Precision;
  /** Adds the calls; a coded matrix needs a list with `rowCodes`. */
  multiply(calls: Calls, product: Product): void;
}

export class FloatMatrix implements Matrix {
  readonly precision = 'float32';
  readonly outputs: number;
  readonly inputs: number;
  private readonly address: number;

  constructor(address: number, [outputs, inputs]: readonly [number, number]) {
    this.address = address;
    this.outputs = outputs;
    this.inputs = inputs;
  }

  multiply(calls: Calls, { y, x, rows, bias = 0, accumulate = false }: Product): void {
    calls.add('matmul', {
      ...{ y, a: x, b: this.address, bias },
      ...{ m: rows, n: this.outputs, k: this.inputs, transposeA: 0, transposeB: 1 },
      ...{ batches: 1, aStep: 0, bStep: 0, accumulate: accumulate ? 1 : 0 },
      ...{ activation: unaryCodes.copy, alpha: 0 },
    });
  }
}

/** Room for `rows` rows of at most `widest` numbers. */
export function takeRowCodes(blocks: Blocks, rows: number, widest: number): RowCodes {
  return { codes: blocks.take((rows * strideOf(widest)) / 2), scales: blocks.take(rows) };
}

export class CodedMatrix implements Matrix {
  readonly precision: 'int16' | 'int8';
  readonly outputs: number;
  readonly inputs: number;
  private readonly codes: number;
  private readonly scales: number;

  /** @param weights [outputs, inputs], copied */
  constructor(
    blocks: Blocks,
    weights: Floats,
    [outputs, inputs]: readonly [number, number],
    precision: 'int16' | 'int8',
  ) {
    this.precision = precision;
    this.outputs = outputs;
    this.inputs = inputs;
    const rounded =
      precision === 'int8' ? quantizeInt8(weights, [outputs, inputs]) : roundInt16(weights, outputs, inputs);
    const words = wordsOf(rounded.codes, inputs);
    this.codes = blocks.take(words.length);
    this.scales = blocks.take(outputs);
    blocks.machine.writeInts(this.codes, words);
    blocks.machine.writeFloats(this.scales, rounded.scales);
  }

  multiply(calls: Calls, { y, x, rows, bias = 0, accumulate = false }: Product): void {
    const { inputs, outputs, precision } = this;
    const { codes, scales } = calls.rowCodes!;
    const stride = strideOf(inputs);
    const limit =
      precision === 'int8'
        ? Math.min(LARGEST_INT16, Math.floor(LARGEST_SUM / (LARGEST_INT8 * inputs)))
        : LARGEST_INT16;
    calls.add('roundRows', { codes, scales, x, rows, columns: inputs, stride, limit });
    calls.add('matmulCodes', {
      ...{ y, a: codes, aScales: scales, b: this.codes, bScales: this.scales, bias },
      ...{ m: rows, n: outputs, stride, bits: precision === 'int8' ? 8 : 16, accumulate: accumulate ? 1 : 0 },
    });
  }
}

function strideOf(inputs: number): number {
  return Math.ceil(inputs / CODE_GRAIN) * CODE_GRAIN;
}

/** Rows of codes, each filled up to the stride, as the integers they stand in. */
function wordsOf(codes: Int8Array | Int16Array, inputs: number): Int32Array {
  const rows = codes.length / inputs;
  const stride = strideOf(inputs);
  const padded = codes instanceof Int8Array ? new Int8Array(rows * stride) : new Int16Array(rows * stride);
  for (let row = 0; row < rows; row++)
    padded.set(codes.subarray(row * inputs, (row + 1) * inputs), row * stride);
  return new Int32Array(padded.buffer);
}

function roundInt16(
  weights: Floats,
  rows: number,
  columns: number,
): { codes: Int16Array; scales: Float32Array } {
  const codes = new Int16Array(weights.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const [begin, end] = [row * columns, (row + 1) * columns];
    let largest = 0;
    for (let at = begin; at < end; at++) largest = Math.max(largest, Math.abs(weights[at]!));
    const scale = Math.fround(largest / LARGEST_INT16);
    scales[row] = scale;
    // The scale was rounded, perhaps down.
    for (let at = begin; at < end && scale > 0; at++)
      codes[at] = Math.max(-LARGEST_INT16, Math.min(LARGEST_INT16, Math.round(weights[at]! / scale)));
  }
  return { codes, scales };
}
