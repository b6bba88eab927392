/** Where training gets its batches from. */
import type { Feeds } from '../program/index.js';

/** What one training step is fed. */
export interface Batch {
  readonly feeds: Feeds;
  /** How many examples (or tokens) it holds: batches are weighted by it when losses are averaged. */
  readonly size: number;
}

export interface BatchSource {
  /** How many batches an epoch has, for schedules and progress. */
  readonly batchesPerEpoch: number;
  /** How many examples an epoch has; only where a `Stepper` takes a step for each. */
  readonly examplesPerEpoch?: number;
  /**
   * The batches of an epoch (from 0) from batch `from` on. The same epoch must always give the same batches, so that a
   * resumed run sees what the uninterrupted one would have seen.
   */
  batches(epoch: number, from: number): Iterable<Batch> | AsyncIterable<Batch>;
}
