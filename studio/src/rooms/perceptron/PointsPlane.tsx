/** The plane of the points, which can be dragged, switched, added and removed. */
import type { ComponentChildren } from 'preact';
import { Handle, HeatMap, Plane, type Scale } from '../../components/index.js';
import { brush, SIDE } from './network-state.js';
import { MOST_POINTS, PLANE, type Point, state } from './state.js';
import { t } from './text.js';

export function PointsPlane(props: {
  readonly label: string;
  /** From −1 (class 0) to 1 (class 1), row by row from the top. */
  readonly ground: ArrayLike<number>;
  /** Which point is marked by a ring. */
  readonly marked?: number;
  readonly children?: (scale: Scale) => ComponentChildren;
}) {
  const { label, ground, marked, children } = props;
  return (
    <Plane
      label={label}
      x={PLANE}
      y={PLANE}
      xLabel="x₁"
      yLabel="x₂"
      widest={400}
      ground={<HeatMap values={ground} columns={SIDE} />}
      onPlace={addPoint}
    >
      {(scale) => (
        <>
          {children?.(scale)}
          {state.points.value.map((point, i) => (
            <PointHandle key={i} index={i} point={point} scale={scale} marked={marked === i} />
          ))}
        </>
      )}
    </Plane>
  );
}

function PointHandle(props: {
  readonly index: number;
  readonly point: Point;
  readonly scale: Scale;
  readonly marked: boolean;
}) {
  const { index, point, scale, marked } = props;
  const [x, y, one] = point;
  const replace = (...next: readonly Point[]) => setPoints(state.points.value.toSpliced(index, 1, ...next));
  return (
    <Handle
      scale={scale}
      x={x}
      y={y}
      label={t().point(index + 1, Number(one))}
      onMove={(nx, ny) => replace([nx, ny, one])}
      onPress={() => replace([x, y, !one])}
      onRemove={() => replace()}
    >
      {marked && <circle r={13} fill="none" stroke="var(--text)" stroke-width={2} />}
      <Mark one={one} />
    </Handle>
  );
}

/** Class 0 is an orange disc, class 1 a blue square. */
export function Mark({ one }: { readonly one: boolean }) {
  const rim = { stroke: 'var(--surface)', 'stroke-width': 2 };
  return one ? (
    <rect x={-7} y={-7} width={14} height={14} rx={2} fill="var(--positive)" {...rim} />
  ) : (
    <circle r={7.5} fill="var(--negative)" {...rim} />
  );
}

function addPoint(x: number, y: number): void {
  if (state.points.value.length >= MOST_POINTS) return;
  setPoints([...state.points.value, [Number(x.toFixed(2)), Number(y.toFixed(2)), brush.value === '1']]);
}

/** Both learners begin anew on other points. */
export function setPoints(points: readonly Point[]): void {
  state.points.value = points;
  state.t.value = 0;
  state.k.value = 0;
}
