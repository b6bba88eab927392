/**
 * The wasm engine: kernels in WebAssembly with 128-bit SIMD. The default engine, in Node and in browsers.
 *
 * Results do not depend on the host's processor in the plain build (`exact`), and never on the number of threads:
 * those share the outputs of large instructions, and every output is computed by one thread, in one order.
 */
import type { Engine } from '../engine.js';
import { type BuildName, type BuildOptions, canRun, chooseBuild, compileAhead, compiled } from './builds.js';
import { WasmMachine } from './machine.js';
import { WorkerPool } from './pool.js';
import { chooseThreads } from './workers.js';

export { type BuildName, type BuildOptions, WasmMachine };

export interface WasmEngineOptions extends BuildOptions {
  /**
   * How many threads may work on a large instruction, the calling one included, 1 … 64. Default: the environment
   * variable LEXIGRAD_THREADS, else one for each core (16 at most). It is 1 where the host has no shared memory or no
   * workers. The others start when there is first something for them to do.
   */
  readonly threads?: number;
}

export interface WasmEngine extends Engine {
  readonly build: BuildName;
  readonly threads: number;
  createMachine(): WasmMachine;
}

const descriptions: Record<BuildName, string> = {
  plain: 'wasm (128-bit SIMD)',
  relaxed: 'wasm (128-bit SIMD, relaxed FMA)',
};

const engines = new Map<string, WasmEngine>();
const pools = new Map<number, WorkerPool>();

/**
 * The wasm engine; the same object for the same build and number of threads. The kernels are compiled when its first
 * machine is made.
 *
 * @example
 * const machine = wasmEngine().createMachine();
 * const x = machine.allocate(3);               // an address
 * machine.floats(x, 3).set([1, 2, 3]);
 *
 * @throws ValueError when `relaxed: true` cannot be had, or `threads` is not a whole number from 1 to 64.
 */
export function wasmEngine(options: WasmEngineOptions = {}): WasmEngine {
  const build = chooseBuild(options);
  const threads = chooseThreads(options.threads);
  const key = `${build} ${threads}`;
  const engine = engines.get(key) ?? createEngine(build, threads);
  engines.set(key, engine);
  return engine;
}

/** The same, compiled before the promise resolves: for a browser's main thread, which must not compile by itself. */
export async function loadWasmEngine(options: WasmEngineOptions = {}): Promise<WasmEngine> {
  await compileAhead(chooseBuild(options));
  return wasmEngine(options);
}

/** Whether this host can run the wasm engine at all. */
export function hasWasm(): boolean {
  return typeof WebAssembly === 'object' && canRun('plain');
}

function createEngine(build: BuildName, threads: number): WasmEngine {
  const engine: WasmEngine = {
    name: 'wasm',
    description: `${descriptions[build]}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    build,
    threads,
    createMachine: () => new WasmMachine(engine, compiled(build), poolOf(threads)),
  };
  return engine;
}

/** One pool for all engines of so many threads; none for one. */
function poolOf(threads: number): WorkerPool | undefined {
  if (threads === 1) return undefined;
  const pool = pools.get(threads) ?? new WorkerPool(threads);
  pools.set(threads, pool);
  return pool;
}
