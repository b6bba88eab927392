/**
 * The heart of the matrix product: one tile of y, TILE_ROWS × TILE_COLUMNS, kept in registers while the
 * whole depth of a packed panel of a and one of b streams past. Plain code on purpose: no unrolling, one
 * load for each operand, because then runtimes keep all sums in registers; unrolled loops measured slower.
 */
import { TILE_ROWS } from './gemm-blocks';
import { madd } from './lanes';

/**
 * y = (add ? y : 0) + Σ over depth ≥ 1 of a[l, ·] b[l, ·]; panels a [depth, TILE_ROWS], b [depth,
 * TILE_COLUMNS]; rows of y are `yStep` bytes apart.
 */
export function multiplyTile(a: usize, b: usize, depth: i32, y: usize, yStep: usize, add: bool): void {
  const zero = f32x4.splat(0);
  let s00 = zero, s01 = zero, s10 = zero, s11 = zero, s20 = zero, s21 = zero, s30 = zero, s31 = zero;
  let s40 = zero, s41 = zero;
  const end = b + (<usize>depth << 5);
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    s00 = madd(a0, b0, s00);
    s01 = madd(a0, b1, s01);
    const a1 = v128.load32_splat(a, 4);
    s10 = madd(a1, b0, s10);
    s11 = madd(a1, b1, s11);
    const a2 = v128.load32_splat(a, 8);
    s20 = madd(a2, b0, s20);
    s21 = madd(a2, b1, s21);
    const a3 = v128.load32_splat(a, 12);
    s30 = madd(a3, b0, s30);
    s31 = madd(a3, b1, s31);
    if (TILE_ROWS > 4) {
      const a4 = v128.load32_splat(a, 16);
      s40 = madd(a4, b0, s40);
      s41 = madd(a4, b1, s41);
    }
    a += TILE_ROWS * 4;
    b += 32;
  } while (b < end);

  storeRow(y, s00, s01, add);
  storeRow(y + yStep, s10, s11, add);
  storeRow(y + 2 * yStep, s20, s21, add);
  storeRow(y + 3 * yStep, s30, s31, add);
  if (TILE_ROWS > 4) storeRow(y + 4 * yStep, s40, s41, add);
}

// @ts-ignore: decorator
@inline
function storeRow(y: usize, left: v128, right: v128, add: bool): void {
  if (add) {
    left = f32x4.add(v128.load(y), left);
    right = f32x4.add(v128.load(y, 16), right);
  }
  v128.store(y, left);
  v128.store(y, right, 16);
}
