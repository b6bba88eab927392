/** The runs that are open, and how they are shown. */
import { computed, signal } from '@preact/signals';
import { choice, flag, list, number, param, text } from '../../state/codec.js';
import { roomState } from '../../state/room-state.js';
import { differing, minimizes, passes } from './compare.js';
import type { Found, Run, Search } from './tasks.js';

export const state = roomState('runs', {
  filter: param(text(300), ''),
  x: param(choice(['step', 'epoch', 'time']), 'step'),
  smooth: param(number({ min: 0, max: 0.99 }), 0.8),
  measure: param(text(60), ''),
  log: param(flag, false),
  /** Names of runs that are not drawn. */
  hidden: param(list(text(100), { sign: '|' }), []),
  search: param(text(200), ''),
  goal: param(choice(['', 'min', 'max']), ''),
  best: param(number({ min: 0.05, max: 1 }), 0.25),
});

/** What was found, by the name of the file; in the order in which the files came. */
export const files = signal<ReadonlyMap<string, Found>>(new Map());
export const problems = computed(() =>
  [...files.value].flatMap(([name, { problems }]) => problems.map((problem) => `${name}: ${problem}`)),
);
export const hasFiles = computed(() => files.value.size > 0);

/** A run, and the number that its colour and its stroke come from. */
export interface NumberedRun extends Run {
  /** Of the file and the run in it. */
  readonly id: string;
  readonly number: number;
}

const allRuns = computed((): readonly NumberedRun[] =>
  [...files.value]
    .flatMap(([file, { runs }]) => runs.map((run, i) => ({ ...run, id: `${file}#${i}` })))
    .map((run, number) => ({ ...run, number })),
);
/** Those that pass the filter. */
export const listed = computed(() => allRuns.value.filter((run) => passes(run, state.filter.value)));
export const runCount = computed(() => allRuns.value.length);
/** Those that are drawn and compared. */
export const drawn = computed(() => listed.value.filter(({ name }) => !state.hidden.value.includes(name)));

export const differences = computed(() => differing(drawn.value.map(({ settings }) => settings)));

/** Names of everything that validations measured. */
export const measures = computed(() => [
  ...new Set(
    drawn.value.flatMap(({ epochs }) => epochs.flatMap(({ validation }) => Object.keys(validation))),
  ),
]);
/** The measure that is drawn beside the loss, and that runs are ranked by. */
export const measure = computed(() => {
  const { value } = state.measure;
  if (measures.value.includes(value)) return value;
  return measures.value.find((name) => name !== 'loss') ?? measures.value[0];
});

export const searches = computed(() => [...files.value.values()].flatMap(({ searches }) => searches));
export const search = computed(
  (): Search | undefined =>
    searches.value.find(({ name }) => name === state.search.value) ?? searches.value[0],
);
export const minimize = computed(() =>
  state.goal.value === ''
    ? search.value !== undefined && minimizes(search.value)
    : state.goal.value === 'min',
);
