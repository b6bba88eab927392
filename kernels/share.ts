/** One thread's share of one instruction. */
import { run } from './dispatch.generated';
import { isSharing, setSharing, setThread } from './slices';

/**
 * Runs slice `index` of `count` of the instruction at this address; returns as `run` does. On the first thread too,
 * in the midst of a program, for shares that no other thread has begun.
 */
export function runShare(instruction: usize, index: i32, count: i32): i32 {
  const before = isSharing();
  setSharing(false);
  setThread(index, count);
  const result = run(instruction, 1);
  setSharing(before);
  return result;
}
