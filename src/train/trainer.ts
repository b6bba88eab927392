/**
 * The training loop: batches in, better parameters out. θ ← θ − η ∇L, with schedules, clipping, gradient accumulation,
 * validation, early stopping with the best weights restored, averaging, checkpoints and exact resumption.
 */
import { NumericError, ValueError } from '../base/errors.js';
import { backward } from '../graph/backward.js';
import type { ParameterNode } from '../graph/node.js';
import { WeightAverage } from '../optim/averaging.js';
import { createSchedule, isPlateau, Optimizer, type Schedule } from '../optim/index.js';
import type { Program, Workspace } from '../program/index.js';
import { GradientAccumulator } from './accumulation.js';
import type { Batch } from './batches.js';
import { type Checkpoint, single } from './checkpoint.js';
import { brokenParameter, divergence } from './divergence.js';
import type { HistoryEntry, StopReason, TrainingResult } from './events.js';
import type { TrainerOptions } from './options.js';
import { isImprovement } from './validation.js';

export type { TrainerOptions } from './options.js';
export type { Validation } from './validation.js';

/** Values of a parameter, as the engine holds them. */
type Values = ReturnType<Workspace['read']>;

/** Gives the event loop a turn at least this often, so that signals and timers are heard. */
const BREATH_MS = 30;

export class Trainer {
  private readonly options: TrainerOptions;
  private readonly optimizer: Optimizer;
  private readonly schedule: Schedule;
  private accumulator: GradientAccumulator | undefined;
  private readonly batchProgram: Program | undefined;
  private readonly average: WeightAverage | undefined;
  private readonly totalSteps: number;

  private step = 0;
  private epoch = 0;
  private batch = 0;
  private history: HistoryEntry[] = [];
  private best: { entry: HistoryEntry; tensors: Values[] } | undefined;
  private waited = 0;
  private lossSum = 0;
  private lossWeight = 0;
  /** Whether a checkpoint of good weights exists, saved by this run or the one it resumes. */
  private hasCheckpoint = false;

  constructor(options: TrainerOptions) {
    const { workspace, parameters, source, epochs, accumulate = 1 } = options;
    if (parameters.length === 0) throw new ValueError('there is nothing to train: every parameter is frozen');
    if (!(Number.isInteger(accumulate) && accumulate >= 1))
      throw new ValueError(`accumulate must be a whole number from 1, not ${accumulate}`);
    this.options = options;
    this.optimizer = new Optimizer(options.optimizer);
    this.schedule = createSchedule(options.schedule ?? { kind: 'constant' });
    const stepsPerEpoch = options.stepper && source.examplesPerEpoch;
    this.totalSteps = epochs * (stepsPerEpoch ?? Math.ceil(source.batchesPerEpoch / accumulate));
    this.average = options.average && new WeightAverage(workspace, parameters, options.average);
    if (options.stepper === undefined) this.batchProgram = this.compile();
    if (options.resume !== undefined) this.restore(options.resume);
  }

  /** The program of a batch; with accumulation its gradients are only added up. */
  private compile(): Program {
    const { workspace, loss, parameters, accumulate = 1 } = this.options;
    const gradients = backward(loss, parameters);
    const { optimizer } = this;
    const { clip } = this.options;
    if (accumulate > 1) {
      this.accumulator = new GradientAccumulator({ workspace, loss, parameters, gradients, optimizer, clip });
      return this.accumulator.program;
    }
    return workspace.compile({
      outputs: { loss },
      updates: optimizer.updates(parameters, gradients),
      clip,
    });
  }

  /** The compiled program that each batch runs through, for describing it; undefined with a stepper. */
  get program(): Program | undefined {
    return this.batchProgram;
  }

  /**
   * Trains to the end, to early stopping or to interruption. Afterwards the workspace holds the best weights by
   * validation, the averaged ones where averaging is on, else the last.
   *
   * @throws NumericError when the loss is no longer finite; the last checkpoint is untouched.
   */
  async run(): Promise<TrainingResult> {
    const { source, epochs, patience = Infinity, accumulate = 1, validation, signal } = this.options;
    const started = performance.now();
    let breathed = started;
    let examples = 0;
    let stopped: StopReason = this.waited >= patience ? 'early stopping' : 'finished';
    const speed = () => examples / Math.max(1e-9, (performance.now() - started) / 1000);

    training: while (this.epoch < epochs && stopped === 'finished') {
      for await (const batch of source.batches(this.epoch, this.batch)) {
        const before = this.step;
        const loss = this.runBatch(batch);
        this.batch++;
        examples += batch.size;
        const last = this.batch === source.batchesPerEpoch;
        const stepped = this.batch % accumulate === 0 || last;
        if (stepped) {
          this.finishStep(batch);
          this.emitStep(loss, examples, started);
        }
        const due = (every = Infinity) => Math.floor(this.step / every) > Math.floor(before / every);
        if (!last && due(validation?.everySteps) && (await this.validate(speed())))
          stopped = 'early stopping';
        if (performance.now() - breathed > BREATH_MS) {
          await new Promise((resolve) => setTimeout(resolve));
          breathed = performance.now();
        }
        if (signal?.aborted) stopped = 'interrupted';
        else if (due(this.options.checkpointEverySteps)) await this.saveCheckpoint();
        if (stopped !== 'finished') break training;
      }
      this.epoch++;
      this.batch = 0;
      if (await this.validate(speed())) stopped = 'early stopping';
      await this.saveCheckpoint();
    }
    if (stopped === 'interrupted') await this.saveCheckpoint();
    this.settle();
    return {
      history: this.history,
      stopped,
      steps: this.step,
      best: this.best?.entry ?? this.history.at(-1),
    };
  }

  /** Everything in memory that training changes. */
  private get kept(): readonly ParameterNode[] {
    return [...this.options.parameters, ...this.optimizer.state, ...(this.accumulator?.sums ?? [])];
  }

  /**
   * Everything that a later run needs to go on as if nothing had happened.
   *
   * @param lent the tensors may be the memory that training goes on in, instead of copies of it
   */
  checkpoint(lent = false): Checkpoint {
    const { workspace, parameters } = this.options;
    const { best } = this;
    const named = (values: readonly Values[], prefix: string) =>
      values.map((value, i) => [`${prefix}/${parameters[i]!.name}`, single(value, lent)] as const);
    return {
      tensors: Object.fromEntries([
        ...this.kept.map((node) => [node.name, single(workspace.view(node), lent)] as const),
        ...(best === undefined ? [] : named(best.tensors, 'best')),
        ...(this.average === undefined ? [] : named(this.average.averages, 'average')),
      ]),
      state: {
        step: this.step,
        epoch: this.epoch,
        batch: this.batch,
        history: [...this.history],
        best: best?.entry,
        waited: this.waited,
        lossSum: this.lossSum,
        lossWeight: this.lossWeight,
        summed: this.accumulator?.examples,
        averaged: this.average?.count,
        schedule: isPlateau(this.schedule) ? this.schedule.state() : undefined,
      },
    };
  }

  private restore({ tensors, state }: Checkpoint): void {
    const { workspace, parameters } = this.options;
    const take = (name: string) => {
      const values = tensors[name];
      if (values === undefined)
        throw new ValueError(`the checkpoint has no '${name}': it was saved by a run with other options`);
      return values;
    };
    for (const node of this.kept) workspace.write(node, take(node.name));
    this.average?.restore(
      parameters.map((node) => take(`average/${node.name}`)),
      state.averaged ?? 0,
    );
    if (this.accumulator !== undefined) this.accumulator.examples = state.summed ?? 0;
    if (state.best !== undefined) {
      this.best = {
        entry: state.best,
        tensors: parameters.map((node) => Float32Array.from(take(`best/${node.name}`))),
      };
    }
    if (state.schedule !== undefined && isPlateau(this.schedule)) this.schedule.restore(state.schedule);
    this.step = state.step;
    this.epoch = state.epoch;
    this.batch = state.batch;
    this.history = [...state.history];
    this.waited = state.waited;
    this.lossSum = state.lossSum;
    this.lossWeight = state.lossWeight;
    this.hasCheckpoint = true;
  }

  private get factor(): number {
    return this.schedule(this.step, this.totalSteps);
  }

  /** η of the step that was taken last. */
  private get lastRate(): number {
    return this.optimizer.options.learningRate * this.schedule(Math.max(0, this.step - 1), this.totalSteps);
  }

  private runBatch({ feeds, size }: Batch): number {
    const { seed = 1, profile, source, stepper } = this.options;
    if (stepper !== undefined) return this.counted(stepper.run(feeds, this.ratesOf(size)), size);
    const numbers = this.accumulator?.feeds(size) ?? this.optimizer.feeds(this.step + 1, this.factor);
    const all = { ...feeds, ...numbers };
    // Batches of one accumulated step draw different dropout masks.
    const keys = { seed, step: this.epoch * source.batchesPerEpoch + this.batch };
    const program = this.batchProgram!;
    if (profile === undefined) program.run(all, keys);
    else program.profile(all, profile, keys);
    return this.counted(program.scalar('loss'), size);
  }

  /** η of the next `count` steps. */
  private ratesOf(count: number): Float64Array {
    const { learningRate } = this.optimizer.options;
    const rates = new Float64Array(count);
    for (let i = 0; i < count; i++) rates[i] = learningRate * this.schedule(this.step + i, this.totalSteps);
    return rates;
  }

  /** Adds a batch's mean loss to that of the epoch. */
  private counted(loss: number, size: number): number {
    if (!Number.isFinite(loss)) throw this.divergence(`the loss is ${loss} at step ${this.step + 1}`);
    this.accumulator?.added(size);
    this.lossSum += loss * size;
    this.lossWeight += size;
    return loss;
  }

  private finishStep({ size }: Batch): void {
    this.accumulator?.step(this.optimizer.feeds(this.step + 1, this.factor), {});
    this.step += this.options.stepper === undefined ? 1 : size;
    this.average?.observe(this.options.workspace, this.step);
  }

  private emitStep(loss: number, examples: number, started: number): void {
    this.options.onEvent?.({
      kind: 'step',
      step: this.step,
      totalSteps: this.totalSteps,
      epoch: this.epoch,
      loss,
      learningRate: this.lastRate,
      gradientNorm: (this.accumulator ?? this.batchProgram)?.gradientNorm,
      examples,
      seconds: (performance.now() - started) / 1000,
    });
  }

  /** @returns true when patience is at its end */
  private async validate(examplesPerSecond: number): Promise<boolean> {
    const { validation, patience = Infinity, source } = this.options;
    this.checkFinite();
    const measures = await this.measure();
    const entry: HistoryEntry = {
      epoch: this.epoch + this.batch / source.batchesPerEpoch,
      step: this.step,
      trainLoss: this.lossSum / this.lossWeight,
      learningRate: this.lastRate,
      ...(measures === undefined ? {} : { validation: measures }),
    };
    const improved = isImprovement(entry, this.best?.entry, validation);
    if (improved) this.best = { entry, tensors: this.currentWeights(this.best?.tensors) };
    this.waited = improved || validation === undefined ? 0 : this.waited + 1;
    this.lossSum = 0;
    this.lossWeight = 0;
    this.history.push(entry);
    if (measures !== undefined && isPlateau(this.schedule)) this.schedule.observe(measures[validation!.by]!);
    this.options.onEvent?.({ kind: 'epoch', ...entry, improved, examplesPerSecond });
    return this.waited >= patience;
  }

  /** Validation of the weights that the model would keep now: the averaged ones where averaging is on. */
  private async measure(): Promise<Readonly<Record<string, number>> | undefined> {
    const { workspace, validation } = this.options;
    this.average?.swap(workspace);
    try {
      return await validation?.measure();
    } catch (error) {
      // Finite weights can be so large already that what they predict is not a number.
      if (!(error instanceof NumericError)) throw error;
      throw this.divergence(`validation failed at step ${this.step} (${error.message})`);
    } finally {
      this.average?.swap(workspace);
    }
  }

  /** A copy of the weights that the model would keep now, in the place of an older one where there is one. */
  private currentWeights(older: Values[] | undefined): Values[] {
    const { workspace, parameters } = this.options;
    const current = this.average?.averages ?? parameters.map((node) => workspace.view(node));
    return current.map((values, i) => {
      const copy = older?.[i] ?? values.slice();
      copy.set(values);
      return copy;
    });
  }

  /** The weights that the model keeps. */
  private settle(): void {
    const { workspace, parameters } = this.options;
    const tensors = this.best?.tensors ?? this.average?.averages;
    if (tensors === undefined) return;
    for (const [i, node] of parameters.entries()) workspace.write(node, tensors[i]!);
  }

  private async saveCheckpoint(): Promise<void> {
    if (this.options.saveCheckpoint === undefined) return;
    this.checkFinite();
    await this.options.saveCheckpoint(this.checkpoint(this.options.lendCheckpoints));
    this.hasCheckpoint = true;
    this.options.onEvent?.({ kind: 'checkpoint', step: this.step });
  }

  /** The loss shows broken weights only a step later, when the last good ones might be overwritten already. */
  private checkFinite(): void {
    const { workspace, parameters } = this.options;
    if (brokenParameter(workspace, parameters) === undefined) return;
    throw this.divergence(`the weights broke at step ${this.step}`);
  }

  private divergence(what: string): NumericError {
    const { workspace, parameters } = this.options;
    const advice =
      `Try a smaller learning rate (now ${this.optimizer.options.learningRate}), or clip the gradient.` +
      `${this.hasCheckpoint ? ' The last good checkpoint is kept.' : ''}`;
    return divergence(`${what} (epoch ${this.epoch + 1})`, advice, workspace, parameters);
  }
}
