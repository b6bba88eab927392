/** The evaluation report of a classifier as plain data: for the terminal, for JSON, and for the page. */

import { withTemperature } from '../models/classifier/calibration.js';
import type { TextClassifier } from '../models/classifier/classifier.js';
import type { Explanation } from '../models/classifier/explanation.js';
import {
  type BootstrapOptions,
  type Calibration,
  type ClassificationJSON,
  type CoveragePoint,
  calibration,
  classificationIntervals,
  coverageAt,
  coverageCurve,
  type Interval,
  type MultiLabelJSON,
  mostProbable,
  multiLabelIntervals,
} from '../train/metrics.js';
import { type LabelWords, labelWords } from './label-words.js';
import { type Measured, type Mistake, measureClassifier, type PlacedExample } from './measure.js';

export interface EvaluationOptions {
  /** Names for the report, such as those of the files. */
  readonly model?: string;
  readonly data?: string;
  /** How the intervals are drawn; false: none. */
  readonly bootstrap?: BootstrapOptions | false;
  /** How many of the most confident mistakes are listed (default 20). */
  readonly mistakes?: number;
  /** Explain the mistakes word by word (default false; takes time with the square of a text's length). */
  readonly explain?: boolean;
  /** How many words of each label are listed (default 10). */
  readonly words?: number;
  /** Abstain below this probability, and say what that brings; for models that give one label. */
  readonly minimumScore?: number;
}

/** A mistake, and why the model made it: the explanation of its `label`. */
export interface ReportedMistake extends Mistake {
  readonly explanation?: Explanation;
}

/** Whether probabilities can be believed. */
export interface ReliabilityReport extends Calibration {
  /** T, as training fitted it on held-out examples (1: not fitted). */
  readonly temperature: number;
  /** What the same model would be without it; absent where T is 1. */
  readonly before?: Calibration;
}

interface CommonReport {
  readonly model: {
    readonly name?: string;
    readonly labels: readonly string[];
    readonly parameters: number;
    readonly features: number;
  };
  readonly data: { readonly name?: string; readonly examples: number };
  /** Of the main measures, by name; empty without bootstrap. */
  readonly intervals: Readonly<Record<string, Interval>>;
  /** Share of the bootstrap's samples within the intervals. */
  readonly level: number;
  readonly reliability: ReliabilityReport;
  readonly mistakes: readonly ReportedMistake[];
  readonly labelWords: readonly LabelWords[];
}

export interface SingleLabelEvaluation extends CommonReport {
  readonly kind: 'single-label';
  readonly measures: ClassificationJSON;
  /** What abstaining brings, from answering all to answering 5 %. */
  readonly coverage: readonly CoveragePoint[];
  /** The same at the given `minimumScore`. */
  readonly abstaining?: CoveragePoint;
}

export interface MultiLabelEvaluation extends CommonReport {
  readonly kind: 'multi-label';
  readonly measures: MultiLabelJSON;
}

export type EvaluationReport = SingleLabelEvaluation | MultiLabelEvaluation;

/**
 * Measures a classifier on labelled texts and gathers all that helps to judge it.
 *
 * @example
 * const report = await evaluateClassifier(classifier, examples, { data: 'test.csv' });
 * report.measures.macroF1;                      // 0.91
 * report.intervals.macroF1;                     // { low: 0.89, high: 0.93 }
 * evaluationPage(report);                       // one HTML page as a string
 *
 * @throws ValueError where there are no examples; DataError for a label that the model does not have
 */
export async function evaluateClassifier(
  classifier: TextClassifier,
  examples: Iterable<PlacedExample> | AsyncIterable<PlacedExample>,
  options: EvaluationOptions = {},
): Promise<EvaluationReport> {
  const measured = await measureClassifier(classifier, examples, options);
  const { labels, vocabulary, parameterCount, config } = classifier;
  const { bootstrap = {}, model: name, data, explain = false, words, minimumScore } = options;
  const common = {
    model: { name, labels, parameters: parameterCount, features: config.embeddings ? vocabulary.size : 0 },
    data: { name: data, examples: measured.report.examples },
    level: bootstrap === false ? 0 : (bootstrap.level ?? 0.95),
    intervals: bootstrap === false ? {} : intervalsOf(classifier, measured, bootstrap),
    reliability: reliabilityOf(classifier, measured),
    mistakes: measured.mistakes.map((mistake) =>
      explain ? { ...mistake, explanation: classifier.explain(mistake.text, mistake.label) } : mistake,
    ),
    labelWords: labelWords(classifier, words),
  };
  const { report, probabilities, truth } = measured;
  if (report.kind === 'multi-label') return { kind: report.kind, ...common, measures: report.toJSON() };
  const predicted = mostProbable(probabilities, labels.length);
  const right = Array.from(truth, (id, i) => id === predicted[i]);
  const confidence = Float64Array.from(predicted, (id, i) => probabilities[i * labels.length + id]!);
  return {
    kind: report.kind,
    ...common,
    measures: report.toJSON(),
    coverage: coverageCurve(right, confidence),
    ...(minimumScore === undefined ? {} : { abstaining: coverageAt(right, confidence, minimumScore) }),
  };
}

function intervalsOf(
  { labels }: TextClassifier,
  { report, truth, probabilities }: Measured,
  options: BootstrapOptions,
): Record<string, Interval> {
  if (report.kind === 'single-label')
    return classificationIntervals(truth, mostProbable(probabilities, labels.length), labels.length, options);
  const given = Array.from(probabilities, (p, i) => p >= report.thresholds[i % labels.length]!);
  return multiLabelIntervals(truth, given, labels.length, options);
}

function reliabilityOf(
  { labels, calibration: { temperature } }: TextClassifier,
  { report, truth, probabilities }: Measured,
): ReliabilityReport {
  if (temperature === 1) return { temperature, ...report.calibration };
  const several = report.kind === 'multi-label';
  const raw = withTemperature(probabilities, labels.length, temperature, several);
  const before = several
    ? calibration(
        truth,
        Float64Array.from({ length: 2 * raw.length }, (_, i) => (i % 2 ? raw[i >> 1]! : 1 - raw[i >> 1]!)),
        2,
      )
    : calibration(truth, raw, labels.length);
  return { temperature, ...report.calibration, before };
}

/** A few of the points: nearest to 100, 90, 80, 70 and 50 %. */
export function mainCoverage(points: readonly CoveragePoint[]): CoveragePoint[] {
  const nearest = [1, 0.9, 0.8, 0.7, 0.5].map((wanted) =>
    points.reduce((best, point) =>
      Math.abs(point.coverage - wanted) < Math.abs(best.coverage - wanted) ? point : best,
    ),
  );
  return [...new Set(nearest)];
}
