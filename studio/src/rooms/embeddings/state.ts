/** The vectors that are open, and all that can be set. It outlives visits to other rooms. */
import { computed } from '@preact/signals';
import { choice, flag, number, param, text, whole } from '../../state/codec.js';
import { roomState } from '../../state/room-state.js';
import { ModelHolder } from '../../text-models/holder.js';
import { WorkerClient } from '../../worker/index.js';
import type { EmbeddingTasks, VectorFacts } from './tasks.js';

const angle = number({ min: -100, max: 100, digits: 4 });

export const viewSchema = {
  yaw: param(angle, 0.6),
  pitch: param(angle, 0.35),
  zoom: param(number({ min: 0.2, max: 200, digits: 4 }), 1),
  panX: param(angle, 0),
  panY: param(angle, 0),
};

export const state = roomState('embeddings', {
  /** 'example', or the name of a file that the studio was started with. */
  from: param(text(300), ''),
  method: param(choice(['pca', 'umap']), 'pca'),
  dimensions: param(choice(['2', '3']), '3'),
  most: param(whole(10, 1e6), 100_000),
  /** Of UMAP: its work grows with the square. */
  sample: param(whole(10, 20_000), 2000),
  choosing: param(choice(['first', 'even']), 'first'),
  unit: param(flag, true),
  neighbors: param(whole(2, 100), 15),
  minDistance: param(number({ min: 0, max: 0.99 }), 0.1),
  epochs: param(whole(10, 2000), 300),
  seed: param(whole(0, 1e6), 1),
  color: param(choice(['label', 'frequency', 'none']), 'label'),
  names: param(flag, true),
  word: param(text(100), ''),
  count: param(whole(1, 100), 10),
  a: param(text(100), ''),
  b: param(text(100), ''),
  c: param(text(100), ''),
  ...viewSchema,
});

export const client = new WorkerClient<EmbeddingTasks>(
  () =>
    new Worker(new URL('./embeddings.worker.ts', import.meta.url), { type: 'module', name: 'embeddings' }),
);
export const holder = new ModelHolder<VectorFacts, EmbeddingTasks>(client);

export const facts = computed(() => holder.model.value?.facts);
const rowNumbers = computed(() => new Map(facts.value?.words.map((word, row) => [word, row])));

/** The row of a word as it is written, or in lower case: models fold case, people do not. */
export function rowOf(word: string): number | undefined {
  const forms = [word, word.normalize('NFC'), word.toLowerCase(), word.normalize('NFC').toLowerCase()];
  for (const form of forms) {
    const row = rowNumbers.value.get(form);
    if (row !== undefined) return row;
  }
  return undefined;
}

/** A word as the table has it. */
export function knownForm(word: string): string | undefined {
  const row = rowOf(word.trim());
  return row === undefined ? undefined : facts.value!.words[row];
}
