/** The unit as a drawing: x₁, x₂ and the bias flow through Σ and f to a. */
import { Figure } from '../../components/index.js';
import { diverging } from '../../shell/colors.js';
import { activations } from '../../text/activations.js';
import { fixed } from '../../text/format.js';
import { values } from './model.js';
import { REACH, state } from './state.js';
import { t } from './text.js';

const WIDTH = 360;
const HEIGHT = 200;
const LEFT = 26;
const SUM = { x: 188, y: 95 };
const OUTPUT = { x: 268, y: 95 };
/** Where the weights are written along their lines. */
const LABEL = 98;

export function Diagram() {
  const { x1, x2, w1, w2, b, f } = state;
  const { z, a } = values.value;
  const sources = [
    { name: 'x₁', value: x1.value, weightName: 'w₁', weight: w1.value, y: 28 },
    { name: 'x₂', value: x2.value, weightName: 'w₂', weight: w2.value, y: 95 },
    { name: '1', value: undefined, weightName: 'b', weight: b.value, y: 162 },
  ];
  const onLine = (y: number) => y + ((SUM.y - y) * (LABEL - LEFT)) / (SUM.x - LEFT);
  return (
    <Figure title={t().diagram} fileName="lexigrad-unit" caption={t().diagramCaption}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={t().diagram}
        style={{ width: '100%', maxWidth: '420px' }}
      >
        {sources.map(({ name, weight, y }) => (
          <line
            key={name}
            x1={LEFT}
            y1={y}
            x2={SUM.x}
            y2={SUM.y}
            stroke={diverging(strength(weight))}
            stroke-width={1.5 + 1.5 * Math.abs(weight)}
          />
        ))}
        <line x1={SUM.x} y1={SUM.y} x2={WIDTH - 8} y2={SUM.y} stroke="var(--line-strong)" stroke-width={2} />
        {sources.map(({ name, value, weightName, weight, y }) => (
          <g key={name}>
            <Disc x={LEFT} y={y} name={name} value={value} />
            <Label x={LABEL} y={onLine(y)} text={`${weightName} = ${fixed(weight)}`} />
          </g>
        ))}
        <Disc x={SUM.x} y={SUM.y} name="Σ" value={z} below="z" />
        <Disc x={OUTPUT.x} y={OUTPUT.y} name="f" value={undefined} below={activations[f.value].name} />
        <Label x={WIDTH - 34} y={78} text="a" />
        <Label x={WIDTH - 34} y={114} text={fixed(a, 3)} />
      </svg>
    </Figure>
  );
}

/** Even small weights have a colour that can be seen. */
function strength(weight: number): number {
  return weight === 0 ? 0 : Math.sign(weight) * (0.35 + (0.65 * Math.abs(weight)) / REACH);
}

function Disc(props: {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly value: number | undefined;
  readonly below?: string;
}) {
  const { x, y, name, value, below } = props;
  return (
    <g transform={`translate(${x} ${y})`}>
      <circle r={22} fill="var(--surface)" stroke="var(--line-strong)" stroke-width={1.5} />
      <text
        text-anchor="middle"
        y={value === undefined || below !== undefined ? 5 : -3}
        font-size={14}
        font-weight={600}
      >
        {name}
      </text>
      {value !== undefined && (
        <text
          text-anchor="middle"
          y={below === undefined ? 12 : 40}
          font-size={below === undefined ? 12 : 13}
        >
          {below === undefined ? fixed(value) : `${below} = ${fixed(value)}`}
        </text>
      )}
      {value === undefined && below !== undefined && (
        <text text-anchor="middle" y={40} font-size={13}>
          {below}
        </text>
      )}
    </g>
  );
}

/** A text with a ground of its own, so that lines under it do not disturb it. */
function Label({ x, y, text }: { readonly x: number; readonly y: number; readonly text: string }) {
  return (
    <text
      x={x}
      y={y + 4}
      text-anchor="middle"
      font-size={13}
      style={{ paintOrder: 'stroke', stroke: 'var(--surface)', strokeWidth: 5, strokeLinejoin: 'round' }}
    >
      {text}
    </text>
  );
}
