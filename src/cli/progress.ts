/** How training tells of itself: one line that is redrawn on a terminal, and a line for each epoch everywhere. */
import type { EpochEvent, StepEvent, TrainingEvent } from '../train/events.js';
import { bar, cut, duration, measure, pad, rate } from './format.js';
import type { Terminal } from './terminal.js';

const REDRAW_MS = 100;
const CLEAR_LINE = '\r\x1b[2K';
const BAR_WIDTH = 12;
/** Weight of the newest loss in the running mean that is shown. */
const SMOOTHING = 0.05;

/** Of more epochs than this, as small data needs, only some are told. */
const MOST_EPOCHS = 60;
const TOLD_EPOCHS = 20;

export interface ProgressOptions {
  /** What is counted: `texts`, `tokens`, `rows`. */
  readonly unit: string;
  /** Name of the measure that decides, and how it is shown. */
  readonly by: string;
}

export class Progress {
  /** Examples seen, and the seconds they took, for the report. */
  examples = 0;
  seconds = 0;
  private readonly terminal: Terminal;
  readonly options: ProgressOptions;
  private firstStep: number | undefined;
  private drawnAt = 0;
  private totalSteps = 0;
  /** How many epochs there will be at most; known after the first. */
  private epochs = 0;
  private loss: number | undefined;
  private best = '';

  constructor(terminal: Terminal, options: ProgressOptions) {
    this.terminal = terminal;
    this.options = options;
  }

  readonly onEvent = (event: TrainingEvent): void => {
    if (event.kind === 'step') this.step(event);
    else if (event.kind === 'epoch') this.epoch(event);
  };

  /** Takes the moving line away, so that something else can be said. */
  clear(): void {
    if (this.terminal.isInteractive) this.terminal.draw(CLEAR_LINE);
  }

  private step(event: StepEvent): void {
    this.examples = event.examples;
    this.seconds = event.seconds;
    this.firstStep ??= event.step - 1;
    this.totalSteps = event.totalSteps;
    this.loss = this.loss === undefined ? event.loss : this.loss + SMOOTHING * (event.loss - this.loss);
    const now = performance.now();
    if (!this.terminal.isInteractive || now - this.drawnAt < REDRAW_MS) return;
    this.drawnAt = now;
    this.terminal.draw(CLEAR_LINE + cut(this.line(event), this.terminal.columns - 1));
  }

  private line({ step, totalSteps, epoch, examples, seconds }: StepEvent): string {
    const { unit } = this.options;
    const epochs = this.epochs === 0 ? '' : `/${this.epochs}`;
    const left = ((totalSteps - step) * seconds) / (step - this.firstStep!);
    return [
      `epoch ${epoch + 1}${epochs} ${pad(bar(step / totalSteps, BAR_WIDTH), BAR_WIDTH)} ${duration(left)} left`,
      `loss ${measure(this.loss!)}`,
      ...(this.best === '' ? [] : [this.best]),
      rate(examples / Math.max(seconds, 1e-3), unit),
      `step ${step}/${totalSteps}`,
    ].join(' · ');
  }

  private epoch({ epoch, step, trainLoss, validation, improved, examplesPerSecond }: EpochEvent): void {
    const { unit, by } = this.options;
    this.epochs = Math.max(this.epochs, Math.round((this.totalSteps * epoch) / step));
    const epochs = this.epochs;
    const measures = Object.entries(validation ?? {}).map(([name, value]) => this.named(name, value));
    if (improved) this.best = `best ${this.named(by, validation?.[by] ?? Number.NaN)}`;
    const every = epochs > MOST_EPOCHS ? Math.ceil(epochs / TOLD_EPOCHS) : 1;
    if (epoch % every !== 0 && epoch !== 1 && epoch !== epochs) return;
    const done = Number.isInteger(epoch) ? String(epoch) : epoch.toFixed(2);
    const parts = [
      `epoch ${done.padStart(String(epochs).length)}/${epochs}`,
      `loss ${measure(trainLoss)}`,
      ...(measures.length === 0 ? [] : [`validation: ${measures.join(', ')}`]),
      rate(examplesPerSecond, unit),
    ];
    this.clear();
    this.terminal.say(parts.join('  ') + (improved ? this.terminal.note('green', '  ← best') : ''));
  }

  private named(name: string, value: number): string {
    return `${name === 'macroF1' ? 'macro F1' : name} ${measure(value)}`;
  }
}
