/** Axes of parallel coordinates: numbers on a line or, where they span powers of ten, by their logarithms; the rest by name. */
import { short } from '../../text/format.js';
import type { Setting } from './tasks.js';

export interface Axis {
  /** 0 at the bottom … 1 at the top. */
  readonly place: (value: Setting | undefined) => number;
  readonly ticks: readonly { readonly label: string; readonly share: number }[];
}

/** From this ratio of the largest to the smallest on, an axis is logarithmic. */
const LOGARITHMIC_FROM = 30;
/** `8` comes before `16`, and both after what is missing. */
const byNumbers = new Intl.Collator('en', { numeric: true }).compare;
/** So few numbers get a tick each. */
const FEW = 5;
const MISSING = '—';

export function axisOf(values: readonly (Setting | undefined)[]): Axis {
  return values.every((value) => typeof value === 'number') ? numericAxis(values) : nominalAxis(values);
}

function numericAxis(values: readonly number[]): Axis {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const [low, high] = [distinct[0]!, distinct.at(-1)!];
  const logarithmic = low > 0 && high / low >= LOGARITHMIC_FROM;
  const scale = logarithmic ? Math.log : (value: number) => value;
  const extent = scale(high) - scale(low);
  const place = (value: Setting | undefined) =>
    extent === 0 ? 0.5 : (scale(Number(value)) - scale(low)) / extent;
  const middle = logarithmic ? Math.sqrt(low * high) : (low + high) / 2;
  const marks = distinct.length <= FEW ? distinct : [low, middle, high];
  return { place, ticks: marks.map((value) => ({ label: short(value), share: place(value) })) };
}

function nominalAxis(values: readonly (Setting | undefined)[]): Axis {
  const names = [...new Set(values.map((value) => String(value ?? MISSING)))].sort(byNumbers);
  const place = (value: Setting | undefined) =>
    names.length === 1 ? 0.5 : names.indexOf(String(value ?? MISSING)) / (names.length - 1);
  return { place, ticks: names.map((label) => ({ label, share: place(label) })) };
}
