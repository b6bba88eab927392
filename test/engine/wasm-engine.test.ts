import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/base/errors.js';
import { ALIGNMENT } from '../../src/engine/engine.js';
import { instructionSize, type KernelName, kernelNames, kernelNumbers } from '../../src/engine/kernels.js';
import { plainBinary } from '../../src/engine/wasm/binary.generated.js';
import { canRun, chooseBuild, fitToHost } from '../../src/engine/wasm/builds.js';
import { hasWasm, loadWasmEngine, wasmEngine } from '../../src/engine/wasm/index.js';
import { createMemory, growMemory } from '../../src/engine/wasm/memory.js';
import { type GivenArguments, runKernel, wasmEngines, zeros } from './compare.js';

function fillCode(y: number, n: number, value: number): Int32Array {
  const code = new Int32Array(instructionSize('fill'));
  code.set([kernelNumbers.fill, y, n]);
  new DataView(code.buffer).setFloat64(12, value, true);
  return code;
}

describe('machine', () => {
  it('gives aligned, zeroed blocks, also where a block was used before', () => {
    const machine = wasmEngine().createMachine();
    const first = machine.allocate(100);
    expect(first).toBeGreaterThan(0);
    expect(first % ALIGNMENT).toBe(0);
    machine.floats(first, 100).fill(7);
    machine.release(first);
    const again = machine.allocate(100);
    expect(again).toBe(first);
    expect([...machine.floats(again, 100)]).toEqual(zeros(100));
  });

  it('keeps contents while memory grows', () => {
    const machine = wasmEngine().createMachine();
    const small = machine.allocate(4);
    machine.floats(small, 4).set([1, 2, 3, 4]);
    const large = machine.allocate(3_000_000);
    machine.floats(large, 3_000_000)[2_999_999] = 5;
    expect([...machine.floats(small, 4)]).toEqual([1, 2, 3, 4]);
    expect([...machine.ints(small, 1)]).toEqual([0x3f800000]);
  });

  it('refuses more than 4 GiB with advice, and stays usable', () => {
    const machine = wasmEngine().createMachine();
    expect(() => machine.allocate(2 ** 30)).toThrow(ValueError);
    expect(() => machine.allocate(2 ** 30)).toThrow(/out of memory.*smaller batch/);
    const block = machine.allocate(1000);
    expect(machine.floats(block, 1000)).toHaveLength(1000);
  });

  it('runs code whole, in part, rewritten, and not after a bad release', () => {
    const machine = wasmEngine().createMachine();
    const y = machine.allocate(2);
    const size = instructionSize('fill');
    const code = new Int32Array([...fillCode(y, 1, 3), ...fillCode(y + 4, 1, 4)]);
    const handle = machine.load(code);
    machine.run(handle, size);
    expect([...machine.floats(y, 2)]).toEqual([0, 4]);
    machine.run(handle);
    expect([...machine.floats(y, 2)]).toEqual([3, 4]);
    machine.rewrite(handle, new Int32Array([...fillCode(y, 1, 5), ...fillCode(y + 4, 1, 6)]));
    machine.run(handle, 0, size);
    expect([...machine.floats(y, 2)]).toEqual([5, 4]);
    machine.unload(handle);
    expect(() => machine.release(12345)).toThrow(ValueError);
  });

  it('keeps machines apart', () => {
    const [one, other] = [wasmEngine().createMachine(), wasmEngine().createMachine()];
    const address = one.allocate(1);
    expect(other.allocate(1)).toBe(address);
    one.floats(address, 1)[0] = 1;
    expect(other.floats(address, 1)[0]).toBe(0);
  });
});

/** Calls with an id, label or bag end out of range, by kernel. */
const bad: { [K in KernelName]?: GivenArguments<K>[] } = {
  gather: [-1, 3].map((id) => ({ y: zeros(4), table: zeros(6), ids: [0, id], n: 2, width: 2, rows: 3 })),
  scatterRows: [-1, 3].map((id) => ({
    y: zeros(6),
    values: zeros(4),
    ids: [0, id],
    n: 2,
    width: 2,
    rows: 3,
  })),
  groupRows: [-1, 9].map((id) => ({
    ids: [1, id],
    n: 2,
    rows: 9,
    order: zeros(2),
    unique: zeros(2),
    starts: zeros(3),
    count: [0],
    scratch: zeros(4),
  })),
  pick: [-1, 3].map((id) => ({ y: zeros(2), x: zeros(6), ids: [0, id], rows: 2, columns: 3 })),
  oneHot: [-1, 3].map((id) => ({ y: zeros(6), ids: [0, id], rows: 2, columns: 3 })),
  crossEntropyGradient: [-1, 3].map((label) => ({
    y: zeros(6),
    x: zeros(6),
    lse: zeros(2),
    labels: [0, label],
    scale: [1, 1],
    rows: 2,
    columns: 3,
  })),
  bag: [
    { ids: [0, 3], ends: [1, 2] },
    { ids: [0, -1], ends: [1, 2] },
    { ids: [0, 1], ends: [2, 1] },
    { ids: [0, 1], ends: [1, 3] },
    { ids: [0, 1], ends: [-1, 2] },
  ].map((part) => ({ y: zeros(4), table: zeros(6), segments: 2, n: 2, width: 2, rows: 3, mode: 0, ...part })),
  segmentPool: [[3], [-1]].map((ends) => ({ y: [0], x: [0, 0], ends, segments: 1, n: 2, width: 1, mode: 0 })),
  segmentRepeat: [[3], [-1]].map((ends) => ({ y: [0, 0], x: [0], ends, segments: 1, n: 2, width: 1 })),
  segmentArgmax: [[3], [-1]].map((ends) => ({ y: [0, 0], x: [0, 0], ends, segments: 1, n: 2, width: 1 })),
  segmentIds: [[3], [-1], [1]].map((ends) => ({ y: [0, 0], ends, segments: 1, n: 2 })),
};

describe.each(wasmEngines)('ids out of range, $build build', (engine) => {
  it.each(Object.keys(bad) as KernelName[])('%s refuses them by name', (name) => {
    for (const given of bad[name]!) {
      const call = () => runKernel(engine, name, given as GivenArguments<typeof name>);
      expect(call).toThrow(ValueError);
      expect(call).toThrow(new RegExp(`^${name}: `));
    }
  });

  it('runs on after a refusal', () => {
    const [call] = bad.pick!;
    expect(() => runKernel(engine, 'pick', call!)).toThrow(ValueError);
    expect(runKernel(engine, 'fill', { y: [0, 0], n: 2, value: 2 }).y).toEqual([2, 2]);
  });
});

describe('builds', () => {
  it('are chosen by the options', () => {
    expect(hasWasm()).toBe(true);
    expect(chooseBuild({ exact: true })).toBe('plain');
    expect(chooseBuild({ relaxed: false })).toBe('plain');
    expect(chooseBuild({})).toBe(canRun('relaxed') ? 'relaxed' : 'plain');
    expect(() => chooseBuild({ relaxed: true, exact: true })).toThrow(/contradict/);
    if (canRun('relaxed')) expect(chooseBuild({ relaxed: true })).toBe('relaxed');
    else expect(() => chooseBuild({ relaxed: true })).toThrow(/no relaxed SIMD/);
  });

  it('can be compiled ahead', async () => {
    const engine = await loadWasmEngine({ exact: true });
    expect(engine).toBe(wasmEngine({ exact: true }));
    expect(engine.description).toMatch(/^wasm \(128-bit SIMD\), \d+ threads?$/);
  });

  it('can be made to fit a host without shared memory', () => {
    const shared = [0, 3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 3, 1, 9];
    const expected = shared.with(13, 1);
    expect([...fitToHost(new Uint8Array(shared), false)]).toEqual(expected);
    expect([...fitToHost(new Uint8Array(shared), true)]).toEqual(shared);
  });

  it('run on ordinary memory', () => {
    const bytes = Uint8Array.from(atob(plainBinary), (character) => character.charCodeAt(0));
    const memory = createMemory(false);
    const module = new WebAssembly.Module(fitToHost(bytes, false));
    const env = { memory, handOut: () => 1, awaitShares: () => 0 };
    const { run } = new WebAssembly.Instance(module, { env }).exports as {
      run: (code: number, words: number) => number;
    };
    const code = fillCode(512, 3, 1.5);
    new Int32Array(memory.buffer).set(code, 64);
    expect(run(256, code.length)).toBe(0);
    expect([...new Float32Array(memory.buffer, 512, 4)]).toEqual([1.5, 1.5, 1.5, 0]);
  });

  it('know every kernel of the list', () => {
    const machine = wasmEngine().createMachine();
    for (const name of kernelNames) {
      // All arguments zero: nothing to do, which every kernel must survive where no row, item or segment is asked for.
      const code = new Int32Array(instructionSize(name));
      code[0] = kernelNumbers[name];
      machine.run(machine.load(code));
    }
  });
});

describe('memory', () => {
  it('can be ordinary where it cannot be shared, and grows', () => {
    for (const shared of [true, false]) {
      const memory = createMemory(shared);
      growMemory(memory, 300_000);
      expect(memory.buffer.byteLength).toBeGreaterThanOrEqual(300_000);
      growMemory(memory, 1);
      expect(() => growMemory(memory, 2 ** 32 + 1)).toThrow(/4 GiB/);
    }
  });
});
