/**
 * From the ids of a context to the first layer's sums, z = W x + b.
 *
 * With tables, W e(w) is kept for each word w at each near position p, so that the near words' share of z is N − 1
 * additions of rows (Devlin et al. 2014, "Fast and robust neural network joint models for statistical machine
 * translation"). A row is computed when its word first stands at its position: a table costs nothing for words that
 * never come, and no more than the product itself for those that do. Far words have none: their embeddings are summed
 * first, and what is left is one product, where tables would need an addition for each word and kernel.
 */
import type { CodeHandle } from '../../../engine/engine.js';
import type { LanguageModelConfig } from '../options.js';
import type { Calls } from './calls.js';
import type { Matrix } from './matrix.js';
import type { Blocks } from './memory.js';
import type { Weights } from './weights.js';

/** The ids of `rows` contexts as the calls read them: addresses. */
export interface ContextIds {
  /** [rows, near]; with tables row p · V + w stands for word w at position p */
  readonly near: number;
  /** [rows, far] */
  readonly far: number;
}

export interface ContextSizes {
  readonly near: number;
  readonly far: number;
  readonly kernels: number;
  readonly dimension: number;
}

export function contextSizes({ order, farWords, decays, dimension }: LanguageModelConfig): ContextSizes {
  return { near: order - 1, far: farWords, kernels: farWords > 0 ? decays.length : 0, dimension };
}

/** Writes z [rows, units] at `z`, or the features themselves where there is no first layer. */
export interface FirstLayer {
  readonly tables: PositionTables | undefined;
  /** Adds the calls; buffers are taken from `blocks`. Returns the address of the features, where they are made. */
  add(calls: Calls, blocks: Blocks, ids: ContextIds, rows: number, z: number): number | undefined;
}

/** Looks embeddings up, puts them side by side and multiplies them. */
export class PlainFirstLayer implements FirstLayer {
  readonly tables = undefined;
  private readonly sizes: ContextSizes;
  private readonly weights: Weights;
  private readonly vocabulary: number;
  private readonly matrix: Matrix | undefined;

  constructor(config: LanguageModelConfig, weights: Weights, vocabulary: number) {
    this.sizes = contextSizes(config);
    this.weights = weights;
    this.vocabulary = vocabulary;
    this.matrix = config.hidden.length === 0 ? undefined : weights.matrix('hidden1/weight');
  }

  add(calls: Calls, blocks: Blocks, ids: ContextIds, rows: number, z: number): number {
    const { near, kernels, dimension } = this.sizes;
    const nearWidth = near * dimension;
    const farWidth = kernels * dimension;
    const table = this.weights.address('embedding/table');
    const x = blocks.take(rows * (nearWidth + farWidth));
    const nearFeatures = farWidth === 0 ? x : blocks.take(rows * nearWidth);
    calls.add('gather', {
      ...{ y: nearFeatures, table, ids: ids.near },
      ...{ n: rows * near, width: dimension, rows: this.vocabulary },
    });
    if (farWidth > 0) {
      const farFeatures = addFarSums(calls, blocks, this.weights, this.sizes, this.vocabulary, ids, rows);
      copyColumns(calls, x, nearFeatures, rows, nearWidth, nearWidth + farWidth);
      copyColumns(calls, x + 4 * nearWidth, farFeatures, rows, farWidth, nearWidth + farWidth);
    }
    if (this.matrix === undefined) copyColumns(calls, z, x, rows, nearWidth + farWidth, nearWidth + farWidth);
    else this.matrix.multiply(calls, { y: z, x, rows, bias: this.weights.address('hidden1/bias') });
    return x;
  }
}

/** Adds up rows of tables, and the far words' share. */
export class TabledFirstLayer implements FirstLayer {
  readonly tables: PositionTables;
  private readonly sizes: ContextSizes;
  private readonly weights: Weights;
  private readonly vocabulary: number;
  private readonly farMatrix: Matrix | undefined;

  constructor(config: LanguageModelConfig, weights: Weights, vocabulary: number) {
    const sizes = contextSizes(config);
    const nearWidth = sizes.near * sizes.dimension;
    this.sizes = sizes;
    this.weights = weights;
    this.vocabulary = vocabulary;
    this.tables = new PositionTables(sizes, weights, vocabulary, config.hidden[0]!);
    this.farMatrix =
      sizes.kernels === 0
        ? undefined
        : weights.columns('hidden1/weight', nearWidth, nearWidth + sizes.kernels * sizes.dimension);
  }

  add(calls: Calls, blocks: Blocks, ids: ContextIds, rows: number, z: number): undefined {
    const { near } = this.sizes;
    const { tables } = this;
    const ends = blocks.take(rows);
    blocks.machine.writeInts(
      ends,
      Array.from({ length: rows }, (_, row) => (row + 1) * near),
    );
    calls.add('bag', {
      ...{ y: z, table: tables.address, ids: ids.near, ends, segments: rows, n: rows * near },
      ...{ width: tables.units, rows: near * this.vocabulary, mode: 0 },
    });
    if (this.farMatrix === undefined) return;
    const x = addFarSums(calls, blocks, this.weights, this.sizes, this.vocabulary, ids, rows);
    this.farMatrix.multiply(calls, { y: z, x, rows, accumulate: true });
  }
}

/** W e(w) for word w at near position p, the bias with position 0: row p · V + w. */
export class PositionTables {
  readonly address: number;
  readonly units: number;
  private readonly vocabulary: number;
  private readonly dimension: number;
  private readonly weights: Weights;
  private readonly isFilled: Uint8Array;
  /** By position: its columns of W, and the calls that make a row at `row` from an embedding at `embedding`. */
  private readonly matrices: readonly Matrix[];
  private readonly codes: (CodeHandle | undefined)[];
  private readonly embedding: number;
  private readonly row: number;
  private filled = 0;

  constructor(sizes: ContextSizes, weights: Weights, vocabulary: number, units: number) {
    const { near, dimension } = sizes;
    this.units = units;
    this.vocabulary = vocabulary;
    this.dimension = dimension;
    this.weights = weights;
    this.matrices = Array.from({ length: near }, (_, p) =>
      weights.columns('hidden1/weight', p * dimension, (p + 1) * dimension),
    );
    this.codes = new Array<undefined>(near).fill(undefined);
    this.isFilled = new Uint8Array(near * vocabulary);
    this.embedding = weights.blocks.take(dimension);
    this.row = weights.blocks.take(units);
    this.address = weights.blocks.take(near * vocabulary * units);
  }

  /** What tables of a model need, in bytes. */
  static bytesFor({ near }: ContextSizes, vocabulary: number, units: number): number {
    return 4 * near * vocabulary * units;
  }

  /** How many rows were made so far, of how many. */
  get rows(): { readonly filled: number; readonly total: number } {
    return { filled: this.filled, total: this.isFilled.length };
  }

  /** The row of a word at a position; made now if this is the first time. */
  rowOf(position: number, word: number): number {
    const row = position * this.vocabulary + word;
    if (this.isFilled[row] === 0) this.fill(position, word, row);
    return row;
  }

  private fill(position: number, word: number, row: number): void {
    const { dimension, units, weights } = this;
    const { machine } = weights.workspace;
    this.codes[position] ??= machine.load(this.callsOf(position).code);
    const from = weights.address('embedding/table') + 4 * dimension * word;
    machine.writeFloats(this.embedding, machine.floats(from, dimension));
    machine.run(this.codes[position]);
    machine.writeFloats(this.address + 4 * units * row, machine.floats(this.row, units));
    this.isFilled[row] = 1;
    this.filled++;
  }

  private callsOf(position: number): Calls {
    const calls = this.weights.calls(1, this.weights.blocks);
    const bias = position === 0 ? this.weights.address('hidden1/bias') : 0;
    this.matrices[position]!.multiply(calls, { y: this.row, x: this.embedding, rows: 1, bias });
    return calls;
  }

  release(): void {
    for (const code of this.codes) if (code !== undefined) this.weights.workspace.machine.unload(code);
  }
}

/** κ times the far words' embeddings: [rows, kernels · dimension]; returns where. */
function addFarSums(
  calls: Calls,
  blocks: Blocks,
  weights: Weights,
  { far, kernels, dimension }: ContextSizes,
  vocabulary: number,
  ids: ContextIds,
  rows: number,
): number {
  const embeddings = blocks.take(rows * far * dimension);
  const sums = blocks.take(rows * kernels * dimension);
  calls.add('gather', {
    ...{ y: embeddings, table: weights.address('embedding/table'), ids: ids.far },
    ...{ n: rows * far, width: dimension, rows: vocabulary },
  });
  calls.add('matmul', {
    ...{ y: sums, a: weights.address('far/kernels'), b: embeddings, bias: 0 },
    ...{ m: kernels, n: dimension, k: far, transposeA: 0, transposeB: 0 },
    ...{ batches: rows, aStep: 0, bStep: far * dimension, accumulate: 0, activation: 0, alpha: 0 },
  });
  return sums;
}

/** Columns of x [rows, width] into a wider y [rows, step] */
function copyColumns(calls: Calls, y: number, x: number, rows: number, width: number, step: number): void {
  calls.add('copy', {
    ...{ y, x, d0: 1, d1: 1, d2: 1, d3: rows, d4: width },
    ...{ x0: 0, x1: 0, x2: 0, x3: width, x4: 1 },
    ...{ y0: 0, y1: 0, y2: 0, y3: step, y4: 1 },
  });
}
