/** Data sets in the plane. Their random numbers are the library's: the same seed draws the same points everywhere. */
import { initialValues } from 'lexigrad/nn';
import { type GeneratedSet, PLANE, type Point } from './settings.js';

interface Draw {
  /** Number of the point among those of its class, as a part of them: 0 … 1. */
  readonly share: number;
  readonly one: boolean;
  /** From 0 to 1, one for each axis. */
  readonly u: readonly [number, number];
}

/** Where a point lies before noise moves it. */
const shapes: Readonly<Record<GeneratedSet, (draw: Draw) => readonly [number, number]>> = {
  // A disc, and a ring around it.
  circle: ({ one, u }) => {
    const radius = one ? 0.5 * Math.sqrt(u[0]) : 0.72 + 0.28 * u[0];
    return [radius * Math.cos(2 * Math.PI * u[1]), radius * Math.sin(2 * Math.PI * u[1])];
  },
  // Four squares with a gap between them; opposite ones are of one class.
  xor: ({ one, u, share }) => {
    const side = share < 0.5 ? 1 : -1;
    const [a, b] = [0.07 + 0.93 * u[0], 0.07 + 0.93 * u[1]];
    return [side * a, (one ? -side : side) * b];
  },
  // Two round clouds; all of their spread is noise.
  gauss: ({ one }) => (one ? [0.5, 0.5] : [-0.5, -0.5]),
  // Two half circles that reach into each other.
  moons: ({ one, u }) => {
    const angle = Math.PI * u[0];
    const [x, y] = one ? [1 - Math.cos(angle), 0.5 - Math.sin(angle)] : [Math.cos(angle), Math.sin(angle)];
    return [(x - 0.5) / 1.6, (y - 0.25) / 1.2];
  },
  // Two arms, each one and three quarters of a turn.
  spiral: ({ one, share }) => {
    const radius = 0.08 + 0.92 * share;
    const angle = 1.75 * 2 * Math.PI * share + (one ? Math.PI : 0);
    return [radius * Math.sin(angle), radius * Math.cos(angle)];
  },
};

/** Standard deviation of the noise when it is set to 1. */
const NOISE: Readonly<Record<GeneratedSet, number>> = {
  circle: 0.4,
  xor: 0.4,
  gauss: 0.7,
  moons: 0.5,
  spiral: 0.25,
};

/**
 * `count` points, the classes by turns, so that every part of the list has both.
 * @param noise 0 … 1; two clouds have some spread without any.
 */
export function generate(set: GeneratedSet, count: number, noise: number, seed: number): Point[] {
  const uniform = initialValues({ kind: 'uniform', limit: 0.5 }, [count, 2], seed, `points/${set}`);
  const normal = initialValues({ kind: 'normal', deviation: 1 }, [count, 2], seed, `noise/${set}`);
  const deviation = NOISE[set] * (set === 'gauss' ? 0.25 + 0.75 * noise : noise);
  return Array.from({ length: count }, (_, i): Point => {
    const [u, v] = [uniform[2 * i]! + 0.5, uniform[2 * i + 1]! + 0.5];
    const [x, y] = shapes[set]({ share: Math.floor(i / 2) / (count / 2), one: i % 2 === 1, u: [u, v] });
    return [inside(x + deviation * normal[2 * i]!), inside(y + deviation * normal[2 * i + 1]!), i % 2 === 1];
  });
}

function inside(value: number): number {
  return Number(Math.min(PLANE[1], Math.max(PLANE[0], value)).toPrecision(4));
}

export interface Split {
  /** Places in the list of points. */
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** Parts the points by chance into those that are learnt from and those that are kept aside. */
export function split(count: number, testShare: number, seed: number): Split {
  const order = shuffled(count, seed, 'split');
  const tests = count < 2 ? 0 : Math.min(count - 1, Math.round(testShare * count));
  return { train: order.slice(tests), test: order.slice(0, tests) };
}

/** 0 … count − 1 in an order that depends on seed and name alone. */
export function shuffled(count: number, seed: number, name: string): number[] {
  const keys = initialValues({ kind: 'uniform', limit: 1 }, [count], seed, name);
  return Array.from({ length: count }, (_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b);
}
