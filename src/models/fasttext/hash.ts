/**
 * fastText's hashes. Words and their pieces: 32-bit FNV-1a over bytes, each **sign-extended** to 32 bits before the xor,
 * so non-ASCII texts hash unlike plain FNV-1a. Sequences of words: h ← h · 116049371 + hash(next word) in 64 bits, over
 * the words' hashes sign-extended to 64 bits (facebookresearch/fastText, src/dictionary.cc).
 */
const FNV_BASIS = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;
const SEQUENCE_FACTOR = 116_049_371;
const TWO_16 = 0x10000;
const TWO_32 = 0x100000000;

/** The hash of bytes[begin … end−1], as a signed 32-bit number. */
export function hashBytes(bytes: Uint8Array, begin = 0, end = bytes.length): number {
  let hash = FNV_BASIS;
  for (let i = begin; i < end; i++) hash = Math.imul(hash ^ ((bytes[i]! << 24) >> 24), FNV_PRIME);
  return hash;
}

/** The bucket of a 32-bit hash, taken as unsigned. */
export function bucketOf(hash: number, buckets: number): number {
  return (hash >>> 0) % buckets;
}

/**
 * Calls `take` with the bucket of every sequence of 2 to `longest` neighbouring words, and the place of its first word;
 * for each start the shorter ones come first.
 *
 * @param hashes of the words, signed. @param buckets 1 … 2³¹−1
 */
export function forEachSequence(
  hashes: readonly number[],
  longest: number,
  buckets: number,
  take: (bucket: number, begin: number) => void,
): void {
  for (let begin = 0; begin < hashes.length; begin++) {
    // The 64 bits in two halves: JavaScript's numbers hold 53.
    let high = hashes[begin]! >> 31;
    let low = hashes[begin]! >>> 0;
    const end = Math.min(hashes.length, begin + longest);
    for (let next = begin + 1; next < end; next++) {
      const hash = hashes[next]!;
      const product = (low & 0xffff) * SEQUENCE_FACTOR;
      const upper = (low >>> 16) * SEQUENCE_FACTOR;
      const sum = product + (upper % TWO_16) * TWO_16 + (hash >>> 0);
      const carry = Math.floor(upper / TWO_16) + Math.floor(sum / TWO_32);
      high = (Math.imul(high, SEQUENCE_FACTOR) + carry + (hash >> 31)) | 0;
      low = sum >>> 0;
      take(remainder64(high >>> 0, low, buckets), begin);
    }
  }
}

/** (high · 2³² + low) mod divisor, in steps that stay below 2⁵³. @param divisor below 2³¹ */
function remainder64(high: number, low: number, divisor: number): number {
  let rest = remainder(high, divisor);
  rest = remainder(rest * TWO_16 + (low >>> 16), divisor);
  return remainder(rest * TWO_16 + (low & 0xffff), divisor);
}

/** `value % divisor` by one division: the operator itself is slow beyond 32 bits. */
function remainder(value: number, divisor: number): number {
  const rest = value - Math.floor(value / divisor) * divisor;
  // The quotient may have been rounded up to a whole number.
  return rest < 0 ? rest + divisor : rest;
}
