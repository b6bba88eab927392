/** The words of a text, each above a bar as high and as orange as it is surprising. */
import { useState } from 'preact/hooks';
import { useWidth } from '../../components/index.js';
import { fixed, short } from '../../text/format.js';
import { textWidth } from '../../text-models/measure.js';
import type { ScoredToken } from './tasks.js';
import { t } from './text.js';

const FONT = 14;
const PADDING = 6;
const ROW = 58;
const BAR = 24;
/** A word of so many bits (one in 4,096) has the whole colour. */
const FULL = 12;

interface Placed extends ScoredToken {
  readonly x: number;
  readonly row: number;
  readonly width: number;
  readonly shown: string;
}

export function HeatStrip({ tokens }: { readonly tokens: readonly ScoredToken[] }) {
  const [place, width] = useWidth<HTMLDivElement>();
  const [at, setAt] = useState(0);
  const placed = width === 0 ? [] : layOut(tokens, width);
  const chosen = Math.min(at, placed.length - 1);
  const current = placed[chosen];
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    setAt(Math.min(placed.length - 1, Math.max(0, chosen + step)));
  };
  return (
    <>
      <div ref={place} style={{ minWidth: 0 }}>
        {current !== undefined && (
          <svg
            width={width}
            height={(placed.at(-1)!.row + 1) * ROW}
            style={{ fontSize: `${FONT}px` }}
            aria-label={t().stripLabel}
            {...({ role: 'listbox', tabindex: 0, 'aria-activedescendant': `strip-${chosen}` } as const)}
            onKeyDown={onKeyDown}
          >
            {placed.map((token, i) => (
              <Word
                key={i}
                token={token}
                id={`strip-${i}`}
                selected={i === chosen}
                onEnter={() => setAt(i)}
              />
            ))}
          </svg>
        )}
      </div>
      {current !== undefined && (
        <p class="small reading" aria-live="polite">
          {readingOf(current)}
        </p>
      )}
    </>
  );
}

function Word(props: {
  readonly token: Placed;
  readonly id: string;
  readonly selected: boolean;
  readonly onEnter: () => void;
}) {
  const { token, id, selected, onEnter } = props;
  const { x, row, width, shown, surprisal } = token;
  const share = Math.min(1, surprisal / FULL);
  const height = Math.max(1.5, share * BAR);
  return (
    <g
      id={id}
      role="option"
      aria-selected={selected}
      aria-label={readingOf(token)}
      transform={`translate(${x} ${row * ROW})`}
      onPointerEnter={onEnter}
      onClick={onEnter}
    >
      <title>{readingOf(token)}</title>
      <rect
        width={width - 3}
        height={ROW - 4}
        rx={4}
        fill={selected ? 'var(--sunken)' : 'transparent'}
        stroke={selected ? 'var(--line-strong)' : 'none'}
      />
      <rect
        x={PADDING / 2}
        y={2 + BAR - height}
        width={width - 3 - PADDING}
        height={height}
        rx={2}
        fill={`color-mix(in oklab, var(--negative) ${Math.round(100 * share)}%, var(--positive))`}
        fill-opacity={0.35 + 0.65 * share}
      />
      <text
        x={(width - 3) / 2}
        y={BAR + 20}
        text-anchor="middle"
        font-style={token.unknown ? 'italic' : undefined}
        style={{ fill: token.token === '</s>' ? 'var(--muted)' : 'var(--text)' }}
      >
        {shown}
      </text>
    </g>
  );
}

/** Words side by side, broken into rows as text is; each sentence begins a new one. */
function layOut(tokens: readonly ScoredToken[], width: number): Placed[] {
  let x = 0;
  let row = 0;
  let line = tokens[0]?.line;
  return tokens.map((token) => {
    const shown = token.token === '</s>' ? '⏎' : token.token === ' ' ? '␣' : token.token;
    const own = Math.min(width, Math.max(22, textWidth(shown, FONT) + 2 * PADDING));
    if (token.line !== line || (x > 0 && x + own > width)) {
      row++;
      x = 0;
      line = token.line;
    }
    const placed = { ...token, x, row, width: own, shown };
    x += own;
    return placed;
  });
}

function readingOf({ token, surprisal, counted, unknown }: ScoredToken): string {
  const parts = [
    t().reading(token === '</s>' ? t().sentenceEnd : token, fixed(surprisal), short(2 ** -surprisal)),
    ...(counted === undefined ? [] : [t().countsReading(fixed(counted))]),
    ...(unknown ? [t().unknown] : []),
  ];
  return parts.join(' · ');
}
