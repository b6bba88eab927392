/**
 * How good a model is: every metric of the library, and the report that gathers those of a classifier.
 */
import {
  accuracy,
  type ClassScores,
  type ConfusionMatrix,
  classScores,
  confusionMatrix,
  type LabelScores,
  rowCount,
} from './metrics-counts.js';
import { type Calibration, calibration, logLoss, mostProbable, rocAucMacro } from './metrics-probability.js';

export {
  type BootstrapOptions,
  bootstrap,
  classificationIntervals,
  type Interval,
  multiLabelIntervals,
} from './metrics-bootstrap.js';
export {
  accuracy,
  type ClassScores,
  type ConfusionMatrix,
  classScores,
  confusionMatrix,
  type LabelScores,
  type MultiLabelScores,
  multiLabelScores,
  type Scores,
} from './metrics-counts.js';
export { type CoveragePoint, coverageAt, coverageCurve } from './metrics-coverage.js';
export {
  type MultiLabelJSON,
  MultiLabelReport,
  type RankedScore,
  rankedScores,
} from './metrics-multilabel.js';
export { type PerplexityConditions, type PerplexityJSON, PerplexityReport } from './metrics-perplexity.js';
export {
  type Calibration,
  type CalibrationBin,
  calibration,
  logLoss,
  mostProbable,
  rocAuc,
  rocAucMacro,
} from './metrics-probability.js';

/** A classification report as plain data. */
export interface ClassificationJSON {
  readonly examples: number;
  readonly accuracy: number;
  readonly macroF1: number;
  readonly microF1: number;
  readonly weightedF1: number;
  readonly macroPrecision: number;
  readonly macroRecall: number;
  /** One class against the rest, mean over classes; absent when only one class occurs. */
  readonly rocAuc?: number;
  readonly logLoss: number;
  readonly calibrationError: number;
  readonly classes: readonly LabelScores[];
  /** `confusion[true][predicted]`, in the order of `classes`. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * All that is measured of a classifier that gives every example one label.
 *
 * @example
 * const report = new ClassificationReport([0, 1], [0.9, 0.1, 0.4, 0.6], ['spam', 'ham']);
 * report.accuracy;             // 1
 * report.scores.macro.f1;      // 1
 * JSON.stringify(report);      // {"examples":2,"accuracy":1,"macroF1":1,…
 */
export class ClassificationReport {
  /** Tells it from a `MultiLabelReport`. */
  readonly kind = 'single-label';
  readonly examples: number;
  readonly accuracy: number;
  readonly confusion: ConfusionMatrix;
  readonly scores: ClassScores;
  readonly rocAuc: number | undefined;
  readonly logLoss: number;
  readonly calibration: Calibration;

  /**
   * @param truth class ids, one an example.
   * @param probabilities [n × labels], row by row; the largest of a row is the prediction.
   * @param labels the names of the classes 0, 1, …
   * @throws ValueError when there is no example, the lengths do not fit, an id has no label or a value is no
   *   probability; NumericError for NaN.
   */
  constructor(truth: ArrayLike<number>, probabilities: ArrayLike<number>, labels: readonly string[]) {
    const classes = labels.length;
    this.examples = rowCount('classification report', probabilities.length, classes);
    const predicted = mostProbable(probabilities, classes);
    this.accuracy = accuracy(truth, predicted);
    this.confusion = confusionMatrix(truth, predicted, labels);
    this.scores = classScores(this.confusion);
    this.rocAuc = rocAucMacro(truth, probabilities, classes);
    this.logLoss = logLoss(truth, probabilities, classes);
    this.calibration = calibration(truth, probabilities, classes);
  }

  toJSON(): ClassificationJSON {
    const { macro, micro, weighted, classes } = this.scores;
    return {
      examples: this.examples,
      accuracy: this.accuracy,
      macroF1: macro.f1,
      microF1: micro.f1,
      weightedF1: weighted.f1,
      macroPrecision: macro.precision,
      macroRecall: macro.recall,
      ...(this.rocAuc === undefined ? {} : { rocAuc: this.rocAuc }),
      logLoss: this.logLoss,
      calibrationError: this.calibration.error,
      classes,
      confusion: this.confusion.counts,
    };
  }
}
