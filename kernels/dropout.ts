/**
 * Inverted dropout. The mask is Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011), the same function as in
 * src/base/random.ts, for four counters at once: lane j of a vector belongs to counter j.
 */
import { at, constant, read, write } from './lanes';
import { sliceBegin, sliceEnd } from './slices';
import { fillRow } from './unary';

const MULTIPLIER_0 = memory.data<u32>([0xd2511f53]);
const MULTIPLIER_1 = memory.data<u32>([0xcd9e8d57]);
const WEYL_0 = memory.data<u32>([0x9e3779b9]);
const WEYL_1 = memory.data<u32>([0xbb67ae85]);
const ROUNDS: i32 = 10;

/** Keeps these counters apart from those of other random numbers. */
const DOMAIN: i32 = 1;
const TWO_TO_32: f64 = 4294967296;

/** Elements that four counters serve. */
const BLOCK: i32 = 16;

export function dropoutKernel(y: usize, x: usize, n: i32, rate: f64, stream: i32, random: usize): void {
  const end = sliceEnd(n, BLOCK);
  const begin = sliceBegin(n, BLOCK);
  if (rate >= 1) {
    fillRow(at(y, begin), 0, end - begin);
    return;
  }
  const scale = f32x4.splat(<f32>(1 / (1 - rate)));
  // word / 2³² < rate is word < ⌈rate · 2³²⌉, compared without sign
  const threshold = i32x4.splat(<i32>(<u32>ceil(max<f64>(rate, 0) * TWO_TO_32)));
  for (let i = begin; i < end; i += BLOCK) {
    maskBlock(at(y, i), at(x, i), min(BLOCK, end - i), i >> 2, stream, random, threshold, scale);
  }
}

/** Up to 16 elements, from counters `counter` … `counter` + 3. */
function maskBlock(
  y: usize, x: usize, n: i32, counter: i32, stream: i32, random: usize, threshold: v128, scale: v128,
): void {
  let x0 = i32x4.add(i32x4.splat(counter), i32x4(0, 1, 2, 3));
  let x1 = v128.load32_splat(random, 8);
  let x2 = i32x4.splat(stream);
  let x3 = i32x4.splat(DOMAIN);
  let k0 = v128.load32_splat(random);
  let k1 = v128.load32_splat(random, 4);
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(x0, constant(MULTIPLIER_0));
    const high1 = multiplyHigh(x2, constant(MULTIPLIER_1));
    const low0 = i32x4.mul(x0, constant(MULTIPLIER_0));
    const low1 = i32x4.mul(x2, constant(MULTIPLIER_1));
    x0 = v128.xor(v128.xor(high1, x1), k0);
    x1 = low1;
    x2 = v128.xor(v128.xor(high0, x3), k1);
    x3 = low0;
    k0 = i32x4.add(k0, constant(WEYL_0));
    k1 = i32x4.add(k1, constant(WEYL_1));
  }
  // Element 4 j + w takes word w of counter j: transpose words × counters.
  const low01 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5);
  const low23 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
  const high23 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
  maskFour(y, x, n, v128.shuffle<i32>(low01, low23, 0, 1, 4, 5), threshold, scale);
  maskFour(y + 16, x + 16, n - 4, v128.shuffle<i32>(low01, low23, 2, 3, 6, 7), threshold, scale);
  maskFour(y + 32, x + 32, n - 8, v128.shuffle<i32>(high01, high23, 0, 1, 4, 5), threshold, scale);
  maskFour(y + 48, x + 48, n - 12, v128.shuffle<i32>(high01, high23, 2, 3, 6, 7), threshold, scale);
}

/** The high words of four unsigned 32 × 32-bit products. */
// @ts-ignore: decorator
@inline
function multiplyHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(a, b), i64x2.extmul_high_i32x4_u(a, b), 1, 3, 5, 7);
}

// @ts-ignore: decorator
@inline
function maskFour(y: usize, x: usize, n: i32, words: v128, threshold: v128, scale: v128): void {
  if (n <= 0) return;
  const dropped = i32x4.lt_u(words, threshold);
  const kept = v128.andnot(f32x4.mul(read(x, n), scale), dropped);
  write(y, kept, n);
}
