/** Words beside their points, as many as fit without touching each other. */

export interface Label {
  readonly point: number;
  readonly text: string;
  /** Shown whatever is in its way, and drawn bold. */
  readonly strong: boolean;
}

export interface PlacedLabel extends Label {
  /** Left end of the text, and its middle height. */
  readonly x: number;
  readonly y: number;
}

const GAP = 3;
const OFFSET = 6;

/**
 * Chooses in the order given: a label that would touch one before it, or leave the picture, is left out.
 *
 * @param width of a text in pixels
 */
export function placeLabels(
  candidates: Iterable<Label>,
  { x, y }: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> },
  frame: { readonly width: number; readonly height: number },
  lineHeight: number,
  width: (label: Label) => number,
  most: number,
): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  const boxes: [left: number, top: number, right: number, bottom: number][] = [];
  for (const label of candidates) {
    if (placed.length >= most) break;
    const [px, py] = [x[label.point]!, y[label.point]!];
    if (px < 0 || py < 0 || px > frame.width || py > frame.height) continue;
    const wide = width(label);
    // At the right of its point, or at the left where the picture ends.
    const left = px + OFFSET + wide > frame.width ? px - OFFSET - wide : px + OFFSET;
    const box: (typeof boxes)[number] = [
      left - GAP,
      py - lineHeight / 2,
      left + wide + GAP,
      py + lineHeight / 2,
    ];
    if (!label.strong && (left < 0 || box[1] < 0 || box[3] > frame.height)) continue;
    const touches = boxes.some(
      (other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3],
    );
    if (touches && !label.strong) continue;
    boxes.push(box);
    placed.push({ ...label, x: left, y: py });
  }
  return placed;
}
