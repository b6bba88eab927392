/** The curves of all runs: training loss, validation loss, and one measure more. */
import { useMemo } from 'preact/hooks';
import { Chart, Figure, Message, Panel } from '../../components/index.js';
import { count, short } from '../../text/format.js';
import { type CurvePoint, trainingCurve, validationCurve } from './curves.js';
import { drawn, measure, measures, state } from './state.js';
import { strokeOf } from './strokes.js';
import { t } from './text.js';

type Plot = typeof import('@observablehq/plot');
type Options = import('@observablehq/plot').PlotOptions;

export function CurvesPanel() {
  const runs = drawn.value;
  const along = state.x.value;
  const beta = state.smooth.value;
  const second = measure.value;
  const raw = useMemo(() => runs.map((run) => trainingCurve(run, along, 0)), [runs, along]);
  const smoothed = useMemo(() => runs.map((run) => trainingCurve(run, along, beta)), [runs, along, beta]);
  const losses = useMemo(() => runs.map((run) => validationCurve(run, along, 'loss')), [runs, along]);
  const others = useMemo(
    () => (second === undefined ? [] : runs.map((run) => validationCurve(run, along, second))),
    [runs, along, second],
  );
  const timeless = along === 'time' && smoothed.some((curve) => curve.length === 0);
  return (
    <Panel>
      {timeless && <Message>{t().noTimes}</Message>}
      <Curves
        {...{ title: t().trainLoss, fileName: 'lexigrad-training-loss', curves: smoothed }}
        behind={beta > 0 ? raw : undefined}
        logarithmic={state.log.value}
      />
      {measures.value.length === 0 && <p class="muted small">{t().noValidation}</p>}
      {measures.value.includes('loss') && (
        <Curves
          {...{ title: t().validationLoss, fileName: 'lexigrad-validation-loss', curves: losses }}
          logarithmic={state.log.value}
        />
      )}
      {second !== undefined && second !== 'loss' && (
        <Curves title={t().validation(second)} fileName={`lexigrad-validation-${second}`} curves={others} />
      )}
    </Panel>
  );
}

interface CurvesProps {
  readonly title: string;
  readonly fileName: string;
  readonly curves: readonly (readonly CurvePoint[])[];
  /** The same before it was smoothed, drawn pale. */
  readonly behind?: readonly (readonly CurvePoint[])[];
  readonly logarithmic?: boolean;
}

function Curves({ title, fileName, curves, behind, logarithmic = false }: CurvesProps) {
  const along = state.x.value;
  const xLabel = along === 'time' ? t().seconds : t()[along];
  const draw = useMemo(
    () =>
      (plot: Plot): Options => ({
        marginLeft: 48,
        marginTop: 12,
        marginBottom: 38,
        x: { label: xLabel, nice: true },
        y: { label: null, grid: true, nice: true, type: logarithmic ? 'log' : 'linear', ticks: 5 },
        marks: [
          ...(behind ?? []).map((points) => lineOf(plot, points, logarithmic, 1, 0.25)),
          ...curves.map((points) => lineOf(plot, points, logarithmic, 2, 1)),
          plot.tip(
            curves.flat(),
            plot.pointer({
              ...{ x: 'x', y: 'y', fill: 'var(--surface)', stroke: 'var(--line-strong)' },
              title: ({ x, y, run }: CurvePoint) => `${run.name}\n${xLabel} ${short(x)}: ${short(y, 4)}`,
            }),
          ),
        ],
      }),
    [curves, behind, logarithmic, xLabel],
  );
  const runs = curves.filter((points) => points.length > 0).length;
  return (
    <Figure title={title} fileName={fileName}>
      <Chart label={t().chartLabel(title, count(runs), xLabel)} height={220} draw={draw} />
    </Figure>
  );
}

function lineOf(
  plot: Plot,
  points: readonly CurvePoint[],
  logarithmic: boolean,
  width: number,
  opacity: number,
) {
  const { color, dash } = strokeOf(points[0]?.run.number ?? 0);
  return plot.line(logarithmic ? points.filter(({ y }) => y > 0) : points, {
    ...{ x: 'x', y: 'y', stroke: color, strokeWidth: width, strokeOpacity: opacity },
    strokeDasharray: opacity < 1 ? 'none' : dash,
  });
}
