/** All tensors with their numbers, and the histogram of one. */
import { useMemo } from 'preact/hooks';
import {
  Chart,
  type Column,
  DataTable,
  Figure,
  Message,
  Panel,
  Select,
  TextField,
} from '../../components/index.js';
import { count, percent, short } from '../../text/format.js';
import { shapeText } from './shapes.js';
import { comparison, state } from './state.js';
import type { Inspected, Statistics, TensorSummary } from './tasks.js';
import { t } from './text.js';

export function TensorsPanel({ model }: { readonly model: Inspected }) {
  const shown = ordered(model.tensors);
  const chosen = model.tensors.find(({ name }) => name === state.tensor.value) ?? largest(model.tensors);
  const orders = ['file', 'name', 'size', ...(comparison.value === undefined ? [] : ['difference'])] as const;
  return (
    <Panel title={t().tensors}>
      <div class="columns controls">
        <TextField label={t().filter} signal={state.filter} />
        <Select
          label={t().sort}
          signal={state.sort}
          options={(orders as readonly (typeof state.sort.value)[]).map(
            (order) => [order, t()[`sort_${order}`]] as const,
          )}
        />
      </div>
      <DataTable
        title={model.file}
        fileName="lexigrad-tensors"
        rows={shown}
        columns={columns()}
        selected={({ name }) => name === chosen?.name}
      />
      {chosen !== undefined && <Histogram tensor={chosen} />}
    </Panel>
  );
}

function ordered(tensors: readonly TensorSummary[]): TensorSummary[] {
  const wanted = state.filter.value.trim().toLowerCase();
  const found = tensors.filter(({ name }) => name.toLowerCase().includes(wanted));
  const differences = new Map(comparison.value?.map(({ name, relative }) => [name, relative ?? Infinity]));
  const difference = ({ name }: TensorSummary) => differences.get(name) ?? 0;
  switch (state.sort.value) {
    case 'name':
      return found.sort((a, b) => (a.name < b.name ? -1 : 1));
    case 'size':
      return found.sort((a, b) => b.count - a.count);
    case 'difference':
      return found.sort((a, b) => difference(b) - difference(a));
    default:
      return found;
  }
}

function largest(tensors: readonly TensorSummary[]): TensorSummary | undefined {
  return tensors.reduce<TensorSummary | undefined>(
    (best, tensor) => (best === undefined || tensor.count > best.count ? tensor : best),
    undefined,
  );
}

function columns(): Column<TensorSummary>[] {
  const numbers = (['minimum', 'maximum', 'mean', 'deviation', 'norm'] as const).map(
    (key): Column<TensorSummary> => ({
      title: t()[key],
      value: ({ statistics }) => statistics[key],
      show: ({ statistics }) => short(statistics[key]),
      number: true,
    }),
  );
  return [
    {
      title: t().name,
      value: ({ name }) => name,
      show: ({ name }) => (
        <button
          type="button"
          class="link"
          title={t().choose(name)}
          onClick={() => {
            state.tensor.value = name;
          }}
        >
          {name}
        </button>
      ),
    },
    { title: t().histogram, value: () => '', show: ({ statistics }) => <Sketch statistics={statistics} /> },
    { title: t().shape, value: ({ shape }) => shapeText(shape) },
    { title: t().type, value: ({ type }) => type },
    { title: t().count, value: ({ count: n }) => n, show: ({ count: n }) => count(n), number: true },
    ...numbers,
    {
      title: t().zeros,
      value: ({ statistics }) => statistics.zeros,
      show: ({ statistics }) => percent(statistics.zeros),
      number: true,
    },
  ];
}

/** The outline of a histogram, as small as a word. */
function Sketch({ statistics: { histogram } }: { readonly statistics: Statistics }) {
  const most = Math.max(1, ...histogram);
  const step = 60 / Math.max(1, histogram.length);
  const path = histogram.map((n, i) => `M${i * step} 18V${18 - (17 * n) / most}h${step}V18z`).join('');
  return (
    <svg class="sketch" viewBox="0 0 60 18" aria-hidden="true">
      <path d={path} fill="var(--category-1)" />
    </svg>
  );
}

function Histogram({ tensor }: { readonly tensor: TensorSummary }) {
  const { name, statistics } = tensor;
  const { elements } = t();
  const draw = useMemo(
    () =>
      (plot: typeof import('@observablehq/plot')): import('@observablehq/plot').PlotOptions => {
        const { histogram, minimum, maximum } = statistics;
        const width = maximum === minimum ? Math.abs(minimum) || 1 : (maximum - minimum) / histogram.length;
        const bars = histogram.map((n, i) => ({
          from: minimum + i * width,
          to: minimum + (i + 1) * width,
          n,
        }));
        return {
          marginLeft: 56,
          marginTop: 24,
          x: { label: null, ticks: 6 },
          y: { label: elements, grid: true, ticks: 4 },
          marks: [
            plot.rectY(bars, { x1: 'from', x2: 'to', y: 'n', fill: 'var(--category-1)', inset: 0.25 }),
            plot.ruleY([0], { stroke: 'var(--line-strong)' }),
          ],
        };
      },
    [statistics, elements],
  );
  return (
    <>
      {statistics.notFinite > 0 && (
        <Message kind="warning">{t().notFinite(count(statistics.notFinite))}</Message>
      )}
      {statistics.histogram.length > 0 && (
        <Figure title={t().histogramOf(name)} fileName={`lexigrad-${name.replaceAll('/', '-')}`}>
          <Chart
            label={t().histogramLabel(name, short(statistics.minimum), short(statistics.maximum))}
            height={180}
            draw={draw}
          />
        </Figure>
      )}
    </>
  );
}
