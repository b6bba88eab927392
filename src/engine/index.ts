export type { Engine, Floats, Machine } from './engine.js';
export { referenceEngine } from './reference/index.js';
