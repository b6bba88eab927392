/** Matrices as numbers of centroids: product quantisation (Jégou, Douze & Schmid 2011), with norms apart. */
import { asHalf, type ProductTensor } from '../../files/packed.js';
import { assign, kMeans } from './k-means.js';

export interface ProductOptions {
  /** Numbers that share one code; must divide the columns. */
  readonly width: number;
  /** Whether each row's length has a code of its own, so that centroids need only know directions. */
  readonly norms: boolean;
  /** Centroids of each part, 2 … 256 (default 256). */
  readonly centroids?: number;
  /** How much each row matters, [rows] (default: all alike). */
  readonly importance?: Float32Array;
  /** Of k-means (default 1). */
  readonly seed?: number;
}

/** @param weights [rows, columns], finite */
export function quantizeProduct(
  weights: Float32Array,
  shape: readonly [number, number],
  { width, norms, centroids: count = 256, importance, seed = 1 }: ProductOptions,
): ProductTensor {
  const [rows, columns] = shape;
  const parts = columns / width;
  const lengths = norms ? rowNorms(weights, columns) : undefined;
  const rowWeights = importance ?? new Float32Array(rows).fill(1);
  const codes = new Uint8Array(rows * parts);
  const all: Float32Array[] = [];
  for (let part = 0; part < parts; part++) {
    const points = partOf(weights, shape, part * width, width, lengths);
    const options = { count, seed, stream: `k-means/${part}` };
    const found = kMeans(points, width, errorWeights(rowWeights, lengths), options).map(asHalf);
    const nearest = new Uint8Array(rows);
    assign(points, width, found, nearest);
    for (let row = 0; row < rows; row++) codes[row * parts + part] = nearest[row]!;
    all.push(found);
  }
  const centroids = samePerPart(all);
  const product = { kind: 'product', shape, parts, codes, centroids } as const;
  return lengths === undefined
    ? product
    : { ...product, norms: quantizeNorms(product, weights, rowWeights, { count, seed }) };
}

function rowNorms(weights: Float32Array, columns: number): Float32Array {
  return Float32Array.from({ length: weights.length / columns }, (_, row) =>
    Math.hypot(...weights.subarray(row * columns, (row + 1) * columns)),
  );
}

/** The error of a direction counts times the row's squared length. */
function errorWeights(importance: Float32Array, lengths: Float32Array | undefined): Float32Array {
  return lengths === undefined ? importance : importance.map((weight, row) => weight * lengths[row]! ** 2);
}

/** Some columns of all rows, of directions where lengths are given. */
function partOf(
  weights: Float32Array,
  [rows, columns]: readonly [number, number],
  from: number,
  width: number,
  lengths: Float32Array | undefined,
): Float32Array {
  const points = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const unit = lengths === undefined || lengths[row] === 0 ? 1 : 1 / lengths[row]!;
    for (let i = 0; i < width; i++) points[row * width + i] = unit * weights[row * columns + from + i]!;
  }
  return points;
}

/** All parts have as many centroids as the one with most: the others have zeros there, which no code asks for. */
function samePerPart(parts: readonly Float32Array[]): Float32Array {
  const longest = Math.max(...parts.map((part) => part.length));
  const all = new Float32Array(parts.length * longest);
  parts.forEach((part, i) => void all.set(part, i * longest));
  return all;
}

/** The best length for each row's direction as it is now, 〈w, c〉 / 〈c, c〉, as one of a few. */
function quantizeNorms(
  { shape: [rows, columns], parts, codes, centroids }: ProductTensor,
  weights: Float32Array,
  importance: Float32Array,
  { count, seed }: { readonly count: number; readonly seed: number },
): NonNullable<ProductTensor['norms']> {
  const width = columns / parts;
  const perPart = centroids.length / parts;
  const best = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let along = 0;
    let square = 0;
    for (let j = 0; j < columns; j++) {
      const part = Math.floor(j / width);
      const c = centroids[part * perPart + codes[row * parts + part]! * width + (j % width)]!;
      along += weights[row * columns + j]! * c;
      square += c * c;
    }
    best[row] = square === 0 ? 0 : along / square;
  }
  const values = kMeans(best, 1, importance, { count, seed, stream: 'k-means/norms' }).map(asHalf);
  const nearest = new Uint8Array(rows);
  assign(best, 1, values, nearest);
  return { codes: nearest, values };
}
