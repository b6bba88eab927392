/** The strided copy of 32-bit values: transpose, broadcast, slice, concat, pad. */
import { transpose4 } from './lanes';
import { sliceBegin, sliceEnd } from './slices';

/** Columns that are transposed before going on to the next rows. */
const STRIP: i32 = 64;

export function copyKernel(
  y: usize, x: usize,
  d0: i32, d1: i32, d2: i32, d3: i32, d4: i32,
  x0: i32, x1: i32, x2: i32, x3: i32, x4: i32,
  y0: i32, y1: i32, y2: i32, y3: i32, y4: i32,
): void {
  const planes = d0 * d1 * d2;
  if (planes * d3 == 1) {
    const begin = sliceBegin(d4, 16);
    copyRow(y + bytes(begin, y4), bytes(1, y4), x + bytes(begin, x4), bytes(1, x4), sliceEnd(d4, 16) - begin);
    return;
  }
  const beginRow = sliceBegin(planes * d3, 4);
  const endRow = sliceEnd(planes * d3, 4);
  if (beginRow >= endRow) return;
  for (let plane = beginRow / d3; plane * d3 < endRow; plane++) {
    const k = plane % d2;
    const j = (plane / d2) % d1;
    const i = plane / d2 / d1;
    const first = max(beginRow - plane * d3, 0);
    const rows = min(endRow - plane * d3, d3) - first;
    const to = y + bytes(i, y0) + bytes(j, y1) + bytes(k, y2) + bytes(first, y3);
    const from = x + bytes(i, x0) + bytes(j, x1) + bytes(k, x2) + bytes(first, x3);
    copyPlane(to, bytes(1, y3), bytes(1, y4), from, bytes(1, x3), bytes(1, x4), rows, d4);
  }
}

// @ts-ignore: decorator
@inline
function bytes(index: i32, stride: i32): isize {
  return (<isize>index * <isize>stride) << 2;
}

/** A rows × columns block; steps are in bytes. */
function copyPlane(
  y: usize, yRow: isize, yColumn: isize, x: usize, xRow: isize, xColumn: isize, rows: i32, columns: i32,
): void {
  let r = 0;
  if (yColumn == 4 && xRow == 4 && xColumn != 4) {
    r = rows & ~3;
    transposePlane(y, yRow, x, xColumn, r, columns);
  }
  for (; r < rows; r++) copyRow(y + r * yRow, yColumn, x + r * xRow, xColumn, columns);
}

/**
 * y[r, c] = x[c, r], rows a multiple of 4; strip by strip, so that lines of x stay in the cache for the next
 * rows.
 */
function transposePlane(y: usize, yRow: isize, x: usize, xColumn: isize, rows: i32, columns: i32): void {
  for (let c = 0; c < columns; c += STRIP) {
    const count = min(STRIP, columns - c);
    for (let r = 0; r < rows; r += 4) {
      transposeRows(y + r * yRow + (<usize>c << 2), yRow, x + c * xColumn + (<usize>r << 2), xColumn, count);
    }
  }
}

/** Four rows of y from four neighbouring columns of x. */
function transposeRows(y: usize, yRow: isize, x: usize, xColumn: isize, columns: i32): void {
  let c = 0;
  for (; c + 4 <= columns; c += 4) transpose4(y + (<usize>c << 2), yRow, x + c * xColumn, xColumn);
  for (; c < columns; c++) {
    for (let r = 0; r < 4; r++) {
      store<i32>(y + r * yRow + (<usize>c << 2), load<i32>(x + c * xColumn + (<usize>r << 2)));
    }
  }
}

function copyRow(y: usize, yStep: isize, x: usize, xStep: isize, n: i32): void {
  if (yStep == 4 && xStep == 4) {
    copyWords(y, x, n);
    return;
  }
  for (let i = 0; i < n; i++) {
    store<i32>(y, load<i32>(x));
    y += yStep;
    x += xStep;
  }
}

/**
 * Contiguous words. A loop beats `memory.copy` for rows as short as embeddings, which runtimes do by a call.
 */
export function copyWords(y: usize, x: usize, n: i32): void {
  if (n > 512) {
    memory.copy(y, x, <usize>n << 2);
    return;
  }
  const whole = y + (<usize>(n & ~3) << 2);
  while (y < whole) {
    v128.store(y, v128.load(x));
    y += 16;
    x += 16;
  }
  for (let i = n & 3; i > 0; i--) {
    store<i32>(y, load<i32>(x));
    y += 4;
    x += 4;
  }
}
