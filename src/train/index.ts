export type { Batch, BatchSource } from './batches.js';
export type { Checkpoint, TrainingState } from './checkpoint.js';
export type {
  CheckpointEvent,
  EpochEvent,
  HistoryEntry,
  StepEvent,
  StopReason,
  TrainingEvent,
  TrainingResult,
} from './events.js';
export * from './metrics.js';
export {
  findLearningRate,
  type LearningRateRange,
  type RangeFinderOptions,
  type RangePoint,
} from './range-finder.js';
export { Trainer, type TrainerOptions, type Validation } from './trainer.js';
