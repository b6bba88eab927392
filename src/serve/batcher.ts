/**
 * Micro-batching. Requests that arrive while a batch runs are collected, and run as the next batch.
 *
 * There is no timer. A batch begins as soon as all that has arrived is read, so a lone request is worked on at once,
 * and the more there is to do, the larger the batches become.
 */
import { later, Problem } from './problem.js';
import { afterArrivals } from './turns.js';

/** What the batcher must know of a request beside its inputs. */
export interface Patience {
  /** When its time is over, by `performance.now()`. */
  readonly expires: number;
  /** Whether nobody waits for the answer any more. */
  readonly isAbandoned: () => boolean;
}

interface Job<Input, Output> {
  readonly inputs: readonly Input[];
  readonly outputs: Output[];
  readonly patience: Patience;
  readonly resolve: (outputs: Output[]) => void;
  readonly reject: (reason: unknown) => void;
}

interface Slice<Input, Output> {
  readonly job: Job<Input, Output>;
  readonly inputs: readonly Input[];
}

/** Most inputs in a batch: enough to fill a matrix product, few enough to keep the thread only for a moment. */
const LARGEST_BATCH = 64;

/**
 * @example
 * const batcher = new Batcher((texts: readonly string[]) => classifier.classifyBatch(texts));
 * const [labels] = await batcher.submit(['the screen is cracked'], patience);
 */
export class Batcher<Input, Output> {
  private readonly run: (inputs: readonly Input[]) => readonly Output[];
  private readonly onBatch: (size: number) => void;
  private jobs: Job<Input, Output>[] = [];
  private scheduled = false;

  /** @param onBatch is told the size of every batch */
  constructor(
    run: (inputs: readonly Input[]) => readonly Output[],
    onBatch: (size: number) => void = () => {},
  ) {
    this.run = run;
    this.onBatch = onBatch;
  }

  /** Requests that wait. */
  get length(): number {
    return this.jobs.length;
  }

  /**
   * Gives the outputs of all inputs, in their order.
   * @throws Problem 503 when the time was over before the work began, 504 when it was over in the middle
   */
  submit(inputs: readonly Input[], patience: Patience): Promise<Output[]> {
    if (inputs.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.jobs.push({ inputs, outputs: [], patience, resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    afterArrivals(() => {
      this.scheduled = false;
      this.takeTurn();
      if (this.jobs.length > 0) this.schedule();
    });
  }

  private takeTurn(): void {
    const slices = this.nextSlices();
    if (slices.length === 0) return;
    try {
      this.finish(slices, this.run(slices.flatMap(({ inputs }) => inputs)));
    } catch (error) {
      if (slices.length === 1) slices[0]!.job.reject(error);
      else this.runApart(slices);
    }
  }

  /** Every request gets the same share of the batch, so that a large one does not keep the small ones waiting. */
  private nextSlices(): Slice<Input, Output>[] {
    const waiting = this.jobs.filter((job) => this.isWanted(job));
    const chosen = waiting.slice(0, LARGEST_BATCH);
    const share = Math.floor(LARGEST_BATCH / Math.max(1, chosen.length));
    this.jobs = waiting.slice(LARGEST_BATCH);
    return chosen.map((job) => {
      const done = job.outputs.length;
      return { job, inputs: job.inputs.slice(done, done + share) };
    });
  }

  private isWanted(job: Job<Input, Output>): boolean {
    const { patience, outputs, inputs, reject } = job;
    if (performance.now() > patience.expires) {
      if (outputs.length === 0) reject(later(503, 'the time for this request was over before its turn came'));
      else
        reject(
          new Problem(
            504,
            `the time for this request was over after ${outputs.length} of ${inputs.length} texts`,
          ),
        );
      return false;
    }
    if (!patience.isAbandoned()) return true;
    reject(new Problem(400, 'the connection was closed before the answer was ready'));
    return false;
  }

  private finish(slices: readonly Slice<Input, Output>[], outputs: readonly Output[]): void {
    this.onBatch(outputs.length);
    let used = 0;
    for (const { job, inputs } of slices) {
      for (let i = 0; i < inputs.length; i++) job.outputs.push(outputs[used++]!);
      if (job.outputs.length === job.inputs.length) job.resolve(job.outputs);
      else this.jobs.push(job);
    }
  }

  /** What is wrong with one request must not be the fault of the others in its batch. */
  private runApart(slices: readonly Slice<Input, Output>[]): void {
    for (const slice of slices) {
      try {
        this.finish([slice], this.run(slice.inputs));
      } catch (error) {
        slice.job.reject(error);
      }
    }
  }
}
