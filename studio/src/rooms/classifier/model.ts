/** Data, training and the model of this room. All of it outlives visits to other rooms, and workers that end. */
import { effect, signal } from '@preact/signals';
import { type GivenFile, messageOf, saveBytes } from '../../components/index.js';
import { fetchMessages, MESSAGES_NAME } from '../../samples/messages.js';
import { ModelHolder } from '../../text-models/holder.js';
import { latest } from '../../text-models/latest.js';
import { TrainingSession } from '../../text-models/session.js';
import { WorkerClient, WorkerEndedError } from '../../worker/index.js';
import { heldOutBy, state, trainingOptions } from './state.js';
import type {
  ClassifierFacts,
  ClassifierTasks,
  DataSource,
  DataSummary,
  Evaluation,
  HeldOut,
  Reading,
  TrainInput,
} from './tasks.js';

const start = (name: string) => () =>
  new Worker(new URL('./classifier.worker.ts', import.meta.url), { type: 'module', name });

/** Trains; and reads data, which takes time too. */
export const trainer = new WorkerClient<ClassifierTasks>(start('classifier-training'));
/** Holds the model, so that it answers while another is trained. */
export const asker = new WorkerClient<ClassifierTasks>(start('classifier-model'));
export const holder = new ModelHolder<ClassifierFacts, ClassifierTasks>(asker);

// ——— data ———

export interface OpenData {
  readonly source: DataSource;
  readonly summary: DataSummary;
}

export const data = signal<OpenData | undefined>(undefined);
/** Why the columns that were chosen cannot be used. */
export const dataFailure = signal<string | undefined>(undefined);
let lastData = 0;

/** Reads a file of labelled texts. @throws what is wrong with it; the data before stay */
export async function openData({ name, bytes }: GivenFile): Promise<void> {
  await readData({ id: ++lastData, name, bytes, textColumn: '', labelColumn: '' });
  state.textColumn.value = state.labelColumn.value = '';
}

/** Reads the open file again, with other columns. */
export async function chooseColumns(textColumn: string, labelColumn: string): Promise<void> {
  const open = data.value;
  if (open === undefined) return;
  state.textColumn.value = textColumn;
  state.labelColumn.value = labelColumn;
  dataFailure.value = undefined;
  try {
    await readData({ ...open.source, id: ++lastData, textColumn, labelColumn });
  } catch (error) {
    if (!(error instanceof WorkerEndedError)) dataFailure.value = messageOf(error);
  }
}

/** The example data of the project. */
export async function openSample(): Promise<void> {
  state.textColumn.value = state.labelColumn.value = '';
  await openFirst(true);
}

/**
 * Opens the sample, with the columns that the address names.
 * @param anew also where something is open
 */
export async function openFirst(anew = false): Promise<void> {
  if (data.value !== undefined && !anew) return;
  const id = ++lastData;
  const [textColumn, labelColumn] = [state.textColumn.value, state.labelColumn.value];
  dataFailure.value = undefined;
  try {
    await readData({ id, name: MESSAGES_NAME, bytes: await fetchMessages(), textColumn, labelColumn });
  } catch (error) {
    if (!(error instanceof WorkerEndedError)) dataFailure.value = messageOf(error);
  }
}

async function readData(source: DataSource): Promise<void> {
  const summary = await trainer.run('read', source).result;
  // What was asked for later has been opened meanwhile.
  if (data.value !== undefined && data.value.source.id > source.id) return;
  dataFailure.value = undefined;
  data.value = { source, summary };
}

// ——— training ———

export const session = new TrainingSession<TrainInput>({
  run: (input, onProgress) => trainer.run('train', input, { onProgress }),
  onModel: ({ bytes }, { data: source, options }) => {
    const name = source.name.replace(/\.[^.]*$/, '');
    const heldOut = heldOutBy(options);
    void holder.load({ name: `${name}.lexigrad`, bytes }).then(() => {
      origin.value = { source, heldOut };
    }, report);
  },
});

export function train(): void {
  const open = data.value;
  if (open !== undefined) void session.start({ data: open.source, options: trainingOptions() });
}

/** Whether what is set now is not what the last run was told. */
export function settingsChanged(): boolean {
  const input = session.input.value;
  return (
    input !== undefined &&
    (JSON.stringify(input.options) !== JSON.stringify(trainingOptions()) ||
      input.data.id !== data.value?.source.id)
  );
}

// ——— the model ———

/** On what the model was trained here; undefined for one from a file. */
export const origin = signal<
  { readonly source: DataSource; readonly heldOut: HeldOut | undefined } | undefined
>(undefined);
export const modelFailure = signal<string | undefined>(undefined);

/** @throws what is wrong with the file; the model before stays */
export async function openModel({ name, bytes }: GivenFile): Promise<void> {
  await holder.load({ name, bytes });
  origin.value = undefined;
  modelFailure.value = undefined;
}

export function saveModel(): void {
  const model = holder.model.value;
  if (model !== undefined) saveBytes(model.file.name, model.file.bytes);
}

function report(error: unknown): void {
  if (!(error instanceof WorkerEndedError)) modelFailure.value = messageOf(error);
}

// ——— how good it is ———

export interface Judged {
  readonly evaluation: Evaluation;
  readonly file: string;
  /** Whether the model has not seen these rows in training. */
  readonly heldOut: boolean;
}

export const judged = latest<Judged>();

/** Judges each new model: by what was held out from it, or by all of the data that are open. */
effect(() => {
  const trained = origin.value;
  const open = data.value;
  const model = holder.model.value;
  const source = trained?.source ?? open?.source;
  if (model === undefined || source === undefined || (trained && trained.heldOut === undefined)) {
    judged.forget();
    return;
  }
  const heldOut = trained?.heldOut;
  judged.ask(async () => ({
    evaluation: await holder.ask('evaluate', { data: source, heldOut }),
    file: source.name,
    heldOut: heldOut !== undefined,
  }));
});

// ——— a text ———

export const reading = latest<Reading>();

effect(() => {
  const question = { text: state.q.value, label: state.label.value, struck: state.struck.value };
  if (holder.model.value === undefined) reading.forget();
  else reading.ask(() => holder.ask('explain', question));
});

/** Another text has other words: none of them is struck out. */
export function setText(text: string): void {
  state.q.value = text;
  state.struck.value = [];
}
