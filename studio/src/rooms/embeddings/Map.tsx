/** The map: points, the words of some of them, and what is chosen; turned, moved and zoomed by mouse, touch and keyboard. */
import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Button, useWidth } from '../../components/index.js';
import { resetState } from '../../state/room-state.js';
import { fixed } from '../../text/format.js';
import { colorsOf, kindNames } from './colors.js';
import { css, drawing, drawNow, find, hovered, readAll, strideInMotion } from './picture.js';
import { cloud } from './projections.js';
import { facts, state, viewSchema } from './state.js';
import { t } from './text.js';

const LARGEST_HEIGHT = 620;
const TURN_PER_PIXEL = 0.008;
const KEY_TURN = 0.12;
const KEY_MOVE = 0.05;
const ZOOM_STEP = 1.25;

export function PointMap({ label }: { readonly label: string }) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useRef({ width: 0, height: 0 });
  const height = Math.round(Math.min(LARGEST_HEIGHT, Math.max(300, 0.75 * width)));
  const request = useRef(0);
  const draw = () => {
    cancelAnimationFrame(request.current);
    request.current = requestAnimationFrame(() => drawNow(canvas.current, size.current));
  };
  size.current = { width, height };
  useEffect(draw, [width, height]);
  // Reads whatever a picture depends on, so that it is drawn again when any of that changes.
  useSignalEffect(() => {
    readAll();
    draw();
  });
  return (
    <div class="map-frame" ref={frame} style={{ height: `${height}px` }}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        tabIndex={0}
        style={{ width: `${width}px`, height: `${height}px` }}
        onKeyDown={onKey}
        onPointerDown={startDrag}
        onPointerMove={({ offsetX, offsetY, buttons }) => {
          if (buttons === 0) hovered.value = find(offsetX, offsetY);
        }}
        onPointerLeave={() => {
          hovered.value = undefined;
        }}
        onWheel={(event) => {
          if (!event.ctrlKey && !event.metaKey) return;
          event.preventDefault();
          zoomBy(event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP);
        }}
      />
      <div class="map-buttons">
        <Button aria-label={t().zoomIn} title={t().zoomIn} onClick={() => zoomBy(ZOOM_STEP)}>
          +
        </Button>
        <Button aria-label={t().zoomOut} title={t().zoomOut} onClick={() => zoomBy(1 / ZOOM_STEP)}>
          −
        </Button>
        <Button aria-label={t().reset} title={t().reset} onClick={resetView}>
          ⌂
        </Button>
      </div>
      <Hint />
    </div>
  );
}

/** How long a picture takes, in words; empty before the first. */
export function DrawingTime() {
  if (drawing.value === undefined) return null;
  const stride = strideInMotion.value;
  return (
    <>
      {' '}
      {t().drawn(fixed(drawing.value, 1))} {stride > 1 && t().oneOf(String(stride))}
    </>
  );
}

/** What the pointer is on. */
function Hint() {
  const point = hovered.value;
  const found = facts.value;
  if (point === undefined || found === undefined || cloud.value === undefined) return null;
  const row = cloud.value.rows[point]!;
  const count = found.counts?.[row];
  const parts = [
    found.words[row],
    ...(count === undefined ? [] : [`${t().frequency} ${count}`]),
    ...(found.labels === undefined ? [] : [`${t().label} ${found.labels.names[found.labels.of[row]!]}`]),
  ];
  return <div class="map-hint">{parts.join(' · ')}</div>;
}

// ——— looking at it ———

function resetView(): void {
  resetState(state, viewSchema as never, ['yaw', 'pitch', 'zoom', 'panX', 'panY'] as never);
}

function zoomBy(factor: number): void {
  const zoom = Math.min(200, Math.max(0.2, state.zoom.value * factor));
  const change = zoom / state.zoom.value;
  state.zoom.value = zoom;
  state.panX.value *= change;
  state.panY.value *= change;
}

function turn(yaw: number, pitch: number): void {
  state.yaw.value = (state.yaw.value + yaw) % (2 * Math.PI);
  state.pitch.value = Math.min(Math.PI / 2, Math.max(-Math.PI / 2, state.pitch.value + pitch));
}

function move(x: number, y: number): void {
  state.panX.value += x;
  state.panY.value += y;
}

function onKey(event: KeyboardEvent): void {
  const [x, y] =
    { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
  if (x !== undefined && y !== undefined) {
    if (cloud.value?.dimensions === 3 && !event.shiftKey) turn(KEY_TURN * x, KEY_TURN * y);
    else move(KEY_MOVE * x, KEY_MOVE * y);
  } else if (event.key === '+' || event.key === '=') zoomBy(ZOOM_STEP);
  else if (event.key === '-') zoomBy(1 / ZOOM_STEP);
  else if (event.key === '0') resetView();
  else return;
  event.preventDefault();
}

/** Until the button is let go; a press that does not move chooses the word. */
function startDrag(down: PointerEvent): void {
  const element = down.currentTarget as HTMLCanvasElement;
  const side = Math.min(element.clientWidth, element.clientHeight);
  let last = down;
  let travelled = 0;
  const onMove = (event: PointerEvent) => {
    const [x, y] = [event.clientX - last.clientX, event.clientY - last.clientY];
    travelled += Math.abs(x) + Math.abs(y);
    last = event;
    if (cloud.value?.dimensions === 3 && !event.shiftKey) turn(TURN_PER_PIXEL * x, TURN_PER_PIXEL * y);
    else move(x / side, y / side);
  };
  const end = (event: PointerEvent) => {
    for (const [kind, listener] of listeners) element.removeEventListener(kind, listener);
    if (event.type === 'pointerup' && travelled < 4) choose(find(event.offsetX, event.offsetY));
  };
  const listeners = [
    ['pointermove', onMove],
    ['pointerup', end],
    ['pointercancel', end],
  ] as const;
  for (const [kind, listener] of listeners) element.addEventListener(kind, listener);
  element.setPointerCapture(down.pointerId);
  hovered.value = undefined;
}

function choose(point: number | undefined): void {
  if (point !== undefined) state.word.value = facts.value!.words[cloud.value!.rows[point]!]!;
}

/** What the colours mean. */
export function Legend() {
  const names = kindNames();
  if (names.length < 2) return null;
  const { points } = colorsOf();
  return (
    <ul class="legend">
      {names.map((name, kind) => (
        <li key={name}>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <circle cx="5" cy="5" r="4.5" fill={css(points[kind]!)} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
