/** The picture of the map, drawn anew whenever anything that is in it changes. */
import { computed, signal } from '@preact/signals';
import { allocate, boundsOf, paint, place, pointAt, type View } from './cloud.js';
import { colorsOf, pointKinds } from './colors.js';
import { type Label, placeLabels } from './labels.js';
import { cloud } from './projections.js';
import { neighborsAnswer } from './questions.js';
import { facts, rowOf, state } from './state.js';

const FONT_PIXELS = 12;
const MOST_LABELS = 70;
/** Labels are looked for among so many points: the first of the file, which are the most frequent. */
const LABEL_CANDIDATES = 1200;
/** How near the pointer must come, in pixels of the page. */
const REACH = 9;

/** Milliseconds that the latest pictures of all points took, as a running mean; the first ones, when code is still cold, do not count. */
export const drawing = signal<number | undefined>(undefined);
const COLD_PICTURES = 10;
let pictures = 0;

/** A picture that takes longer than this makes the map stutter. */
const SLOW_MS = 20;
const LARGEST_STRIDE = 10;
/** Once the view has stood still for so long, all points are drawn. */
const REST_MS = 150;
let lastView: View | undefined;
let rest: ReturnType<typeof setTimeout> | undefined;

/** While the map is turned, one point of so many is drawn: 1 where all can be. */
export const strideInMotion = computed(() =>
  Math.min(LARGEST_STRIDE, Math.max(1, Math.ceil((drawing.value ?? 0) / SLOW_MS))),
);
export const hovered = signal<number | undefined>(undefined);

const bounds = computed(() =>
  cloud.value === undefined ? undefined : boundsOf(cloud.value.points, cloud.value.dimensions),
);
const placed = computed(() => allocate(cloud.value?.rows.length ?? 0));
/** Row of the table → number of the point. */
const pointOfRow = computed(() => new Map([...(cloud.value?.rows ?? [])].map((row, point) => [row, point])));

export function pointOf(word: string): number | undefined {
  const row = rowOf(word);
  return row === undefined ? undefined : pointOfRow.value.get(row);
}

function viewNow(): View {
  const { yaw, pitch, zoom, panX, panY } = state;
  return { yaw: yaw.value, pitch: pitch.value, zoom: zoom.value, panX: panX.value, panY: panY.value };
}

/** The point at a place of the page's pixels. */
export function find(x: number, y: number): number | undefined {
  const scale = pixelScale();
  return pointAt(placed.value, x * scale, y * scale, REACH * scale);
}

/** Pixels of the screen for one of the page; more than two nobody sees. */
function pixelScale(): number {
  return Math.min(2, globalThis.devicePixelRatio);
}

/** Reads whatever a picture depends on, for those who want to know when it changes. */
export function readAll(): void {
  viewNow();
  colorsOf();
  for (const each of [cloud, placed, bounds, pointKinds, neighborsAnswer, hovered, state.names]) each.value;
}

/** So many points are drawn small: the time of a picture grows with the pixels of a disc. */
const MANY = 20_000;

function radiusOf(count: number, scale: number): number {
  if (count > MANY) return 0.5 + 0.3 * scale;
  return scale * (count > 2500 ? 1.7 : count > 400 ? 2.6 : 3.6);
}

let image: ImageData | undefined;

export function drawNow(
  canvas: HTMLCanvasElement | null,
  size: { readonly width: number; readonly height: number },
): void {
  const context = canvas?.getContext('2d', { willReadFrequently: false });
  if (canvas === null || !context || size.width === 0) return;
  const started = performance.now();
  const scale = pixelScale();
  const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  if (image?.width !== width || image.height !== height) image = new ImageData(width, height);
  const { points: paints, ground, text, accent } = colorsOf();
  const shown = cloud.value;
  if (shown === undefined || bounds.value === undefined) {
    context.clearRect(0, 0, width, height);
    return;
  }
  const spots = placed.value;
  const view = viewNow();
  const moves = lastView !== undefined && JSON.stringify(view) !== JSON.stringify(lastView);
  lastView = view;
  const stride = moves ? strideInMotion.peek() : 1;
  clearTimeout(rest);
  if (stride > 1) rest = setTimeout(() => drawNow(canvas, size), REST_MS);
  place(shown.points, shown.dimensions, bounds.value, view, { width, height }, spots);
  const many = shown.rows.length > MANY;
  const radius = radiusOf(shown.rows.length, scale) * Math.min(2, state.zoom.value ** 0.25);
  paint(image, spots, shown.dimensions, {
    ...{ colors: paints, ground, kinds: pointKinds.value, radius },
    opacity: many ? 0.6 : 0.8,
    ordered: !many,
    stride,
  });
  context.putImageData(image, 0, 0);
  drawMarks(context, scale, css(text), css(ground), css(accent));
  if (stride > 1 || ++pictures <= COLD_PICTURES) return;
  const taken = performance.now() - started;
  const mean = drawing.peek();
  // Told only when it has changed so much that it would be read otherwise.
  const next = mean === undefined ? taken : mean + 0.2 * (taken - mean);
  if (mean === undefined || Math.abs(next - mean) > 0.05) drawing.value = next;
}

/** What is chosen, its neighbours, what the pointer is on, and words where there is room. */
function drawMarks(
  context: CanvasRenderingContext2D,
  scale: number,
  ink: string,
  ground: string,
  accent: string,
): void {
  const spots = placed.value;
  const shown = cloud.value!;
  const words = facts.value!.words;
  const textOf = (point: number) => words[shown.rows[point]!]!;
  const answer = neighborsAnswer.value;
  const chosen = answer === undefined ? undefined : pointOf(answer.word);
  const near = (answer?.found ?? []).map(({ word }) => pointOf(word)).filter((point) => point !== undefined);
  const ring = (point: number, radius: number, fill: string) => {
    context.beginPath();
    context.arc(spots.x[point]!, spots.y[point]!, radius * scale, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    context.lineWidth = 1.5 * scale;
    context.strokeStyle = ground;
    context.stroke();
  };
  if (chosen !== undefined) {
    context.strokeStyle = accent;
    context.lineWidth = scale;
    context.globalAlpha = 0.5;
    for (const point of near) {
      context.beginPath();
      context.moveTo(spots.x[chosen]!, spots.y[chosen]!);
      context.lineTo(spots.x[point]!, spots.y[point]!);
      context.stroke();
    }
    context.globalAlpha = 1;
  }
  for (const point of near) ring(point, 4, accent);
  if (chosen !== undefined) ring(chosen, 6.5, accent);
  if (hovered.value !== undefined) ring(hovered.value, 5, ink);

  const strong = [hovered.value, chosen, ...near].filter((point) => point !== undefined);
  const isStrong = new Set(strong);
  const candidates: Label[] = [...isStrong].map((point) => ({
    ...{ point, text: textOf(point) },
    strong: point === chosen || point === hovered.value,
  }));
  if (state.names.value) {
    for (let point = 0; point < Math.min(LABEL_CANDIDATES, shown.rows.length); point++)
      if (!isStrong.has(point)) candidates.push({ point, text: textOf(point), strong: false });
  }
  const pixels = FONT_PIXELS * scale;
  const family = getComputedStyle(context.canvas).fontFamily;
  const fontOf = (label: Label) => `${isStrong.has(label.point) ? '600 ' : ''}${pixels}px ${family}`;
  const widthOf = (label: Label) => widthIn(context, fontOf(label), label.text);
  const { width, height } = context.canvas;
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  for (const label of placeLabels(
    candidates,
    spots,
    { width, height },
    pixels * 1.25,
    widthOf,
    MOST_LABELS,
  )) {
    context.font = fontOf(label);
    context.lineWidth = 3 * scale;
    context.strokeStyle = ground;
    context.fillStyle = ink;
    context.strokeText(label.text, label.x, label.y);
    context.fillText(label.text, label.x, label.y);
  }
}

/** Widths of texts by font: measuring is what costs most in a picture. */
const widths = new Map<string, Map<string, number>>();

function widthIn(context: CanvasRenderingContext2D, font: string, text: string): number {
  let known = widths.get(font);
  if (known === undefined) {
    known = new Map();
    widths.set(font, known);
  }
  let width = known.get(text);
  if (width === undefined) {
    context.font = font;
    width = context.measureText(text).width;
    known.set(text, width);
  }
  return width;
}

export function css([red, green, blue]: readonly [number, number, number]): string {
  return `rgb(${red} ${green} ${blue})`;
}
