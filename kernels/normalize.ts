/** Layer normalisation: y = gain (x − mean) / √(variance + ε) + bias, row by row; moments in float64. */
import { at, promoteHigh, promoteLow, read, rowAt, sumOfDoubles, write } from './lanes';
import { sumOfRow } from './reduce';
import { sliceBegin, sliceEnd } from './slices';

export function layerNormKernel(
  y: usize, x: usize, gain: usize, bias: usize, rows: i32, columns: i32, epsilon: f64,
): void {
  const end = sliceEnd(rows, 1);
  for (let r = sliceBegin(rows, 1); r < end; r++) {
    const row = rowAt(x, r, columns);
    const mean = sumOfRow(row, columns) / <f64>columns;
    const variance = sumOfSquaredDistances(row, mean, columns) / <f64>columns;
    normalizeRow(rowAt(y, r, columns), row, gain, bias, mean, 1 / sqrt<f64>(variance + epsilon), columns);
  }
}

/** Σ (x − center)² */
function sumOfSquaredDistances(x: usize, center: f64, n: i32): f64 {
  const c = f64x2.splat(center);
  let sum = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(at(x, i));
    const low = f64x2.sub(promoteLow(v), c);
    const high = f64x2.sub(promoteHigh(v), c);
    sum = f64x2.add(sum, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
  }
  let result = sumOfDoubles(sum);
  for (; i < n; i++) {
    const distance = <f64>load<f32>(at(x, i)) - center;
    result += distance * distance;
  }
  return result;
}

function normalizeRow(y: usize, x: usize, gain: usize, bias: usize, mean: f64, scale: f64, n: i32): void {
  const c = f64x2.splat(mean);
  const s = f64x2.splat(scale);
  for (let i = 0; i < n; i += 4) {
    const count = n - i;
    const v = read(at(x, i), count);
    // x − mean in float64: a large common offset must not cost the small differences their digits.
    const low = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(promoteLow(v), c), s));
    const high = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(promoteHigh(v), c), s));
    let result = v128.shuffle<f32>(low, high, 0, 1, 4, 5);
    if (gain != 0) result = f32x4.mul(result, read(at(gain, i), count));
    if (bias != 0) result = f32x4.add(result, read(at(bias, i), count));
    write(at(y, i), result, count);
  }
}

