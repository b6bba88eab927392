/** The memory of one model on the wasm engine, and the kernels on it. */
import { Allocator, type CodeHandle, type Engine, type Machine, rangeError } from '../engine.js';
import { ballastFor } from './ballast.js';
import { createMemory, growMemory } from './memory.js';
import type { Crew, WorkerPool } from './pool.js';
import type { SliceKernels } from './protocol.js';

/** What kernels/index.ts exports. */
interface Kernels extends SliceKernels {
  run(code: number, words: number): number;
  setThread(index: number, count: number): void;
  setSharing(value: boolean): void;
  scratchBytes(): number;
  commonBytes(): number;
  staticEnd(): number;
}

interface WasmCode extends CodeHandle {
  readonly address: number;
}

export class WasmMachine implements Machine {
  readonly engine: Engine;
  private readonly memory = createMemory();
  private readonly module: WebAssembly.Module;
  private readonly kernels: Kernels;
  private readonly allocator: Allocator;
  private readonly pool: WorkerPool | undefined;
  private readonly common: number;
  private crew: Crew | undefined;
  /** Kept, never read. */
  protected ballast: ArrayBuffer | undefined;
  private floatView: Float32Array;
  private intView: Int32Array;

  /** @param module a compiled build of the kernels. @param pool the threads that help; none: this thread alone. */
  constructor(engine: Engine, module: WebAssembly.Module, pool?: WorkerPool) {
    this.engine = engine;
    this.module = module;
    this.pool = pool;
    const imports = {
      memory: this.memory,
      handOut: (instruction: number) => this.handOut(instruction),
      awaitShares: () => this.crew!.awaitShares(this.kernels),
    };
    this.kernels = new WebAssembly.Instance(module, { env: imports }).exports as unknown as Kernels;
    this.allocator = new Allocator(this.kernels.staticEnd());
    this.floatView = new Float32Array(this.memory.buffer);
    this.intView = new Int32Array(this.memory.buffer);
    this.common = this.allocate(this.kernels.commonBytes() / 4);
    this.kernels.setScratch(this.allocateScratch(), this.common);
    this.kernels.setSharing(pool !== undefined);
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

  writeFloats(address: number, values: ArrayLike<number>): void {
    this.floatView.set(values, address / 4);
  }

  writeInts(address: number, values: ArrayLike<number>): void {
    this.intView.set(values, address / 4);
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
    let result: number;
    try {
      result = this.kernels.run(address + 4 * begin, end - begin);
    } catch (error) {
      this.kernels.setSharing(this.pool !== undefined);
      throw error;
    }
    if (result !== 0) throw rangeError(result - 1);
  }

  /** From now on `run` computes only the share of outputs that thread `index` of `count` has; (0, 1) is everything. */
  takeShare(index: number, count: number): void {
    this.kernels.setSharing(count === 1 && this.pool !== undefined);
    this.kernels.setThread(index, count);
  }

  /** How many helpers are ready to work on this machine; the first large instruction calls for them. */
  get helpers(): number {
    return this.crew?.size ?? 0;
  }

  /** How many helpers it may have. */
  get crewSize(): number {
    return this.pool === undefined ? 0 : this.pool.threads - 1;
  }

  /** Called by the kernels at a large instruction; the first time, the machine gets its crew. */
  private handOut(instruction: number): number {
    this.crew ??= this.pool!.attach(this, {
      module: this.module,
      memory: this.memory,
      scratch: Array.from({ length: this.pool!.threads - 1 }, () => this.allocateScratch()),
      common: this.common,
    });
    return this.crew.handOut(instruction);
  }

  private allocateScratch(): number {
    return this.allocate(this.kernels.scratchBytes() / 4);
  }

  private ensure(bytes: number): void {
    if (bytes <= this.memory.buffer.byteLength) return;
    growMemory(this.memory, bytes);
    this.ballast = ballastFor(this.memory);
    this.floatView = new Float32Array(this.memory.buffer);
    this.intView = new Int32Array(this.memory.buffer);
  }
}
