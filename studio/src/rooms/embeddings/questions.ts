/** What is near a word, and what completes a proportion. */
import { effect, untracked } from '@preact/signals';
import { latest } from '../../text-models/latest.js';
import { facts, holder, knownForm, state } from './state.js';
import type { EmbeddingTasks } from './tasks.js';

const neighbors = latest<{
  readonly word: string;
  readonly found: EmbeddingTasks['neighbors']['output'];
}>();
export const neighborsAnswer = neighbors.answer;

effect(() => {
  const word = facts.value === undefined ? undefined : knownForm(state.word.value);
  const count = state.count.value;
  if (word === undefined) return untracked(neighbors.forget);
  untracked(() =>
    neighbors.ask(async () => ({ word, found: await holder.ask('neighbors', { word, count }) })),
  );
});

const analogy = latest<{
  readonly words: readonly [string, string, string];
  readonly found: EmbeddingTasks['analogy']['output'];
}>();
export const analogyAnswer = analogy.answer;
export const analogyFailure = analogy.failure;

effect(() => {
  const known =
    facts.value === undefined ? [] : [state.a, state.b, state.c].map(({ value }) => knownForm(value));
  const [a, b, c] = known;
  const count = state.count.value;
  if (a === undefined || b === undefined || c === undefined) return untracked(analogy.forget);
  const words = [a, b, c] as const;
  untracked(() => analogy.ask(async () => ({ words, found: await holder.ask('analogy', { words, count }) })));
});
