/** Choosing the next word from a distribution: the likeliest ones, or one by chance. */
import { ValueError } from '../../base/errors.js';
import type { Random } from '../../base/random.js';

/** Indexes of the k largest values, the largest first; ties by index. A heap of k, no full sort. */
export function topIndexes(values: ArrayLike<number>, k: number): number[] {
  const size = Math.min(k, values.length);
  const heap: number[] = [];
  // The root is the worst of the best: smallest value, and among equals the largest index.
  const worse = (a: number, b: number) => values[a]! < values[b]! || (values[a] === values[b] && a > b);
  const sink = (at: number) => {
    for (;;) {
      let smallest = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && worse(heap[child]!, heap[smallest]!)) smallest = child;
      if (smallest === at) return;
      [heap[at], heap[smallest]] = [heap[smallest]!, heap[at]!];
      at = smallest;
    }
  };
  // What does not beat the root's value, which nearly nothing does, is passed over at once.
  let bar = Number.NaN;
  for (let i = 0; i < values.length; i++) {
    if (values[i]! <= bar) continue;
    if (heap.length < size) {
      heap.push(i);
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (!worse(heap[at]!, heap[parent]!)) break;
        [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
        at = parent;
      }
    } else if (size > 0 && worse(heap[0]!, i)) {
      heap[0] = i;
      sink(0);
    }
    if (heap.length === size && size > 0) bar = values[heap[0]!]!;
  }
  return heap.sort((a, b) => values[b]! - values[a]! || a - b);
}

export interface SamplingOptions {
  /** Divides the logits: below 1 the likely become likelier, 0 always takes the likeliest (default 1). */
  readonly temperature?: number;
  /** Only the k likeliest (default: all). */
  readonly topK?: number;
  /** Only the likeliest whose probabilities reach this sum (Holtzman et al. 2020; default 1: all). */
  readonly topP?: number;
  /** Only those at least this times as likely as the likeliest (Nguyen et al. 2024; default 0: all). */
  readonly minP?: number;
}

/** @throws ValueError for settings that make no sense */
export function checkSampling({ temperature = 1, topK, topP = 1, minP = 0 }: SamplingOptions): void {
  if (!(temperature >= 0 && Number.isFinite(temperature)))
    throw new ValueError(`temperature must be 0 or more, not ${temperature}`);
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1))
    throw new ValueError(`topK must be a whole number from 1, not ${topK}`);
  if (!(topP > 0 && topP <= 1)) throw new ValueError(`topP must be above 0 and at most 1, not ${topP}`);
  if (!(minP >= 0 && minP <= 1)) throw new ValueError(`minP must be from 0 to 1, not ${minP}`);
}

/** What is drawn from. */
export interface Candidates {
  readonly ids: readonly number[];
  /** By candidate; they sum to 1. */
  readonly probabilities: readonly number[];
}

/**
 * softmax(logits / temperature), cut to topK, then to topP of what is left, then to minP, and made to sum to 1 again.
 * At temperature 0 the likeliest is the only candidate, of equally likely ones the one with the lowest id. A logit of −∞
 * is never a candidate; where all are, there is none.
 */
export function candidatesOf(logits: ArrayLike<number>, options: SamplingOptions = {}): Candidates {
  const { temperature = 1, topK, topP = 1, minP = 0 } = options;
  const [best] = topIndexes(logits, 1);
  if (best === undefined || logits[best] === -Infinity) return { ids: [], probabilities: [] };
  if (temperature === 0) return { ids: [best], probabilities: [1] };
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - logits[best]!) / temperature));
  let ids: number[];
  if (topK !== undefined) ids = reaching(topIndexes(weights, topK), weights, topP);
  else if (topP < 1) ids = nucleus(weights, topP);
  else ids = Array.from(weights, (_, id) => id);
  // The likeliest has the weight 1.
  ids = ids.filter((id) => weights[id]! > 0 && weights[id]! >= minP);
  const total = ids.reduce((sum, id) => sum + weights[id]!, 0);
  return { ids, probabilities: ids.map((id) => weights[id]! / total) };
}

/** Draws an id from what `candidatesOf` leaves; undefined where it leaves nothing. */
export function sample(
  logits: ArrayLike<number>,
  random: Random,
  options: SamplingOptions = {},
): number | undefined {
  const { ids, probabilities } = candidatesOf(logits, options);
  let point = random.uniform();
  for (let i = 0; i < ids.length; i++) {
    point -= probabilities[i]!;
    if (point < 0) return ids[i];
  }
  return ids.at(-1);
}

/** How many of the likeliest are looked at first for a nucleus, and how many times more where they do not reach. */
const [FIRST_LOOK, FURTHER] = [64, 8];

/** The likeliest ids whose weights reach a share of all weights. Few do as a rule, so not all are sorted. */
function nucleus(weights: Float64Array, share: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let size = FIRST_LOOK; ; size *= FURTHER) {
    const ids = topIndexes(weights, size);
    const mass = ids.reduce((sum, id) => sum + weights[id]!, 0);
    if (mass >= share * total || ids.length === weights.length) return reaching(ids, weights, share, total);
  }
}

/** The first of some ids that reach a share of `total` together. */
function reaching(
  ids: readonly number[],
  weights: Float64Array,
  share: number,
  total = ids.reduce((sum, id) => sum + weights[id]!, 0),
): number[] {
  let mass = 0;
  let kept = 0;
  while (kept < ids.length && mass < share * total) mass += weights[ids[kept++]!]!;
  return ids.slice(0, kept);
}
