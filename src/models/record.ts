/** What a model file tells of how the model came to be. Plain JSON without times, so that identical training gives identical files. */
import type { HistoryEntry, StopReason } from '../train/events.js';

export interface TrainingRecord {
  /** Every setting of the run, defaults included. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What it was trained on: counts, files where they are known. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly history?: readonly HistoryEntry[];
  readonly stopped?: StopReason;
  /** The epoch whose weights were kept. */
  readonly bestEpoch?: number;
  /** Results by split: `validation`, `test`. */
  readonly results?: Readonly<Record<string, unknown>>;
  /** What was made smaller, and how; of models that were compressed. */
  readonly compression?: Readonly<Record<string, unknown>>;
  /** Hash of the weights: equal for equal training. */
  readonly weights?: string;
}

/** Options that say how a run is kept, not what it computes. */
const NOT_SETTINGS = new Set(['lendCheckpoints', 'checkpointEverySteps']);

/** The settings of a run for its record: defaults, overridden by those options that are plain data. */
export function recordedSettings(defaults: object, options: object): Record<string, unknown> {
  const plain = ([name, value]: [string, unknown]) =>
    !NOT_SETTINGS.has(name) &&
    (['string', 'number', 'boolean'].includes(typeof value) ||
      (Array.isArray(value) &&
        value.every((item) => typeof item !== 'object' && typeof item !== 'function')));
  return { ...defaults, ...Object.fromEntries(Object.entries(options).filter(plain)) };
}
