/**
 * Weights in fewer bytes: how packed tensors stand in a model file, and how they become numbers again.
 *
 *   int8      w[i, j] = scale[i] · code[i, j], codes from −127 to 127
 *             NAME         I8   [rows, columns]   the codes
 *             NAME/scales  F16 or F32 [rows]      one scale a row, from 0
 *
 *   product   w[i] = norm[i] · (centroid[0, code[i, 0]], centroid[1, code[i, 1]], …): each row is cut into parts of equal
 *             width, and each part is the nearest of a few centroids (Jégou, Douze & Schmid 2011, “Product quantization for
 *             nearest neighbor search”)
 *             NAME             U8  [rows, parts]              which centroid
 *             NAME/centroids   F16 or F32 [parts, centroids, width]
 *             NAME/norms       U8  [rows]                     which norm; absent: all norms are 1
 *             NAME/norm-values F16 or F32 [norms]
 *
 * The metadata of the file say which tensors are packed: `packing` is a JSON object from NAME to 'int8' or 'product'. Half
 * precision needs no word: F16 is a type of the format's own, and is read as float32.
 *
 * Files are not trusted: every code, scale and shape is checked before anything is unpacked.
 */
import { FormatError } from '../base/errors.js';
import type { Tensor } from './dtypes.js';

/** Rows of 8-bit codes with a scale each. */
export interface Int8Tensor {
  readonly kind: 'int8';
  /** Of the weights: [rows, columns]. */
  readonly shape: readonly [number, number];
  /** [rows, columns], −127 … 127 */
  readonly codes: Int8Array;
  /** [rows], finite and from 0 */
  readonly scales: Float32Array;
}

/** Rows of centroid numbers. */
export interface ProductTensor {
  readonly kind: 'product';
  /** Of the weights: [rows, parts · width]. */
  readonly shape: readonly [number, number];
  readonly parts: number;
  /** [rows, parts], each below the number of centroids */
  readonly codes: Uint8Array;
  /** [parts, centroids, width] */
  readonly centroids: Float32Array;
  /** What each row is multiplied by: values[codes[row]]; absent: 1. */
  readonly norms?: { readonly codes: Uint8Array; readonly values: Float32Array };
}

export type PackedTensor = Int8Tensor | ProductTensor;

/** NAME → how it is packed. */
export type Packing = Readonly<Record<string, PackedTensor['kind']>>;

/** The largest weight that may come out; far from float32's limit, and from any trained weight. */
const LARGEST_WEIGHT = 1e30;
/** Widest part of a product code, so that a small file cannot ask for endless memory. */
const WIDEST_PART = 64;

/** The weights themselves, row by row. */
export function unpack(packed: PackedTensor): Float32Array {
  return packed.kind === 'int8' ? unpackInt8(packed) : unpackProduct(packed);
}

function unpackInt8({ shape: [rows, columns], codes, scales }: Int8Tensor): Float32Array {
  const weights = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const scale = scales[row]!;
    for (let at = row * columns; at < (row + 1) * columns; at++) weights[at] = scale * codes[at]!;
  }
  return weights;
}

function unpackProduct({
  shape: [rows, columns],
  parts,
  codes,
  centroids,
  norms,
}: ProductTensor): Float32Array {
  const weights = new Float32Array(rows * columns);
  const width = columns / parts;
  const perPart = centroids.length / parts;
  for (let row = 0; row < rows; row++) {
    const norm = norms === undefined ? 1 : norms.values[norms.codes[row]!]!;
    for (let part = 0; part < parts; part++) {
      const from = part * perPart + codes[row * parts + part]! * width;
      const to = row * columns + part * width;
      for (let i = 0; i < width; i++) weights[to + i] = norm * centroids[from + i]!;
    }
  }
  return weights;
}

/** The tensors that a packed one becomes in a file. */
export function packedTensors(name: string, packed: PackedTensor): Record<string, Tensor> {
  const [rows] = packed.shape;
  if (packed.kind === 'int8') {
    return {
      [name]: { dtype: 'I8', shape: packed.shape, data: packed.codes },
      [`${name}/scales`]: shortest([rows], packed.scales),
    };
  }
  const { parts, codes, centroids, norms, shape } = packed;
  const width = shape[1] / parts;
  return {
    [name]: { dtype: 'U8', shape: [rows, parts], data: codes },
    [`${name}/centroids`]: shortest([parts, centroids.length / (parts * width), width], centroids),
    ...(norms === undefined
      ? {}
      : {
          [`${name}/norms`]: { dtype: 'U8', shape: [rows], data: norms.codes },
          [`${name}/norm-values`]: shortest([norms.values.length], norms.values),
        }),
  };
}

/** Numbers as halves where those are all exact, else as float32. */
function shortest(shape: readonly number[], data: Float32Array): Tensor {
  return { dtype: data.every((value) => asHalf(value) === value) ? 'F16' : 'F32', shape, data };
}

/**
 * The nearest number that half precision has; numbers beyond its largest, 65504, as they are. What has gone through here
 * takes two bytes in a file and loses nothing there.
 */
export function asHalf(value: number): number {
  const magnitude = Math.abs(value);
  if (!(magnitude <= 65504)) return value;
  // Ten bits after the first; below 2⁻¹⁴ halves have no first bit, and lie 2⁻²⁴ apart.
  const unit = 2 ** (Math.max(-14, Math.floor(Math.log2(magnitude))) - 10);
  return Math.round(value / unit) * unit;
}

/** The `packing` of a file's metadata. @throws FormatError when it is none */
export function parsePacking(text: string, file?: string): Map<string, PackedTensor['kind']> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
  if (entries === undefined || !entries.every(([, kind]) => kind === 'int8' || kind === 'product')) {
    throw new FormatError(
      "the model file tells how its weights are packed in a way that is not known (known are 'int8' and 'product'): " +
        'update lexigrad, or the file is damaged',
      { file },
    );
  }
  return new Map(entries as [string, PackedTensor['kind']][]);
}

/** A packed tensor from the tensors of a file. @throws FormatError when they contradict each other */
export function readPacked(
  name: string,
  kind: PackedTensor['kind'],
  tensors: ReadonlyMap<string, Tensor>,
  file?: string,
): PackedTensor {
  return kind === 'int8' ? readInt8(name, tensors, file) : readProduct(name, tensors, file);
}

/** The other tensors that a packed one needs. */
export function partsOfPacked(name: string, kind: PackedTensor['kind']): string[] {
  const parts = kind === 'int8' ? ['scales'] : ['centroids', 'norms', 'norm-values'];
  return parts.map((part) => `${name}/${part}`);
}

function readInt8(name: string, tensors: ReadonlyMap<string, Tensor>, file?: string): Int8Tensor {
  const fail = failure(name, 'int8', file);
  const codes = tensors.get(name);
  if (codes?.dtype !== 'I8' || codes.shape.length !== 2) return fail('needs I8 codes [rows, columns]');
  const scales = floatsOf(`${name}/scales`, tensors, fail);
  const shape = codes.shape as [number, number];
  if (scales.shape.length !== 1 || scales.shape[0] !== shape[0])
    return fail(`has ${shape[0]} rows, but scales [${scales.shape.join(', ')}]`);
  const row = scales.data.findIndex((scale) => !(scale >= 0 && scale * 127 <= LARGEST_WEIGHT));
  if (row >= 0) fail(`has the scale ${scales.data[row]} in row ${row}: scales are finite and from 0`);
  const code = codes.data.indexOf(-128);
  if (code >= 0) fail(`has the code −128 at ${code}: codes go from −127 to 127`);
  return { kind: 'int8', shape, codes: codes.data, scales: scales.data };
}

function readProduct(name: string, tensors: ReadonlyMap<string, Tensor>, file?: string): ProductTensor {
  const fail = failure(name, 'product', file);
  const codes = tensors.get(name);
  if (codes?.dtype !== 'U8' || codes.shape.length !== 2) return fail('needs U8 codes [rows, parts]');
  const [rows, parts] = codes.shape as [number, number];
  const centroids = floatsOf(`${name}/centroids`, tensors, fail);
  const [of = 0, count = 0, width = 0] = centroids.shape;
  const isSound =
    centroids.shape.length === 3 &&
    of === parts &&
    parts > 0 &&
    count > 0 &&
    width > 0 &&
    width <= WIDEST_PART;
  if (!isSound) {
    fail(
      `has centroids [${centroids.shape.join(', ')}]; needed are [${parts}, centroids, width], of a width from 1 to ${WIDEST_PART}`,
    );
  }
  const shape = [rows, parts * width] as const;
  checkCodes(codes.data, count, 'centroid', fail);
  checkValues(centroids.data, 'centroid', fail);
  const packed = { kind: 'product', shape, parts, codes: codes.data, centroids: centroids.data } as const;
  const norms = tensors.get(`${name}/norms`);
  if (norms === undefined) return packed;
  if (norms.dtype !== 'U8' || norms.shape.length !== 1 || norms.shape[0] !== rows)
    return fail(
      `has ${rows} rows, but norms ${norms.dtype} [${norms.shape.join(', ')}]; needed are U8 [${rows}]`,
    );
  const values = floatsOf(`${name}/norm-values`, tensors, fail).data;
  checkCodes(norms.data, values.length, 'norm', fail);
  checkValues(values, 'norm', fail);
  return { ...packed, norms: { codes: norms.data, values } };
}

function failure(name: string, kind: string, file?: string): (what: string) => never {
  return (what) => {
    throw new FormatError(`the packed tensor '${name}' (${kind}) ${what}: the file is damaged`, { file });
  };
}

function floatsOf(name: string, tensors: ReadonlyMap<string, Tensor>, fail: (what: string) => never) {
  const tensor = tensors.get(name);
  if (tensor === undefined || !(tensor.dtype === 'F32' || tensor.dtype === 'F16'))
    return fail(`needs the float tensor '${name}', which is ${tensor?.dtype ?? 'missing'}`);
  return tensor;
}

function checkCodes(codes: Uint8Array, count: number, what: string, fail: (what: string) => never): void {
  if (count >= 256) return;
  const at = codes.findIndex((code) => code >= count);
  if (at >= 0) fail(`asks for ${what} ${codes[at]} at ${at}, and there are ${count}`);
}

/** Products of two values that pass stay finite in float32. */
function checkValues(values: Float32Array, what: string, fail: (what: string) => never): void {
  const at = values.findIndex((value) => !(Math.abs(value) <= Math.sqrt(LARGEST_WEIGHT)));
  if (at >= 0) fail(`has the number ${values[at]} in a ${what}: it must be finite`);
}
