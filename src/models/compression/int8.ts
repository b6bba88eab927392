/** Matrices as 8-bit codes with a scale for each row. */
import { asHalf, type Int8Tensor } from '../../files/packed.js';

/** Codes go from −127 to 127. */
const LARGEST_CODE = 127;

/** From here up half precision has eleven bits of every number. */
const SMALLEST_NORMAL_HALF = 2 ** -14;
const LARGEST_HALF = 65504;

/**
 * Row-scaled int8: scale[i] = max |w[i, ·]| / 127, code = the nearest whole number of scales. The error of a weight is at
 * most half a scale: 0.4 % of the largest weight of its row.
 *
 * Scales are rounded up to half precision where that is fine enough for all of them, and the codes are made with the
 * rounded scales, so that this costs nothing.
 *
 * @param weights [rows, columns], finite
 */
export function quantizeInt8(weights: ArrayLike<number>, shape: readonly [number, number]): Int8Tensor {
  const [rows, columns] = shape;
  const scales = roundUp(
    Float32Array.from({ length: rows }, (_, row) => largestOf(weights, row, columns) / LARGEST_CODE),
  );
  const codes = new Int8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const scale = scales[row]!;
    if (scale === 0) continue;
    for (let at = row * columns; at < (row + 1) * columns; at++) {
      const code = Math.round(weights[at]! / scale);
      codes[at] = Math.max(-LARGEST_CODE, Math.min(LARGEST_CODE, code));
    }
  }
  return { kind: 'int8', shape, codes, scales };
}

function largestOf(weights: ArrayLike<number>, row: number, columns: number): number {
  let largest = 0;
  for (let at = row * columns; at < (row + 1) * columns; at++)
    largest = Math.max(largest, Math.abs(weights[at]!));
  return largest;
}

/** All scales as halves from there up, if halves are fine enough for all. */
function roundUp(scales: Float32Array): Float32Array {
  const isFine = (scale: number) =>
    scale === 0 || (scale >= SMALLEST_NORMAL_HALF && scale < LARGEST_HALF / 2);
  if (!scales.every(isFine)) return scales;
  return scales.map((scale) => {
    const near = asHalf(scale);
    return near >= scale ? near : asHalf(near * (1 + 2 ** -10));
  });
}
