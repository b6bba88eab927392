/** Two models, tensor by tensor and setting by setting. */
import { type Column, DataTable, Message, Panel } from '../../components/index.js';
import { count, fixed, short } from '../../text/format.js';
import { shown } from './DescriptionPanel.js';
import { shapeText } from './shapes.js';
import { state } from './state.js';
import type { Inspected, TensorComparison } from './tasks.js';
import { t } from './text.js';

interface ComparisonProps {
  readonly a: Inspected;
  readonly b: Inspected;
  readonly tensors: readonly TensorComparison[];
}

export function ComparisonPanel({ a, b, tensors }: ComparisonProps) {
  const same = tensors.filter((tensor) => tensor.same).length;
  const other = tensors.filter(({ relative }) => relative === undefined).length;
  const settings = differences(a, b);
  return (
    <Panel title={t().comparison}>
      <Message kind={same === tensors.length ? 'success' : 'info'}>
        {same === tensors.length
          ? t().allSame(count(same))
          : t().summary(count(same), count(tensors.length - same - other), count(other))}
      </Message>
      <DataTable
        title={t().tensorByTensor}
        fileName="lexigrad-model-differences"
        rows={sorted(tensors)}
        columns={columns()}
        selected={({ name }) => name === state.tensor.value}
      />
      {settings.length === 0 ? (
        <p class="muted small">{t().noConfigDifferences}</p>
      ) : (
        <DataTable
          title={t().configDifferences}
          fileName="lexigrad-config-differences"
          rows={settings}
          columns={[
            { title: t().name, value: ([name]) => name },
            { title: `a: ${a.file}`, value: ([, value]) => value, show: ([, value]) => shown(value) },
            { title: `b: ${b.file}`, value: ([, , value]) => value, show: ([, , value]) => shown(value) },
          ]}
        />
      )}
    </Panel>
  );
}

/** Those that differ most first. */
function sorted(tensors: readonly TensorComparison[]): TensorComparison[] {
  const rank = ({ relative }: TensorComparison) => relative ?? Infinity;
  return [...tensors].sort((x, y) => (rank(x) === rank(y) ? 0 : rank(y) - rank(x)));
}

function columns(): Column<TensorComparison>[] {
  const number = (key: 'relative' | 'largest' | 'cosine', show: (value: number) => string) =>
    ({
      title: t()[key],
      value: (tensor) => tensor[key],
      show: (tensor) => (tensor[key] === undefined ? t().none : show(tensor[key])),
      number: true,
    }) satisfies Column<TensorComparison>;
  const shape = (sizes: readonly number[] | undefined) => (sizes === undefined ? t().none : shapeText(sizes));
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
    { title: t().state, value: stateOf, show: (tensor) => <span class="state">{stateOf(tensor)}</span> },
    number('relative', (value) => short(value)),
    number('largest', (value) => short(value)),
    number('cosine', (value) => fixed(value, 4)),
    { title: `${t().shape} a`, value: ({ shapeA }) => shape(shapeA) },
    { title: `${t().shape} b`, value: ({ shapeB }) => shape(shapeB) },
  ];
}

function stateOf({ shapeA, shapeB, relative, same }: TensorComparison): string {
  if (shapeA === undefined) return t().onlyB;
  if (shapeB === undefined) return t().onlyA;
  if (relative === undefined) return t().otherShape;
  return same ? t().same : t().differs;
}

type Difference = readonly [
  name: string,
  a: Inspected['config'][string] | undefined,
  b: Inspected['config'][string] | undefined,
];

function differences(a: Inspected, b: Inspected): Difference[] {
  const all = (model: Inspected) => ({
    ...model.facts,
    ...model.config,
    ...Object.fromEntries(Object.entries(model.record).map(([name, value]) => [`record.${name}`, value])),
    ...(model.labels === undefined ? {} : { labels: model.labels.join(', ') }),
    ...(model.vocabulary === undefined ? {} : { vocabulary: model.vocabulary.size }),
  });
  const [ofA, ofB]: readonly Inspected['config'][] = [all(a), all(b)];
  const names = [...new Set([...Object.keys(ofA!), ...Object.keys(ofB!)])];
  return names
    .filter((name) => ofA![name] !== ofB![name])
    .map((name) => [name, ofA![name], ofB![name]] as const);
}
