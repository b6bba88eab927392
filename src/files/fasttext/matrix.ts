/**
 * The matrices of a fastText model: plain, or product-quantised (Jégou, Douze, Schmid 2011, "Product quantization for
 * nearest neighbor search"): a row is cut into parts, and of each part only the number of the nearest of 256 centroids is
 * kept.
 *
 * Sums are rounded to float32 after each step, in the order in which fastText adds. Its sigmoids come from a table, where
 * a difference in the last digit can change the third.
 */
import type { ByteSource } from './source.js';

/** Centroids of each part of a row: their numbers are bytes. */
export const CENTROIDS = 256;

const { fround } = Math;

export interface FastTextMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly quantized: boolean;
  /** target ← target + row, in float32 */
  addRow(row: number, target: Float32Array): void;
  /** row · vector, in float32 */
  dotRow(row: number, vector: Float32Array): number;
  /** The matrix as its file holds it. */
  write(): Generator<Uint8Array>;
}

export class DenseMatrix implements FastTextMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly quantized = false;
  /** [rows, columns], row-major */
  readonly values: Float32Array;

  constructor(rows: number, columns: number, values: Float32Array = new Float32Array(rows * columns)) {
    this.rows = rows;
    this.columns = columns;
    this.values = values;
  }

  addRow(row: number, target: Float32Array): void {
    const { values, columns } = this;
    for (let i = 0, at = row * columns; i < columns; i++, at++) target[i]! += values[at]!;
  }

  dotRow(row: number, vector: Float32Array): number {
    const { values, columns } = this;
    let sum = 0;
    for (let i = 0, at = row * columns; i < columns; i++, at++) {
      sum = fround(sum + fround(values[at]! * vector[i]!));
    }
    return sum;
  }

  *write(): Generator<Uint8Array> {
    yield sizes(this.rows, this.columns);
    yield* floatBytes(this.values);
  }
}

/** 256 centroids for each part of a vector. Parts have `partSize` numbers; the last has what is left. */
export class ProductQuantizer {
  readonly columns: number;
  readonly parts: number;
  readonly partSize: number;
  readonly lastSize: number;
  /** [parts, 256, partSize], the last part narrower */
  readonly centroids: Float32Array;

  constructor(
    columns: number,
    partSize: number,
    centroids: Float32Array = new Float32Array(columns * CENTROIDS),
  ) {
    this.columns = columns;
    this.partSize = partSize;
    this.parts = Math.ceil(columns / partSize);
    this.lastSize = columns - (this.parts - 1) * partSize;
    this.centroids = centroids;
  }

  /** Where a centroid begins. */
  begin(part: number, centroid: number): number {
    const size = part === this.parts - 1 ? this.lastSize : this.partSize;
    return part * CENTROIDS * this.partSize + centroid * size;
  }

  /** Where the numbers of a part end within the vector. */
  end(part: number): number {
    return part === this.parts - 1 ? this.columns : (part + 1) * this.partSize;
  }

  *write(): Generator<Uint8Array> {
    const head = Int32Array.of(this.columns, this.parts, this.partSize, this.lastSize);
    yield new Uint8Array(head.buffer);
    yield* floatBytes(this.centroids);
  }
}

/** Lengths of rows, when they are kept apart from the directions. */
export interface QuantizedNorms {
  /** [rows] */
  readonly codes: Uint8Array;
  readonly quantizer: ProductQuantizer;
}

export class QuantizedMatrix implements FastTextMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly quantized = true;
  /** [rows, parts] */
  readonly codes: Uint8Array;
  readonly quantizer: ProductQuantizer;
  readonly norms: QuantizedNorms | undefined;

  constructor(rows: number, codes: Uint8Array, quantizer: ProductQuantizer, norms?: QuantizedNorms) {
    this.rows = rows;
    this.columns = quantizer.columns;
    this.codes = codes;
    this.quantizer = quantizer;
    this.norms = norms;
  }

  addRow(row: number, target: Float32Array): void {
    const { codes, quantizer } = this;
    const { parts, centroids } = quantizer;
    const norm = this.normOf(row);
    for (let part = 0, i = 0; part < parts; part++) {
      let at = quantizer.begin(part, codes[row * parts + part]!);
      for (const end = quantizer.end(part); i < end; i++, at++) target[i]! += fround(norm * centroids[at]!);
    }
  }

  dotRow(row: number, vector: Float32Array): number {
    const { codes, quantizer } = this;
    const { parts, centroids } = quantizer;
    let sum = 0;
    for (let part = 0, i = 0; part < parts; part++) {
      let at = quantizer.begin(part, codes[row * parts + part]!);
      for (const end = quantizer.end(part); i < end; i++, at++) {
        sum = fround(sum + fround(vector[i]! * centroids[at]!));
      }
    }
    return fround(sum * this.normOf(row));
  }

  *write(): Generator<Uint8Array> {
    yield Uint8Array.of(this.norms === undefined ? 0 : 1);
    yield sizes(this.rows, this.columns);
    yield new Uint8Array(Int32Array.of(this.codes.length).buffer);
    yield this.codes;
    yield* this.quantizer.write();
    if (this.norms === undefined) return;
    yield this.norms.codes;
    yield* this.norms.quantizer.write();
  }

  private normOf(row: number): number {
    const { norms } = this;
    return norms === undefined ? 1 : norms.quantizer.centroids[norms.codes[row]!]!;
  }
}

/** @param name `input` or `output`, for messages. @param columns how many it must have */
export async function readDense(source: ByteSource, name: string, columns: number): Promise<DenseMatrix> {
  const rows = await readSizes(source, name, columns);
  source.require(4 * rows * columns, `the ${name} matrix of ${size(rows)} × ${size(columns)} numbers`);
  return new DenseMatrix(rows, columns, await readFloats(source, rows * columns, `the ${name} matrix`));
}

export async function readQuantized(
  source: ByteSource,
  name: string,
  columns: number,
): Promise<QuantizedMatrix> {
  const withNorms = (await source.take(1, `the ${name} matrix`)).getUint8(0) !== 0;
  const rows = await readSizes(source, name, columns);
  const codeCount = (await source.take(4, `the ${name} matrix`)).getInt32(0, true);
  if (codeCount < 0) throw source.problem(`the ${name} matrix says ${codeCount} codes: the file is damaged`);
  const codes = await readBytes(source, codeCount, `the codes of the ${name} matrix`);
  const quantizer = await readQuantizer(source, name, columns);
  if (codeCount !== rows * quantizer.parts) {
    throw source.problem(
      `the ${name} matrix has ${size(codeCount)} codes, but ${size(rows)} rows of ${quantizer.parts} parts: the file is damaged`,
    );
  }
  if (!withNorms) return new QuantizedMatrix(rows, codes, quantizer);
  const normCodes = await readBytes(source, rows, `the lengths of rows of the ${name} matrix`);
  return new QuantizedMatrix(rows, codes, quantizer, {
    codes: normCodes,
    quantizer: await readQuantizer(source, name, 1),
  });
}

async function readQuantizer(source: ByteSource, name: string, columns: number): Promise<ProductQuantizer> {
  const head = await source.take(16, `the quantizer of the ${name} matrix`);
  const [dimension, parts, partSize, lastSize] = [0, 4, 8, 12].map((at) => head.getInt32(at, true));
  const sound = dimension === columns && partSize! >= 1;
  const expected = sound ? new ProductQuantizer(columns, partSize!, new Float32Array(0)) : undefined;
  if (expected === undefined || expected.parts !== parts || expected.lastSize !== lastSize) {
    throw source.problem(
      `the quantizer of the ${name} matrix says ${dimension} numbers in ${parts} parts of ${partSize}, the last of ` +
        `${lastSize}; rows have ${columns}: the file is damaged`,
    );
  }
  const what = `the centroids of the ${name} matrix`;
  return new ProductQuantizer(columns, partSize!, await readFloats(source, columns * CENTROIDS, what));
}

async function readSizes(source: ByteSource, name: string, columns: number): Promise<number> {
  const head = await source.take(16, `the size of the ${name} matrix`);
  const [rows, found] = [head.getBigInt64(0, true), head.getBigInt64(8, true)];
  if (rows < 0n || rows > 0x7fffffffn || found !== BigInt(columns)) {
    throw source.problem(
      `the ${name} matrix says ${rows} × ${found}, but its rows must have ${columns} numbers: the file is damaged`,
    );
  }
  return Number(rows);
}

async function readBytes(source: ByteSource, count: number, what: string): Promise<Uint8Array> {
  source.require(count, what);
  const bytes = new Uint8Array(count);
  await source.fill(bytes, what);
  return bytes;
}

async function readFloats(source: ByteSource, count: number, what: string): Promise<Float32Array> {
  source.require(4 * count, what);
  const values = new Float32Array(count);
  await source.fill(new Uint8Array(values.buffer), what);
  return values;
}

function sizes(rows: number, columns: number): Uint8Array {
  return new Uint8Array(BigInt64Array.of(BigInt(rows), BigInt(columns)).buffer);
}

function* floatBytes(values: Float32Array): Generator<Uint8Array> {
  yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function size(value: number): string {
  return value.toLocaleString('en');
}
