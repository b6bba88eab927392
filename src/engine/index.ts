export { defaultEngine, useEngine } from './default.js';
export type { Engine, Floats, Machine } from './engine.js';
export { measureProducts } from './measure.js';
export { referenceEngine } from './reference/index.js';
export { hasWasm, loadWasmEngine, type WasmEngine, wasmEngine } from './wasm/index.js';
