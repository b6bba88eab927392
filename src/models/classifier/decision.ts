/** From probabilities to labels that are given, or withheld. */
import type { LabelScore } from '../labels.js';
import type { ClassifierCalibration } from './calibration.js';

/** What a text is labelled as. */
export interface Decision {
  /** The likeliest label that is given; null where the model abstains. */
  readonly label: string | null;
  /** All labels that are given, the likeliest first: at most one unless texts may have several. */
  readonly labels: readonly string[];
  /** The probability of the likeliest label, given or not. */
  readonly score: number;
}

interface Decider {
  readonly labels: readonly string[];
  readonly calibration: Pick<ClassifierCalibration, 'thresholds'>;
}

/** @param scores all labels, the likeliest first. @param minimumScore from which probability on a label is given */
export function decide(
  scores: readonly LabelScore[],
  { labels, calibration: { thresholds } }: Decider,
  minimumScore = 0,
): Decision {
  const several = thresholds.length > 0;
  const leastOf = new Map(several ? labels.map((label, i) => [label, thresholds[i]!]) : []);
  const given = (several ? scores : scores.slice(0, 1))
    .filter(({ label, score }) => score >= Math.max(minimumScore, leastOf.get(label) ?? 0))
    .map(({ label }) => label);
  return { label: given[0] ?? null, labels: given, score: scores[0]!.score };
}
