/** What abstaining brings: accuracy on the examples that are answered, against how many are answered. */
import { ValueError } from '../base/errors.js';
import { checkLengths } from './metrics-counts.js';

/** A model that answers only where it is sure enough. */
export interface CoveragePoint {
  /** The least confidence with which it answers. */
  readonly minimumScore: number;
  /** The part of the examples that it answers, 0 … 1. */
  readonly coverage: number;
  /** The part of its answers that is right; undefined where it answers none. */
  readonly accuracy: number | undefined;
}

/** Answers only from a confidence on. @param right whether each prediction is right. @param confidence its probability */
export function coverageAt(
  right: ArrayLike<boolean>,
  confidence: ArrayLike<number>,
  minimumScore: number,
): CoveragePoint {
  checkLengths('coverage', right.length, confidence.length);
  let [answered, correct] = [0, 0];
  for (let i = 0; i < confidence.length; i++) {
    if (confidence[i]! < minimumScore) continue;
    answered++;
    if (right[i]) correct++;
  }
  return {
    minimumScore,
    coverage: answered / right.length,
    accuracy: answered === 0 ? undefined : correct / answered,
  };
}

/**
 * The trade-off: for each wanted coverage the highest `minimumScore` that reaches it. Equal confidences are answered or
 * refused together, so a point may answer more than was wanted; points that coincide are given once.
 *
 * @param coverages wanted shares, each above 0 and up to 1 (default: 100 %, 95 %, … 5 %)
 */
export function coverageCurve(
  right: ArrayLike<boolean>,
  confidence: ArrayLike<number>,
  coverages: readonly number[] = Array.from({ length: 20 }, (_, i) => (20 - i) / 20),
): CoveragePoint[] {
  checkLengths('coverage', right.length, confidence.length);
  const sorted = Float64Array.from(confidence).sort().reverse();
  const scores = coverages.map((share) => {
    if (!(share > 0 && share <= 1))
      throw new ValueError(`a coverage must be above 0 and at most 1, not ${share}`);
    return sorted[Math.ceil(share * sorted.length) - 1]!;
  });
  return [...new Set(scores)].map((score) => coverageAt(right, confidence, score));
}
