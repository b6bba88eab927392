/**
 * The page's side of a training run: start, pause, stop, resume. What it needs to go on is kept here, in the page, so
 * that a worker that is killed takes at most the last seconds with it.
 */

import { batch, signal } from '@preact/signals';
import type { Checkpoint } from 'lexigrad';
import type { HistoryEntry } from 'lexigrad/train';
import { messageOf } from '../components/index.js';
import { type Job, WorkerEndedError } from '../worker/index.js';
import type { LossPoint, Resumable, TrainingOutcome, TrainingProgress } from './training.js';

/** `ending`: it was asked to pause or stop, and finishes its step. */
export type TrainingStatus = 'idle' | 'running' | 'ending' | 'paused' | 'finished';

export interface SessionOptions<Input> {
  /** Begins the task. */
  readonly run: (
    input: Input & Resumable,
    onProgress: (progress: TrainingProgress) => void,
  ) => Job<TrainingOutcome>;
  /** Takes the model, at each pause and at the end. */
  readonly onModel: (outcome: TrainingOutcome, input: Input) => void;
}

export class TrainingSession<Input extends object> {
  readonly status = signal<TrainingStatus>('idle');
  readonly progress = signal<TrainingProgress | undefined>(undefined);
  readonly points = signal<readonly LossPoint[]>([]);
  readonly validations = signal<readonly HistoryEntry[]>([]);
  /** What went wrong, in a sentence. */
  readonly failure = signal<string | undefined>(undefined);
  /** Of the run that is under way or was the last. */
  readonly input = signal<Input | undefined>(undefined);
  private readonly options: SessionOptions<Input>;
  private checkpoint: Checkpoint | undefined;
  private job: Job<TrainingOutcome> | undefined;
  private pausing = false;

  constructor(options: SessionOptions<Input>) {
    this.options = options;
  }

  /** Begins a new run; one that is paused is given up. */
  start(input: Input): Promise<void> {
    this.checkpoint = undefined;
    return this.go(input);
  }

  /** Goes on with a paused run, under the settings it began with. */
  resume(): Promise<void> {
    const input = this.input.value;
    return input === undefined ? Promise.resolve() : this.go(input);
  }

  /** The model so far becomes the present one, and the run can go on later. */
  pause(): void {
    this.end(true);
  }

  /** The model so far becomes the present one, and that is it. Also gives up a paused run. */
  stop(): void {
    if (this.status.value === 'paused') {
      this.checkpoint = undefined;
      this.status.value = 'finished';
    } else this.end(false);
  }

  private end(pausing: boolean): void {
    if (this.status.value !== 'running') return;
    this.pausing = pausing;
    this.status.value = 'ending';
    this.job?.cancel();
  }

  private async go(input: Input): Promise<void> {
    const { checkpoint: resume } = this;
    const reached = resume?.state.step ?? 0;
    this.pausing = false;
    batch(() => {
      this.input.value = input;
      this.status.value = 'running';
      this.failure.value = undefined;
      this.progress.value = undefined;
      // A run that goes on from an older checkpoint walks the way behind it again.
      this.points.value = this.points.value.filter(({ step }) => step <= reached);
      this.validations.value = this.validations.value.filter(({ step }) => step <= reached);
    });
    try {
      this.job = this.options.run({ ...input, resume }, (progress) => this.receive(progress));
      const outcome = await this.job.result;
      if (!this.pausing) this.checkpoint = undefined;
      this.status.value = this.checkpoint === undefined ? 'finished' : 'paused';
      this.options.onModel(outcome, input);
    } catch (error) {
      this.status.value = this.checkpoint === undefined ? 'idle' : 'paused';
      // The end of a worker is told by `WorkerState`.
      if (!(error instanceof WorkerEndedError)) this.failure.value = messageOf(error);
    } finally {
      this.job = undefined;
    }
  }

  private receive(progress: TrainingProgress): void {
    batch(() => {
      const { checkpoint, ...shown } = progress;
      if (checkpoint !== undefined) this.checkpoint = checkpoint;
      this.progress.value = shown;
      if (progress.points.length > 0) this.points.value = [...this.points.value, ...progress.points];
      if (progress.validations.length > 0)
        this.validations.value = [...this.validations.value, ...progress.validations];
    });
  }
}
