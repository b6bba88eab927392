/**
 * The page's side of a worker. A worker starts with its first job. When it ends by itself (a crash, out of memory,
 * killed in the browser's task manager) its jobs fail with `WorkerEndedError`, `ended` says so, and `restart` or the
 * next job starts another: whatever the room keeps in signals is still there.
 */
import { type ReadonlySignal, signal } from '@preact/signals';
import { dictionary } from '../text/dictionary.js';
import type { Reply, Request, TasksOf } from './protocol.js';

const t = dictionary(
  {
    ended: 'The worker that computes has ended: it was closed, or the browser had no memory left for it.',
    crashed: (reason: string) => `The worker that computes has crashed: ${reason}`,
    stopped: 'Stopped.',
  },
  {
    ended: '负责计算的后台线程已经结束：它被关闭了，或者浏览器内存不足。',
    crashed: (reason) => `负责计算的后台线程崩溃了：${reason}`,
    stopped: '已停止。',
  },
);

/** The worker is no more; start again, the page has lost nothing. */
export class WorkerEndedError extends Error {
  override name = 'WorkerEndedError';
}

/** What a task threw, by its own name and in its own words. */
export class TaskError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export interface Job<Output> {
  readonly result: Promise<Output>;
  /** Asks the task to end soon; `result` is what it then gives. */
  readonly cancel: () => void;
  /** Tells the task something while it runs. */
  readonly tell: (value: unknown) => void;
}

interface OpenJob {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((value: never) => void) | undefined;
}

interface Running {
  readonly worker: Worker;
  readonly jobs: Map<number, OpenJob>;
}

let locks = 0;

/**
 * @example
 * const client = new WorkerClient<TrainTasks>(
 *   () => new Worker(new URL('./train.worker.ts', import.meta.url), { type: 'module' }),
 * );
 * const job = client.run('train', options, { onProgress: (value) => { … } });
 * const bytes = await job.result;
 */
export class WorkerClient<T extends TasksOf<T>> {
  private readonly start: () => Worker;
  private running: Running | undefined;
  private lastJob = 0;
  private readonly open = signal(0);
  private readonly end = signal<string | undefined>(undefined);

  /** @param start makes the worker; the bundler must find `new Worker(new URL(…))` in the room's own file. */
  constructor(start: () => Worker) {
    this.start = start;
  }

  /** Whether a job is under way. */
  get busy(): boolean {
    return this.open.value > 0;
  }

  /** Why the worker ended by itself, in a sentence; undefined while all is well. */
  get ended(): ReadonlySignal<string | undefined> {
    return this.end;
  }

  /** Begins a task. */
  run<K extends keyof T & string>(
    task: K,
    input: T[K]['input'],
    options: {
      readonly onProgress?: (value: T[K]['progress']) => void;
      readonly transfer?: readonly Transferable[];
    } = {},
  ): Job<T[K]['output']> {
    this.end.value = undefined;
    this.running ??= this.launch();
    const { worker, jobs } = this.running;
    const job = ++this.lastJob;
    const post = (request: Request, transfer: readonly Transferable[] = []) => {
      if (jobs.has(job)) worker.postMessage(request, [...transfer]);
    };
    const result = new Promise<T[K]['output']>((resolve, reject) => {
      jobs.set(job, { resolve, reject, onProgress: options.onProgress });
    });
    this.open.value++;
    try {
      post({ kind: 'run', job, task, input }, options.transfer);
    } catch (error) {
      // What cannot be cloned was given: a defect of the room, told to it alone.
      this.settle(jobs, job)?.reject(error as Error);
    }
    return {
      result,
      cancel: () => post({ kind: 'cancel', job }),
      tell: (value) => post({ kind: 'tell', job, value }),
    };
  }

  /** Ends the worker at once, whatever it does; its jobs fail. The next job starts another. */
  stop(): void {
    this.close(t().stopped);
    this.end.value = undefined;
  }

  /** Forgets that a worker ended; the next job starts another. */
  restart(): void {
    this.stop();
  }

  private launch(): Running {
    const worker = this.start();
    const running: Running = { worker, jobs: new Map() };
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.receive(running, data));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (this.running === running)
        this.close(t().crashed(event.message || 'its program could not be loaded'));
    });
    this.watch(running);
    return running;
  }

  /** The worker holds a lock while it lives; when the page gets it, the worker is gone. */
  private watch(running: Running): void {
    if (globalThis.navigator?.locks === undefined) return;
    const lock = `lexigrad-worker-${++locks}-${Math.random()}`;
    running.worker.postMessage({ kind: 'hello', lock } satisfies Request);
    const waitForEnd = () =>
      navigator.locks.request(lock, () => {
        if (this.running === running) this.close(t().ended);
      });
    // The worker's own request must be the first.
    const began = (event: MessageEvent<Reply>) => {
      if (event.data.kind !== 'locked') return;
      running.worker.removeEventListener('message', began);
      void waitForEnd();
    };
    running.worker.addEventListener('message', began);
  }

  private receive({ jobs }: Running, reply: Reply): void {
    if (reply.kind === 'progress') {
      (jobs.get(reply.job)?.onProgress as ((value: unknown) => void) | undefined)?.(reply.value);
    } else if (reply.kind === 'done') {
      (this.settle(jobs, reply.job)?.resolve as ((value: unknown) => void) | undefined)?.(reply.value);
    } else if (reply.kind === 'failed') {
      this.settle(jobs, reply.job)?.reject(new TaskError(reply.name, reply.message));
    }
  }

  private settle(jobs: Map<number, OpenJob>, job: number): OpenJob | undefined {
    const found = jobs.get(job);
    if (jobs.delete(job)) this.open.value--;
    return found;
  }

  private close(reason: string): void {
    if (this.running === undefined) return;
    const { worker, jobs } = this.running;
    this.running = undefined;
    worker.terminate();
    this.end.value = reason;
    for (const job of [...jobs.keys()]) this.settle(jobs, job)?.reject(new WorkerEndedError(reason));
  }
}
