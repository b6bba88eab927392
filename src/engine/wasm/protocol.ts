/**
 * How the calling thread and its helpers speak.
 *
 * Each helper has a slot of 32-bit words in shared memory. Its `state` is the whole protocol; only the thread named
 * here changes it, by compare-and-exchange:
 *
 *   away ─helper→ waiting ─helper→ asleep      it spins for a while, then sleeps
 *   waiting, asleep ─caller→ offered           a share is in the other words of the slot
 *   offered ─helper→ running ─helper→ waiting  it runs the share
 *   offered ─caller→ waiting                   the caller takes back a share that is not begun
 *   running ─caller→ awaited ─helper→ waiting  the caller sleeps until the share is done
 *   waiting ─helper→ away                      it goes to fetch messages, from which it learns of machines
 *
 * So a helper that is late, or has died, is never waited for unless it has begun a share.
 */
export const state = { away: 0, waiting: 1, asleep: 2, offered: 3, running: 4, awaited: 5 } as const;

/** The words of a slot. */
export const slotWord = {
  state: 0,
  /** Messages posted to the helper so far; it looks for them when this is more than it has had. */
  posted: 1,
  /** The share: which machine, the address of the instruction, and which slice of how many. */
  machine: 2,
  instruction: 3,
  index: 4,
  count: 5,
  /** How the share ended, see `outcome`. */
  outcome: 6,
} as const;

export const outcome = { done: 0, outOfRange: 1, trapped: 2 } as const;

/** Two cache lines for each helper, so that they do not disturb each other. */
export const SLOT_WORDS = 32;

/**
 * How long a thread spins before it sleeps, in milliseconds: longer than the small instructions between two large ones
 * take, so that helpers are awake when the next comes.
 */
export const HELPER_SPIN_MS = 0.05;
export const CALLER_SPIN_MS = 0.03;

/** What both sides call in their instances of the kernels (see kernels/index.ts). */
export interface SliceKernels {
  setScratch(own: number, common: number): void;
  runShare(instruction: number, index: number, count: number): number;
}

export type Message =
  /** The first: the slots, and the first word of the helper's own. */
  | { readonly kind: 'begin'; readonly slots: Int32Array; readonly slot: number }
  /** A machine to work on. The helper sets ready[readyIndex] to 1 when it can. */
  | {
      readonly kind: 'attach';
      readonly machine: number;
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
      readonly scratch: number;
      readonly common: number;
      readonly ready: Int32Array;
      readonly readyIndex: number;
    }
  /** A machine that nobody uses any more. */
  | { readonly kind: 'detach'; readonly machine: number };

/** Waits a few nanoseconds, politely where the runtime knows how to. */
export const pause: () => void = (Atomics as { pause?: () => void }).pause?.bind(Atomics) ?? (() => {});
