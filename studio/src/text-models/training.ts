/** A training run in a worker, as page and worker speak of it. */
import type { Checkpoint, TrainingRecord } from 'lexigrad';
import type { HistoryEntry } from 'lexigrad/train';

/** The mean loss of the steps since the point before. */
export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

export interface TrainingProgress {
  readonly step: number;
  readonly totalSteps: number;
  /** The epoch under way, from 0. */
  readonly epoch: number;
  /** Lately; 0 before the first steps. For a language model an example is a word. */
  readonly examplesPerSecond: number;
  /** What is new since the last time. */
  readonly points: readonly LossPoint[];
  readonly validations: readonly HistoryEntry[];
  /** With it the run can go on, should the worker end. */
  readonly checkpoint?: Checkpoint;
}

export interface TrainingOutcome {
  /** The model file: the best weights so far. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly record: TrainingRecord;
}

/** What a task that trains takes beside its own input: where to go on. */
export interface Resumable {
  readonly resume?: Checkpoint;
}
