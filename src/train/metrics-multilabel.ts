/** What is measured of a classifier that gives each example any number of labels. */
import { ValueError } from '../base/errors.js';
import {
  checkLengths,
  type LabelScores,
  type MultiLabelScores,
  multiLabelScores,
  rowCount,
} from './metrics-counts.js';
import { type Calibration, calibration, logLoss, rocAuc } from './metrics-probability.js';

/** How good the k most probable labels are, wherever a threshold may lie. */
export interface RankedScore {
  readonly k: number;
  /** P@k: of k labels an example, the part that is right; 0 … 1. */
  readonly precision: number;
  /** R@k: of all true labels, the part that is among the k of its example; 0 … 1. */
  readonly recall: number;
}

/** A multi-label report as plain data. */
export interface MultiLabelJSON {
  readonly examples: number;
  /** The part of the examples whose whole set of labels is right. */
  readonly exactMatch: number;
  readonly microF1: number;
  readonly macroF1: number;
  readonly weightedF1: number;
  readonly microPrecision: number;
  readonly microRecall: number;
  readonly macroPrecision: number;
  readonly macroRecall: number;
  /** Mean over the labels that occur, but not always; absent where there is none. */
  readonly rocAuc?: number;
  readonly logLoss: number;
  readonly calibrationError: number;
  readonly ranked: readonly RankedScore[];
  readonly classes: readonly LabelScores[];
  readonly thresholds: Readonly<Record<string, number>>;
}

/** k of P@k and R@k, as far as there are labels. */
const RANKS = [1, 3, 5];

/**
 * All that is measured of a classifier whose examples may have several labels, or none.
 *
 * @example
 * const report = new MultiLabelReport([1, 0, 1, 1], [0.9, 0.2, 0.8, 0.4], ['late', 'broken'], [0.5, 0.5]);
 * report.accuracy;             // 0.5: one of two sets of labels is right
 * report.scores.micro.f1;      // 0.8
 */
export class MultiLabelReport {
  /** Tells it from a `ClassificationReport`. */
  readonly kind = 'multi-label';
  readonly examples: number;
  /** The part of the examples whose whole set of labels is right (exact match). */
  readonly accuracy: number;
  readonly scores: MultiLabelScores;
  readonly ranked: readonly RankedScore[];
  readonly rocAuc: number | undefined;
  /** Mean over examples and labels of −y ln p − (1 − y) ln(1 − p), in nats. */
  readonly logLoss: number;
  /** Of all decisions, example by label, each between “has it” and “has it not”. */
  readonly calibration: Calibration;
  readonly labels: readonly string[];
  readonly thresholds: readonly number[];

  /**
   * @param truth [n × labels], row by row: 1 where the example has the label, else 0.
   * @param probabilities [n × labels]
   * @param thresholds for each label the probability from which it is given
   * @throws ValueError when there is no example or something does not fit; NumericError for NaN.
   */
  constructor(
    truth: ArrayLike<number>,
    probabilities: ArrayLike<number>,
    labels: readonly string[],
    thresholds: readonly number[],
  ) {
    checkLengths('multi-label report', truth.length, probabilities.length);
    if (thresholds.length !== labels.length)
      throw new ValueError(
        `multi-label report: ${labels.length} labels need as many thresholds, not ${thresholds.length}`,
      );
    const both = Float64Array.from({ length: 2 * probabilities.length }, (_, i) =>
      i % 2 === 0 ? 1 - probabilities[i >> 1]! : probabilities[i >> 1]!,
    );
    this.labels = labels;
    this.thresholds = thresholds;
    this.examples = rowCount('multi-label report', truth.length, labels.length);
    this.logLoss = logLoss(truth, both, 2);
    this.calibration = calibration(truth, both, 2);
    const given = Array.from(probabilities, (p, i) => p >= thresholds[i % labels.length]!);
    this.scores = multiLabelScores(truth, given, labels);
    this.accuracy = this.scores.exactMatch;
    this.ranked = rankedScores(truth, probabilities, labels.length);
    this.rocAuc = meanArea(truth, probabilities, labels.length);
  }

  toJSON(): MultiLabelJSON {
    const { macro, micro, weighted, classes } = this.scores;
    return {
      examples: this.examples,
      exactMatch: this.accuracy,
      microF1: micro.f1,
      macroF1: macro.f1,
      weightedF1: weighted.f1,
      microPrecision: micro.precision,
      microRecall: micro.recall,
      macroPrecision: macro.precision,
      macroRecall: macro.recall,
      ...(this.rocAuc === undefined ? {} : { rocAuc: this.rocAuc }),
      logLoss: this.logLoss,
      calibrationError: this.calibration.error,
      ranked: this.ranked,
      classes,
      thresholds: Object.fromEntries(this.labels.map((label, i) => [label, this.thresholds[i]!])),
    };
  }
}

/**
 * P@k and R@k for k = 1, 3 and 5, as far as there are labels. Of equal probabilities the first label counts as higher.
 * @param truth, scores [n × labels]
 */
export function rankedScores(
  truth: ArrayLike<number>,
  scores: ArrayLike<number>,
  labels: number,
): RankedScore[] {
  checkLengths('ranked scores', truth.length, scores.length);
  const examples = rowCount('ranked scores', truth.length, labels);
  const ranks = RANKS.filter((k) => k <= labels);
  const hits = ranks.map(() => 0);
  let positives = 0;
  for (let example = 0; example < examples; example++) {
    const begin = example * labels;
    const order = Array.from({ length: labels }, (_, i) => begin + i).sort(
      (a, b) => scores[b]! - scores[a]! || a - b,
    );
    for (const [rank, i] of order.entries()) {
      if (truth[i] !== 1) continue;
      positives++;
      for (const [j, k] of ranks.entries()) if (rank < k) hits[j]!++;
    }
  }
  return ranks.map((k, j) => ({
    k,
    precision: hits[j]! / (k * examples),
    recall: positives === 0 ? 0 : hits[j]! / positives,
  }));
}

function meanArea(truth: ArrayLike<number>, scores: ArrayLike<number>, labels: number): number | undefined {
  const column = (values: ArrayLike<number>, label: number) =>
    Array.from({ length: values.length / labels }, (_, i) => values[i * labels + label]!);
  const areas = Array.from({ length: labels }, (_, label) =>
    rocAuc(column(truth, label), column(scores, label)),
  );
  const found = areas.filter((area) => area !== undefined);
  return found.length === 0 ? undefined : found.reduce((sum, area) => sum + area, 0) / found.length;
}
