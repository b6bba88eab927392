/** Splits loaded code into what BLAS does, the larger matrix products, and the stretches between, which wasm does. */
import { instructionSize, kernelNames, kernelNumbers, kernelTable, unaryCodes } from '../kernels.js';

/**
 * Multiply-adds from which a product goes to BLAS. Below, the call through the foreign-function interface costs more
 * than the better kernel saves.
 */
export const SMALLEST_PRODUCT = 32_768;

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
  /** 1: the product is added to what y holds (its former value, or the bias); 0: y is overwritten. */
  readonly beta: 0 | 1;
  /** The part of the plan's `extra` code that writes the bias into every row of y; undefined: there is no bias. */
  readonly bias: Range | undefined;
  /** The part that applies the activation to y; undefined: there is none. */
  readonly activation: Range | undefined;
}

/** Words begin … end−1 of some code. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

export interface Plan {
  readonly stretches: readonly Stretch[];
  /**
   * Instructions for wasm around the products: for each matmul of the code a `copy` and a `unary`, so that the length
   * stays the same when the code is rewritten for another batch size. Those that are not needed stay zero, unused.
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
export function planCode(code: Int32Array, smallest = SMALLEST_PRODUCT): Plan {
  const matmuls: number[] = [];
  for (let at = 0; at < code.length; at += sizes[code[at]!]!) {
    if (code[at] === kernelNumbers.matmul) matmuls.push(at);
  }
  const extra = new Int32Array(matmuls.length * EXTRA_WORDS);
  const stretches: Stretch[] = [];
  let done = 0;
  matmuls.forEach((begin, index) => {
    const call = code.subarray(begin, begin + sizes[kernelNumbers.matmul]!);
    if (multiplyAdds(call) < smallest) return;
    if (done < begin) stretches.push({ begin: done, end: begin, product: undefined });
    done = begin + call.length;
    stretches.push({ begin, end: done, product: readProduct(call, extra, index * EXTRA_WORDS) });
  });
  if (done < code.length) stretches.push({ begin: done, end: code.length, product: undefined });
  return { stretches, extra };
}

/** Multiply-adds of one matrix of the batch: each is a call. */
function multiplyAdds(call: Int32Array): number {
  return call[word.m]! * call[word.n]! * call[word.k]!;
}

/** Reads a matmul instruction, and writes those that go with it into the extra code from word `at` on. */
function readProduct(call: Int32Array, extra: Int32Array, at: number): Product {
  const [y, m, n, batches] = [call[word.y]!, call[word.m]!, call[word.n]!, call[word.batches]!];
  const hasBias = call[word.bias] !== 0;
  const hasActivation = call[word.activation] !== unaryCodes.copy;
  const afterBias = at + COPY_WORDS;
  if (hasBias) {
    // d0 … d4 = 1, 1, 1, rows, n; the bias repeats over the rows of all matrices, which lie one after another.
    const [x, rows] = [call[word.bias]!, batches * m];
    extra.set([kernelNumbers.copy, y, x, 1, 1, 1, rows, n, 0, 0, 0, 0, 1, 0, 0, 0, n, 1], at);
  }
  if (hasActivation) {
    extra.set([kernelNumbers.unary, call[word.activation]!, y, y, batches * m * n], afterBias);
    extra.set(call.subarray(word.alpha, word.alpha + 2), afterBias + 5);
  }
  return {
    y,
    a: call[word.a]!,
    b: call[word.b]!,
    m,
    n,
    k: call[word.k]!,
    transposeA: call[word.transposeA] !== 0,
    transposeB: call[word.transposeB] !== 0,
    batches,
    aStep: call[word.aStep]!,
    bStep: call[word.bStep]!,
    beta: hasBias || call[word.accumulate] !== 0 ? 1 : 0,
    bias: hasBias ? { begin: at, end: afterBias } : undefined,
    activation: hasActivation ? { begin: afterBias, end: at + EXTRA_WORDS } : undefined,
  };
}
