/**
 * The wasm engine: kernels in WebAssembly with 128-bit SIMD. The default engine, in Node and in browsers.
 *
 * Results do not depend on the host's processor in the plain build (`exact`), and never on the number of threads.
 */
import type { Engine } from '../engine.js';
import { type BuildName, type BuildOptions, canRun, chooseBuild, compileAhead, compiled } from './builds.js';
import { WasmMachine } from './machine.js';

export { type BuildName, type BuildOptions, WasmMachine };

export interface WasmEngine extends Engine {
  readonly build: BuildName;
  createMachine(): WasmMachine;
}

const descriptions: Record<BuildName, string> = {
  plain: 'wasm (128-bit SIMD)',
  relaxed: 'wasm (128-bit SIMD, relaxed FMA)',
};

const engines: { [K in BuildName]?: WasmEngine } = {};

/**
 * The wasm engine; the same object for the same build. The kernels are compiled when its first machine is made.
 *
 * @example
 * const machine = wasmEngine().createMachine();
 * const x = machine.allocate(3);               // an address
 * machine.floats(x, 3).set([1, 2, 3]);
 *
 * @throws ValueError when `relaxed: true` cannot be had.
 */
export function wasmEngine(options: BuildOptions = {}): WasmEngine {
  const build = chooseBuild(options);
  engines[build] ??= createEngine(build);
  return engines[build];
}

/** The same, compiled before the promise resolves: for a browser's main thread, which must not compile by itself. */
export async function loadWasmEngine(options: BuildOptions = {}): Promise<WasmEngine> {
  await compileAhead(chooseBuild(options));
  return wasmEngine(options);
}

/** Whether this host can run the wasm engine at all. */
export function hasWasm(): boolean {
  return typeof WebAssembly === 'object' && canRun('plain');
}

function createEngine(build: BuildName): WasmEngine {
  const engine: WasmEngine = {
    name: 'wasm',
    description: descriptions[build],
    build,
    createMachine: () => new WasmMachine(engine, compiled(build)),
  };
  return engine;
}
