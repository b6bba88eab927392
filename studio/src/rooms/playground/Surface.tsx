/** What the network says of the plane, the points on it, and how the loss fell. */
import { batch } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import {
  Button,
  Empty,
  Figure,
  HeatMap,
  Plane,
  type Scale,
  Segments,
  Toggle,
} from '../../components/index.js';
import { split } from './data.js';
import type { CurvePoint } from './session.js';
import { MOST_POINTS, PLANE, type Point, SIDE } from './settings.js';
import { state } from './state.js';
import { t } from './text.js';
import { change, frame, points } from './training.js';

export function Surface() {
  const surface = frame.value?.surface;
  const ground = useMemo(
    // Paler than the points on it.
    () => Float32Array.from(surface ?? new Float32Array(SIDE * SIDE).fill(0.5), (p) => 0.75 * (2 * p - 1)),
    [surface],
  );
  return (
    <div class="stack" style={{ gap: 'var(--space-2)' }}>
      <Figure title={t().surface} fileName="lexigrad-playground-surface" caption={t().surfaceCaption}>
        <Plane
          label={t().surfaceLabel}
          x={PLANE}
          y={PLANE}
          xLabel="x₁"
          yLabel="x₂"
          widest={440}
          ground={<HeatMap values={ground} columns={SIDE} />}
          onPlace={place}
        >
          {(scale) => <Points scale={scale} />}
        </Plane>
      </Figure>
      <div class="row">
        <span class="small muted">{t().tool}</span>
        <Segments
          label={t().tool}
          signal={state.tool}
          options={[
            ['inspect', t().inspect],
            ['zero', '+ ●', t().zero],
            ['one', '+ ■', t().one],
            ['remove', '−', t().remove],
          ]}
        />
        <Toggle label={t().testShown} signal={state.testShown} />
      </div>
      <div class="row">
        <Button
          kind="quiet"
          disabled={points.value.length === 0}
          onClick={() => setPoints(points.value.toSpliced(state.at.value, 1))}
        >
          {t().removePoint} ({Math.min(state.at.value + 1, points.value.length)})
        </Button>
        <Button kind="quiet" disabled={points.value.length === 0} onClick={() => setPoints([])}>
          {t().clear}
        </Button>
        {points.value.length >= MOST_POINTS && <span class="muted small">{t().tooMany(MOST_POINTS)}</span>}
      </div>
      {points.value.length === 0 && <Empty>{t().none}</Empty>}
    </div>
  );
}

/** All points; drawn again only when they change, not with every frame. */
function Points({ scale }: { readonly scale: Scale }) {
  const all = points.value;
  const testShown = state.testShown.value;
  const tests = useMemo(
    () => new Set(split(all.length, state.test.value, state.draw.value).test),
    [all, state.test.value, state.draw.value],
  );
  const marks = useMemo(
    () =>
      all.map(
        (point, i) =>
          (testShown || !tests.has(i)) && (
            <Mark key={i} point={point} hollow={tests.has(i)} x={scale.x(point[0])} y={scale.y(point[1])} />
          ),
      ),
    [all, tests, testShown, scale.width],
  );
  const looked = all[state.at.value];
  return (
    <>
      <g>{marks}</g>
      {looked && (state.values.value || state.gradients.value || state.tool.value === 'inspect') && (
        <circle
          cx={scale.x(looked[0])}
          cy={scale.y(looked[1])}
          r={9}
          fill="none"
          stroke="var(--text)"
          stroke-width={2}
        />
      )}
    </>
  );
}

/** Class 0 is an orange disc, class 1 a blue square; hollow ones are of the test set. */
function Mark(props: {
  readonly point: Point;
  readonly hollow: boolean;
  readonly x: number;
  readonly y: number;
}) {
  const { point, hollow, x, y } = props;
  const color = point[2] ? 'var(--positive)' : 'var(--negative)';
  const look = hollow
    ? { fill: 'var(--surface)', stroke: color, 'stroke-width': 2 }
    : { fill: color, stroke: 'var(--surface)', 'stroke-width': 1 };
  return point[2] ? (
    <rect x={x - 3.5} y={y - 3.5} width={7} height={7} {...look} />
  ) : (
    <circle cx={x} cy={y} r={4} {...look} />
  );
}

/** A click removes what is within this distance. */
const REACH = 0.08;

function place(x: number, y: number): void {
  const tool = state.tool.value;
  const all = points.value;
  if (tool === 'zero' || tool === 'one') {
    if (all.length >= MOST_POINTS) return;
    setPoints([...all, [Number(x.toPrecision(4)), Number(y.toPrecision(4)), tool === 'one']]);
    return;
  }
  const nearest = nearestTo(x, y, all);
  if (nearest === undefined) return;
  if (tool === 'inspect') state.at.value = nearest;
  else if (distance(x, y, all[nearest]!) <= REACH) setPoints(all.toSpliced(nearest, 1));
}

function distance(x: number, y: number, point: Point): number {
  return Math.hypot(point[0] - x, point[1] - y);
}

function nearestTo(x: number, y: number, all: readonly Point[]): number | undefined {
  if (all.length === 0) return undefined;
  return all.reduce((best, point, i) => (distance(x, y, point) < distance(x, y, all[best]!) ? i : best), 0);
}

/** Drawn and removed points make the set one's own. */
function setPoints(next: readonly Point[]): void {
  change(() =>
    batch(() => {
      if (state.data.value !== 'own') state.scale.value = [0, 0, 1, 1];
      state.data.value = 'own';
      state.points.value = next;
      state.at.value = Math.max(0, Math.min(state.at.value, next.length - 1));
    }),
  );
}

export function Curve() {
  const curve = frame.value?.curve ?? [];
  const last = frame.value;
  const drawn: readonly CurvePoint[] =
    last === undefined ? [] : [...curve, [last.step, last.train.loss, last.test.loss]];
  const losses = drawn.flatMap(([, train, test]) => [train, test]).filter(Number.isFinite);
  const highest = Math.min(5, Math.max(0.8, ...losses));
  const path = (of: 1 | 2, scale: Scale) =>
    drawn
      .filter((point) => Number.isFinite(point[of]))
      .map(
        (point, i) =>
          `${i === 0 ? 'M' : 'L'}${scale.x(point[0]).toFixed(1)} ${scale.y(Math.min(highest, point[of])).toFixed(1)}`,
      )
      .join('');
  return (
    <Figure title={t().curve} fileName="lexigrad-playground-curve">
      <Plane
        label={t().curveLabel}
        x={[0, Math.max(10, last?.step ?? 0)]}
        y={[0, highest]}
        xLabel={t().step}
        aspect={0.42}
        widest={440}
      >
        {(scale) => (
          <>
            <path d={path(1, scale)} fill="none" stroke="var(--category-1)" stroke-width={2} />
            <path
              d={path(2, scale)}
              fill="none"
              stroke="var(--category-2)"
              stroke-width={2}
              stroke-dasharray="5 3"
            />
            <Key scale={scale} />
          </>
        )}
      </Plane>
    </Figure>
  );
}

function Key({ scale }: { readonly scale: Scale }) {
  const x = scale.x(scale.domain.x[1]) - 8;
  return (
    <g font-size={11} text-anchor="end">
      {[
        [t().training, 'var(--category-1)', undefined] as const,
        [t().test, 'var(--category-2)', '5 3'] as const,
      ].map(([name, color, dashes], i) => (
        <g key={color} transform={`translate(${x} ${22 + 16 * i})`}>
          <line x1={-22} x2={0} y1={-4} y2={-4} stroke={color} stroke-width={2} stroke-dasharray={dashes} />
          <text x={-28}>{name}</text>
        </g>
      ))}
    </g>
  );
}
