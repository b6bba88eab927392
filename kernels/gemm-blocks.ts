/**
 * Sizes of the blocks of a matrix product, in elements. A tile of y lives in registers: TILE_ROWS × 2
 * vectors. With 16 registers of which a runtime keeps one, 5 rows fit beside the operands when multiply-add
 * is one instruction, and 4 when the product needs a register of its own. A block of a stays in the L2
 * cache, a panel of b in L1.
 */
export const TILE_ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 5 : 4;
export const TILE_COLUMNS: i32 = 8;
export const BLOCK_ROWS: i32 = 120;
export const BLOCK_COLUMNS: i32 = 1024;
export const BLOCK_DEPTH: i32 = 256;

/** The scratch space: a tile, a packed block of a, a packed block of b. */
export const TILE_BYTES: i32 = 256;
export const PACKED_A_BYTES: i32 = BLOCK_ROWS * BLOCK_DEPTH * 4;
export const PACKED_B_BYTES: i32 = BLOCK_COLUMNS * BLOCK_DEPTH * 4;
export const GEMM_SCRATCH_BYTES: i32 = TILE_BYTES + PACKED_A_BYTES + PACKED_B_BYTES;
