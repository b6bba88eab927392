/** A plane with two axes to draw in, as wide as its place, and handles in it that mouse, finger and keyboard move. */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { short } from '../text/format.js';
import { useWidth } from './use-width.js';

export type Interval = readonly [number, number];

/** From values to pixels and back. */
export interface Scale {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** The values at a place of the drawing, in its pixels. */
  readonly invert: (px: number, py: number) => { readonly x: number; readonly y: number };
  /** Of the drawing with its margins. */
  readonly width: number;
  readonly height: number;
  readonly domain: { readonly x: Interval; readonly y: Interval };
}

interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

const MARGINS: Margins = { top: 8, right: 14, bottom: 32, left: 40 };

export interface PlaneProps {
  /** What a screen reader says the drawing shows. */
  readonly label: string;
  readonly x: Interval;
  readonly y: Interval;
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Height over width of the inner part (default 1). */
  readonly aspect?: number;
  /** It grows no wider than this (default 520 pixels). */
  readonly widest?: number;
  /** Under the axes, filling the inner part: a `HeatMap`. */
  readonly ground?: ComponentChildren;
  /** A click into the plane, in values. */
  readonly onPlace?: (x: number, y: number) => void;
  /** The drawing, which gets the scale. */
  readonly children?: (scale: Scale) => ComponentChildren;
}

export function Plane(props: PlaneProps) {
  const { label, x, y, xLabel, yLabel, aspect = 1, widest = 520, ground, onPlace, children } = props;
  const [place, room] = useWidth<HTMLDivElement>();
  const width = Math.min(room, widest);
  const { top, right, bottom, left } = MARGINS;
  const inner = Math.max(10, width - left - right);
  const depth = Math.round(inner * aspect);
  const height = depth + top + bottom;
  const scale = scaleOf({ x, y }, inner, depth, width, height);
  return (
    <div ref={place} style={{ position: 'relative', minWidth: 0, minHeight: `${height}px` }}>
      {width > 0 && (
        <>
          {ground !== undefined && (
            <div
              style={{
                position: 'absolute',
                left: `${left}px`,
                top: `${top}px`,
                width: `${inner}px`,
                height: `${depth}px`,
              }}
            >
              {ground}
            </div>
          )}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: handles and fields do the same by keyboard */}
          <svg
            class="plane"
            width={width}
            height={height}
            style={{ position: 'relative' }}
            role="group"
            aria-label={label}
            onClick={
              onPlace &&
              (({ currentTarget, clientX, clientY, defaultPrevented }) => {
                const box = currentTarget.getBoundingClientRect();
                const at = scale.invert(clientX - box.x, clientY - box.y);
                if (!defaultPrevented && within(at.x, x) && within(at.y, y)) onPlace(at.x, at.y);
              })
            }
          >
            <Axes scale={scale} xLabel={xLabel} yLabel={yLabel} plain={ground !== undefined} />
            {children?.(scale)}
          </svg>
        </>
      )}
    </div>
  );
}

function scaleOf(
  domain: { readonly x: Interval; readonly y: Interval },
  inner: number,
  depth: number,
  width: number,
  height: number,
): Scale {
  const { top, left } = MARGINS;
  const [x0, x1] = domain.x;
  const [y0, y1] = domain.y;
  return {
    x: (value) => left + ((value - x0) / (x1 - x0)) * inner,
    y: (value) => top + depth - ((value - y0) / (y1 - y0)) * depth,
    invert: (px, py) => ({
      x: x0 + ((px - left) / inner) * (x1 - x0),
      y: y0 + ((top + depth - py) / depth) * (y1 - y0),
    }),
    width,
    height,
    domain,
  };
}

function Axes(props: {
  readonly scale: Scale;
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Without grid lines: something is drawn beneath. */
  readonly plain: boolean;
}) {
  const { scale, xLabel, yLabel, plain } = props;
  const { x, y, domain } = scale;
  const [left, right, top, bottom] = [x(domain.x[0]), x(domain.x[1]), y(domain.y[1]), y(domain.y[0])];
  const xTicks = ticks(domain.x, (right - left) / 70);
  const yTicks = ticks(domain.y, (bottom - top) / 45);
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus
    <g aria-hidden="true" style={{ fontSize: '11px', color: 'var(--muted)' }}>
      <rect
        x={left}
        y={top}
        width={right - left}
        height={bottom - top}
        fill={plain ? 'none' : 'var(--surface)'}
        stroke="var(--line)"
      />
      {xTicks.map((tick) => (
        <g key={tick}>
          {!plain && <line x1={x(tick)} x2={x(tick)} y1={top} y2={bottom} stroke={gridColor(tick)} />}
          <text x={x(tick)} y={bottom + 14} text-anchor="middle">
            {short(tick)}
          </text>
        </g>
      ))}
      {yTicks.map((tick) => (
        <g key={tick}>
          {!plain && <line x1={left} x2={right} y1={y(tick)} y2={y(tick)} stroke={gridColor(tick)} />}
          <text x={left - 6} y={y(tick) + 4} text-anchor="end">
            {short(tick)}
          </text>
        </g>
      ))}
      {xLabel !== undefined && (
        <text x={right} y={bottom + 28} text-anchor="end">
          {xLabel}
        </text>
      )}
      {yLabel !== undefined && (
        <text x={11} y={top + 4} text-anchor="end" transform={`rotate(-90 11 ${top + 4})`}>
          {yLabel}
        </text>
      )}
    </g>
  );
}

function gridColor(tick: number): string {
  return tick === 0 ? 'var(--line-strong)' : 'var(--line)';
}

/** Round values within an interval, about as many as asked for. */
export function ticks([from, to]: Interval, wanted: number): number[] {
  const rough = (to - from) / Math.max(2, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const sizes = [1, 2, 5, 10].map((factor) => factor * power);
  const far = (size: number) => Math.abs(Math.log(size / rough));
  const step = sizes.reduce((best, size) => (far(size) < far(best) ? size : best));
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function within(value: number, [from, to]: Interval): boolean {
  return value >= from && value <= to;
}

export interface HandleProps {
  readonly scale: Scale;
  readonly x: number;
  readonly y: number;
  /** What it moves. */
  readonly label: string;
  /** The new place, within the plane. */
  readonly onMove: (x: number, y: number) => void;
  /** What the delete key does. */
  readonly onRemove?: () => void;
  /** What the enter key, a space or a click without moving does. */
  readonly onPress?: () => void;
  readonly color?: string;
  /** What is drawn there (default: a disc with a white rim). */
  readonly children?: ComponentChildren;
}

/** An arrow key moves a handle by this part of the axis; with shift ten times as far. */
const KEY_STEP = 1 / 100;

/** A place in a plane that can be dragged, and moved by the arrow keys. */
export function Handle(props: HandleProps) {
  const { scale, x, y, label, onMove, onRemove, onPress, color = 'var(--accent)', children } = props;
  const moved = useRef(false);
  const move = (nx: number, ny: number) => {
    const { domain } = scale;
    onMove(tidy(clamp(nx, domain.x), domain.x), tidy(clamp(ny, domain.y), domain.y));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [dx, dy] = arrows[event.key] ?? [0, 0];
    if ((event.key === 'Delete' || event.key === 'Backspace') && onRemove) onRemove();
    else if ((event.key === 'Enter' || event.key === ' ') && onPress) onPress();
    else if (dx !== 0 || dy !== 0) {
      const size = KEY_STEP * (event.shiftKey ? 10 : 1);
      move(x + dx * size * span(scale.domain.x), y + dy * size * span(scale.domain.y));
    } else return;
    event.preventDefault();
  };
  return (
    <g
      class="handle"
      role="slider"
      tabindex={0}
      aria-label={label}
      aria-valuenow={x}
      aria-valuetext={`${short(x)}; ${short(y)}`}
      transform={`translate(${scale.x(x)} ${scale.y(y)})`}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        moved.current = false;
      }}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        const box = event.currentTarget.ownerSVGElement!.getBoundingClientRect();
        const at = scale.invert(event.clientX - box.x, event.clientY - box.y);
        const far = Math.hypot(scale.x(at.x) - scale.x(x), scale.y(at.y) - scale.y(y));
        // A trembling finger does not move anything.
        if (!moved.current && far < 3) return;
        moved.current = true;
        move(at.x, at.y);
      }}
      onClick={(event) => {
        event.preventDefault();
        if (!moved.current) onPress?.();
      }}
    >
      {/* As large as a finger. */}
      <circle r={16} fill="transparent" />
      {children ?? <circle r={7} fill={color} stroke="var(--surface)" stroke-width={2} />}
    </g>
  );
}

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

function span([from, to]: Interval): number {
  return to - from;
}

function clamp(value: number, [from, to]: Interval): number {
  return Math.min(to, Math.max(from, value));
}

/** Rounds to what a pixel can tell, so that addresses stay short. */
function tidy(value: number, interval: Interval): number {
  const digits = Math.max(0, Math.ceil(2.3 - Math.log10(span(interval))));
  return Number(value.toFixed(digits));
}
