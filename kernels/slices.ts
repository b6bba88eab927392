/**
 * How work is shared among threads. Every kernel runs on every thread; each computes its own slice of the
 * *outputs*, and each output is computed by one thread in one fixed order of operations. So results do not
 * depend on the number of threads. Where the output is a single number, the first thread computes it alone.
 */
import { GEMM_SCRATCH_BYTES } from './gemm-blocks';

let thread: i32 = 0;
let threads: i32 = 1;
let failed: bool = false;
let scratchAddress: usize = 0;

/** Which thread this instance is, of how many: `index` 0 … count−1. */
export function setThread(index: i32, count: i32): void {
  thread = index;
  threads = count;
}

/** Gives this instance `scratchBytes()` bytes for itself, at a multiple of 16. */
export function setScratch(address: usize): void {
  scratchAddress = address;
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
