/**
 * Packing: copies a block of an operand into panels that the tile reads from front to back, whatever the
 * operand's layout. So all four transpose forms run at the same speed afterwards.
 */
import { TILE_COLUMNS, TILE_ROWS } from './gemm-blocks';
import { transpose4 } from './lanes';

/**
 * A block of a: `rows` × `depth`, element (r, l) at from + r rowStep + l depthStep (bytes; one of the steps
 * is 4), to panels [depth, TILE_ROWS]; missing rows of the last panel are zeros.
 */
export function packA(
  to: usize, from: usize, rowStep: usize, depthStep: usize, rows: i32, depth: i32,
): void {
  const panelBytes = <usize>(depth * TILE_ROWS) << 2;
  let r = 0;
  for (; r + TILE_ROWS <= rows; r += TILE_ROWS) {
    if (rowStep == 4) packRowsInterleaved(to, from, depthStep, depth);
    else packRowsApart(to, from, rowStep, depth);
    to += panelBytes;
    from += TILE_ROWS * rowStep;
  }
  if (r < rows) packEdge(to, from, rowStep, depthStep, rows - r, depth, TILE_ROWS);
}

/** The same for b: `columns` × `depth`, to panels [depth, TILE_COLUMNS]. */
export function packB(
  to: usize, from: usize, columnStep: usize, depthStep: usize, columns: i32, depth: i32,
): void {
  const panelBytes = <usize>(depth * TILE_COLUMNS) << 2;
  let c = 0;
  for (; c + TILE_COLUMNS <= columns; c += TILE_COLUMNS) {
    if (columnStep == 4) packColumnsInterleaved(to, from, depthStep, depth);
    else packColumnsApart(to, from, columnStep, depth);
    to += panelBytes;
    from += TILE_COLUMNS * columnStep;
  }
  if (c < columns) packEdge(to, from, columnStep, depthStep, columns - c, depth, TILE_COLUMNS);
}

/** A panel of a whose rows lie side by side at each depth. */
function packRowsInterleaved(to: usize, from: usize, depthStep: usize, depth: i32): void {
  for (let l = 0; l < depth; l++) {
    v128.store(to, v128.load(from));
    if (TILE_ROWS > 4) store<f32>(to, load<f32>(from, 16), 16);
    to += TILE_ROWS * 4;
    from += depthStep;
  }
}

/** A panel of a whose rows are contiguous in depth. */
function packRowsApart(to: usize, from: usize, rowStep: usize, depth: i32): void {
  const step: usize = TILE_ROWS * 4;
  let l = 0;
  for (; l + 4 <= depth; l += 4) {
    transpose4(to, step, from, rowStep);
    if (TILE_ROWS > 4) {
      const fifth = v128.load(from + 4 * rowStep);
      v128.store_lane<f32>(to, fifth, 0, 16);
      v128.store_lane<f32>(to + step, fifth, 1, 16);
      v128.store_lane<f32>(to + 2 * step, fifth, 2, 16);
      v128.store_lane<f32>(to + 3 * step, fifth, 3, 16);
    }
    to += 4 * step;
    from += 16;
  }
  packEdge(to, from, rowStep, 4, TILE_ROWS, depth - l, TILE_ROWS);
}

function packColumnsInterleaved(to: usize, from: usize, depthStep: usize, depth: i32): void {
  for (let l = 0; l < depth; l++) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    to += 32;
    from += depthStep;
  }
}

function packColumnsApart(to: usize, from: usize, columnStep: usize, depth: i32): void {
  let l = 0;
  for (; l + 4 <= depth; l += 4) {
    transpose4(to, 32, from, columnStep);
    transpose4(to + 16, 32, from + 4 * columnStep, columnStep);
    to += 128;
    from += 16;
  }
  packEdge(to, from, columnStep, 4, TILE_COLUMNS, depth - l, TILE_COLUMNS);
}

/** What is left over: element by element, `lanes` of the panel's `width` filled and the others zero. */
function packEdge(
  to: usize, from: usize, laneStep: usize, depthStep: usize, lanes: i32, depth: i32, width: i32,
): void {
  for (let l = 0; l < depth; l++) {
    for (let lane = 0; lane < width; lane++) {
      store<f32>(to, lane < lanes ? load<f32>(from + lane * laneStep) : 0);
      to += 4;
    }
    from += depthStep;
  }
}
