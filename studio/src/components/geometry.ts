/** Lines in boxes. */
import type { Interval } from './Plane.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The part of the line a x + b y + c = 0 that lies in a box; undefined where there is none.
 */
export function lineInBox(
  [a, b, c]: readonly [number, number, number],
  x: Interval,
  y: Interval,
): readonly [Point, Point] | undefined {
  const points: Point[] = [];
  if (b !== 0) for (const at of x) points.push({ x: at, y: -(a * at + c) / b });
  if (a !== 0) for (const at of y) points.push({ x: -(b * at + c) / a, y: at });
  const slack = 1e-9 * (x[1] - x[0] + y[1] - y[0]);
  const inside = points.filter(
    (point) =>
      point.x >= x[0] - slack &&
      point.x <= x[1] + slack &&
      point.y >= y[0] - slack &&
      point.y <= y[1] + slack,
  );
  const first = inside[0];
  const second = inside.find((point) => first && Math.hypot(point.x - first.x, point.y - first.y) > slack);
  return first && second && [first, second];
}
