/** Colours for drawings. In SVG and CSS use the custom properties; a canvas needs numbers, which are read from them. */
import { computed } from '@preact/signals';
import { isDark } from './theme.js';

/** Eight hues that people with any colour vision tell apart; in this order. */
export const categorical = Array.from({ length: 8 }, (_, i) => `var(--category-${i + 1})`);

/** Colour of a category by its number; after the eighth they begin again. */
export function category(index: number): string {
  return categorical[index % categorical.length]!;
}

/**
 * The diverging scale for weights and other signed values: −1 orange, 0 neutral, 1 blue, as a CSS colour.
 * @param value what lies outside −1 … 1 is cut.
 */
export function diverging(value: number): string {
  const strength = Math.min(1, Math.abs(Number.isNaN(value) ? 0 : value));
  const end = value < 0 ? '--negative' : '--positive';
  return `color-mix(in oklab, var(${end}) ${Math.round(strength * 100)}%, var(--neutral))`;
}

export type Rgb = readonly [number, number, number];

/** The colours of the present theme as numbers, for canvases; components that read it render again with the theme. */
export const pixels = computed(() => {
  isDark.value;
  return {
    negative: resolve('--negative'),
    neutral: resolve('--neutral'),
    positive: resolve('--positive'),
    surface: resolve('--surface'),
    line: resolve('--line'),
    text: resolve('--text'),
    categories: categorical.map((_, i) => resolve(`--category-${i + 1}`)),
  };
});

/** The diverging scale as numbers. */
export function divergingPixel(value: number, { negative, neutral, positive } = pixels.value): Rgb {
  const strength = Math.min(1, Math.abs(Number.isNaN(value) ? 0 : value));
  const end = value < 0 ? negative : positive;
  return [0, 1, 2].map((i) => neutral[i]! + strength * (end[i]! - neutral[i]!)) as unknown as Rgb;
}

/** `#rrggbb` of a custom property, or `#rgb` as minifiers write it, as three numbers. */
function resolve(name: string): Rgb {
  const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const digits = text.length === 4 ? text.slice(1).replace(/./g, '$&$&') : text.slice(1);
  const value = Number.parseInt(digits, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
