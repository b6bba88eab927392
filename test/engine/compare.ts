/** Runs one kernel on the reference engine and on builds of the wasm engine, whole and in slices, and compares. */
import { expect } from 'vitest';
import type { Engine, Machine } from '../../src/engine/engine.js';
import {
  type ArgumentKind,
  instructionSize,
  type KernelArguments,
  type KernelName,
  kernelNumbers,
  kernelTable,
} from '../../src/engine/kernels.js';
import { referenceEngine } from '../../src/engine/reference/index.js';
import { canRun } from '../../src/engine/wasm/builds.js';
import { type WasmMachine, wasmEngine } from '../../src/engine/wasm/index.js';

/** An argument: a number, contents of an array, or nothing (an absent array). */
export type Given = number | readonly number[] | undefined;
export type GivenArguments<K extends KernelName> = { [A in keyof KernelArguments<K>]: Given };

/** Contents of every array argument after a run. */
export type Contents = Record<string, number[]>;

/** The wasm engines that this host can run. */
export const wasmEngines = (['plain', 'relaxed'] as const)
  .filter((build) => canRun(build))
  .map((build) => wasmEngine({ relaxed: build === 'relaxed', threads: 1 }));

export interface Tolerance {
  /** Greatest difference relative to the reference (default 1e-5). */
  readonly relative?: number;
  /** … or absolute (default 1e-6). */
  readonly absolute?: number;
  /** Array arguments to compare (default: all). */
  readonly only?: readonly string[];
}

/** Holds a kernel call on every wasm engine against the reference, and its slices against the whole. */
export function compare<K extends KernelName>(
  name: K,
  given: GivenArguments<K>,
  tolerance: Tolerance = {},
): void {
  const expected = runKernel(referenceEngine, name, given);
  for (const engine of wasmEngines) {
    const whole = runKernel(engine, name, given);
    for (const key of tolerance.only ?? Object.keys(expected)) {
      expectClose(whole[key]!, expected[key]!, tolerance, `${name}.${key} (${engine.build})`);
    }
    for (const count of [2, 3]) {
      expect(
        runKernel(engine, name, given, count),
        `${name} (${engine.build}) in ${count} slices`,
      ).toStrictEqual(whole);
    }
  }
}

/** One machine for each engine, for all comparisons: making one is the costly part. */
const machines = new Map<Engine, Machine>();

/** The machine on which `runKernel` runs. */
export function machineOf(engine: Engine): Machine {
  const machine = machines.get(engine) ?? engine.createMachine();
  machines.set(engine, machine);
  return machine;
}

/** One call of a kernel, in `slices` slices one after another; returns all arrays. */
export function runKernel<K extends KernelName>(
  engine: Engine,
  name: K,
  given: GivenArguments<K>,
  slices = 1,
): Contents {
  const machine = machineOf(engine);
  const { code, arrays } = encode(machine, name, given);
  const handle = machine.load(code);
  try {
    // The first thread last: it completes what is made of the others' parts.
    for (let slice = slices - 1; slice >= 0; slice--) {
      if (slices > 1) (machine as WasmMachine).takeShare(slice, slices);
      machine.run(handle);
    }
    return Object.fromEntries(
      arrays.map(({ key, kind, address, length }) => [key, [...machine[kind](address, length)]]),
    );
  } finally {
    if (slices > 1) (machine as WasmMachine).takeShare(0, 1);
    machine.unload(handle);
    for (const { address } of arrays) machine.release(address);
  }
}

interface PlacedArray {
  readonly key: string;
  readonly kind: 'floats' | 'ints';
  readonly address: number;
  readonly length: number;
}

/** Puts the arrays in memory and encodes the call. The same array object given twice is placed once. */
function encode(machine: Machine, name: KernelName, given: Record<string, Given>) {
  const placed = new Map<readonly number[], PlacedArray>();
  const code = new Int32Array(instructionSize(name));
  const words = new DataView(code.buffer);
  code[0] = kernelNumbers[name];
  let word = 1;
  for (const [key, kind] of Object.entries<ArgumentKind>(kernelTable[name])) {
    const value = given[key];
    if (kind === 'real') words.setFloat64(4 * word, value as number, true);
    else if (kind === 'int') code[word] = value as number;
    else if (typeof value === 'object') code[word] = place(machine, key, kind, value, placed).address;
    word += kind === 'real' ? 2 : 1;
  }
  return { code, arrays: [...placed.values()] };
}

function place(
  machine: Machine,
  key: string,
  kind: 'floats' | 'ints',
  value: readonly number[],
  placed: Map<readonly number[], PlacedArray>,
): PlacedArray {
  const known = placed.get(value);
  if (known !== undefined) return known;
  const address = machine.allocate(value.length);
  machine[kind](address, value.length).set(value);
  const array = { key, kind, address, length: value.length };
  placed.set(value, array);
  return array;
}

function expectClose(actual: number[], expected: number[], tolerance: Tolerance, what: string): void {
  const { relative = 1e-5, absolute = 1e-6 } = tolerance;
  expect(actual.length).toBe(expected.length);
  const wrong = actual.findIndex((value, i) => !isClose(value, expected[i]!, relative, absolute));
  if (wrong >= 0) expect.fail(`${what}[${wrong}] is ${actual[wrong]}, the reference has ${expected[wrong]}`);
}

function isClose(actual: number, expected: number, relative: number, absolute: number): boolean {
  if (Object.is(actual, expected) || actual === expected || actual === Math.fround(expected)) return true;
  return Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
}

/** n zeros, for outputs. */
export function zeros(n: number): number[] {
  return new Array<number>(n).fill(0);
}

/** n floats that a float32 holds exactly, from a small generator with a seed: quick to make, smooth to compare. */
export function floats(n: number, seed: number, low = -3, high = 3): number[] {
  let state = seed * 2654435761 + 12345;
  return Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.fround(low + ((high - low) * (state >>> 8)) / 0x1000000);
  });
}

/** n integers 0 … limit−1, likewise. */
export function ids(n: number, limit: number, seed: number): number[] {
  return floats(n, seed, 0, 1).map((u) => Math.min(limit - 1, Math.floor(u * limit)));
}

/** Bag ends: `segments` numbers that never fall, the last at most n. */
export function bagEnds(segments: number, n: number, seed: number): number[] {
  return ids(segments, n + 1, seed).sort((a, b) => a - b);
}
