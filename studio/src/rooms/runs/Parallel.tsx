/** Trials as lines through their settings: which values lead to good scores. */
import { useState } from 'preact/hooks';
import { Figure, useWidth } from '../../components/index.js';
import { count, short } from '../../text/format.js';
import { axisOf } from './axes.js';
import type { Setting, Trial } from './tasks.js';
import { t } from './text.js';

const HEIGHT = 250;
const TOP = 36;
const BOTTOM = 16;
const LEFT = 40;
/** The values of the last axis stand at its right. */
const RIGHT = 64;
/** Narrower than this, names and values of axes would touch. */
const LEAST_BETWEEN = 84;

interface ParallelProps {
  readonly trials: readonly Trial[];
  readonly names: readonly string[];
  readonly measure: string;
  /** Those that are drawn strongly. */
  readonly standing: readonly Trial[];
  readonly minimize: boolean;
}

export function Parallel({ trials, names, measure, standing, minimize }: ParallelProps) {
  const [frame, width] = useWidth<HTMLElement>();
  const [pointed, setPointed] = useState<Trial>();
  const between = Math.max(LEAST_BETWEEN, (width - LEFT - RIGHT) / Math.max(1, names.length));
  const drawing = LEFT + RIGHT + between * names.length;
  const place = (share: number) => HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  const axes = [
    ...names.map((name) => ({ name, axis: axisOf(trials.map(({ settings }) => settings[name])) })),
    { name: measure, axis: axisOf(trials.map(({ score }) => score)) },
  ];
  const valuesOf = (trial: Trial): (Setting | undefined)[] => [
    ...names.map((name) => trial.settings[name]),
    trial.score,
  ];
  const path = (trial: Trial) =>
    valuesOf(trial)
      .map((value, i) => `${i === 0 ? 'M' : 'L'}${LEFT + between * i} ${place(axes[i]!.axis.place(value))}`)
      .join('');
  const strong = new Set(standing);
  const ordered = [...trials].sort((a, b) => Number(strong.has(a)) - Number(strong.has(b)));
  const scores = trials.map(({ score }) => score);
  const goodness = (score: number) => {
    const [low, high] = [Math.min(...scores), Math.max(...scores)];
    const share = high === low ? 1 : (score - low) / (high - low);
    return minimize ? 1 - share : share;
  };
  return (
    <Figure
      title={t().parallel}
      fileName="lexigrad-trials"
      caption={pointed === undefined ? t().parallelCaption : told(pointed, measure)}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="parallel" ref={frame} tabIndex={0} aria-label={t().parallel}>
        {width > 0 && (
          <svg
            role="img"
            aria-label={t().parallelLabel(count(trials.length), names.join(', '))}
            width={Math.max(width, drawing)}
            height={HEIGHT}
            onPointerLeave={() => setPointed(undefined)}
          >
            {ordered.map((trial) => {
              const shown = pointed === undefined ? strong.has(trial) : trial === pointed;
              return (
                <path
                  key={trial.number}
                  d={path(trial)}
                  fill="none"
                  stroke={shown ? colorOf(goodness(trial.score)) : 'var(--line)'}
                  stroke-width={shown ? 2.2 : 1.2}
                  stroke-opacity={shown || pointed === undefined ? 1 : 0.5}
                />
              );
            })}
            {/* Wide and invisible, so that lines are easily pointed at. */}
            {ordered.map((trial) => (
              <path
                key={trial.number}
                d={path(trial)}
                fill="none"
                stroke="transparent"
                stroke-width={9}
                onPointerEnter={() => setPointed(trial)}
              />
            ))}
            {axes.map(({ name, axis }, i) => (
              <g key={name} transform={`translate(${LEFT + between * i} 0)`}>
                <line y1={TOP} y2={HEIGHT - BOTTOM} stroke="var(--line-strong)" />
                <text y={14} text-anchor="middle" font-size="12" font-weight="600">
                  {cut(name, between)}
                </text>
                {axis.ticks.map(({ label, share }) => (
                  <text
                    key={label}
                    class="tick"
                    x={5}
                    y={place(share)}
                    dominant-baseline="middle"
                    font-size="11"
                  >
                    {cut(label, between - 12)}
                  </text>
                ))}
              </g>
            ))}
          </svg>
        )}
      </section>
    </Figure>
  );
}

function told({ number, score, settings }: Trial, measure: string): string {
  const values = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  return `${t().trial} ${number}: ${measure} ${short(score, 4)}; ${values.join(', ')}`;
}

/** From grey to blue, the best the strongest. */
function colorOf(goodness: number): string {
  return `color-mix(in oklab, var(--category-1) ${Math.round(35 + 65 * goodness)}%, var(--line-strong))`;
}

/** As much of a text as has room; about six pixels for a sign. */
function cut(text: string, pixels: number): string {
  const most = Math.max(3, Math.floor(pixels / 6.5));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
