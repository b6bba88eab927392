/** Named values as bars, drawn as one SVG. Where they can be chosen they are a list box: click, or arrow keys. */
import { useWidth } from '../components/index.js';
import { cut, textWidth } from './measure.js';

export interface BarRow {
  readonly name: string;
  readonly value: number;
  /** A second value, drawn as a thin bar beneath. */
  readonly other?: number;
  /** The numbers, at the right. */
  readonly shown: string;
  /** Set aside: its name is struck through. */
  readonly struck?: boolean;
}

interface BarsProps {
  /** What a screen reader says the bars show. */
  readonly label: string;
  readonly rows: readonly BarRow[];
  /** Values at the left and right end; bars start at 0. */
  readonly domain: readonly [number, number];
  /** Of the numbers, in pixels (default 56). */
  readonly numbersWidth?: number;
  /** Of the names, at most, in pixels (default 150). */
  readonly namesWidth?: number;
  /** Id of the list box, for a field that controls it; the rows are `id-0`, `id-1`, … */
  readonly id?: string;
  readonly selected?: number;
  readonly onSelect?: (index: number) => void;
  /** Enter or a second click. */
  readonly onPick?: (index: number) => void;
}

const ROW = 28;
const FONT = 13;
const GAP = 8;
/** The chosen row is written bolder, and so wider. */
const BOLDER = 1.1;

export function Bars(props: BarsProps) {
  const { label, rows, domain, numbersWidth = 56, namesWidth = 150, id, selected, onSelect, onPick } = props;
  const [place, width] = useWidth<HTMLDivElement>();
  const longest = rows.reduce((most, { name }) => Math.max(most, textWidth(name, FONT) * BOLDER), 0);
  const names = Math.ceil(Math.min(namesWidth, width * 0.38, Math.max(40, longest)));
  const [from, to] = domain;
  const left = names + GAP;
  const inner = Math.max(10, width - left - numbersWidth - GAP);
  const x = (value: number) => left + ((Math.min(to, Math.max(from, value)) - from) / (to - from)) * inner;
  const choosable = onSelect !== undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) onSelect?.(Math.min(rows.length - 1, Math.max(0, (selected ?? -1) + step)));
    else if (event.key === 'Enter' && selected !== undefined) onPick?.(selected);
    else return;
    event.preventDefault();
  };
  const height = Math.max(1, rows.length) * ROW;
  const listBox = {
    role: 'listbox',
    tabindex: 0,
    'aria-activedescendant': selected === undefined ? undefined : `${id}-${selected}`,
    onKeyDown,
  } as const;
  const optionOf = (i: number) =>
    ({
      id: `${id}-${i}`,
      role: 'option',
      'aria-selected': i === selected,
      style: { cursor: 'pointer' },
      onClick: () => (i === selected ? onPick?.(i) : onSelect?.(i)),
    }) as const;
  return (
    <div ref={place} style={{ minHeight: `${height}px`, minWidth: 0 }}>
      {width > 0 && (
        <svg
          id={id}
          width={width}
          height={height}
          style={{ fontSize: `${FONT}px` }}
          aria-label={label}
          {...(choosable ? listBox : { role: 'img' as const })}
        >
          <line x1={x(0)} x2={x(0)} y1={0} y2={height} stroke="var(--line-strong)" />
          {rows.map((row, i) => (
            <g key={`${i}/${row.name}`} transform={`translate(0 ${i * ROW})`} {...(choosable && optionOf(i))}>
              <rect
                width={width}
                height={ROW}
                rx={4}
                fill={choosable && i === selected ? 'var(--accent-soft)' : 'transparent'}
              />
              <text
                x={names}
                y={ROW / 2 + 4.5}
                text-anchor="end"
                font-weight={i === selected ? 600 : undefined}
                text-decoration={row.struck ? 'line-through' : undefined}
              >
                {cut(row.name, names - 2, FONT)}
                {textWidth(row.name, FONT) > names - 2 && <title>{row.name}</title>}
              </text>
              <Bar from={x(0)} to={x(row.value)} y={6} thickness={row.other === undefined ? 16 : 9} />
              {row.other !== undefined && (
                <Bar from={x(0)} to={x(row.other)} y={17} thickness={5} color="var(--category-8)" />
              )}
              {/* Name and numbers are read as two words. */ ' '}
              <text x={width - 2} y={ROW / 2 + 4.5} text-anchor="end" class="numbers">
                {row.shown}
              </text>
            </g>
          ))}
        </svg>
      )}
    </div>
  );
}

function Bar(props: {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly thickness: number;
  readonly color?: string;
}) {
  const { from, to, y, thickness, color = to < from ? 'var(--negative)' : 'var(--positive)' } = props;
  return (
    <rect x={Math.min(from, to)} y={y} width={Math.abs(to - from)} height={thickness} rx={2} fill={color} />
  );
}
