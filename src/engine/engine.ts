/**
 * What an engine is: something that gives memory and runs instructions on it.
 *
 * A `Machine` is the memory of one model: its parameters, optimiser state and the arenas of its programs. Dropping
 * the last reference to a machine frees everything in it; nothing has to be disposed of by hand.
 *
 * Addresses are in bytes and multiples of 4 on every engine: an element, float or integer, takes 4 address units, also
 * on the reference engine, whose floats are 64-bit. So one program, planned once, runs on all of them.
 */
import { ValueError } from '../base/errors.js';
import { kernelNames } from './kernels.js';

/** Every block starts at a multiple of this (a cache line, a SIMD register, a WebGPU binding offset all divide it). */
export const ALIGNMENT = 256;

/** Floats as the engine holds them: 32 bits, or 64 on the reference engine. */
export type Floats = Float32Array | Float64Array;

export interface Engine {
  readonly name: string;
  /** How it was set up, for people: which build, how many threads. */
  readonly description: string;
  createMachine(): Machine;
}

export interface Machine {
  readonly engine: Engine;
  /** Reserves `elements` zeroed elements and returns their address, a multiple of ALIGNMENT and never 0. */
  allocate(elements: number): number;
  /** Gives back a block that `allocate` returned. */
  release(address: number): void;
  /** A view of floats in memory. Valid until the next `allocate`: memory may move when it grows. */
  floats(address: number, length: number): Floats;
  /** A view of integers in memory. Valid until the next `allocate`. */
  ints(address: number, length: number): Int32Array;
  /** Writes floats, converting them to the engine's width. */
  writeFloats(address: number, values: ArrayLike<number>): void;
  writeInts(address: number, values: ArrayLike<number>): void;
  /** Stores instructions; the returned handle can be run many times. */
  load(code: Int32Array): CodeHandle;
  /** Overwrites loaded code with other instructions of the same length (the same program for another batch size). */
  rewrite(handle: CodeHandle, code: Int32Array): void;
  /** Forgets loaded instructions. */
  unload(handle: CodeHandle): void;
  /**
   * Runs the instructions in words `begin` … `end`−1 of a loaded code (default: all of it), and returns when all is
   * done; other threads may help with large ones.
   * @throws ValueError when a kernel meets an id outside its table.
   */
  run(handle: CodeHandle, begin?: number, end?: number): void;
}

/** Names code that a machine has loaded. */
export interface CodeHandle {
  readonly words: number;
}

/** The error for an id or a bag end out of range, found by the kernel whose number is given. */
export function rangeError(kernel: number): ValueError {
  const name = kernelNames[kernel] ?? `kernel ${kernel}`;
  return new ValueError(
    `${name}: an id, label or bag end is out of range. Ids must be 0 … rows−1 of the table they index, labels ` +
      `0 … classes−1, and bag ends must not fall nor pass the number of items.`,
  );
}

/**
 * First-fit allocator over a byte range that can grow; shared by the engines.
 * Blocks are few (parameters, one arena for each program), so plain sorted lists serve.
 */
export class Allocator {
  private readonly sizes = new Map<number, number>();
  private free: { address: number; size: number }[] = [];
  /** First address never handed out. */
  top: number;

  constructor(start: number) {
    this.top = alignUp(start, ALIGNMENT);
  }

  /** Address of a new block; raises `top` where no gap is large enough. */
  allocate(bytes: number): number {
    const size = Math.max(ALIGNMENT, alignUp(bytes, ALIGNMENT));
    const index = this.free.findIndex((gap) => gap.size >= size);
    let address = this.top;
    if (index >= 0) {
      const gap = this.free[index]!;
      address = gap.address;
      if (gap.size === size) this.free.splice(index, 1);
      else this.free[index] = { address: address + size, size: gap.size - size };
    } else {
      this.top += size;
    }
    this.sizes.set(address, size);
    return address;
  }

  release(address: number): void {
    const size = this.sizes.get(address);
    if (size === undefined) throw new ValueError(`no block was allocated at address ${address}`);
    this.sizes.delete(address);
    this.free.push({ address, size });
    this.free.sort((a, b) => a.address - b.address);
    const merged: { address: number; size: number }[] = [];
    for (const gap of this.free) {
      const last = merged.at(-1);
      if (last !== undefined && last.address + last.size === gap.address) last.size += gap.size;
      else merged.push({ ...gap });
    }
    this.free = merged;
  }
}

export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
