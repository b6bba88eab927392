/** What the colours of the points tell: the label of a word, how frequent it is, or nothing. */
import { computed } from '@preact/signals';
import { pixels, type Rgb } from '../../shell/colors.js';
import { cloud } from './projections.js';
import { facts, state } from './state.js';
import { t } from './text.js';

export type Coloring = 'label' | 'frequency' | 'none';

/** Labels beyond these share the last colour. */
const MOST_LABELS = 8;
const FREQUENCY_STEPS = 6;

/** Those that the open vectors know something of. */
export const colorings = computed((): readonly Coloring[] => [
  ...(facts.value?.labels === undefined ? [] : (['label'] as const)),
  ...(facts.value?.counts === undefined ? [] : (['frequency'] as const)),
  'none',
]);

/** The one that was asked for, or the nearest that there is. */
export const coloring = computed((): Coloring => {
  const { value } = state.color;
  return colorings.value.includes(value) ? value : value === 'none' ? 'none' : colorings.value[0]!;
});

/** For each label its kind: the most frequent have colours of their own. */
const labelKinds = computed(() => {
  const labels = facts.value?.labels;
  if (labels === undefined) return undefined;
  const sizes = new Int32Array(labels.names.length);
  for (const label of labels.of) sizes[label]!++;
  const order = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]!);
  const own = order.length <= MOST_LABELS ? order.length : MOST_LABELS - 1;
  const kinds = new Int32Array(order.length).fill(own);
  order.slice(0, own).forEach((label, kind) => {
    kinds[label] = kind;
  });
  return { kinds, named: order.slice(0, own).map((label) => labels.names[label]!), rest: order.length > own };
});

/** The kind of each point. */
export const pointKinds = computed((): Uint8Array | undefined => {
  const shown = cloud.value;
  const { labels, counts } = facts.value ?? {};
  if (shown === undefined) return undefined;
  if (coloring.value === 'label' && labels !== undefined)
    return Uint8Array.from(shown.rows, (row) => labelKinds.value!.kinds[labels.of[row]!]!);
  if (coloring.value !== 'frequency' || counts === undefined) return undefined;
  const logs = Float64Array.from(shown.rows, (row) => Math.log1p(counts[row]!));
  const [low, high] = [
    logs.reduce((a, b) => Math.min(a, b), Infinity),
    logs.reduce((a, b) => Math.max(a, b), 0),
  ];
  const scale = FREQUENCY_STEPS / (high - low || 1);
  return Uint8Array.from(logs, (log) => Math.min(FREQUENCY_STEPS - 1, (log - low) * scale));
});

/** Names of the kinds; none where colours mean nothing. */
export function kindNames(): readonly string[] {
  if (coloring.value === 'label' && labelKinds.value !== undefined) {
    const { named, rest } = labelKinds.value;
    return rest ? [...named, t().others] : named;
  }
  if (coloring.value !== 'frequency') return [];
  return Array.from({ length: FREQUENCY_STEPS }, (_, i) =>
    i === 0 ? t().rare : i === FREQUENCY_STEPS - 1 ? t().frequent : '·'.repeat(i),
  );
}

export function colorsOf() {
  const { categories, surface, text, positive, neutral, negative } = pixels.value;
  const points =
    coloring.value === 'frequency'
      ? Array.from({ length: FREQUENCY_STEPS }, (_, i) => ramp(i, positive, neutral, negative, text))
      : categories;
  return { points, ground: surface, text, accent: text };
}

/** From a pale blue over blue to orange, so that the few frequent words stand out. */
function ramp(step: number, positive: Rgb, neutral: Rgb, negative: Rgb, text: Rgb): Rgb {
  const share = step / (FREQUENCY_STEPS - 1);
  const pale = mix(neutral, mix(positive, text, 0.2), 0.45);
  return share < 0.6 ? mix(pale, positive, share / 0.6) : mix(positive, negative, (share - 0.6) / 0.4);
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => Math.round(a[i]! + share * (b[i]! - a[i]!))) as unknown as Rgb;
}
