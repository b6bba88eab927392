/** The confusion matrix as a grid that mouse and arrow keys walk in, and the examples of the cell that is open. */
import { useRef } from 'preact/hooks';
import { DataTable, Figure, Message, useWidth } from '../../components/index.js';
import { fixed } from '../../text/format.js';
import { cut, textWidth } from '../../text-models/measure.js';
import { state } from './state.js';
import { TryButton } from './TryButton.js';
import type { Evaluation } from './tasks.js';
import { t } from './text.js';

/** More labels than this cannot be read as a matrix. */
const MOST_LABELS = 24;
const MOST_PAIRS = 40;
const FONT = 12;
const NAMES = 96;

type Counts = readonly (readonly number[])[];
interface Props {
  readonly evaluation: Evaluation;
  readonly confusion: Counts;
}

export function ConfusionMatrix({ evaluation, confusion }: Props) {
  const { labels } = evaluation;
  if (labels.length > MOST_LABELS) return <Pairs labels={labels} confusion={confusion} />;
  return (
    <>
      <Figure title={t().confusion} fileName="lexigrad-confusion-matrix" caption={t().confusionHint}>
        <Grid labels={labels} confusion={confusion} />
      </Figure>
      <Cell evaluation={evaluation} />
    </>
  );
}

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function Grid({ labels, confusion }: { readonly labels: readonly string[]; readonly confusion: Counts }) {
  const [place, width] = useWidth<HTMLDivElement>();
  const svg = useRef<SVGSVGElement>(null);
  const names = Math.min(NAMES, Math.max(...labels.map((label) => textWidth(label, FONT))) + 4);
  const size = Math.max(20, Math.min(52, Math.floor((width - names - 8) / labels.length)));
  const [openRow = 0, openColumn = 0] = state.cell.value;
  const isOpen = state.cell.value.length === 2;
  // The names of the columns stand upright, and as high as they are long.
  const top = names + 8;
  const open = (row: number, column: number) => {
    state.cell.value = [row, column];
    svg.current?.querySelector<SVGGElement>(`[data-cell="${row}-${column}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [down, right] = arrows[event.key] ?? [0, 0];
    if (down === 0 && right === 0) return;
    event.preventDefault();
    const inside = (i: number) => Math.min(labels.length - 1, Math.max(0, i));
    open(inside(openRow + down), inside(openColumn + right));
  };
  return (
    <div ref={place} class="matrix">
      {width > 0 && (
        <svg
          ref={svg}
          width={names + 8 + size * labels.length + 2}
          height={top + size * labels.length + 2}
          style={{ fontSize: `${FONT}px` }}
          role="group"
          aria-label={t().confusionLabel}
          onKeyDown={onKeyDown}
        >
          {labels.map((label, i) => (
            // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus
            <g key={label} aria-hidden="true">
              <text x={names} y={top + size * (i + 0.5) + 4} text-anchor="end">
                {cut(label, names, FONT)}
              </text>
              <text transform={`translate(${names + 8 + size * (i + 0.5) + 4} ${top - 6}) rotate(-90)`}>
                {cut(label, names, FONT)}
              </text>
            </g>
          ))}
          {confusion.map((row, i) => {
            const total = row.reduce((sum, value) => sum + value, 0);
            return row.map((value, j) => {
              const share = total === 0 ? 0 : value / total;
              const here = isOpen && i === openRow && j === openColumn;
              return (
                <g
                  key={`${i}-${j}`}
                  class="cell"
                  data-cell={`${i}-${j}`}
                  role="button"
                  aria-label={t().cellLabel(labels[i]!, labels[j]!, value)}
                  aria-pressed={here}
                  tabindex={i === openRow && j === openColumn ? 0 : -1}
                  transform={`translate(${names + 8 + size * j} ${top + size * i})`}
                  onClick={() => open(i, j)}
                  onKeyDown={(event) => {
                    if (event.key !== 'Enter' && event.key !== ' ') return;
                    event.preventDefault();
                    open(i, j);
                  }}
                >
                  <rect
                    width={size - 2}
                    height={size - 2}
                    rx={3}
                    fill={`color-mix(in oklab, var(${i === j ? '--positive' : '--negative'}) ${Math.round(100 * share)}%, var(--neutral))`}
                    stroke={here ? 'var(--text)' : 'none'}
                    stroke-width={2}
                  />
                  <text
                    x={size / 2 - 1}
                    y={size / 2 + 3}
                    text-anchor="middle"
                    style={{
                      fill: share > 0.5 ? 'var(--surface)' : value === 0 ? 'var(--muted)' : 'var(--text)',
                    }}
                  >
                    {value}
                  </text>
                </g>
              );
            });
          })}
        </svg>
      )}
    </div>
  );
}

function Cell({ evaluation: { labels, cells, confusion } }: { readonly evaluation: Evaluation }) {
  const [row, column] = state.cell.value;
  const [truth, predicted] = [labels[row ?? -1], labels[column ?? -1]];
  if (truth === undefined || predicted === undefined) return null;
  const examples = cells.get(row! * labels.length + column!) ?? [];
  const all = confusion![row!]![column!]!;
  const title = t().cellTitle(truth, predicted);
  if (examples.length === 0) {
    return (
      <Message>
        {title}: {t().cellEmpty}
      </Message>
    );
  }
  return (
    <DataTable
      title={examples.length < all ? `${title} (${t().cellFirst(examples.length)})` : title}
      fileName="lexigrad-confusion-cell"
      rows={examples}
      columns={[
        {
          title: t().confidence,
          value: ({ score }) => score,
          show: ({ score }) => fixed(score),
          number: true,
        },
        { title: t().text, value: ({ text }) => text, show: ({ text }) => <TryButton text={text} /> },
        { title: t().line, value: ({ line }) => line, number: true },
      ]}
    />
  );
}

/** In the place of a matrix that nobody could read. */
function Pairs({ labels, confusion }: { readonly labels: readonly string[]; readonly confusion: Counts }) {
  const pairs = confusion
    .flatMap((row, i) => row.map((times, j) => ({ truth: labels[i]!, predicted: labels[j]!, times })))
    .filter(({ truth, predicted, times }) => truth !== predicted && times > 0)
    .sort((a, b) => b.times - a.times)
    .slice(0, MOST_PAIRS);
  return (
    <>
      <Message>{t().tooManyLabels(labels.length)}</Message>
      <DataTable
        title={t().confused}
        fileName="lexigrad-confused-pairs"
        rows={pairs}
        columns={[
          { title: t().truth, value: ({ truth }) => truth },
          { title: t().predicted, value: ({ predicted }) => predicted },
          { title: t().times, value: ({ times }) => times, number: true },
        ]}
      />
    </>
  );
}
