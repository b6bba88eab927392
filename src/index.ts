/**
 * Lexigrad: train, understand and ship small neural text models.
 *
 * This entry has what most programs need; the floors below are reached by their own: `lexigrad/graph`,
 * `lexigrad/program`, `lexigrad/nn`, `lexigrad/optim`, `lexigrad/train`, `lexigrad/text`, `lexigrad/files`,
 * `lexigrad/engine`.
 */
export * from './base/errors.js';
export { VERSION } from './base/version.js';
export { defaultEngine, useEngine } from './engine/default.js';
export { WordVectors } from './files/index.js';
export * from './models/index.js';
export type { Checkpoint } from './train/checkpoint.js';
export type { TrainingEvent } from './train/events.js';
