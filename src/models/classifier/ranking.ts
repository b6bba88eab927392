/** The likeliest labels, without sorting the others. */
import type { LabelScore } from '../labels.js';

/** Up to so many are found by insertion; for more, sorting is as fast. */
const FEW = 16;

/**
 * The `top` likeliest labels with their probabilities, the likeliest first; equal ones in the order of the labels.
 *
 * @param probabilities of several texts; those of the one asked for start at `at`
 * @param top default: all
 */
export function likeliest(
  labels: readonly string[],
  probabilities: ArrayLike<number>,
  at = 0,
  top = labels.length,
): LabelScore[] {
  const count = Math.min(top, labels.length);
  const ranked: LabelScore[] = [];
  if (count > FEW) {
    for (let i = 0; i < labels.length; i++) ranked.push({ label: labels[i]!, score: probabilities[at + i]! });
    return ranked.sort((a, b) => b.score - a.score).slice(0, count);
  }
  for (let i = 0; i < labels.length; i++) {
    const score = probabilities[at + i]!;
    if (ranked.length === count && !(score > ranked[count - 1]!.score)) continue;
    const entry = { label: labels[i]!, score };
    if (ranked.length === count) ranked.pop();
    let place = ranked.length;
    while (place > 0 && score > ranked[place - 1]!.score) place--;
    ranked.splice(place, 0, entry);
  }
  return ranked;
}
