/**
 * The engine that models use when they are given none: wasm where it runs, else the reference engine. This handle is
 * the only global state of the library.
 */
import type { Engine } from './engine.js';
import { referenceEngine } from './reference/index.js';
import { wasmEngine } from './wasm/index.js';

let current: Engine | undefined;

/** The engine in use; chosen at the first call. */
export function defaultEngine(): Engine {
  current ??= typeof WebAssembly === 'undefined' ? referenceEngine : wasmEngine();
  return current;
}

/** Makes models that are built from now on use another engine. */
export function useEngine(engine: Engine): void {
  current = engine;
}
