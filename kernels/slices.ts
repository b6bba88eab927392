/**
 * How work is shared among threads. A shared kernel runs on every thread; each computes its own slice of the
 * *outputs*, and each output is computed by one thread in one fixed order of operations. So results do not
 * depend on the number of threads. Where the output is a single number, the first thread computes it alone, or
 * from parts that are cut at the same places whatever the number of threads.
 *
 * Each thread has an instance of this module, with these variables of its own; all of them see one memory. The
 * first thread is the one that called: it runs the program, and hands out the large instructions of it.
 */
import { GEMM_SCRATCH_BYTES } from './gemm-blocks';
import { isLarge } from './work';

/** Asks the other threads to run their shares of the instruction at this address; returns how many threads share it. */
// @ts-ignore: decorator
@external('env', 'handOut')
declare function handOut(instruction: usize): i32;

/** Waits until the shares handed out last are done; returns whether one of them failed. */
// @ts-ignore: decorator
@external('env', 'awaitShares')
declare function awaitShares(): i32;

let thread: i32 = 0;
let threads: i32 = 1;
/** Whether large instructions are handed out, and whether others are now at work on one. */
let sharing: bool = false;
let othersAtWork: bool = false;
let failed: bool = false;
let scratchAddress: usize = 0;
let commonAddress: usize = 0;

/** Whether to hand out large instructions. Also ends what a trap left half done. */
export function setSharing(value: bool): void {
  sharing = value;
  othersAtWork = false;
  failed = false;
  setThread(0, 1);
}

export function isSharing(): bool {
  return sharing;
}

/** Which thread this instance is, of how many: `index` 0 … count−1. */
export function setThread(index: i32, count: i32): void {
  thread = index;
  threads = count;
}

/**
 * Gives this instance `scratchBytes()` bytes for itself, at a multiple of 16, and `COMMON_BYTES` that are the same
 * for all threads.
 */
export function setScratch(own: usize, common: usize): void {
  scratchAddress = own;
  commonAddress = common;
}

/** How much scratch space the kernels need; the packed blocks of a matrix product are the largest use. */
export function scratchBytes(): i32 {
  return GEMM_SCRATCH_BYTES;
}

/** The first address above the constants of the kernels: memory from here on is the host's. */
export function staticEnd(): usize {
  return __heap_base;
}

/** Scratch space. Nothing in it lives longer than one kernel call. */
export function scratch(): usize {
  return scratchAddress;
}

/** Parts of a sum that the threads leave for the first one: this many float64. */
export const PARTS: i32 = 64;
const COMMON_BYTES: i32 = PARTS * 8;

export function commonBytes(): i32 {
  return COMMON_BYTES;
}

export function parts(): usize {
  return commonAddress;
}

/** Hands the instruction out if it is large enough now. From here to `waitForOthers` this thread has a slice. */
// @ts-ignore: decorator
@inline
export function shareOut(instruction: usize): void {
  if (!sharing || !isLarge(instruction)) return;
  threads = handOut(instruction);
  othersAtWork = threads > 1;
}

/** On the first thread: returns when the others have done their slices of this instruction. */
// @ts-ignore: decorator
@inline
export function waitForOthers(): void {
  if (!othersAtWork) return;
  othersAtWork = false;
  threads = 1;
  const ownFailed = failed;
  failed = false;
  failed = awaitShares() != 0 || ownFailed;
}

/** True on the one thread that computes outputs which cannot be split. */
export function isFirstThread(): bool {
  return thread == 0;
}

/** First output of this thread among n, where slices begin at multiples of `grain`. */
export function sliceBegin(n: i32, grain: i32): i32 {
  return sliceBorder(n, grain, thread);
}

/** One past the last output of this thread among n. */
export function sliceEnd(n: i32, grain: i32): i32 {
  return sliceBorder(n, grain, thread + 1);
}

function sliceBorder(n: i32, grain: i32, index: i32): i32 {
  if (threads == 1) return index == 0 ? 0 : n;
  const grains = <i64>((n + grain - 1) / grain);
  return min(n, <i32>((grains * index) / threads) * grain);
}

/** Says that an id or bag end is out of range: the program stops after this kernel. */
export function fail(): void {
  failed = true;
}

/** Whether the last kernel failed; forgets it. */
export function takeFailure(): bool {
  const result = failed;
  failed = false;
  return result;
}
