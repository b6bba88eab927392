/** The memory and kernels of another machine, with matrix products handed to BLAS. */
import type { CodeHandle, Engine, Floats, Machine } from '../engine.js';
import type { Foreign } from './foreign.js';
import type { Blas } from './library.js';
import { multiply } from './multiply.js';
import { type Product, planCode, type Range, type Stretch } from './plan.js';

interface BlasCode extends CodeHandle {
  /** The same code on the wasm machine. */
  readonly wasm: CodeHandle;
  stretches: readonly Stretch[];
  extra: CodeHandle;
}

export class BlasMachine implements Machine {
  readonly engine: Engine;
  private readonly blas: Blas;
  private readonly foreign: Foreign;
  private readonly wasm: Machine;
  /** Where the memory begins in the address space of the process. */
  private base = 0;
  private located: ArrayBufferLike | undefined;

  /** @param wasm a fresh machine of the wasm engine, used by nobody else */
  constructor(engine: Engine, blas: Blas, foreign: Foreign, wasm: Machine) {
    this.engine = engine;
    this.blas = blas;
    this.foreign = foreign;
    this.wasm = wasm;
  }

  allocate(elements: number): number {
    const address = this.wasm.allocate(elements);
    this.locate();
    return address;
  }

  release(address: number): void {
    this.wasm.release(address);
  }

  floats(address: number, length: number): Floats {
    return this.wasm.floats(address, length);
  }

  ints(address: number, length: number): Int32Array {
    return this.wasm.ints(address, length);
  }

  writeFloats(address: number, values: ArrayLike<number>): void {
    this.wasm.writeFloats(address, values);
  }

  writeInts(address: number, values: ArrayLike<number>): void {
    this.wasm.writeInts(address, values);
  }

  load(code: Int32Array): BlasCode {
    const { stretches, extra } = planCode(code);
    const handle = {
      words: code.length,
      wasm: this.wasm.load(code),
      stretches,
      extra: this.wasm.load(extra),
    };
    this.locate();
    return handle;
  }

  rewrite(handle: CodeHandle, code: Int32Array): void {
    const ours = handle as BlasCode;
    const { stretches, extra } = planCode(code);
    this.wasm.rewrite(ours.wasm, code);
    ours.stretches = stretches;
    if (extra.length === ours.extra.words) {
      this.wasm.rewrite(ours.extra, extra);
    } else {
      this.wasm.unload(ours.extra);
      ours.extra = this.wasm.load(extra);
      this.locate();
    }
  }

  unload(handle: CodeHandle): void {
    const { wasm, extra } = handle as BlasCode;
    this.wasm.unload(wasm);
    this.wasm.unload(extra);
  }

  run(handle: CodeHandle, begin = 0, end = handle.words): void {
    const { wasm, stretches, extra } = handle as BlasCode;
    for (const stretch of stretches) {
      const from = Math.max(begin, stretch.begin);
      const to = Math.min(end, stretch.end);
      if (from >= to) continue;
      if (stretch.product === undefined) this.wasm.run(wasm, from, to);
      else this.multiply(stretch.product, extra);
    }
  }

  private multiply(product: Product, extra: CodeHandle): void {
    this.runExtra(extra, product.before);
    multiply(this.blas, product, this.base);
    this.runExtra(extra, product.after);
  }

  private runExtra(extra: CodeHandle, range: Range | undefined): void {
    if (range !== undefined) this.wasm.run(extra, range.begin, range.end);
  }

  /** A memory that is not shared may move when it grows, and it grows only where something is allocated. */
  private locate(): void {
    const view = this.wasm.ints(0, 1);
    if (view.buffer === this.located) return;
    this.located = view.buffer;
    this.base = Number(this.foreign.address(view));
  }
}
