/**
 * The program of a helper: a worker thread that runs shares of large instructions.
 *
 * It is bundled to a string (helper.generated.ts) and started from that, so it is found from sources, builds and
 * bundles alike, in Node and in browsers. The protocol stands in protocol.ts.
 */
import { ballastFor } from './ballast.js';
import {
  HELPER_SPIN_MS,
  type Message,
  outcome,
  pause,
  type SliceKernels,
  slotWord,
  state,
} from './protocol.js';

/** A helper's own heap is tiny: collecting it costs nothing, so it is made to do so sooner than its caller. */
const BALLAST = 4;

/** Machines by their numbers. */
const machines = new Map<number, { readonly kernels: SliceKernels; readonly ballast: unknown }>();
let slots: Int32Array = new Int32Array(0);
let slot = 0;
let received = 0;

const nodePort = globalThis.process?.getBuiltinModule?.('node:worker_threads')?.parentPort;
if (nodePort) nodePort.on('message', receive);
else globalThis.addEventListener('message', ({ data }: MessageEvent<Message>) => receive(data));

function receive(message: Message): void {
  received++;
  if (message.kind === 'begin') ({ slots, slot } = message);
  else if (message.kind === 'attach') attach(message);
  else machines.delete(message.machine);
  serve();
}

function attach(message: Message & { kind: 'attach' }): void {
  const { memory, module, machine, scratch, common, ready, readyIndex } = message;
  // A helper never hands out work itself.
  const imports = { env: { memory, handOut: () => 1, awaitShares: () => 0 } };
  const kernels = new WebAssembly.Instance(module, imports).exports as unknown as SliceKernels;
  kernels.setScratch(scratch, common);
  machines.set(machine, { kernels, ballast: ballastFor(memory, BALLAST) });
  Atomics.store(ready, readyIndex, 1);
}

/** Runs shares until there are messages; returns to the event loop, which delivers them. */
function serve(): void {
  const at = slot + slotWord.state;
  Atomics.store(slots, at, state.waiting);
  while (true) {
    waitForNews(at);
    if (Atomics.compareExchange(slots, at, state.offered, state.running) === state.offered) {
      Atomics.store(slots, slot + slotWord.outcome, runShare());
      if (Atomics.exchange(slots, at, state.waiting) === state.awaited) Atomics.notify(slots, at);
    } else if (
      hasMessages() &&
      Atomics.compareExchange(slots, at, state.waiting, state.away) === state.waiting
    ) {
      return;
    }
  }
}

function hasMessages(): boolean {
  return Atomics.load(slots, slot + slotWord.posted) !== received;
}

/** Returns when a share is offered or there are messages (or, at times, without a reason). */
function waitForNews(at: number): void {
  const end = performance.now() + HELPER_SPIN_MS;
  do {
    for (let i = 0; i < 100; i++) {
      if (Atomics.load(slots, at) !== state.waiting || hasMessages()) return;
      pause();
    }
  } while (performance.now() < end);
  if (Atomics.compareExchange(slots, at, state.waiting, state.asleep) !== state.waiting) return;
  // Whoever posts a message after this look sets the state to waiting, so that the sleep does not begin.
  if (!hasMessages()) Atomics.wait(slots, at, state.asleep);
  Atomics.compareExchange(slots, at, state.asleep, state.waiting);
}

function runShare(): number {
  const { kernels } = machines.get(slots[slot + slotWord.machine]!)!;
  try {
    const result = kernels.runShare(
      slots[slot + slotWord.instruction]!,
      slots[slot + slotWord.index]!,
      slots[slot + slotWord.count]!,
    );
    return result === 0 ? outcome.done : outcome.outOfRange;
  } catch {
    return outcome.trapped;
  }
}
