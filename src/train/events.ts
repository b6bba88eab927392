/** What training tells while it runs, and what it remembers. */

/** After each step. */
export interface StepEvent {
  readonly kind: 'step';
  /** From 1 */
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  /** Loss of this batch. */
  readonly loss: number;
  readonly learningRate: number;
  /** Before clipping; undefined where nothing is clipped. */
  readonly gradientNorm: number | undefined;
  /** Examples (or tokens) so far in this run, and the seconds they took. */
  readonly examples: number;
  readonly seconds: number;
}

/** After each epoch, or after each validation within one. */
export interface EpochEvent extends HistoryEntry {
  readonly kind: 'epoch';
  /** Whether this is the best validation so far. */
  readonly improved: boolean;
  readonly examplesPerSecond: number;
}

export interface CheckpointEvent {
  readonly kind: 'checkpoint';
  readonly step: number;
}

export type TrainingEvent = StepEvent | EpochEvent | CheckpointEvent;

/** One line of the training record. It holds no times, so that identical training gives identical records. */
export interface HistoryEntry {
  /** Epochs done, a fraction within one. */
  readonly epoch: number;
  readonly step: number;
  /** Mean training loss since the last entry. */
  readonly trainLoss: number;
  readonly learningRate: number;
  /** What `validate` gave: the measure that decides, and whatever else it reported. */
  readonly validation?: Readonly<Record<string, number>>;
}

export type StopReason = 'finished' | 'early stopping' | 'interrupted';

export interface TrainingResult {
  readonly history: readonly HistoryEntry[];
  readonly stopped: StopReason;
  readonly steps: number;
  /** The entry whose weights the model now has. */
  readonly best: HistoryEntry | undefined;
}
