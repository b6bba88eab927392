/** For tests of threads: large instructions, and waiting until helpers are there. */
import { vi } from 'vitest';
import type { Machine } from '../../src/engine/engine.js';
import { instructionSize, kernelNumbers } from '../../src/engine/kernels.js';
import { WasmMachine } from '../../src/engine/wasm/index.js';

/** y[0..n) = value on a block of its own. */
export function fillInstruction(machine: Machine, n: number, value: number): { y: number; run: () => void } {
  const y = machine.allocate(n);
  const code = new Int32Array(instructionSize('fill'));
  code.set([kernelNumbers.fill, y, n]);
  new DataView(code.buffer).setFloat64(12, value, true);
  const handle = machine.load(code);
  return {
    y,
    run: () => {
      try {
        machine.run(handle);
      } finally {
        machine.unload(handle);
        machine.release(y);
      }
    },
  };
}

/** Calls for the helpers of a machine, and waits until all are ready. */
export async function untilReady(machine: Machine): Promise<void> {
  if (!(machine instanceof WasmMachine)) throw new Error('only the wasm engine has helpers');
  fillInstruction(machine, 150_000, 0).run();
  await vi.waitUntil(() => machine.helpers === machine.crewSize, { timeout: 30_000, interval: 2 });
}
