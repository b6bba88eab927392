/** What the training loop is told. */
import type { Node, ParameterNode } from '../graph/node.js';
import type { AveragingOptions } from '../optim/averaging.js';
import type { OptimizerOptions, ScheduleSpec } from '../optim/index.js';
import type { Feeds, KernelProfile, Workspace } from '../program/index.js';
import type { BatchSource } from './batches.js';
import type { Checkpoint } from './checkpoint.js';
import type { TrainingEvent } from './events.js';
import type { Validation } from './validation.js';

/** The part of the loop's options that models hand on from their users. */
export interface RunOptions {
  readonly optimizer?: OptimizerOptions;
  /** Default: constant */
  readonly schedule?: ScheduleSpec;
  /** Largest global norm of the gradient (default: no limit). */
  readonly clip?: number;
  /** Average the weights over steps (default: no). */
  readonly average?: AveragingOptions;
  /** Stop after so many validations without improvement (default: never). */
  readonly patience?: number;
  /** Seed of everything that is drawn (default 1). */
  readonly seed?: number;
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Aborting stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Where checkpoints go: at each validation, every so many steps, and when interrupted. */
  readonly saveCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
  readonly checkpointEverySteps?: number;
  /**
   * Checkpoints hold no copies but the weights themselves, which change when the promise of `saveCheckpoint` has resolved:
   * for those who write them at once. Takes less memory; default false.
   */
  readonly lendCheckpoints?: boolean;
  /** Go on from here. Data and options must be those of the run that saved it. */
  readonly resume?: Checkpoint;
  /** Collects the time of each kernel; training is slower with it. */
  readonly profile?: KernelProfile;
}

export interface TrainerOptions extends RunOptions {
  readonly workspace: Workspace;
  /** A scalar: the mean loss of a batch. */
  readonly loss: Node;
  /** What to train. Parameters that are left out are frozen: their gradients are not even built. */
  readonly parameters: readonly ParameterNode[];
  readonly source: BatchSource;
  /** Trains in the place of a compiled program; see there. */
  readonly stepper?: Stepper;
  readonly epochs: number;
  /** Average the gradients of so many batches for each step (default 1). Row-sparse gradients become dense by it. */
  readonly accumulate?: number;
  readonly validation?: Validation;
}

/**
 * Takes many steps of plain gradient descent in one call, one for each example of a batch. A step is an example then, and
 * `source.examplesPerEpoch` says how many there are. Without clipping, averaging or accumulation.
 */
export interface Stepper {
  /**
   * @param rates η of each step
   * @returns the mean loss of the examples, each before its own step
   */
  run(feeds: Feeds, rates: Float64Array): number;
}

/** Those of a model's options that are the loop's. */
export function runOptionsOf(options: RunOptions): RunOptions {
  const { optimizer, schedule, clip, average, patience, seed } = options;
  const { onEvent, signal, saveCheckpoint, checkpointEverySteps, lendCheckpoints, resume, profile } = options;
  return {
    ...{ optimizer, schedule, clip, average, patience, seed },
    ...{ onEvent, signal, saveCheckpoint, checkpointEverySteps, lendCheckpoints, resume, profile },
  };
}
