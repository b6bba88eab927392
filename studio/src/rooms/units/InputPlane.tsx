/** The plane of the two inputs: what the unit gives everywhere, with weights, bias and input to be dragged. */

import { lineInBox } from '../../components/geometry.js';
import { Figure, Handle, HeatMap, Plane, type Scale } from '../../components/index.js';
import { SIDE, surface } from './model.js';
import { REACH, state, Z_REACH } from './state.js';
import { t } from './text.js';

const SPAN = [-REACH, REACH] as const;

export function InputPlane() {
  return (
    <Figure title={t().plane} fileName="lexigrad-unit-plane" caption={t().planeCaption}>
      <Plane
        label={t().planeLabel}
        x={SPAN}
        y={SPAN}
        xLabel="x₁"
        yLabel="x₂"
        widest={420}
        ground={<HeatMap values={surface.value} columns={SIDE} />}
      >
        {(scale) => <Handles scale={scale} />}
      </Plane>
    </Figure>
  );
}

function Handles({ scale }: { readonly scale: Scale }) {
  const { x1, x2, w1, w2, b } = state;
  const line = lineInBox([w1.value, w2.value, b.value], SPAN, SPAN);
  const foot = footOfOrigin();
  return (
    <>
      {line && (
        <line
          x1={scale.x(line[0].x)}
          y1={scale.y(line[0].y)}
          x2={scale.x(line[1].x)}
          y2={scale.y(line[1].y)}
          stroke="var(--text)"
          stroke-width={1.5}
          stroke-dasharray="6 4"
        />
      )}
      <line
        x1={scale.x(0)}
        y1={scale.y(0)}
        x2={scale.x(w1.value)}
        y2={scale.y(w2.value)}
        stroke="var(--text)"
        stroke-width={2.5}
      />
      {foot && (
        <Handle scale={scale} {...foot} label={t().biasHandle} onMove={moveBias}>
          <rect
            x={-6}
            y={-6}
            width={12}
            height={12}
            rx={2}
            fill="var(--surface)"
            stroke="var(--text)"
            stroke-width={2}
          />
          <Tag text="b" />
        </Handle>
      )}
      <Handle
        scale={scale}
        x={w1.value}
        y={w2.value}
        label={t().weightHandle}
        onMove={(x, y) => {
          w1.value = x;
          w2.value = y;
        }}
      >
        <path
          d="M0-7 7 6H-7z"
          fill="var(--text)"
          stroke="var(--surface)"
          stroke-width={1.5}
          transform={`rotate(${heading()})`}
        />
        <Tag text="w" />
      </Handle>
      <Handle
        scale={scale}
        x={x1.value}
        y={x2.value}
        label={t().inputHandle}
        onMove={(x, y) => {
          x1.value = x;
          x2.value = y;
        }}
      >
        <circle r={7} fill="var(--accent)" stroke="var(--surface)" stroke-width={2} />
        <Tag text="x" />
      </Handle>
    </>
  );
}

function Tag({ text }: { readonly text: string }) {
  return (
    <text
      x={11}
      y={-8}
      font-size={13}
      font-weight={650}
      style={{ paintOrder: 'stroke', stroke: 'var(--surface)', strokeWidth: 4, strokeLinejoin: 'round' }}
    >
      {text}
    </text>
  );
}

/** The point of the line w · x + b = 0 that is nearest to the origin; undefined without weights or outside the plane. */
function footOfOrigin(): { readonly x: number; readonly y: number } | undefined {
  const [u, v, b] = [state.w1.value, state.w2.value, state.b.value];
  const size = u * u + v * v;
  if (size === 0) return undefined;
  const [x, y] = [(-b * u) / size, (-b * v) / size];
  return Math.max(Math.abs(x), Math.abs(y)) <= REACH ? { x, y } : undefined;
}

/** Makes the line go through a point: b = −w · p. */
function moveBias(x: number, y: number): void {
  const bias = -(state.w1.value * x + state.w2.value * y);
  state.b.value = Number(Math.min(Z_REACH, Math.max(-Z_REACH, bias)).toFixed(2));
}

/** Degrees clockwise from upwards. */
function heading(): number {
  return (Math.atan2(state.w1.value, state.w2.value) * 180) / Math.PI;
}
