/** Where one is in the walk forward and backward through the graph. */
import { computed } from '@preact/signals';
import { createPlayer } from '../../components/index.js';
import { type Progress, progressAt, type Shown, shown, stepCount } from './model.js';
import { state } from './state.js';

export const total = computed(() => ('ok' in shown.value ? stepCount(shown.value.ok) : 0));

/** The step that is shown: that of the address as far as the graph has so many. */
export const step = computed(() => Math.min(state.step.value, total.value));

export interface Walk {
  readonly graph: Shown;
  readonly progress: Progress;
  /** The node that is explained. */
  readonly node: number;
}

export const walk = computed<Walk | undefined>(() => {
  if (!('ok' in shown.value)) return undefined;
  const graph = shown.value.ok;
  const progress = progressAt(graph, step.value);
  const wanted = state.node.value;
  const last = graph.order.length - 1;
  const node = wanted >= 0 && wanted <= last ? wanted : (progress.active ?? last);
  return { graph, progress, node };
});

export const player = createPlayer({
  step: () => {
    if (step.value >= total.value) return false;
    goTo(step.value + 1);
    return true;
  },
  reset: () => goTo(0),
  speed: state.speed,
});

export function goTo(wanted: number): void {
  state.step.value = Math.max(0, Math.min(total.value, Math.round(wanted)));
  // The node of the step is explained, until another is chosen.
  state.node.value = -1;
}
