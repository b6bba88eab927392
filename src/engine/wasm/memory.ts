/** The memory of a machine: one WebAssembly memory that grows, shared (so that threads can work on it) where it can be. */
import { ValueError } from '../../base/errors.js';

const PAGE_BYTES = 65536;
/** 4 GiB, all that 32-bit addresses reach. */
const MAXIMUM_PAGES = 65536;
/** One page less is used, so that the end of a block is never address 2³², which reads as 0. */
const USABLE_PAGES = MAXIMUM_PAGES - 1;

let shareable: boolean | undefined;

/** Whether the host can make shared memories; browsers forbid it on pages that are not cross-origin isolated. */
export function canShareMemory(): boolean {
  shareable ??= tryToShare();
  return shareable;
}

function tryToShare(): boolean {
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    return typeof SharedArrayBuffer === 'function' && memory.buffer instanceof SharedArrayBuffer;
  } catch {
    return false;
  }
}

/** A small memory that may grow to 4 GiB. */
export function createMemory(shared = canShareMemory()): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared });
}

/**
 * Grows a memory to at least `bytes`; by a quarter at least, so that growing is rare. Pages cost nothing until used.
 * @throws ValueError when 4 GiB or the host's memory are exhausted.
 */
export function growMemory(memory: WebAssembly.Memory, bytes: number): void {
  const present = memory.buffer.byteLength / PAGE_BYTES;
  const needed = Math.ceil(bytes / PAGE_BYTES);
  if (needed <= present) return;
  if (needed > USABLE_PAGES) throw exhausted(bytes, 'a WebAssembly memory ends at 4 GiB');
  const wanted = Math.min(USABLE_PAGES, Math.max(needed, Math.ceil(present * 1.25)));
  if (!tryToGrow(memory, wanted - present) && !tryToGrow(memory, needed - present)) {
    throw exhausted(bytes, 'the host gives no more memory');
  }
}

function tryToGrow(memory: WebAssembly.Memory, pages: number): boolean {
  try {
    memory.grow(pages);
    return true;
  } catch {
    return false;
  }
}

function exhausted(bytes: number, reason: string): ValueError {
  const mebibytes = Math.ceil(bytes / 2 ** 20);
  return new ValueError(
    `out of memory: the model and its programs need ${mebibytes} MiB, and ${reason}. ` +
      `Use a smaller batch, vocabulary or embedding.`,
  );
}
