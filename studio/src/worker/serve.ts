/**
 * The worker's side: a file `something.worker.ts` calls `serve` once, with a function for each task.
 *
 * @example
 * export interface TrainTasks { train: { input: Options; progress: number; output: Uint8Array } }
 * serve<TrainTasks>({
 *   train: async (options, { progress, signal }) => { … },
 * });
 */
import type { Reply, Request, Task, TasksOf } from './protocol.js';

export interface TaskContext<T extends Task> {
  /** Tells the page how far it is. */
  readonly progress: (value: T['progress']) => void;
  /** Aborted when the page cancels: end soon, and return what there is. */
  readonly signal: AbortSignal;
  /**
   * Lets messages of the page in: to be awaited now and then by loops that wait for nothing else, since they would
   * never hear that they are cancelled.
   */
  readonly breathe: () => Promise<void>;
  /** Is called with whatever the page tells while the work goes on. */
  onTell: (listener: (value: unknown) => void) => void;
}

/** A result whose buffers are handed over instead of copied. */
export class Transfer<T> {
  readonly value: T;
  readonly buffers: readonly Transferable[];

  constructor(value: T, buffers: readonly Transferable[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

export type Handlers<T> = {
  readonly [K in keyof T]: T[K] extends Task
    ? (
        input: T[K]['input'],
        context: TaskContext<T[K]>,
      ) => T[K]['output'] | Transfer<T[K]['output']> | Promise<T[K]['output'] | Transfer<T[K]['output']>>
    : never;
};

interface RunningJob {
  readonly abort: AbortController;
  listener?: (value: unknown) => void;
}

/** Answers requests for ever. What a task throws goes to the page as a failure of that job alone. */
export function serve<T extends TasksOf<T>>(handlers: Handlers<T>): void {
  const jobs = new Map<number, RunningJob>();
  addEventListener('message', ({ data }: MessageEvent<Request>) => {
    if (data.kind === 'hello') holdLock(data.lock);
    else if (data.kind === 'cancel') jobs.get(data.job)?.abort.abort();
    else if (data.kind === 'tell') jobs.get(data.job)?.listener?.(data.value);
    else void work(data);
  });

  async function work({ job, task, input }: Request & { kind: 'run' }): Promise<void> {
    const running: RunningJob = { abort: new AbortController() };
    jobs.set(job, running);
    const context: TaskContext<Task> = {
      progress: (value) => reply({ kind: 'progress', job, value }),
      signal: running.abort.signal,
      breathe,
      onTell: (listener) => {
        running.listener = listener;
      },
    };
    try {
      const handler = handlers[task as keyof T] as (input: unknown, context: TaskContext<Task>) => unknown;
      const result = await handler(input, context);
      if (result instanceof Transfer) reply({ kind: 'done', job, value: result.value }, result.buffers);
      else reply({ kind: 'done', job, value: result });
    } catch (error) {
      const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
      reply({ kind: 'failed', job, name, message });
    } finally {
      jobs.delete(job);
    }
  }
}

function reply(message: Reply, buffers: readonly Transferable[] = []): void {
  postMessage(message, { transfer: [...buffers] });
}

/** A message to oneself: it comes after those that wait already, and sooner than any timer. */
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

function breathe(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(0);
  });
}

/** The browser frees the lock when this worker ends, however it ends: so the page hears of it. */
function holdLock(name: string): void {
  void navigator.locks?.request(name, () => {
    reply({ kind: 'locked' });
    return new Promise<never>(() => {});
  });
}
