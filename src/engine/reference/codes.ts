/** Reference kernels on whole numbers with scales; codes stand in integers, several to each. */
import type { ReferenceKernel } from './kernels.js';

export const roundRows: ReferenceKernel<'roundRows'> = ({
  codes,
  scales,
  x,
  rows,
  columns,
  stride,
  limit,
}) => {
  const halves = new Int16Array(codes.buffer, codes.byteOffset, rows * stride);
  for (let r = 0; r < rows; r++) {
    const row = x.subarray(r * columns, (r + 1) * columns);
    const scale = row.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / limit;
    scales[r] = scale;
    halves.fill(0, r * stride, (r + 1) * stride);
    for (let c = 0; c < columns && scale > 0; c++) halves[r * stride + c] = nearestWhole(row[c]! / scale);
  }
  return undefined;
};

/** Of two as near, the even one. */
function nearestWhole(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

export const matmulCodes: ReferenceKernel<'matmulCodes'> = ({
  y,
  a,
  aScales,
  b,
  bScales,
  bias,
  m,
  n,
  stride,
  bits,
  accumulate,
}) => {
  const left = new Int16Array(a.buffer, a.byteOffset, m * stride);
  const right =
    bits === 8
      ? new Int8Array(b.buffer, b.byteOffset, n * stride)
      : new Int16Array(b.buffer, b.byteOffset, n * stride);
  for (let r = 0; r < m; r++) {
    for (let c = 0; c < n; c++) {
      let sum = 0;
      for (let l = 0; l < stride; l++) sum += left[r * stride + l]! * right[c * stride + l]!;
      const value = aScales[r]! * bScales[c]! * sum + (bias[c] ?? 0);
      y[r * n + c] = accumulate ? y[r * n + c]! + value : value;
    }
  }
  return undefined;
};
