/** Splits loaded code into what BLAS does, the larger matrix products, and the stretches between, which wasm does. */
import { instructionSize, kernelNames, kernelNumbers, kernelTable, unaryCodes } from '../kernels.js';

/**
 * Multiply-adds from which a product goes to BLAS. Below, the call through the foreign-function interface costs more
 * than the better kernel saves.
 */
export const SMALLEST_PRODUCT = 32_768;

/** The same where one side of y is 1, which wasm is slower at: from here on sgemv is called. */
export const SMALLEST_VECTOR_PRODUCT = 16_384;

/** Words of the code of a machine, begin … end−1, that are run together. */
export interface Stretch {
  readonly begin: number;
  readonly end: number;
  /** The stretch is one matrix product for BLAS; undefined: it is for wasm. */
  readonly product: Product | undefined;
}

/** y = f(op(a) op(b) + bias), as the matmul kernel has it. Addresses are those of the machine, in bytes. */
export interface Product {
  readonly y: number;
  readonly a: number;
  readonly b: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly batches: number;
  /** Elements from one matrix to the next. */
  readonly aStep: number;
  readonly bStep: number;
  /** 1: the product is added to what y holds (its former value, or what was written before); 0: y is overwritten. */
  readonly beta: 0 | 1;
  /** The part of the plan's `extra` code that writes the bias, or zeros, into y before the product, if it must be. */
  readonly before: Range | undefined;
  /** The part that applies the activation to y; undefined: there is none. */
  readonly after: Range | undefined;
}

/** Words begin … end−1 of some code. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

export interface Plan {
  readonly stretches: readonly Stretch[];
  /**
   * Instructions for wasm around the products: for each matmul of the code room for a `copy` (or `fill`) and a `unary`,
   * so that the length stays the same when the code is rewritten for another batch size. What is not needed stays zero.
   */
  readonly extra: Int32Array;
}

const sizes = kernelNames.map(instructionSize);
const COPY_WORDS = instructionSize('copy');
const EXTRA_WORDS = COPY_WORDS + instructionSize('unary');

/** Where the arguments of matmul stand in its instruction: whole numbers of one word, but for the last, a real. */
const word = Object.fromEntries(
  Object.keys(kernelTable.matmul).map((name, index) => [name, index + 1]),
) as Record<keyof typeof kernelTable.matmul, number>;

/** The plan for a whole code. */
export function planCode(code: Int32Array): Plan {
  const matmuls: number[] = [];
  for (let at = 0; at < code.length; at += sizes[code[at]!]!) {
    if (code[at] === kernelNumbers.matmul) matmuls.push(at);
  }
  const extra = new Int32Array(matmuls.length * EXTRA_WORDS);
  const stretches: Stretch[] = [];
  let done = 0;
  matmuls.forEach((begin, index) => {
    const call = code.subarray(begin, begin + sizes[kernelNumbers.matmul]!);
    if (!isForBlas(call)) return;
    if (done < begin) stretches.push({ begin: done, end: begin, product: undefined });
    done = begin + call.length;
    stretches.push({ begin, end: done, product: readProduct(call, extra, index * EXTRA_WORDS) });
  });
  if (done < code.length) stretches.push({ begin: done, end: code.length, product: undefined });
  return { stretches, extra };
}

/** Every matrix of a batch is a call, so its own size decides. */
function isForBlas(call: Int32Array): boolean {
  const [m, n, k] = [call[word.m]!, call[word.n]!, call[word.k]!];
  return m * n * k >= (isVector(m, n) ? SMALLEST_VECTOR_PRODUCT : SMALLEST_PRODUCT);
}

function isVector(m: number, n: number): boolean {
  return m === 1 || n === 1;
}

/** Reads a matmul instruction, and writes those that go with it into the extra code from word `at` on. */
function readProduct(call: Int32Array, extra: Int32Array, at: number): Product {
  const [m, n] = [call[word.m]!, call[word.n]!];
  const before = writeBefore(call, extra, at);
  return {
    y: call[word.y]!,
    a: call[word.a]!,
    b: call[word.b]!,
    m,
    n,
    k: call[word.k]!,
    transposeA: call[word.transposeA] !== 0,
    transposeB: call[word.transposeB] !== 0,
    batches: call[word.batches]!,
    aStep: call[word.aStep]!,
    bStep: call[word.bStep]!,
    beta: before !== undefined || call[word.accumulate] !== 0 ? 1 : 0,
    before,
    after: writeAfter(call, extra, at + COPY_WORDS),
  };
}

/**
 * Writes the instruction that puts the bias into y, to which BLAS then adds: no pass over y is needed afterwards.
 * Where one side is 1 and there is no bias, y is zeroed: some releases of OpenBLAS multiply y by β = 0 in sgemv, which
 * keeps a NaN that happens to be there.
 */
function writeBefore(call: Int32Array, extra: Int32Array, at: number): Range | undefined {
  const [y, bias, m, n] = [call[word.y]!, call[word.bias]!, call[word.m]!, call[word.n]!];
  const rows = call[word.batches]! * m;
  if (bias !== 0) {
    // d0 … d4 = 1, 1, 1, rows, n: the bias repeats over the rows of all matrices, which lie one after another.
    extra.set([kernelNumbers.copy, y, bias, 1, 1, 1, rows, n, 0, 0, 0, 0, 1, 0, 0, 0, n, 1], at);
    return { begin: at, end: at + COPY_WORDS };
  }
  if (!isVector(m, n) || call[word.accumulate] !== 0) return undefined;
  extra.set([kernelNumbers.fill, y, rows * n], at);
  return { begin: at, end: at + instructionSize('fill') };
}

/** Writes the instruction that applies the activation. */
function writeAfter(call: Int32Array, extra: Int32Array, at: number): Range | undefined {
  const [y, activation] = [call[word.y]!, call[word.activation]!];
  if (activation === unaryCodes.copy) return undefined;
  const elements = call[word.batches]! * call[word.m]! * call[word.n]!;
  const alpha = call.subarray(word.alpha, word.alpha + 2);
  extra.set([kernelNumbers.unary, activation, y, y, elements, ...alpha], at);
  return { begin: at, end: at + instructionSize('unary') };
}
