/** What a search of settings has found. */
import { useMemo } from 'preact/hooks';
import {
  Chart,
  type Column,
  DataTable,
  Figure,
  Message,
  NumberField,
  Panel,
  Segments,
  Select,
} from '../../components/index.js';
import { count, fixed, short } from '../../text/format.js';
import { bestSoFar, differing, importance } from './compare.js';
import { Parallel } from './Parallel.js';
import { minimize, searches, state } from './state.js';
import type { Search, Trial } from './tasks.js';
import { t } from './text.js';

type Plot = typeof import('@observablehq/plot');
type Options = import('@observablehq/plot').PlotOptions;

const LEAST_FOR_IMPORTANCE = 6;

export function SearchPanel({ search }: { readonly search: Search }) {
  const smaller = minimize.value;
  const { trials } = search;
  const ranked = useMemo(
    () => [...trials].sort((a, b) => (smaller ? a.score - b.score : b.score - a.score)),
    [trials, smaller],
  );
  const standing = ranked.slice(0, Math.max(1, Math.round(state.best.value * ranked.length)));
  const names = useMemo(() => differing(trials.map(({ settings }) => settings)), [trials]);
  if (trials.length === 0) return <Panel title={t().search}>{t().without(count(search.without))}</Panel>;
  return (
    <Panel title={t().search}>
      <div class="row controls">
        {searches.value.length > 1 && (
          <Select
            label={t().whichSearch}
            value={search.name}
            onChange={(value) => {
              state.search.value = value;
            }}
            options={searches.value.map(({ name }) => [name, name] as const)}
          />
        )}
        <div class="field">
          <span class="field-label">{t().goal}</span>
          <Segments
            label={t().goal}
            value={smaller ? 'min' : 'max'}
            onChange={(value) => {
              state.goal.value = value;
            }}
            options={[
              ['min', t().smaller],
              ['max', t().larger],
            ]}
          />
        </div>
        <div class="grow">
          <NumberField label={t().bestShare} signal={state.best} min={0.05} max={1} step={0.05} />
        </div>
      </div>
      {search.without > 0 && <Message>{t().without(count(search.without))}</Message>}
      <Parallel
        trials={trials}
        names={names}
        measure={measureOf(search)}
        standing={standing}
        minimize={smaller}
      />
      <div class="columns">
        <BestSoFar trials={trials} minimize={smaller} measure={measureOf(search)} />
        {trials.length < LEAST_FOR_IMPORTANCE ? (
          <p class="muted small">{t().tooFew}</p>
        ) : (
          <Importances trials={trials} />
        )}
      </div>
      <Trials ranked={ranked} names={names} measure={measureOf(search)} standing={standing} />
    </Panel>
  );
}

function measureOf({ measure }: Search): string {
  return measure ?? t().score;
}

interface ScoreProps {
  readonly trials: readonly Trial[];
  readonly minimize: boolean;
  readonly measure: string;
}

function BestSoFar({ trials, minimize, measure }: ScoreProps) {
  const { trial } = t();
  const inOrder = useMemo(() => [...trials].sort((a, b) => a.number - b.number), [trials]);
  const best = useMemo(() => bestSoFar(inOrder, minimize), [inOrder, minimize]);
  const draw = useMemo(
    () =>
      (plot: Plot): Options => ({
        marginLeft: 48,
        marginTop: 24,
        marginBottom: 38,
        x: { label: trial, nice: true },
        y: { label: measure, grid: true, nice: true, ticks: 5 },
        marks: [
          plot.dot(inOrder, { x: 'number', y: 'score', r: 2.5, fill: 'var(--line-strong)' }),
          plot.line(
            inOrder.map(({ number }, i) => ({ number, best: best[i] })),
            { x: 'number', y: 'best', stroke: 'var(--category-1)', strokeWidth: 2, curve: 'step-after' },
          ),
        ],
      }),
    [inOrder, best, measure, trial],
  );
  return (
    <Figure title={t().bestSoFar} fileName="lexigrad-best-so-far">
      <Chart label={t().bestLabel(short(best.at(-1)!), count(trials.length))} height={200} draw={draw} />
    </Figure>
  );
}

function Importances({ trials }: { readonly trials: readonly Trial[] }) {
  const { share } = t();
  const shares = useMemo(() => importance(trials), [trials]);
  const longest = Math.max(...shares.map(({ setting }) => setting.length));
  const draw = useMemo(
    () =>
      (plot: Plot): Options => ({
        marginLeft: Math.min(160, 16 + 7 * longest),
        marginTop: 4,
        marginBottom: 38,
        x: { label: `${share}, %`, percent: true, grid: true, domain: [0, 100], ticks: 4 },
        y: { label: null, domain: shares.map(({ setting }) => setting) },
        marks: [
          plot.barX(shares, {
            y: 'setting',
            x: 'share',
            fill: 'var(--category-1)',
            insetTop: 2,
            insetBottom: 2,
          }),
          plot.ruleX([0], { stroke: 'var(--line-strong)' }),
        ],
      }),
    [shares, longest, share],
  );
  return (
    <Figure title={t().importance} fileName="lexigrad-importance" caption={t().importanceCaption}>
      <Chart label={t().importanceLabel} height={60 + 26 * shares.length} draw={draw} />
    </Figure>
  );
}

function Trials(props: {
  readonly ranked: readonly Trial[];
  readonly names: readonly string[];
  readonly measure: string;
  readonly standing: readonly Trial[];
}) {
  const { ranked, names, measure, standing } = props;
  const best = new Set(standing);
  const columns: Column<Trial>[] = [
    { title: t().trial, value: ({ number }) => number, number: true },
    { title: measure, value: ({ score }) => score, show: ({ score }) => short(score, 4), number: true },
    ...names.map(
      (name): Column<Trial> => ({
        title: name,
        value: ({ settings }) => settings[name],
        number: ranked.every(({ settings }) => typeof settings[name] === 'number'),
      }),
    ),
    {
      title: t().seconds,
      value: ({ seconds }) => seconds,
      show: ({ seconds }) => (seconds === undefined ? t().none : fixed(seconds, 1)),
      number: true,
    },
  ];
  return (
    <DataTable
      title={t().trials}
      fileName="lexigrad-trials"
      columns={columns}
      rows={ranked}
      selected={(trial) => best.has(trial)}
    />
  );
}
