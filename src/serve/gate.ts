/** The gate: so many requests are worked on at once, so many wait, and no more are let in. */
import { later } from './problem.js';

interface Waiting {
  readonly enter: () => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Gate {
  readonly concurrency: number;
  readonly queue: number;
  private inside = 0;
  private readonly line: Waiting[] = [];

  constructor({ concurrency, queue }: { readonly concurrency: number; readonly queue: number }) {
    this.concurrency = concurrency;
    this.queue = queue;
  }

  /** Requests that are worked on. */
  get active(): number {
    return this.inside;
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.line.length;
  }

  /** @throws Problem 429 when nobody else may even wait; cheap, to be asked before a body is read */
  checkRoom(): void {
    if (this.inside < this.concurrency || this.line.length < this.queue) return;
    throw later(
      429,
      `the service is busy: it works on ${this.concurrency} requests and ${this.queue} are waiting; try again later`,
    );
  }

  /**
   * Lets in at once where there is room, else in order. Whoever was let in must `leave`.
   *
   * @param expires when to give up, by `performance.now()`
   * @throws Problem 429 when the line is full, 503 when the time is over
   */
  enter(expires: number): Promise<void> | undefined {
    this.checkRoom();
    if (this.inside < this.concurrency) {
      this.inside++;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        enter: resolve,
        timer: setTimeout(
          () => {
            this.line.splice(this.line.indexOf(waiting), 1);
            reject(later(503, 'the time for this request was over while it waited for its turn'));
          },
          Math.max(0, expires - performance.now()),
        ),
      };
      this.line.push(waiting);
    });
  }

  leave(): void {
    const next = this.line.shift();
    if (next === undefined) {
      this.inside--;
      return;
    }
    // The place is handed on, so the number inside stays.
    clearTimeout(next.timer);
    next.enter();
  }
}
