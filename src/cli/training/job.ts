/** What a training of any kind is given by `train`, and what it gives back. */
import type { Engine } from '../../engine/engine.js';
import type { ReadOptions } from '../../files/examples.js';
import type { ModelContent } from '../../files/model-file.js';
import type { TrainingRecord } from '../../models/record.js';
import type { KernelProfile } from '../../program/index.js';
import type { Evaluation } from '../evaluation.js';
import { counted } from '../format.js';
import type { Progress, ProgressOptions } from '../progress.js';
import type { Terminal } from '../terminal.js';
import type { TrainFlags } from './flags.js';
import type { RunLog } from './run-log.js';
import type { TensorBoardLog } from './tensorboard.js';
import type { TrainingRun } from './training-run.js';

export interface Job {
  readonly data: string;
  readonly output: string;
  readonly flags: TrainFlags;
  readonly read: ReadOptions;
  readonly engine: Engine;
  readonly terminal: Terminal;
  readonly trainingRun: TrainingRun;
  readonly profile: KernelProfile | undefined;
  /** Where the events of the run are written, if anywhere. */
  readonly log: RunLog | undefined;
  /** The same events for TensorBoard, if it is wanted. */
  readonly tensorboard: TensorBoardLog | undefined;
  /** Says something, and keeps it for the JSON report. */
  readonly note: (sentence: string) => void;
  /** Starts the progress display, and from here on Ctrl-C saves and stops. */
  readonly begin: (options: ProgressOptions) => Progress;
}

/** A model as `train` needs it, whatever its kind. */
export interface TrainedModel {
  record: TrainingRecord;
  readonly hash: string;
  readonly parameterCount: number;
  toModel(): ModelContent;
}

export interface Trained {
  readonly model: TrainedModel;
  /** What was found in the data, for the JSON report. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Measures the finished model on each split, in the order in which they are shown. Test data comes last. */
  readonly measure: () => Promise<readonly SplitResult[]>;
  /** Commands to try next, with what they do. */
  readonly next: readonly (readonly [string, string])[];
}

export interface SplitResult {
  readonly split: 'training' | 'validation' | 'test';
  /** `held out of …`, or the file. */
  readonly from: string;
  readonly evaluation: Evaluation;
}

export type RunJob = (job: Job) => Promise<Trained>;

/** The events and signals of a run, for the options of any model. */
export function runOptions({ trainingRun, engine, profile, log, tensorboard }: Job, begin: () => Progress) {
  let progress: Progress | undefined;
  return {
    engine,
    profile,
    signal: trainingRun.signal,
    saveCheckpoint: trainingRun.saveCheckpoint,
    lendCheckpoints: true,
    resume: trainingRun.checkpoint,
    onEvent: (event: Parameters<Progress['onEvent']>[0]) => {
      progress ??= begin();
      progress.onEvent(event);
      log?.onEvent(event);
      tensorboard?.onEvent(event);
    },
  };
}

/** Says how many of the test data are known from training: they make the test easier than life. */
export function noteDuplicates(
  job: Job,
  known: ReadonlySet<string>,
  texts: Iterable<string>,
  { split, noun }: { readonly split: string; readonly noun: string },
): void {
  let total = 0;
  let seen = 0;
  for (const text of texts) {
    total++;
    if (known.has(text.trim())) seen++;
  }
  if (seen > 0) {
    job.note(
      `${counted(seen, noun)} of the ${total.toLocaleString('en')} in the ${split} data also stand in the training data`,
    );
  }
}

/** Quotes a file name for a shell where it needs it. */
export function shellWord(text: string): string {
  return /^[\p{L}\p{N}_./@%+=:,-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
