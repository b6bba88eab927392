/** The model that is looked at: its bytes in the page, itself in a worker. */
import { effect, signal, untracked } from '@preact/signals';
import type { Job, WorkerClient } from '../worker/index.js';
import type { Task, TasksOf } from '../worker/protocol.js';

export interface ModelFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Tasks of a worker that holds one model. */
export interface HolderTasks<Facts> {
  readonly load: Task & { readonly input: ModelFile; readonly output: Facts };
}

/**
 * Loads models into a worker, and loads the present one again where the worker had to be started anew, so that
 * whoever asks it something need not know of that.
 */
export class ModelHolder<Facts, T extends TasksOf<T> & HolderTasks<Facts>> {
  /** What is known of the model, and its file. */
  readonly model = signal<{ readonly file: ModelFile; readonly facts: Facts } | undefined>(undefined);
  private readonly client: WorkerClient<T>;
  private isThere = true;

  /** @param onGone what to do when the worker has ended and the model with it */
  constructor(client: WorkerClient<T>, onGone: () => void = () => {}) {
    this.client = client;
    effect(() => {
      if (client.ended.value === undefined) return;
      this.isThere = false;
      untracked(onGone);
    });
  }

  /** Loads a model in the place of the present one, which stays where the file is refused. */
  async load(file: ModelFile): Promise<void> {
    const facts = await this.send(file);
    this.isThere = true;
    this.model.value = { file, facts };
  }

  /** Runs a task that asks the model. */
  async ask<K extends keyof T & string>(
    task: K,
    input: T[K]['input'],
    onProgress?: (value: T[K]['progress']) => void,
    onStart?: (job: Job<T[K]['output']>) => void,
  ): Promise<T[K]['output']> {
    const { model } = this;
    if (!this.isThere && model.value !== undefined) {
      await this.send(model.value.file);
      this.isThere = true;
    }
    const job = this.client.run(task, input, { onProgress });
    onStart?.(job);
    return job.result;
  }

  private send(file: ModelFile): Promise<Facts> {
    return this.client.run('load', file as T['load']['input']).result as Promise<Facts>;
  }
}
