/** A chain of equal units, and what is left of the gradient at each. */
import { useCallback } from 'preact/hooks';
import { Chart, DataTable, Figure, Message, NumberField, Panel } from '../../components/index.js';
import { short } from '../../text/format.js';
import { language } from '../../text/language.js';
import { type ChainLink, chain } from './model.js';
import { REACH, state } from './state.js';
import { t } from './text.js';

/** Of a gradient of 1, less or more than this that arrives is called vanishing or exploding. */
const VANISHED = 1e-3;
const EXPLODED = 1e3;
/** Below this the scale ends: float64 goes on, eyes do not. */
const FLOOR = 1e-12;

export function Chain() {
  const links = chain.value;
  return (
    <Panel title={t().chain}>
      <p class="muted small">{t().chainAbout}</p>
      <div class="beside">
        <div class="stack">
          <NumberField label={t().length} signal={state.n} min={1} max={40} step={1} />
          <NumberField label={t().chainWeight} signal={state.cw} min={-REACH} max={REACH} />
          <NumberField label={t().chainBias} signal={state.cb} min={-REACH} max={REACH} />
          <NumberField label={t().chainInput} signal={state.cx} min={-REACH} max={REACH} />
          <Verdict links={links} />
        </div>
        <div class="stack">
          <Picture links={links} />
          <DataTable
            title={t().table}
            fileName="lexigrad-chain"
            rows={links}
            columns={[
              { title: t().unitColumn, value: ({ unit }) => unit, number: true },
              { title: 'z', value: ({ z }) => z, show: ({ z }) => short(z), number: true },
              { title: 'a', value: ({ a }) => a, show: ({ a }) => short(a), number: true },
              {
                title: 'f′(z)',
                value: ({ slope }) => slope,
                show: ({ slope }) => short(slope),
                number: true,
              },
              {
                title: t().gradientColumn,
                value: ({ gradient }) => gradient,
                show: ({ gradient }) => short(gradient),
                number: true,
              },
            ]}
          />
        </div>
      </div>
    </Panel>
  );
}

function Verdict({ links }: { readonly links: readonly ChainLink[] }) {
  if (links.length === 1) return <Message>{t().single}</Message>;
  const size = Math.abs(links[0]!.gradient);
  const share = short(size);
  if (size < VANISHED) return <Message kind="warning">{t().vanishes(links.length, share)}</Message>;
  if (size > EXPLODED) return <Message kind="warning">{t().explodes(links.length, share)}</Message>;
  return <Message kind="success">{t().keeps(links.length, share)}</Message>;
}

function Picture({ links }: { readonly links: readonly ChainLink[] }) {
  const words = language.value;
  const draw = useCallback(
    (plot: typeof import('@observablehq/plot')) => {
      const sized = links.map(({ unit, gradient }) => ({ unit, size: Math.abs(gradient), signed: gradient }));
      const shown = sized
        .filter(({ size }) => size > 0)
        .map((link) => ({ ...link, size: Math.max(FLOOR, link.size) }));
      const gone = sized.filter(({ size }) => size === 0);
      const low = Math.min(0.1, ...shown.map(({ size }) => size / 3));
      const high = Math.max(10, ...shown.map(({ size }) => size * 3));
      return {
        marginLeft: 56,
        marginBottom: 40,
        x: {
          label: t().chainAxis,
          domain: [0.5, links.length + 0.5],
          ticks: Math.min(10, links.length),
          tickFormat: 'd',
        },
        y: {
          type: 'log' as const,
          label: t().gradientAxis,
          domain: [low, high],
          grid: true,
          ticks: powers(low, high),
          tickFormat: power,
        },
        marks: [
          plot.ruleY([1], { stroke: 'var(--line-strong)' }),
          plot.ruleX(shown, { x: 'unit', y1: low, y2: 'size', stroke: 'var(--category-1)', strokeWidth: 3 }),
          plot.dot(shown, {
            x: 'unit',
            y: 'size',
            fill: 'var(--category-1)',
            r: 4,
            title: ({ signed }) => short(signed),
          }),
          plot.text(gone, {
            x: 'unit',
            y: low,
            text: () => '0',
            dy: -8,
            fill: 'var(--error)',
            fontWeight: 600,
          }),
        ],
      };
    },
    [links, words],
  );
  return (
    <Figure title={t().chainFigure} fileName="lexigrad-chain">
      <Chart label={t().chainLabel} draw={draw} height={230} />
    </Figure>
  );
}

/** At most seven powers of ten between two sizes. */
function powers(low: number, high: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
  const every = Math.ceil((last - first + 1) / 7);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .filter((exponent) => exponent % every === 0)
    .map((exponent) => 10 ** exponent);
}

/** 0.001 → 10⁻³ */
function power(value: number): string {
  const exponent = Math.round(Math.log10(value));
  return exponent >= -2 && exponent <= 3
    ? String(Number(value.toPrecision(1)))
    : short(value).replace(/^1·/, '');
}
