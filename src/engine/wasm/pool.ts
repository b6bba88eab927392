/**
 * The pool of helpers: worker threads that run shares of the large instructions of all machines of this thread.
 *
 * Helpers are started when a first machine has use for them, and never waited for: until one says that it is ready,
 * the caller does without it. Results do not depend on how many take part.
 */
import { LexigradError } from '../../base/errors.js';
import {
  CALLER_SPIN_MS,
  outcome,
  pause,
  SLOT_WORDS,
  type SliceKernels,
  slotWord,
  state,
} from './protocol.js';
import { type Helper, type StartHelper, startHostHelper } from './workers.js';

/** A helper that stays silent this long in the midst of a share has died. */
const PATIENCE_MS = 20_000;
/** The wait is in short pieces: time during which the whole process was stopped then counts as one. */
const WAIT_MS = 100;

/** What helpers must know of a machine. */
export interface MachineParts {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** For each helper the address of scratch space of its own. */
  readonly scratch: readonly number[];
  /** The address of what all threads share. */
  readonly common: number;
}

export interface PoolOptions {
  /** How a helper is started; for tests. */
  readonly start?: StartHelper;
  /** After how many milliseconds of waiting a helper counts as dead; for tests. */
  readonly patience?: number;
}

export class WorkerPool {
  /** Threads with the calling one. */
  readonly threads: number;
  readonly patience: number;
  readonly slots: Int32Array;
  private readonly start: StartHelper;
  private helpers: (Helper | undefined)[] | undefined;
  private machines = 0;
  private readonly dropped = new FinalizationRegistry<number>((machine) => this.detach(machine));

  constructor(threads: number, { start = startHostHelper, patience = PATIENCE_MS }: PoolOptions = {}) {
    this.threads = threads;
    this.start = start;
    this.patience = patience;
    this.slots = new Int32Array(new SharedArrayBuffer((threads - 1) * SLOT_WORDS * 4));
  }

  /** Starts the helpers at the first call, and tells them of a machine until `owner` is collected. */
  attach(owner: object, parts: MachineParts): Crew {
    this.helpers ??= this.startHelpers();
    const machine = ++this.machines;
    const { module, memory, scratch, common } = parts;
    const ready = new Int32Array(new SharedArrayBuffer(this.helpers.length * 4));
    for (let i = 0; i < this.helpers.length; i++) {
      this.post(i, {
        kind: 'attach',
        machine,
        module,
        memory,
        scratch: scratch[i]!,
        common,
        ready,
        readyIndex: i,
      });
    }
    this.dropped.register(owner, machine);
    return new Crew(this, machine, ready);
  }

  /** The helper gets no more work. */
  dismiss(index: number): void {
    if (this.helpers !== undefined) this.helpers[index] = undefined;
  }

  isPresent(index: number): boolean {
    return this.helpers?.[index] !== undefined;
  }

  private startHelpers(): (Helper | undefined)[] {
    this.helpers = Array.from({ length: this.threads - 1 }, (_, index) => {
      try {
        return this.start(() => this.dismiss(index));
      } catch {
        // Hosts may forbid workers (permissions, content security policies): the work is done here then.
        return undefined;
      }
    });
    for (let i = 0; i < this.helpers.length; i++) {
      this.post(i, { kind: 'begin', slots: this.slots, slot: i * SLOT_WORDS });
    }
    return this.helpers;
  }

  private detach(machine: number): void {
    for (let i = 0; i < this.threads - 1; i++) this.post(i, { kind: 'detach', machine });
  }

  /** Sends a message, and wakes the helper to fetch it. */
  private post(index: number, message: Parameters<Helper['post']>[0]): void {
    const helper = this.helpers?.[index];
    if (helper === undefined) return;
    const slot = index * SLOT_WORDS;
    const at = slot + slotWord.state;
    // Counted before it is sent, so that the helper never has more messages than it expects.
    Atomics.add(this.slots, slot + slotWord.posted, 1);
    try {
      helper.post(message);
    } catch {
      this.dismiss(index);
    }
    if (Atomics.compareExchange(this.slots, at, state.asleep, state.waiting) === state.asleep) {
      Atomics.notify(this.slots, at);
    }
  }
}

/** The helpers of one machine: shares of an instruction are handed to them, and awaited. */
export class Crew {
  private readonly pool: WorkerPool;
  private readonly machine: number;
  private readonly ready: Int32Array;
  private instruction = 0;
  private count = 1;
  /** Who was offered shares of the present instruction: holders[i], or nobody, slice i + 1. */
  private holders: (number | undefined)[] = [];

  constructor(pool: WorkerPool, machine: number, ready: Int32Array) {
    this.pool = pool;
    this.machine = machine;
    this.ready = ready;
  }

  /** How many helpers are ready. */
  get size(): number {
    return this.readyHelpers().length;
  }

  /** Offers shares of an instruction to all helpers that are free; returns how many threads share it, this one included. */
  handOut(instruction: number): number {
    const { slots } = this.pool;
    const free = this.freeHelpers();
    this.instruction = instruction;
    this.count = free.length + 1;
    this.holders = free.map((helper, i) => {
      const slot = helper * SLOT_WORDS;
      slots[slot + slotWord.machine] = this.machine;
      slots[slot + slotWord.instruction] = instruction;
      slots[slot + slotWord.index] = i + 1;
      slots[slot + slotWord.count] = this.count;
      return offer(slots, slot + slotWord.state) ? helper : undefined;
    });
    return this.count;
  }

  /**
   * Returns when all shares are done: those that no helper has begun yet are run here. True where one of them met an id
   * out of range.
   * @throws LexigradError when a helper has died, or trapped, in the midst of a share.
   */
  awaitShares(kernels: SliceKernels): boolean {
    let failed = false;
    this.holders.forEach((helper, i) => {
      if (helper !== undefined && !this.takeBack(helper)) return;
      this.holders[i] = undefined;
      if (kernels.runShare(this.instruction, i + 1, this.count) !== 0) failed = true;
    });
    for (const helper of this.holders) if (helper !== undefined && this.awaitHelper(helper)) failed = true;
    return failed;
  }

  /** Whether the helper had not begun; then it will not. */
  private takeBack(helper: number): boolean {
    const at = helper * SLOT_WORDS + slotWord.state;
    return Atomics.compareExchange(this.pool.slots, at, state.offered, state.waiting) === state.offered;
  }

  /** Waits for a share that is begun; returns whether it met an id out of range. */
  private awaitHelper(helper: number): boolean {
    const { slots, patience } = this.pool;
    const slot = helper * SLOT_WORDS;
    if (!waitWhileRunning(slots, slot + slotWord.state, patience)) {
      this.pool.dismiss(helper);
      throw brokenOff('did not come back');
    }
    const ended = Atomics.load(slots, slot + slotWord.outcome);
    if (ended === outcome.trapped) throw brokenOff('broke off');
    return ended === outcome.outOfRange;
  }

  private freeHelpers(): number[] {
    const { slots } = this.pool;
    return this.readyHelpers().filter((helper) => {
      const found = Atomics.load(slots, helper * SLOT_WORDS + slotWord.state);
      return found === state.waiting || found === state.asleep;
    });
  }

  private readyHelpers(): number[] {
    const indexes = Array.from(this.ready, (_, i) => i);
    return indexes.filter((i) => Atomics.load(this.ready, i) === 1 && this.pool.isPresent(i));
  }
}

/** waiting or asleep → offered; false where the helper went away to fetch a message just now. */
function offer(slots: Int32Array, at: number): boolean {
  for (let found = Atomics.load(slots, at); found !== state.away; found = Atomics.load(slots, at)) {
    if (Atomics.compareExchange(slots, at, state.waiting, state.offered) === state.waiting) return true;
    if (Atomics.compareExchange(slots, at, state.asleep, state.offered) === state.asleep) {
      Atomics.notify(slots, at);
      return true;
    }
  }
  return false;
}

/** Spins, then sleeps where that is allowed, while a share runs; false when patience ends before it. */
function waitWhileRunning(slots: Int32Array, at: number, patience: number): boolean {
  const begin = performance.now();
  const spinEnd = begin + (canSleep() ? CALLER_SPIN_MS : patience);
  do {
    for (let i = 0; i < 100; i++) {
      if (Atomics.load(slots, at) !== state.running) return true;
      pause();
    }
  } while (performance.now() < spinEnd);
  if (Atomics.compareExchange(slots, at, state.running, state.awaited) !== state.running) return true;
  for (let waited = 0; waited < patience; waited += WAIT_MS) {
    if (Atomics.wait(slots, at, state.awaited, WAIT_MS) !== 'timed-out') return true;
  }
  return Atomics.load(slots, at) !== state.awaited;
}

let sleeps: boolean | undefined;

/** Whether this thread may sleep: the main thread of a web page may not. */
function canSleep(): boolean {
  sleeps ??= tryToSleep();
  return sleeps;
}

function tryToSleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

function brokenOff(what: string): LexigradError {
  return new LexigradError(
    `a worker thread ${what} in the midst of a computation, so the values of this model are not whole: ` +
      'start again from the last checkpoint or saved model; with LEXIGRAD_THREADS=1 no worker takes part',
  );
}
