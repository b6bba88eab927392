/** One or two models, taken apart by a worker. Their bytes stay here, so that nothing is lost with the worker. */
import { computed, effect, signal, untracked } from '@preact/signals';
import { type GivenFile, messageOf } from '../../components/index.js';
import { fetchListed, listedFiles, listFiles } from '../../samples/given.js';
import { currentRoom } from '../../state/address.js';
import { choice, param, text } from '../../state/codec.js';
import { roomState } from '../../state/room-state.js';
import { WorkerClient, WorkerEndedError } from '../../worker/index.js';
import type { Inspected, ModelTasks, Slot, TensorComparison } from './tasks.js';
import { t } from './text.js';

const EXAMPLE = 'example';

export const state = roomState('models', {
  /** 'example', or names of files that the studio was started with. */
  a: param(text(300), ''),
  b: param(text(300), ''),
  tensor: param(text(300), ''),
  filter: param(text(200), ''),
  sort: param(choice(['file', 'name', 'size', 'difference']), 'file'),
});

export const client = new WorkerClient<ModelTasks>(
  () => new Worker(new URL('./models.worker.ts', import.meta.url), { type: 'module', name: 'models' }),
);

interface OpenModel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly inspected: Inspected;
}

const models = { a: signal<OpenModel | undefined>(undefined), b: signal<OpenModel | undefined>(undefined) };
export const modelA = computed(() => models.a.value?.inspected);
export const modelB = computed(() => models.b.value?.inspected);
export const comparison = signal<readonly TensorComparison[] | undefined>(undefined);
export const failure = signal<string | undefined>(undefined);
export const busy = signal(false);

/** Models that the present worker has not seen. */
let workerIsNew = false;
effect(() => {
  if (client.ended.value !== undefined) workerIsNew = true;
});

/** Opens a model, beside the other or in its place. @throws what is wrong with it; what was open stays */
export async function openModel(slot: Slot, { name, bytes }: GivenFile, from = ''): Promise<void> {
  const inspected = await client.run('inspect', { slot, name, bytes }).result;
  models[slot].value = { bytes, inspected };
  asked[slot] = state[slot].value = from;
  failure.value = undefined;
  await compare();
}

export function closeModel(slot: Slot): void {
  models[slot].value = undefined;
  comparison.value = undefined;
  asked[slot] = state[slot].value = '';
}

/** Compares again after a worker has ended. */
export async function compare(): Promise<void> {
  const { a, b } = models;
  comparison.value = undefined;
  if (a.value === undefined || b.value === undefined) return;
  if (workerIsNew) {
    workerIsNew = false;
    for (const slot of ['a', 'b'] as const) {
      const { bytes, inspected } = models[slot].value!;
      await client.run('inspect', { slot, name: inspected.file, bytes }).result;
    }
  }
  comparison.value = await client.run('compare', undefined).result;
}

/** Trains two networks in the worker and opens them. */
export async function openExample(): Promise<void> {
  busy.value = true;
  try {
    const [first, second] = await client.run('example', undefined).result;
    await openModel('a', first!, EXAMPLE);
    await openModel('b', second!, EXAMPLE);
  } catch (error) {
    report(error);
  } finally {
    busy.value = false;
  }
}

export function report(error: unknown): void {
  if (!(error instanceof WorkerEndedError)) failure.value = messageOf(error);
}

/** What the address named when it was last looked at. */
const asked: Record<Slot, string> = { a: '', b: '' };

async function openNamed(slot: Slot, name: string): Promise<void> {
  if (name === EXAMPLE) return slot === 'a' || models.a.value === undefined ? openExample() : undefined;
  await listFiles();
  const file = listedFiles.value.find((listed) => listed.name === name);
  if (file === undefined) failure.value = t().notGiven(name);
  else await openModel(slot, await fetchListed(file), name);
}

effect(() => {
  const here = currentRoom.value === 'models';
  const wanted = { a: state.a.value, b: state.b.value };
  if (!here) return;
  untracked(() => {
    const open = (['a', 'b'] as const).filter((slot) => wanted[slot] !== '' && wanted[slot] !== asked[slot]);
    Object.assign(asked, wanted);
    // Both are examples: one training makes them.
    const distinct = open.filter((slot) => slot === 'a' || wanted.b !== EXAMPLE || !open.includes('a'));
    for (const slot of distinct) openNamed(slot, wanted[slot]).catch(report);
  });
});
