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
  for (let i = 0; i < values.length; i++) {
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
}

/** @throws ValueError for settings that make no sense */
export function checkSampling({ temperature = 1, topK, topP = 1 }: SamplingOptions): void {
  if (!(temperature >= 0 && Number.isFinite(temperature)))
    throw new ValueError(`temperature must be 0 or more, not ${temperature}`);
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1))
    throw new ValueError(`topK must be a whole number from 1, not ${topK}`);
  if (!(topP > 0 && topP <= 1)) throw new ValueError(`topP must be above 0 and at most 1, not ${topP}`);
}

/** Draws an index from softmax(logits / temperature), cut to topK and topP. Ids for which `allowed` is false are never drawn. */
export function sample(
  logits: ArrayLike<number>,
  random: Random,
  options: SamplingOptions,
  allowed: (id: number) => boolean,
): number {
  const { temperature = 1, topK, topP = 1 } = options;
  const masked = Float64Array.from(logits, (logit, id) => (allowed(id) ? logit : -Infinity));
  if (temperature === 0) return topIndexes(masked, 1)[0]!;
  const candidates =
    topK === undefined && topP === 1
      ? Array.from(masked, (_, id) => id)
      : topIndexes(masked, topK ?? masked.length);
  const max = candidates.reduce((most, id) => Math.max(most, masked[id]!), -Infinity);
  const weights = candidates.map((id) => Math.exp((masked[id]! - max) / temperature));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let kept = 0;
  let mass = 0;
  while (kept < weights.length && mass < topP * all) mass += weights[kept++]!;
  let point = random.uniform() * mass;
  for (let i = 0; i < kept; i++) {
    point -= weights[i]!;
    if (point < 0) return candidates[i]!;
  }
  return candidates[kept - 1]!;
}
