/**
 * Matrix products: y = f(op(a) op(b) + bias). Large ones are cut into blocks that are packed and multiplied
 * tile by tile (Goto, van de Geijn 2008, "Anatomy of high-performance matrix multiplication"); those with
 * few rows go to gemm-small. The depth k is cut at the same places whatever the slice, so every output is
 * summed in one fixed order.
 */
import {
  BLOCK_COLUMNS, BLOCK_DEPTH, BLOCK_ROWS, PACKED_A_BYTES, TILE_BYTES, TILE_COLUMNS, TILE_ROWS,
} from './gemm-blocks';
import { packA, packB } from './gemm-pack';
import { FEW_ROWS, dotFewRows, multiplyFewRows } from './gemm-small';
import { multiplyTile } from './gemm-tile';
import { at, rowAt } from './lanes';
import { unaryCodes } from './opcodes.generated';
import { addInto } from './rows';
import { scratch, sliceBegin, sliceEnd } from './slices';
import { fillRow, unaryRow } from './unary';

export function matmulKernel(
  y: usize, a: usize, b: usize, bias: usize, m: i32, n: i32, k: i32, transposeA: i32, transposeB: i32,
  batches: i32, aStep: i32, bStep: i32, accumulate: i32, activation: i32, alpha: f64,
): void {
  // Threads share the batches where there are several, else the longer side of y.
  let rowBegin = 0, rowEnd = m, columnBegin = 0, columnEnd = n, batchBegin = 0, batchEnd = batches;
  if (batches > 1) {
    batchBegin = sliceBegin(batches, 1);
    batchEnd = sliceEnd(batches, 1);
  } else if (n >= m || m <= FEW_ROWS) {
    columnBegin = sliceBegin(n, 2 * TILE_COLUMNS);
    columnEnd = sliceEnd(n, 2 * TILE_COLUMNS);
  } else {
    rowBegin = sliceBegin(m, TILE_ROWS);
    rowEnd = sliceEnd(m, TILE_ROWS);
  }
  if (rowBegin >= rowEnd || columnBegin >= columnEnd) return;

  for (let batch = batchBegin; batch < batchEnd; batch++) {
    const yMatrix = rowAt(y, batch, m * n);
    const aMatrix = rowAt(a, batch, aStep);
    const bMatrix = rowAt(b, batch, bStep);
    if (k == 0 || m == 1 || (m <= FEW_ROWS && transposeA == 0)) {
      if (accumulate == 0) fillRows(yMatrix, n, rowBegin, rowEnd, columnBegin, columnEnd);
      if (k == 0) {
        // nothing to add
      } else if (transposeB == 0) {
        multiplyFewRows(yMatrix, aMatrix, bMatrix, m, n, k, columnBegin, columnEnd);
      } else {
        dotFewRows(yMatrix, aMatrix, bMatrix, m, n, k, columnBegin, columnEnd);
      }
      finish(yMatrix, n, rowBegin, rowEnd, columnBegin, columnEnd, bias, activation, alpha);
    } else {
      multiplyBlocks(
        yMatrix, aMatrix, bMatrix, m, n, k, transposeA, transposeB,
        rowBegin, rowEnd, columnBegin, columnEnd, accumulate != 0, bias, activation, alpha,
      );
    }
  }
}

function fillRows(
  y: usize, n: i32, rowBegin: i32, rowEnd: i32, columnBegin: i32, columnEnd: i32,
): void {
  const count = columnEnd - columnBegin;
  for (let r = rowBegin; r < rowEnd; r++) fillRow(at(rowAt(y, r, n), columnBegin), 0, count);
}

/** Adds the bias and applies the activation to a block of y. */
function finish(
  y: usize, n: i32, rowBegin: i32, rowEnd: i32, columnBegin: i32, columnEnd: i32,
  bias: usize, activation: i32, alpha: f64,
): void {
  if (bias == 0 && activation == unaryCodes.copy) return;
  const count = columnEnd - columnBegin;
  for (let r = rowBegin; r < rowEnd; r++) {
    const row = at(rowAt(y, r, n), columnBegin);
    if (bias != 0) addInto(row, at(bias, columnBegin), count);
    if (activation != unaryCodes.copy) unaryRow(activation, row, row, count, alpha);
  }
}

/** The rows and columns given, in blocks: columns outermost, then depth, then rows. */
function multiplyBlocks(
  y: usize, a: usize, b: usize, m: i32, n: i32, k: i32, transposeA: i32, transposeB: i32,
  rowBegin: i32, rowEnd: i32, columnBegin: i32, columnEnd: i32, accumulate: bool,
  bias: usize, activation: i32, alpha: f64,
): void {
  const aRowStep = <usize>(transposeA ? 1 : k) << 2;
  const aDepthStep = <usize>(transposeA ? m : 1) << 2;
  const bColumnStep = <usize>(transposeB ? k : 1) << 2;
  const bDepthStep = <usize>(transposeB ? 1 : n) << 2;
  const packedA = scratch() + TILE_BYTES;
  const packedB = packedA + PACKED_A_BYTES;
  const depthBlocks = (k + BLOCK_DEPTH - 1) / BLOCK_DEPTH;
  const depthStep = (k + depthBlocks - 1) / depthBlocks;

  for (let c = columnBegin; c < columnEnd; c += BLOCK_COLUMNS) {
    const columns = min(BLOCK_COLUMNS, columnEnd - c);
    for (let l = 0; l < k; l += depthStep) {
      const depth = min(depthStep, k - l);
      packB(packedB, b + c * bColumnStep + l * bDepthStep, bColumnStep, bDepthStep, columns, depth);
      for (let r = rowBegin; r < rowEnd; r += BLOCK_ROWS) {
        const rows = min(BLOCK_ROWS, rowEnd - r);
        packA(packedA, a + r * aRowStep + l * aDepthStep, aRowStep, aDepthStep, rows, depth);
        multiplyPacked(at(rowAt(y, r, n), c), n, packedA, packedB, rows, columns, depth, accumulate || l > 0);
        if (l + depth == k) finish(y, n, r, r + rows, c, c + columns, bias, activation, alpha);
      }
    }
  }
}

/** All tiles of one packed block of a and one of b: y = (add ? y : 0) + a b. */
function multiplyPacked(
  y: usize, n: i32, packedA: usize, packedB: usize, rows: i32, columns: i32, depth: i32, add: bool,
): void {
  const aPanelBytes = <usize>(depth * TILE_ROWS) << 2;
  const bPanelBytes = <usize>(depth * TILE_COLUMNS) << 2;
  const yStep = <usize>n << 2;
  let panelB = packedB;
  for (let c = 0; c < columns; c += TILE_COLUMNS) {
    let panelA = packedA;
    const wide = c + TILE_COLUMNS <= columns;
    for (let r = 0; r < rows; r += TILE_ROWS) {
      const tile = at(rowAt(y, r, n), c);
      if (wide && r + TILE_ROWS <= rows) {
        multiplyTile(panelA, panelB, depth, tile, yStep, add);
      } else {
        multiplyTile(panelA, panelB, depth, scratch(), TILE_COLUMNS * 4, false);
        storeEdge(tile, yStep, min(TILE_ROWS, rows - r), min(TILE_COLUMNS, columns - c), add);
      }
      panelA += aPanelBytes;
    }
    panelB += bPanelBytes;
  }
}

/** The part of a tile in scratch space that lies inside y. */
function storeEdge(y: usize, yStep: usize, rows: i32, columns: i32, add: bool): void {
  let from = scratch();
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const value = load<f32>(at(from, c));
      store<f32>(at(y, c), add ? load<f32>(at(y, c)) + value : value);
    }
    from += TILE_COLUMNS * 4;
    y += yStep;
  }
}
