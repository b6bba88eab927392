/** Files of runs: opened by hand, made by the example, or watched where the studio was started with them. */
import { effect, signal, untracked } from '@preact/signals';
import { type GivenFile, messageOf } from '../../components/index.js';
import { currentRoom } from '../../state/address.js';
import { type Job, WorkerClient, WorkerEndedError } from '../../worker/index.js';
import { files } from './state.js';
import type { RunTasks } from './tasks.js';

export const client = new WorkerClient<RunTasks>(
  () => new Worker(new URL('./runs.worker.ts', import.meta.url), { type: 'module', name: 'runs' }),
);

/** Reads a file of runs; one of the same name is replaced. @throws what is wrong with it */
export async function openRuns({ name, bytes }: GivenFile): Promise<void> {
  const found = await client.run('read', { name, bytes }).result;
  files.value = new Map([...files.peek(), [name, found]]);
}

export function forgetFiles(): void {
  job?.cancel();
  files.value = new Map();
}

export const exampleRuns = signal(false);
export const exampleFailure = signal<string | undefined>(undefined);
let job: Job<undefined> | undefined;

/** Trains small networks in the worker; their logs grow before one's eyes. */
export async function runExample(): Promise<void> {
  exampleRuns.value = true;
  exampleFailure.value = undefined;
  const encoder = new TextEncoder();
  try {
    job = client.run('example', undefined, {
      onProgress: ({ name, text }) => {
        openRuns({ name, bytes: encoder.encode(text) }).catch(report);
      },
    });
    await job.result;
  } catch (error) {
    report(error);
  } finally {
    exampleRuns.value = false;
    job = undefined;
  }
}

export function stopExample(): void {
  job?.cancel();
}

function report(error: unknown): void {
  if (!(error instanceof WorkerEndedError)) exampleFailure.value = messageOf(error);
}

// ——— the files of `lexigrad studio RUNS` ———

const WATCH_EVERY_MS = 2000;
const LARGEST_BYTES = 50e6;
const LOGS = /\.(jsonl|ndjson)$/i;

interface WatchedFile {
  readonly name: string;
  readonly url: string;
  readonly bytes: number;
  readonly modified: number;
}

/** How many files are watched; 0 where this server has none. */
export const watched = signal(0);
export const watchFailure = signal<string | undefined>(undefined);
/** What each file was like when it was last read. */
const known = new Map<string, string>();

/** Reads what is new or has grown. @returns whether the server has a list of files at all */
async function look(): Promise<boolean> {
  const response = await fetch('given.json').catch(() => undefined);
  if (!response?.ok || !response.headers.get('content-type')?.includes('json')) return false;
  const { files: list = [] } = (await response.json()) as { readonly files?: readonly WatchedFile[] };
  const logs = list.filter(({ name, bytes }) => LOGS.test(name) && bytes > 0 && bytes <= LARGEST_BYTES);
  watched.value = logs.length;
  for (const { name, url, modified, bytes } of logs) {
    const stamp = `${modified} ${bytes}`;
    if (known.get(url) === stamp) continue;
    known.set(url, stamp);
    const content = await fetch(url);
    if (!content.ok) continue;
    try {
      await openRuns({ name, bytes: new Uint8Array(await content.arrayBuffer()) });
    } catch (error) {
      // A folder may hold other JSON lines than runs: said, and passed over.
      if (!(error instanceof WorkerEndedError)) watchFailure.value = messageOf(error);
    }
  }
  return true;
}

/** Looks again and again while the room is open and can be seen. */
async function watch(goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    if (!document.hidden && !(await look())) return;
    await new Promise((resolve) => setTimeout(resolve, WATCH_EVERY_MS));
  }
}

let watches = 0;
effect(() => {
  const here = currentRoom.value === 'runs';
  const mine = ++watches;
  if (here) untracked(() => void watch(() => mine === watches));
});
