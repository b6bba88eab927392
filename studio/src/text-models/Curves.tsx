/** Curves over the epochs of a run, each told apart by its stroke too, with their names in the drawing. */
import type { PlotOptions, RenderFunction } from '@observablehq/plot';
import { useMemo } from 'preact/hooks';
import { Chart, Figure } from '../components/index.js';
import { t } from './text.js';

export interface Curve {
  readonly name: string;
  readonly color: string;
  readonly points: readonly (readonly [epoch: number, value: number])[];
  /** Marks each point: for few of them. */
  readonly dots?: boolean;
}

/** A level to compare with. */
export interface Level {
  readonly name: string;
  readonly value: number;
  readonly color: string;
  readonly dash: string;
}

interface CurvesProps {
  readonly title: string;
  readonly fileName: string;
  /** What a screen reader says the chart shows. */
  readonly label: string;
  readonly yLabel: string;
  readonly epochs: number;
  readonly curves: readonly Curve[];
  readonly levels?: readonly Level[];
  readonly logarithmic?: boolean;
}

export function Curves(props: CurvesProps) {
  const { title, fileName, label, yLabel, epochs, curves, levels = [], logarithmic = false } = props;
  const xLabel = t().epochs;
  const draw = useMemo(
    () =>
      (plot: typeof import('@observablehq/plot')): PlotOptions => ({
        marginLeft: 46,
        marginTop: 30,
        x: { label: xLabel, domain: [0, Math.max(1, epochs)] },
        y: {
          ...{ label: yLabel, grid: true, ticks: 5 },
          ...(logarithmic
            ? { type: 'log', domain: rangeOf(curves, levels), tickFormat: (value: number) => String(value) }
            : { nice: true, zero: true }),
        },
        marks: [
          ...levels.map(({ value, color, dash }) =>
            plot.ruleY([value], { stroke: color, strokeDasharray: dash, strokeWidth: 1.5 }),
          ),
          ...curves.flatMap(({ color, points, dots = false }) => [
            plot.line(points, { stroke: color, strokeWidth: dots ? 2 : 1.2, strokeOpacity: dots ? 1 : 0.8 }),
            ...(dots ? [plot.dot(points, { fill: color, r: 3 })] : []),
          ]),
          legend(curves, levels),
        ],
      }),
    [curves, levels, epochs, yLabel, xLabel, logarithmic],
  );
  return (
    <Figure title={title} fileName={fileName}>
      <Chart label={label} height={240} draw={draw} />
    </Figure>
  );
}

/** From the lowest to the highest that is drawn, with a little room. */
function rangeOf(curves: readonly Curve[], levels: readonly Level[]): [number, number] | undefined {
  const values = [
    ...curves.flatMap(({ points }) => points.map(([, value]) => value)),
    ...levels.map(({ value }) => value),
  ];
  if (values.length === 0) return undefined;
  return [0.9 * Math.min(...values), 1.1 * Math.max(...values)];
}

const SAMPLE = 22;
const LINE = 17;

/** Names in the upper right corner, each beside a sample of its stroke: a mark of our own, so that pictures have it too. */
function legend(curves: readonly Curve[], levels: readonly Level[]): RenderFunction {
  const entries = [
    ...curves.map(({ dots = false, ...curve }) => ({ ...curve, dots, dash: 'none' })),
    ...levels.map((level) => ({ ...level, dots: false })),
  ];
  return (_index, _scales, _values, { width, marginRight = 0 }) => {
    const group = svg('g', { transform: `translate(${width - marginRight - SAMPLE} 34)` });
    entries.forEach(({ name, color, dash, dots }, i) => {
      const y = i * LINE;
      const stroke = { stroke: color, 'stroke-width': 2, 'stroke-dasharray': dash };
      const text = svg('text', {
        ...{ x: -8, y: y + 4, 'text-anchor': 'end', 'paint-order': 'stroke' },
        ...{ stroke: 'var(--surface)', 'stroke-width': 4 },
      });
      text.textContent = name;
      group.append(text, svg('line', { x1: 0, x2: SAMPLE, y1: y, y2: y, ...stroke }));
      if (dots) group.append(svg('circle', { cx: SAMPLE / 2, cy: y, r: 3, fill: color }));
    });
    return group;
  };
}

function svg(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
