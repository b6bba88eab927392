/** Small helpers on vectors of four floats. Addresses are in bytes; counts in floats. */

/** a b + c: fused (one rounding) in the relaxed build, two roundings in the plain one. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/**
 * A constant in four lanes, read from its place in memory. Runtimes rebuild vector constants from integers
 * wherever they are used, loops included, which costs more than this load.
 */
// @ts-ignore: decorator
@inline
export function constant(address: usize): v128 {
  return v128.load32_splat(address);
}

/** The first `count` floats (1 … 3) at an address, then zeros. Reads nothing beyond them. */
export function loadPart(address: usize, count: i32): v128 {
  if (count == 1) return v128.load32_zero(address);
  const two = v128.load64_zero(address);
  return count == 2 ? two : v128.load_lane<f32>(address, two, 2, 8);
}

/** Stores the first `count` lanes (1 … 3). */
export function storePart(address: usize, v: v128, count: i32): void {
  if (count == 1) {
    v128.store_lane<f32>(address, v, 0);
    return;
  }
  v128.store_lane<i64>(address, v, 0);
  if (count == 3) v128.store_lane<f32>(address, v, 2, 8);
}

/** Four floats, or the first `count` of them and zeros where count < 4. */
// @ts-ignore: decorator
@inline
export function read(address: usize, count: i32): v128 {
  return count >= 4 ? v128.load(address) : loadPart(address, count);
}

/** Stores four lanes, or the first `count` where count < 4. */
// @ts-ignore: decorator
@inline
export function write(address: usize, v: v128, count: i32): void {
  if (count >= 4) v128.store(address, v);
  else storePart(address, v, count);
}

/** Lanes 2 and 3 as float64. */
// @ts-ignore: decorator
@inline
export function promoteHigh(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1));
}

/** Lanes 0 and 1 as float64. */
// @ts-ignore: decorator
@inline
export function promoteLow(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

/** The sum of two float64 lanes. */
// @ts-ignore: decorator
@inline
export function sumOfDoubles(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** (lane 0 + lane 1) + (lane 2 + lane 3) */
// @ts-ignore: decorator
@inline
export function sumOfLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** The address of float number `index` of an array. */
// @ts-ignore: decorator
@inline
export function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2);
}

/** The address of row `index` of a matrix with rows of `width`; matrices may be larger than 2³¹ bytes. */
// @ts-ignore: decorator
@inline
export function rowAt(base: usize, index: i32, width: i32): usize {
  return base + ((<usize>index * <usize>width) << 2);
}

/** Transposes a 4 × 4 block: reads rows at `from`, writes its columns as rows at `to`; steps are in bytes. */
// @ts-ignore: decorator
@inline
export function transpose4(to: usize, toStep: usize, from: usize, fromStep: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + fromStep);
  const r2 = v128.load(from + 2 * fromStep);
  const r3 = v128.load(from + 3 * fromStep);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to + toStep, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(to + 2 * toStep, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(to + 3 * toStep, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}
