/** The memory of one model on the wasm engine, and the kernels on it. */
import { Allocator, type CodeHandle, type Engine, type Machine, rangeError } from '../engine.js';
import { createMemory, growMemory } from './memory.js';

/** What kernels/index.ts exports. */
interface Kernels {
  run(code: number, words: number): number;
  setThread(index: number, count: number): void;
  setScratch(address: number): void;
  scratchBytes(): number;
  staticEnd(): number;
}

interface WasmCode extends CodeHandle {
  readonly address: number;
}

export class WasmMachine implements Machine {
  readonly engine: Engine;
  private readonly memory = createMemory();
  private readonly kernels: Kernels;
  private readonly allocator: Allocator;
  private floatView: Float32Array;
  private intView: Int32Array;

  /** @param module a compiled build of the kernels. */
  constructor(engine: Engine, module: WebAssembly.Module) {
    this.engine = engine;
    this.kernels = new WebAssembly.Instance(module, { env: { memory: this.memory } })
      .exports as unknown as Kernels;
    this.allocator = new Allocator(this.kernels.staticEnd());
    this.floatView = new Float32Array(this.memory.buffer);
    this.intView = new Int32Array(this.memory.buffer);
    this.kernels.setScratch(this.allocate(this.kernels.scratchBytes() / 4));
  }

  /** @throws ValueError when memory is exhausted. */
  allocate(elements: number): number {
    const fresh = this.allocator.top;
    const address = this.allocator.allocate(elements * 4);
    try {
      this.ensure(address + elements * 4);
    } catch (error) {
      this.allocator.release(address);
      throw error;
    }
    // Memory that was never handed out is zero already, and not even present in the host's until it is touched.
    if (address < fresh) this.ints(address, elements).fill(0);
    return address;
  }

  release(address: number): void {
    this.allocator.release(address);
  }

  floats(address: number, length: number): Float32Array {
    return this.floatView.subarray(address / 4, address / 4 + length);
  }

  ints(address: number, length: number): Int32Array {
    return this.intView.subarray(address / 4, address / 4 + length);
  }

  load(code: Int32Array): WasmCode {
    const address = this.allocate(code.length);
    this.ints(address, code.length).set(code);
    return { words: code.length, address };
  }

  rewrite(handle: CodeHandle, code: Int32Array): void {
    this.ints((handle as WasmCode).address, handle.words).set(code);
  }

  unload(handle: CodeHandle): void {
    this.release((handle as WasmCode).address);
  }

  run(handle: CodeHandle, begin = 0, end = handle.words): void {
    const { address } = handle as WasmCode;
    const result = this.kernels.run(address + 4 * begin, end - begin);
    if (result !== 0) throw rangeError(result - 1);
  }

  /** From now on `run` computes only the share of outputs that thread `index` of `count` has; (0, 1) is everything. */
  takeShare(index: number, count: number): void {
    this.kernels.setThread(index, count);
  }

  private ensure(bytes: number): void {
    if (bytes <= this.memory.buffer.byteLength) return;
    growMemory(this.memory, bytes);
    this.floatView = new Float32Array(this.memory.buffer);
    this.intView = new Int32Array(this.memory.buffer);
  }
}
