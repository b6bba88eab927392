/** What layers, units and features are called on the page. */
import type { FeatureName } from './settings.js';
import { state } from './state.js';
import { t } from './text.js';
import { features } from './training.js';

export const featureTitles: Readonly<Record<FeatureName, string>> = {
  x1: 'x₁',
  x2: 'x₂',
  x1x1: 'x₁²',
  x2x2: 'x₂²',
  x1x2: 'x₁x₂',
};

/** @param layer 0: the features; after the hidden layers the output */
export function layerTitle(layer: number): string {
  if (layer === 0) return t().input;
  return layer > state.layers.value.length ? t().output : t().layer(layer);
}

/** `x₁`, `a₂₁` (unit 1 of hidden layer 2), `z` */
export function symbolOf(layer: number, unit: number): string {
  if (layer === 0) return featureTitles[features.value[unit]!];
  if (layer > state.layers.value.length) return 'z';
  return `a${subscript(layer)}${unit >= 9 ? '.' : ''}${subscript(unit + 1)}`;
}

export function unitTitle(layer: number, unit: number): string {
  if (layer === 0) return `${t().input} ${symbolOf(layer, unit)}`;
  return layer > state.layers.value.length ? t().output : t().unitName(layerTitle(layer), unit + 1);
}

function subscript(index: number): string {
  return [...String(index)].map((digit) => String.fromCodePoint(0x2080 + Number(digit))).join('');
}
