/** The network of this room at the step that the address names. */
import { computed, signal } from '@preact/signals';
import { type NetworkState, TwoLayerNetwork, weightCount } from './network.js';
import { MOST_NETWORK_STEPS, PLANE, state } from './state.js';

interface Trained {
  readonly network: TwoLayerNetwork;
  readonly looked: NetworkState;
}

/** Points on each side of a surface. */
export const SIDE = 41;

const settings = computed(() => ({
  units: state.units.value,
  activation: state.f.value,
  learningRate: state.eta.value,
  seed: state.seed.value,
  weights: state.weights.value.length === weightCount(state.units.value) ? state.weights.value : [],
}));

/** Made anew when points or settings change; then it has made no step yet. */
const fresh = computed(() => ({ points: state.points.value, settings: settings.value }));
let kept: { readonly from: object; readonly network: TwoLayerNetwork } | undefined;

/**
 * The network after `k` steps. Going on is a step from where it was; going back begins anew, and comes to the same
 * weights, because nothing in it is random but the start.
 */
export const trained = computed<Trained>(() => {
  const from = fresh.value;
  const steps = state.k.value;
  if (kept?.from !== from || kept.network.steps > steps) {
    kept = { from, network: new TwoLayerNetwork(from.points, from.settings) };
  }
  const { network } = kept;
  while (network.steps < steps) network.step();
  return { network, looked: network.look() };
});

/** Whether there is anything to train on. */
export const hasPoints = computed(() => state.points.value.length > 0);

export function advance(): boolean {
  if (!hasPoints.value || state.k.value >= MOST_NETWORK_STEPS) return false;
  state.k.value++;
  return true;
}

/** P(1) over the input plane, row by row from the top. */
export const surface = computed(() => trained.value.network.surface(gridOf(PLANE, PLANE)));

/** The part of the hidden space that is drawn: the range of f, or what the points reach. */
export const hiddenSpan = computed<readonly [number, number]>(() => {
  if (state.f.value === 'sigmoid') return [-0.1, 1.1];
  if (state.f.value === 'tanh') return [-1.15, 1.15];
  const values = trained.value.looked.hidden.flat();
  const low = Math.min(-0.5, ...values);
  const high = Math.max(0.5, ...values);
  const margin = 0.15 * (high - low);
  return [low - margin, high + margin];
});

/** P(1) over the hidden space of two units. */
export const hiddenSurface = computed(() => {
  const span = hiddenSpan.value;
  return trained.value.network.hiddenSurface(gridOf(span, span));
});

function gridOf(x: readonly [number, number], y: readonly [number, number]): number[] {
  const at = ([from, to]: readonly [number, number], i: number) => from + ((to - from) * i) / (SIDE - 1);
  return Array.from({ length: SIDE * SIDE }, (_, i) => [
    at(x, i % SIDE),
    at(y, SIDE - 1 - Math.floor(i / SIDE)),
  ]).flat();
}

/** Which class a click into the plane adds a point of. */
export const brush = signal<'0' | '1'>('1');
