import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LexigradError, ValueError } from '../../src/base/errors.js';
import type { KernelName } from '../../src/engine/kernels.js';
import { compiled } from '../../src/engine/wasm/builds.js';
import { WasmMachine, wasmEngine } from '../../src/engine/wasm/index.js';
import { type PoolOptions, WorkerPool } from '../../src/engine/wasm/pool.js';
import { type Message, slotWord, state } from '../../src/engine/wasm/protocol.js';
import { chooseThreads, type Helper } from '../../src/engine/wasm/workers.js';
import { LanguageModel, TextClassifier } from '../../src/models/index.js';
import { type Contents, floats, type GivenArguments, ids, machineOf, runKernel } from './compare.js';
import { fillInstruction, untilReady } from './helpers.js';
import { large, lookup } from './large-calls.js';

describe('any number of threads', () => {
  it.each(Object.keys(large) as KernelName[])('gives the same bits: %s', async (name) => {
    for (const threads of [2, 3, 4]) await untilReady(machineOf(wasmEngine({ threads })));
    for (const given of large[name]!) {
      const call = given as GivenArguments<typeof name>;
      const alone = runKernel(wasmEngine({ threads: 1 }), name, call);
      for (const threads of [2, 3, 4]) {
        const together = runKernel(wasmEngine({ threads }), name, call);
        expect(firstDifference(together, alone), `${threads} threads`).toBeUndefined();
      }
    }
  });

  it('gives the same weights after a whole training', async () => {
    const lines = floats(1500, 3, 0, 1).map((_, i) => sentence(i));
    const hashes = { lm: new Set<string>(), classifier: new Set<string>() };
    for (const threads of [1, 2, 3]) {
      const engine = wasmEngine({ threads, exact: true });
      await untilReady(machineOf(engine));
      const lm = await LanguageModel.train(lines, {
        engine,
        dimension: 48,
        hidden: [64],
        epochs: 2,
        batchSize: 128,
      });
      hashes.lm.add(lm.hash);
      const examples = lines.map((text, i) => ({ text, label: i % 3 === 0 ? 'yes' : 'no' }));
      const classifier = await TextClassifier.train(examples, { engine, epochs: 2, batchSize: 256, seed: 4 });
      hashes.classifier.add(classifier.hash);
      if (threads > 1) await vi.waitUntil(() => (lm.workspace.machine as WasmMachine).helpers > 0, 20_000);
    }
    expect(hashes.lm.size).toBe(1);
    expect(hashes.classifier.size).toBe(1);
  });

  it('keeps machines apart, old and new, of both builds', async () => {
    const engines = [wasmEngine({ threads: 2 }), wasmEngine({ threads: 2, exact: true })];
    const machines = [...engines, ...engines].map((engine) => engine.createMachine());
    for (let round = 1; round <= 30; round++) {
      for (const [i, machine] of machines.entries()) {
        const value = 100 * i + round;
        const fill = fillInstruction(machine, 150_000, value);
        fill.run();
        expect(machine.floats(fill.y, 150_000).every((element) => element === value)).toBe(true);
      }
      // Memory has grown since the helpers came: they must see the new part too.
      if (round % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
});

describe('an id out of range', () => {
  it('is reported whichever thread meets it, and the program runs on afterwards', async () => {
    const engine = wasmEngine({ threads: 4 });
    await untilReady(machineOf(engine));
    const call = lookup(4000, 60, 500);
    for (const place of [0, 1500, 2500, 3999]) {
      const bad = { ...call, ids: call.ids.with(place, place % 2 === 0 ? 500 : -1) };
      for (let time = 0; time < 5; time++) {
        expect(() => runKernel(engine, 'gather', bad)).toThrow(ValueError);
        expect(() => runKernel(engine, 'gather', bad)).toThrow(/^gather: /);
      }
    }
    const alone = runKernel(wasmEngine({ threads: 1 }), 'gather', call);
    expect(firstDifference(runKernel(engine, 'gather', call), alone)).toBeUndefined();
  });
});

describe('helpers that fail', () => {
  const make = (threads: number, options: PoolOptions) =>
    new WasmMachine(wasmEngine({ threads: 1 }), compiled('plain'), new WorkerPool(threads, options));

  it('are done without where the host refuses workers', () => {
    const machine = make(3, {
      start: () => {
        throw new Error('workers are forbidden');
      },
    });
    expectToFill(machine);
    expect(machine.helpers).toBe(0);
  });

  it('are done without where they never answer, cannot be sent to, or end', () => {
    const end: (() => void)[] = [];
    const fakes: Helper[] = [
      { post: () => {} },
      {
        post: () => {
          throw new Error('could not be cloned');
        },
      },
      fakeHelper(),
    ];
    const machine = make(4, {
      start: (onEnd) => {
        end.push(onEnd);
        return fakes[end.length - 1]!;
      },
    });
    expectToFill(machine);
    expect(machine.helpers).toBe(1);
    end[2]!();
    expect(machine.helpers).toBe(0);
    expectToFill(machine);
  });

  it('lose the shares that they have not begun', () => {
    const machine = make(3, { start: fakeHelper });
    expectToFill(machine);
    expect(machine.helpers).toBe(2);
    for (let time = 0; time < 5; time++) expectToFill(machine);
    // Here the first thread needs what the others leave for it.
    const call = { y: [0], x: floats(200_000, 1), n: 200_000, count: undefined, width: 0 };
    const engine = { ...machine.engine, createMachine: () => machine };
    expect(runKernel(engine, 'sumSquares', call)).toStrictEqual(
      runKernel(machine.engine, 'sumSquares', call),
    );
  });

  it('stop the program when they die in the midst of a share, and are not asked again', async () => {
    const begun = new Int32Array(new SharedArrayBuffer(4));
    const machine = make(2, { start: (onEnd) => dyingHelper(onEnd, begun), patience: 300 });
    await untilReady(machine);
    // Whether the helper is quick enough to begin is chance; once it has begun, it does not come back.
    const run = () => {
      for (let time = 0; time < 1000 && Atomics.load(begun, 0) === 0; time++) {
        fillInstruction(machine, 20_000_000, time).run();
      }
    };
    expect(run).toThrow(LexigradError);
    expect(machine.helpers).toBe(0);
    expectToFill(machine);
  });
});

describe('the number of threads', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is what is asked for, else what the environment says, else one a core', () => {
    vi.stubEnv('LEXIGRAD_THREADS', '3');
    expect(chooseThreads(undefined)).toBe(3);
    expect(chooseThreads(2)).toBe(2);
    expect(wasmEngine().description).toMatch(/, 3 threads$/);
    vi.stubEnv('LEXIGRAD_THREADS', '');
    expect(chooseThreads(undefined)).toBeGreaterThanOrEqual(1);
    expect(wasmEngine({ threads: 1 }).description).toMatch(/, 1 thread$/);
    expect(wasmEngine({ threads: 2 })).toBe(wasmEngine({ threads: 2 }));
  });

  it('is refused where it makes no sense', () => {
    for (const threads of [0, -1, 1.5, 65, Number.NaN]) {
      expect(() => wasmEngine({ threads })).toThrow(ValueError);
    }
    for (const text of ['0', 'many', '1e9', '2.5']) {
      vi.stubEnv('LEXIGRAD_THREADS', text);
      expect(() => wasmEngine()).toThrow(/LEXIGRAD_THREADS must be a whole number/);
    }
  });
});

/** Where two results differ; arrays are too long for the messages of `toEqual`. */
function firstDifference(actual: Contents, expected: Contents): string | undefined {
  for (const [name, values] of Object.entries(expected)) {
    const i = values.findIndex((value, i) => !Object.is(value, actual[name]![i]));
    if (i >= 0) return `${name}[${i}] is ${actual[name]![i]}, not ${values[i]}`;
  }
  return undefined;
}

function expectToFill(machine: WasmMachine): void {
  const fill = fillInstruction(machine, 150_000, 3);
  fill.run();
  expect(machine.floats(fill.y, 150_000).every((element) => element === 3)).toBe(true);
}

/** Says that it is ready for every machine, and never begins anything. */
function fakeHelper(): Helper {
  return {
    post(message: Message) {
      if (message.kind === 'begin')
        Atomics.store(message.slots, message.slot + slotWord.state, state.waiting);
      if (message.kind === 'attach') Atomics.store(message.ready, message.readyIndex, 1);
    },
  };
}

/** A thread that takes the first share it is offered, and ends. */
function dyingHelper(onEnd: () => void, begun: Int32Array): Helper {
  const source = `
    const { parentPort, workerData: begun } = require('node:worker_threads');
    let slots, at;
    parentPort.on('message', (message) => {
      if (message.kind === 'begin') ({ slots, slot: at } = message);
      if (message.kind !== 'attach') return;
      Atomics.store(slots, at, ${state.waiting});
      Atomics.store(message.ready, message.readyIndex, 1);
      while (Atomics.compareExchange(slots, at, ${state.offered}, ${state.running}) !== ${state.offered});
      Atomics.store(begun, 0, 1);
      process.exit();
    });`;
  const worker = new Worker(source, { eval: true, workerData: begun });
  worker.unref();
  worker.on('exit', onEnd);
  return { post: (message) => worker.postMessage(message) };
}

/** Eight words out of 400. */
function sentence(i: number): string {
  return ids(8, 400, i)
    .map((id) => `word${id}`)
    .join(' ');
}
