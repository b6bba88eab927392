/** Opening files, and training the example. */
import { effect, signal, untracked } from '@preact/signals';
import { type GivenFile, messageOf } from '../../components/index.js';
import { fetchListed, listedFiles, listFiles } from '../../samples/given.js';
import { fetchMessages } from '../../samples/messages.js';
import { currentRoom } from '../../state/address.js';
import { WorkerEndedError } from '../../worker/index.js';
import { stopUmap } from './projections.js';
import { client, facts, holder, state } from './state.js';
import { t } from './text.js';

/** In the address, for the example. */
const EXAMPLE = 'example';

/** What the address named when it was last looked at. */
let named = '';

export const exampleProgress = signal<{ readonly done: number; readonly total: number } | undefined>(
  undefined,
);
/** Why what the address names could not be opened. */
export const openFailure = signal<string | undefined>(undefined);

/** Opens a file; the vectors before stay where it is refused. @throws what is wrong with it */
export async function openFile(file: GivenFile, from = ''): Promise<void> {
  stopUmap();
  await holder.load(file);
  openFailure.value = undefined;
  named = state.from.value = from;
}

/** Trains the example in the worker and opens it. */
export async function openExample(): Promise<void> {
  if (exampleProgress.peek() !== undefined) return;
  exampleProgress.value = { done: 0, total: 0 };
  openFailure.value = undefined;
  try {
    const onProgress = (value: { readonly done: number; readonly total: number }) => {
      exampleProgress.value = value;
    };
    const bytes = await client.run('example', await fetchMessages(), { onProgress }).result;
    await openFile({ name: 'messages.lexigrad', bytes }, EXAMPLE);
  } catch (error) {
    report(error);
  } finally {
    exampleProgress.value = undefined;
  }
}

/** What the address asks for, once it does. */
async function openNamed(name: string): Promise<void> {
  if (name === EXAMPLE) return openExample();
  await listFiles();
  const file = listedFiles.value.find((listed) => listed.name === name);
  if (file === undefined) openFailure.value = t().notGiven(name);
  else await fetchListed(file).then((given) => openFile(given, name), report);
}

function report(error: unknown): void {
  if (!(error instanceof WorkerEndedError)) openFailure.value = messageOf(error);
}

effect(() => {
  const from = state.from.value;
  const here = currentRoom.value === 'embeddings';
  if (!here || from === named) return;
  named = from;
  if (from !== '' && untracked(() => facts.value) === undefined) untracked(() => void openNamed(from));
});
