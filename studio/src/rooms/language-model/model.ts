/** Text, training and the model of this room. All of it outlives visits to other rooms, and workers that end. */
import { effect, signal, untracked } from '@preact/signals';
import { type GivenFile, messageOf, saveBytes } from '../../components/index.js';
import { fetchMessages, MESSAGES_NAME } from '../../samples/messages.js';
import { type ModelFile, ModelHolder } from '../../text-models/holder.js';
import { latest } from '../../text-models/latest.js';
import { TrainingSession } from '../../text-models/session.js';
import { type Job, WorkerClient, WorkerEndedError } from '../../worker/index.js';
import { LONGEST_TEXT, type SampleName, state, trainingOptions } from './state.js';
import type {
  Baseline,
  Expectation,
  LanguageModelFacts,
  LanguageModelTasks,
  Scored,
  TextSource,
  TextSummary,
  TrainInput,
} from './tasks.js';

const start = (name: string) => () =>
  new Worker(new URL('./language-model.worker.ts', import.meta.url), { type: 'module', name });

/** Trains, and reads texts. */
export const trainer = new WorkerClient<LanguageModelTasks>(start('language-model-training'));
/** Holds the model and counts n-grams, so that both answer while another model is trained. */
export const asker = new WorkerClient<LanguageModelTasks>(start('language-model-model'));
export const holder = new ModelHolder<LanguageModelFacts, LanguageModelTasks>(asker, () => {
  counted.value = false;
});

// ——— text ———

export interface OpenText {
  readonly source: TextSource;
  readonly summary: TextSummary;
}

export const opened = signal<OpenText | undefined>(undefined);
export const textFailure = signal<string | undefined>(undefined);
let lastText = 0;

/** Reads a text of the person's own. @throws what is wrong with it; the text before stays */
export function openText({ name, bytes }: GivenFile): Promise<void> {
  return read({ id: ++lastText, name, kind: 'lines', bytes });
}

/** Opens a sample; those who come with an address see the one that it names. */
export async function openSample(sample: SampleName): Promise<void> {
  state.sample.value = sample;
  textFailure.value = undefined;
  const id = ++lastText;
  try {
    if (sample === 'stories')
      await read({ id, name: 'stories.txt', kind: 'stories', bytes: new Uint8Array() });
    else await read({ id, name: MESSAGES_NAME, kind: 'labelled', bytes: await fetchMessages() });
  } catch (error) {
    if (!(error instanceof WorkerEndedError)) textFailure.value = messageOf(error);
  }
}

export function openFirst(): void {
  if (opened.value === undefined) void openSample(state.sample.value);
}

async function read(source: TextSource): Promise<void> {
  const summary = await trainer.run('read', source).result;
  // What was asked for later has been opened meanwhile.
  if (opened.value !== undefined && opened.value.source.id > source.id) return;
  textFailure.value = undefined;
  opened.value = { source, summary };
}

// ——— training ———

export const session = new TrainingSession<TrainInput>({
  run: (input, onProgress) => trainer.run('train', input, { onProgress }),
  onModel: ({ bytes }, { source }) => {
    const name = source.name.replace(/\.[^.]*$/, '');
    holder.load({ name: `${name}.lexigrad`, bytes }).catch(report);
  },
});

/** What the counts make of the text of the present run. */
export const baseline = signal<Baseline | undefined>(undefined);

export function train(): void {
  const text = opened.value;
  if (text === undefined) return;
  const input: TrainInput = {
    source: text.source,
    options: trainingOptions(),
    pretrained: state.pretrained.value ? holder.model.value?.file : undefined,
  };
  baseline.value = undefined;
  void session.start(input);
  asker.run('baseline', input).result.then(
    (found) => {
      if (session.input.value === input) baseline.value = found;
    },
    // Without it there is one line less; what is wrong with the text is said by the run itself.
    () => {},
  );
}

/** Whether what is set now is not what the last run was told. */
export function settingsChanged(): boolean {
  const input = session.input.value;
  return (
    input !== undefined &&
    (JSON.stringify(input.options) !== JSON.stringify(trainingOptions()) ||
      input.source.id !== opened.value?.source.id)
  );
}

// ——— the model ———

export const modelFailure = signal<string | undefined>(undefined);

/** @throws what is wrong with the file; the model before stays */
export async function openModel({ name, bytes }: GivenFile): Promise<void> {
  await holder.load({ name, bytes });
  modelFailure.value = undefined;
}

export function saveModel(): void {
  const model = holder.model.value;
  if (model !== undefined) saveBytes(model.file.name, model.file.bytes);
}

function report(error: unknown): void {
  if (!(error instanceof WorkerEndedError)) modelFailure.value = messageOf(error);
}

// ——— counts beside the model ———

/** Whether n-grams of the open text were counted for the present model. */
export const counted = signal(false);

effect(() => {
  const model = holder.model.value;
  const text = opened.value;
  counted.value = false;
  if (model === undefined || text === undefined) return;
  untracked(() => void count(model.file, text.source));
});

async function count(file: ModelFile, source: TextSource): Promise<void> {
  try {
    await holder.ask('count', source);
    counted.value = holder.model.value?.file === file;
  } catch (error) {
    report(error);
  }
}

// ——— asking ———

export const expected = latest<Expectation>();

effect(() => {
  const question = { text: state.q.value, word: state.word.value };
  // Asked again when the counts are there.
  void counted.value;
  if (holder.model.value === undefined) expected.forget();
  else expected.ask(() => holder.ask('expect', question));
});

export const scored = latest<Scored>();

effect(() => {
  const text = state.s.value;
  void counted.value;
  if (holder.model.value === undefined || text.trim() === '') scored.forget();
  else scored.ask(() => holder.ask('score', { text }));
});

/** Puts a suggestion in the place of the word that is being typed, and a space behind it. */
export function pick(token: string): void {
  const { before } = expected.answer.peek() ?? { before: state.q.value };
  const isCharacters = holder.model.peek()?.facts.tokenizer === 'characters';
  const joined = /^[,.;:!?…)\]}’”]/.test(token) ? before.trimEnd() : before;
  state.q.value = `${joined}${token}${isCharacters ? '' : ' '}`.slice(0, LONGEST_TEXT);
  state.word.value = '';
}

// ——— generation ———

export const generated = signal<string | undefined>(undefined);
export const generating = signal(false);
export const generationFailure = signal<string | undefined>(undefined);
let generation: Job<string> | undefined;

export async function generate(): Promise<void> {
  const { q, temperature, topK, topP, gseed, length, by } = state;
  generating.value = true;
  generationFailure.value = undefined;
  generated.value = q.value;
  try {
    generated.value = await holder.ask(
      'generate',
      {
        prompt: q.value,
        temperature: temperature.value,
        topK: topK.value === 0 ? undefined : topK.value,
        topP: topP.value,
        seed: gseed.value,
        maximumTokens: length.value,
        by: by.value,
      },
      (text) => {
        generated.value = text;
      },
      (job) => {
        generation = job;
      },
    );
  } catch (error) {
    if (!(error instanceof WorkerEndedError)) generationFailure.value = messageOf(error);
  } finally {
    generating.value = false;
  }
}

export function stopGenerating(): void {
  generation?.cancel();
}
