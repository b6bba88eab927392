/**
 * The reference engine: float64, one plain loop a kernel. It is slow and it is the specification: other engines are
 * tested against it, and gradient checks run on it.
 */
import { Allocator, type CodeHandle, type Engine, type Machine, rangeError } from '../engine.js';
import { type ArgumentKind, kernelNames, kernelTable } from '../kernels.js';
import { callReferenceKernel } from './kernels.js';

export const referenceEngine: Engine = {
  name: 'reference',
  description: 'reference (plain TypeScript, float64)',
  createMachine: () => new ReferenceMachine(),
};

interface ReferenceCode extends CodeHandle {
  readonly code: Int32Array;
}

/** Address a is element a/4 of two parallel memories, one of float64 and one of integers. */
class ReferenceMachine implements Machine {
  readonly engine = referenceEngine;
  private readonly allocator = new Allocator(4);
  private floatMemory = new Float64Array(1024);
  private intMemory = new Int32Array(1024);

  allocate(elements: number): number {
    const address = this.allocator.allocate(elements * 4);
    if (this.allocator.top / 4 > this.floatMemory.length) this.grow(this.allocator.top / 4);
    this.floats(address, elements).fill(0);
    this.ints(address, elements).fill(0);
    return address;
  }

  release(address: number): void {
    this.allocator.release(address);
  }

  floats(address: number, length: number): Float64Array {
    return this.floatMemory.subarray(address / 4, address / 4 + length);
  }

  ints(address: number, length: number): Int32Array {
    return this.intMemory.subarray(address / 4, address / 4 + length);
  }

  writeFloats(address: number, values: ArrayLike<number>): void {
    this.floatMemory.set(values, address / 4);
  }

  writeInts(address: number, values: ArrayLike<number>): void {
    this.intMemory.set(values, address / 4);
  }

  load(code: Int32Array): ReferenceCode {
    return { words: code.length, code: code.slice() };
  }

  rewrite(handle: CodeHandle, code: Int32Array): void {
    (handle as ReferenceCode).code.set(code);
  }

  unload(): void {}

  run(handle: CodeHandle, begin = 0, end = handle.words): void {
    const { code } = handle as ReferenceCode;
    const reals = new DataView(code.buffer, code.byteOffset, code.byteLength);
    let at = begin;
    while (at < end) {
      const number = code[at++]!;
      const name = kernelNames[number]!;
      const first = at;
      const valuesFrom = (floats: 'floats' | 'ints') => {
        at = first;
        return Object.values<ArgumentKind>(kernelTable[name]).map((kind) => {
          const word = at;
          at += kind === 'real' ? 2 : 1;
          if (kind === 'real') return reals.getFloat64(word * 4, true);
          if (kind === 'int') return code[word]!;
          return this.memoryFrom(kind === 'floats' ? floats : kind, code[word]!);
        });
      };
      if (!callReferenceKernel(name, valuesFrom('floats'))) throw rangeError(number);
      // Copies move any 32-bit values; here floats and integers stand in two memories, so both move.
      if (name === 'copy') callReferenceKernel(name, valuesFrom('ints'));
    }
  }

  /** Everything from an address on; nothing at all for address 0. */
  private memoryFrom(kind: 'floats' | 'ints', address: number): Float64Array | Int32Array {
    const memory = kind === 'floats' ? this.floatMemory : this.intMemory;
    return address === 0 ? memory.subarray(0, 0) : memory.subarray(address / 4);
  }

  private grow(elements: number): void {
    const size = Math.max(elements, 2 * this.floatMemory.length);
    const floats = new Float64Array(size);
    const ints = new Int32Array(size);
    floats.set(this.floatMemory);
    ints.set(this.intMemory);
    this.floatMemory = floats;
    this.intMemory = ints;
  }
}
