/**
 * Metrics that judge probabilities or scores, not decisions: ROC-AUC, log loss, calibration.
 *
 * Probabilities of n examples for C classes come as one flat list, row by row: [n × C].
 */
import { NumericError, ValueError } from '../base/errors.js';
import { checkClassIds, checkLengths, rowCount } from './metrics-counts.js';

/** Smallest probability that the log loss believes, so that one sure mistake does not make it infinite. */
const SMALLEST_PROBABILITY = 1e-15;

/** Examples whose confidence lies in one interval (low, high]. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean probability of the predicted class; 0 where the bin is empty, as is the accuracy. */
  readonly confidence: number;
  /** The part of the predictions that is right. */
  readonly accuracy: number;
}

/** How far confidence and accuracy lie apart. */
export interface Calibration {
  /** Expected calibration error: Σ_bins count/n · |accuracy − confidence|, 0 … 1. */
  readonly error: number;
  /** The reliability table: bins of equal width, lowest first. */
  readonly bins: readonly CalibrationBin[];
}

/**
 * The most probable class of each example; of equals, the first.
 * @param probabilities [n × classes].
 * @throws NumericError for NaN; ValueError when a row is not complete.
 */
export function mostProbable(probabilities: ArrayLike<number>, classes: number): Int32Array {
  const best = new Int32Array(rowCount('most probable class', probabilities.length, classes));
  for (let example = 0; example < best.length; example++) {
    for (let id = 0; id < classes; id++) {
      const probability = probabilities[example * classes + id]!;
      if (Number.isNaN(probability)) {
        throw notANumber(`example ${example}, class ${id}: the probability`);
      }
      if (probability > probabilities[example * classes + best[example]!]!) best[example] = id;
    }
  }
  return best;
}

/**
 * The area under the ROC curve: the probability that a positive example has a higher score than a negative one,
 * an equal score counting one half. Found from ranks (Mann–Whitney): AUC = (R₊ − p(p+1)/2) / (p·n), with p
 * positives, n negatives, and R₊ the sum of the positives' ranks, equals sharing their mean rank.
 *
 * @param positive 1 (or true) for positive examples. @param scores any numbers that order the examples.
 * @returns 0 … 1, or undefined when all examples are positive or all negative.
 * @throws ValueError when there is no example or the lengths differ; NumericError when a score is NaN.
 */
export function rocAuc(positive: ArrayLike<number | boolean>, scores: ArrayLike<number>): number | undefined {
  checkLengths('ROC-AUC', positive.length, scores.length);
  const sorted = Float64Array.from(scores).sort();
  // Sorting a typed array puts NaN last.
  if (Number.isNaN(sorted.at(-1))) throw notANumber('ROC-AUC: a score');
  const meanRanks = new Map<number, number>();
  for (let begin = 0; begin < sorted.length; ) {
    let end = begin;
    while (end < sorted.length && sorted[end] === sorted[begin]) end++;
    // Ranks count from 1: these examples have the ranks begin + 1 … end.
    meanRanks.set(sorted[begin]!, (begin + 1 + end) / 2);
    begin = end;
  }
  let positives = 0;
  let rankSum = 0;
  for (let i = 0; i < positive.length; i++) {
    if (positive[i] !== true && positive[i] !== 1) continue;
    positives++;
    rankSum += meanRanks.get(scores[i]!)!;
  }
  const negatives = positive.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * The mean over classes of the ROC-AUC of one class against the rest; classes that have no example, or all, are
 * left out. With two classes whose probabilities sum to 1 it is the binary ROC-AUC.
 *
 * @param truth class ids. @param probabilities [n × classes].
 * @returns 0 … 1, or undefined when only one class occurs.
 */
export function rocAucMacro(
  truth: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): number | undefined {
  checkProbabilities('ROC-AUC', truth, probabilities, classes);
  const areas: number[] = [];
  for (let id = 0; id < classes; id++) {
    const isClass = Array.from(truth, (trueId) => trueId === id);
    const scores = isClass.map((_, example) => probabilities[example * classes + id]!);
    const area = rocAuc(isClass, scores);
    if (area !== undefined) areas.push(area);
  }
  return areas.length === 0 ? undefined : areas.reduce((total, area) => total + area, 0) / areas.length;
}

/**
 * The mean of −ln p(true class), in nats; p below 1e−15 counts as 1e−15.
 * @param truth class ids. @param probabilities [n × classes].
 */
export function logLoss(truth: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): number {
  checkProbabilities('log loss', truth, probabilities, classes);
  let nats = 0;
  for (let example = 0; example < truth.length; example++) {
    nats -= Math.log(Math.max(SMALLEST_PROBABILITY, probabilities[example * classes + truth[example]!]!));
  }
  return nats / truth.length;
}

/**
 * Whether a model is right as often as it is sure (Guo, Pleiss, Sun & Weinberger 2017, "On calibration of modern
 * neural networks").
 *
 * @param truth class ids. @param probabilities [n × classes], each 0 … 1. @param binCount default 15.
 */
export function calibration(
  truth: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
  binCount = 15,
): Calibration {
  checkProbabilities('calibration', truth, probabilities, classes);
  if (!Number.isInteger(binCount) || binCount < 1) {
    throw new ValueError(`calibration: the number of bins must be a whole number from 1 up, not ${binCount}`);
  }
  const sums = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, right: 0 }));
  const predicted = mostProbable(probabilities, classes);
  for (let example = 0; example < truth.length; example++) {
    const confidence = probabilities[example * classes + predicted[example]!]!;
    const bin = sums[Math.min(binCount, Math.max(1, Math.ceil(confidence * binCount))) - 1]!;
    bin.count++;
    bin.confidence += confidence;
    if (predicted[example] === truth[example]) bin.right++;
  }
  const bins = sums.map(({ count, confidence, right }, i) => ({
    low: i / binCount,
    high: (i + 1) / binCount,
    count,
    confidence: count === 0 ? 0 : confidence / count,
    accuracy: count === 0 ? 0 : right / count,
  }));
  const gaps = bins.map((bin) => bin.count * Math.abs(bin.accuracy - bin.confidence));
  return { error: gaps.reduce((total, gap) => total + gap, 0) / truth.length, bins };
}

function checkProbabilities(
  metric: string,
  truth: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): void {
  checkLengths(metric, truth.length, rowCount(metric, probabilities.length, classes));
  checkClassIds(`${metric}: truth`, truth, classes);
  for (let i = 0; i < probabilities.length; i++) {
    const probability = probabilities[i]!;
    if (probability >= 0 && probability <= 1 + 1e-6) continue;
    const place = `${metric}: example ${Math.floor(i / classes)}, class ${i % classes}`;
    if (Number.isNaN(probability)) throw notANumber(`${place}: the probability`);
    throw new ValueError(`${place}: ${probability} is not a probability. Apply softmax to logits first.`);
  }
}

function notANumber(what: string): NumericError {
  return new NumericError(`${what} is NaN. Look for NaN in the weights of the model.`);
}
