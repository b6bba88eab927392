/** The worker's side of a training run: turns the events of the loop into a few messages a second. */
import type { Checkpoint, TrainingEvent } from 'lexigrad';
import type { HistoryEntry, StepEvent } from 'lexigrad/train';
import type { LossPoint, TrainingProgress } from './training.js';

/** Progress is for eyes: more often than this nobody sees it. */
const TELL_EVERY_MS = 250;
/** Copying a checkpoint takes time, losing a few seconds of training is not the end of the world. */
const KEEP_EVERY_MS = 2000;
/** So many points make a smooth curve. */
const POINTS = 300;

/** Options of the library's training loop that a reporter answers for. */
interface LoopOptions {
  readonly onEvent: (event: TrainingEvent) => void;
  readonly signal: AbortSignal;
  readonly saveCheckpoint: (checkpoint: Checkpoint) => void;
  readonly lendCheckpoints: true;
  readonly resume: Checkpoint | undefined;
}

/**
 * @example
 * const reporter = new TrainingReporter(progress, signal, resume);
 * const model = await TextClassifier.train(examples, { ...options, ...reporter.options });
 */
export class TrainingReporter {
  readonly options: LoopOptions;
  private readonly send: (progress: TrainingProgress) => void;
  private points: LossPoint[] = [];
  private validations: HistoryEntry[] = [];
  private sum = 0;
  private summed = 0;
  private told = performance.now();
  private kept = performance.now();
  private measured = { examples: 0, seconds: 0, speed: 0 };
  private last: StepEvent | undefined;

  constructor(send: (progress: TrainingProgress) => void, signal: AbortSignal, resume?: Checkpoint) {
    this.send = send;
    this.options = {
      onEvent: (event) => this.hear(event),
      signal,
      saveCheckpoint: (checkpoint) => {
        if (signal.aborted || performance.now() - this.kept > KEEP_EVERY_MS) this.keep(checkpoint);
      },
      lendCheckpoints: true,
      resume,
    };
  }

  private hear(event: TrainingEvent): void {
    if (event.kind === 'epoch') {
      const { kind, improved, examplesPerSecond, ...entry } = event;
      this.validations.push(entry);
      this.tell();
    } else if (event.kind === 'step') {
      this.last = event;
      this.sum += event.loss;
      this.summed++;
      if (event.step % Math.max(1, Math.ceil(event.totalSteps / POINTS)) === 0) {
        this.points.push({ step: event.step, loss: this.sum / this.summed });
        this.sum = this.summed = 0;
      }
      if (performance.now() - this.told > TELL_EVERY_MS) this.tell();
    }
  }

  /** The tensors are the memory in which training goes on, perhaps shared with this thread's helpers: copies go out. */
  private keep({ tensors, state }: Checkpoint): void {
    this.kept = performance.now();
    const copies = Object.entries(tensors).map(([name, values]) => [name, values.slice()]);
    this.tell({ tensors: Object.fromEntries(copies), state });
  }

  private tell(checkpoint?: Checkpoint): void {
    if (this.last === undefined) return;
    this.told = performance.now();
    const { step, totalSteps, epoch, examples, seconds } = this.last;
    const { measured, points, validations } = this;
    const passed = seconds - measured.seconds;
    if (passed > 0.1) {
      this.measured = { examples, seconds, speed: (examples - measured.examples) / passed };
    }
    const examplesPerSecond = this.measured.speed;
    this.send({ step, totalSteps, epoch, examplesPerSecond, points, validations, checkpoint });
    this.points = [];
    this.validations = [];
  }
}
