/** Where units and edges are drawn. */

export interface UnitPlace {
  readonly layer: number;
  readonly unit: number;
  /** Of the square's left top corner. */
  readonly x: number;
  readonly y: number;
}

export interface EdgePlace {
  /** The layer and the unit it goes to, and the unit of the layer before that it comes from. */
  readonly layer: number;
  readonly to: number;
  readonly from: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Side of a unit's square. */
  readonly size: number;
  readonly units: readonly (readonly UnitPlace[])[];
  readonly edges: readonly EdgePlace[];
}

const TOP = 24;
const MARGIN = 4;
const LARGEST = 44;
const SMALLEST = 16;
/** Space for a line of text under a unit. */
export const LINE = 13;

/**
 * Layers from left to right, their units below each other around the middle.
 * @param widths units of each layer. @param lines of text under each unit.
 */
export function layoutOf(widths: readonly number[], width: number, lines: number): Layout {
  const columns = widths.length;
  const tallest = Math.max(...widths);
  const size = Math.round(
    Math.max(SMALLEST, Math.min(LARGEST, (width / columns) * 0.62, 560 / tallest - 8 - lines * LINE)),
  );
  const pitch = size + 8 + lines * LINE;
  const height = TOP + tallest * pitch + MARGIN;
  const left = MARGIN + (lines > 0 ? Math.max(0, 22 - size / 2) : 0);
  const across = columns < 2 ? 0 : (width - 2 * left - size) / (columns - 1);
  const units = widths.map((count, layer) =>
    Array.from({ length: count }, (_, unit) => ({
      layer,
      unit,
      x: left + layer * across,
      y: TOP + ((tallest - count) * pitch) / 2 + unit * pitch,
    })),
  );
  const edges = units.slice(1).flatMap((targets, i) =>
    targets.flatMap((target) =>
      units[i]!.map((source) => ({
        layer: i + 1,
        to: target.unit,
        from: source.unit,
        x1: source.x + size,
        y1: source.y + size / 2,
        x2: target.x,
        y2: target.y + size / 2,
      })),
    ),
  );
  return { width, height, size, units, edges };
}

/** A curve that leaves and arrives level. */
export function pathOf({ x1, y1, x2, y2 }: EdgePlace): string {
  const middle = (x1 + x2) / 2;
  return `M${round(x1)} ${round(y1)}C${round(middle)} ${round(y1)} ${round(middle)} ${round(y2)} ${round(x2)} ${round(y2)}`;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

/** What is to be pointed at within this many pixels. */
const NEAR = 7;

export function unitAt({ units, size }: Layout, x: number, y: number): UnitPlace | undefined {
  return units
    .flat()
    .find((place) => x >= place.x && x <= place.x + size && y >= place.y && y <= place.y + size);
}

/** The edge that passes nearest to a place. Edges of one gap go sideways alike, so their heights can be compared. */
export function edgeAt({ edges }: Layout, x: number, y: number): EdgePlace | undefined {
  let nearest: EdgePlace | undefined;
  let least = NEAR;
  for (const edge of edges) {
    if (x <= edge.x1 || x >= edge.x2) continue;
    const distance = Math.abs(heightAt(edge, x) - y);
    if (distance < least) {
      least = distance;
      nearest = edge;
    }
  }
  return nearest;
}

/** y of the curve where it passes x: the x of its parameter t is found by halving, since it grows with t. */
function heightAt({ x1, y1, x2, y2 }: EdgePlace, x: number): number {
  const share = (x - x1) / (x2 - x1);
  let [low, high] = [0, 1];
  for (let i = 0; i < 20; i++) {
    const t = (low + high) / 2;
    // Bézier with control points at 0, ½, ½, 1.
    const reached = 1.5 * t * (1 - t) + t ** 3;
    if (reached < share) low = t;
    else high = t;
  }
  return y1 + (y2 - y1) * low * low * (3 - 2 * low);
}
