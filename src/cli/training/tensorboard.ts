/** `train --tensorboard DIR`: losses, learning rate and validation measures as scalars for TensorBoard. */
import { EventFile } from '../../files/node/tensorboard.js';
import type { StepEvent, TrainingEvent } from '../../train/events.js';

/** Points of the training loss in a whole run, about; each is the mean of the steps since the last. */
const STEP_POINTS = 1000;

export class TensorBoardLog {
  private readonly events: EventFile;
  private readonly onFailure: (reason: string) => void;
  private broken = false;
  private sum = 0;
  private steps = 0;

  /**
   * @param onFailure told once when the file cannot be written further: training goes on without it
   * @throws the file system's own errors, when the folder or file cannot be made
   */
  constructor(folder: string, onFailure: (reason: string) => void) {
    this.events = new EventFile(folder);
    this.onFailure = onFailure;
  }

  get path(): string {
    return this.events.path;
  }

  readonly onEvent = (event: TrainingEvent): void => {
    if (event.kind === 'step') this.step(event);
    if (event.kind !== 'epoch') return;
    const { step, epoch, trainLoss, validation = {} } = event;
    const measures = Object.entries(validation).map(([name, value]) => [`validation/${name}`, value]);
    this.write(step, {
      'train/epoch': epoch,
      'train/epoch_loss': trainLoss,
      ...Object.fromEntries(measures),
    });
  };

  private step({ step, totalSteps, loss, learningRate, gradientNorm }: StepEvent): void {
    this.sum += loss;
    this.steps++;
    const every = Math.max(1, Math.ceil(totalSteps / STEP_POINTS));
    if (step % every !== 0 && step !== totalSteps) return;
    this.write(step, {
      'train/loss': this.sum / this.steps,
      'train/learning_rate': learningRate,
      ...(gradientNorm === undefined ? {} : { 'train/gradient_norm': gradientNorm }),
    });
    this.sum = this.steps = 0;
  }

  private write(step: number, values: Readonly<Record<string, number>>): void {
    if (this.broken) return;
    try {
      this.events.scalars(step, values);
    } catch (error) {
      this.broken = true;
      this.onFailure(`the TensorBoard file ends here, it cannot be written: ${(error as Error).message}`);
    }
  }
}
