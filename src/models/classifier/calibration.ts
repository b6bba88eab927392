/**
 * From outputs to probabilities and decisions that can be acted on: temperature scaling, and thresholds for texts that
 * may have several labels. Both are fitted on held-out examples when training ends.
 *
 * Temperature scaling (Guo, Pleiss, Sun & Weinberger 2017): P = softmax(z / T), or σ(z / T). One number cannot change
 * which label is likeliest, only how sure the model is. T is the one with the least log loss on the held-out examples.
 * The last layer is divided by T, so whatever reads its weights (files, exports) is calibrated too.
 */
import { FormatError, ValueError } from '../../base/errors.js';
import { type Head, logitCount } from '../labels.js';
import type { TextClassifier } from './classifier.js';
import type { EncodedTargets, EncodedTexts } from './encoded.js';

/** How a classifier's outputs were brought to probabilities and decisions. Saved with the model. */
export interface ClassifierCalibration {
  /** T, by which the last layer was divided; 1: as training left it. Above 1: training had made it too sure. */
  readonly temperature: number;
  /** For each label of a multi-label model the probability from which it is given; else empty. */
  readonly thresholds: readonly number[];
  /** Held-out examples that both were fitted on; 0: nothing was fitted. */
  readonly examples: number;
}

/** From this probability on a label is given where nothing better is known. */
export const DEFAULT_THRESHOLD = 0.5;

/** With fewer held-out examples nothing is fitted: one mistake more or less would decide. */
const FEWEST_EXAMPLES = 20;
/** A label with fewer held-out examples shares its threshold with the other rare ones. */
const FEWEST_OF_LABEL = 5;
/** T stays from 1/10 to 10. */
const LARGEST_TEMPERATURE = 10;
/** Halvings of the interval of ln T: to nine digits. */
const HALVINGS = 32;

/** What a classifier has before (or without) fitting. */
export function uncalibrated(head: Head, labels: number): ClassifierCalibration {
  const thresholds = head === 'multilabel' ? Array.from({ length: labels }, () => DEFAULT_THRESHOLD) : [];
  return { temperature: 1, thresholds, examples: 0 };
}

/** Fits temperature and thresholds on held-out texts, and divides the classifier's last layer by T. */
export function calibrate(classifier: TextClassifier, texts: EncodedTexts, targets: EncodedTargets): void {
  if (texts.count < FEWEST_EXAMPLES) return;
  const { network, workspace, config, labels } = classifier;
  const temperature = fitTemperature(
    classifier.logitsOf(texts),
    targets.values,
    config.head,
    logitCount(config.head, labels.length),
  );
  for (const parameter of network.output.parameters)
    workspace.write(
      parameter,
      workspace.read(parameter).map((value) => value / temperature),
    );
  const thresholds =
    config.head === 'multilabel'
      ? fitThresholds(classifier.probabilitiesOf(texts), targets.values, labels.length)
      : [];
  classifier.calibration = { temperature, thresholds, examples: texts.count };
}

/**
 * The T of least log loss. The loss is convex in β = 1/T, so its derivative Σ (p − y) z has one root, which is found by
 * halving. Each target gives up 1/(n + 1) to all labels alike (Platt 1999 does so for the same reason): otherwise
 * held-out examples without a single mistake would ask for endless confidence.
 *
 * @param logits [n × width]
 * @param targets class ids [n]; 0 or 1 [n] of a binary head; 0 or 1 [n × width] of a multi-label head
 * @returns 0.1 … 10
 * @throws ValueError where there are no examples, or targets that do not fit
 */
export function fitTemperature(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  head: Head,
  width: number,
): number {
  const count = logits.length / width;
  const expected = head === 'multilabel' ? logits.length : count;
  if (count === 0 || targets.length !== expected)
    throw new ValueError(
      `temperature: ${logits.length} logits need ${expected} targets, not ${targets.length}`,
    );
  const slope =
    head === 'softmax'
      ? (beta: number) => softmaxSlope(logits, targets, width, beta)
      : (beta: number) => sigmoidSlope(logits, targets, 1 / (count + 1), beta);
  let [low, high] = [-Math.log(LARGEST_TEMPERATURE), Math.log(LARGEST_TEMPERATURE)];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (slope(Math.exp(middle)) < 0) low = middle;
    else high = middle;
  }
  return Math.exp(-(low + high) / 2);
}

/** d loss / dβ of softmax(β z) against smoothed class ids: Σ over examples and labels of (p − y) z. */
function softmaxSlope(
  logits: ArrayLike<number>,
  ids: ArrayLike<number>,
  width: number,
  beta: number,
): number {
  const given = 1 / (ids.length + 1);
  let slope = 0;
  for (let example = 0; example < ids.length; example++) {
    const begin = example * width;
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < width; i++) largest = Math.max(largest, logits[begin + i]!);
    let [total, weighted, plain] = [0, 0, 0];
    for (let i = 0; i < width; i++) {
      const z = logits[begin + i]!;
      const power = Math.exp(beta * (z - largest));
      total += power;
      weighted += power * z;
      plain += z;
    }
    const target = (1 - given) * logits[begin + ids[example]!]! + (given * plain) / width;
    slope += weighted / total - target;
  }
  return slope;
}

/** d loss / dβ of σ(β z) against smoothed 0 and 1. */
function sigmoidSlope(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  given: number,
  beta: number,
): number {
  let slope = 0;
  for (let i = 0; i < logits.length; i++) {
    const z = logits[i]!;
    slope += (1 / (1 + Math.exp(-beta * z)) - ((1 - given) * targets[i]! + given / 2)) * z;
  }
  return slope;
}

/**
 * For each label the threshold of its best F1. Labels with fewer than five examples share the one that is best for
 * all labels together (micro F1): their own would be chance.
 *
 * @param probabilities, truth [n × labels]
 */
export function fitThresholds(
  probabilities: ArrayLike<number>,
  truth: ArrayLike<number>,
  labels: number,
): number[] {
  const shared = bestThreshold(probabilities, truth);
  return Array.from({ length: labels }, (_, label) => {
    const column = (values: ArrayLike<number>) =>
      Float64Array.from({ length: values.length / labels }, (_, i) => values[i * labels + label]!);
    const own = column(truth);
    const positives = own.reduce((sum, value) => sum + value, 0);
    return positives < FEWEST_OF_LABEL ? shared : bestThreshold(column(probabilities), own);
  });
}

/** The threshold with the best F1, halfway between two scores; 0.5 where there is nothing to find. */
function bestThreshold(scores: ArrayLike<number>, truth: ArrayLike<number>): number {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const positives = order.reduce((sum, i) => sum + truth[i]!, 0);
  let [best, threshold, found] = [0, DEFAULT_THRESHOLD, 0];
  order.forEach((example, i) => {
    found += truth[example]!;
    const next = i + 1 < order.length ? scores[order[i + 1]!]! : 0;
    const f1 = (2 * found) / (i + 1 + positives);
    // Equal scores are given or refused together.
    if (next === scores[example]! || f1 <= best) return;
    best = f1;
    threshold = (scores[example]! + next) / 2;
  });
  return threshold;
}

/**
 * Probabilities as they would be without (or with another) temperature: P^T, brought to sum 1 again.
 *
 * @param probabilities [n × width]: of labels that exclude each other, or with `several` each on its own
 */
export function withTemperature(
  probabilities: ArrayLike<number>,
  width: number,
  exponent: number,
  several: boolean,
): Float64Array {
  const result = Float64Array.from(probabilities, (p) => p ** exponent);
  if (several) return result.map((power, i) => power / (power + (1 - probabilities[i]!) ** exponent));
  for (let begin = 0; begin < result.length; begin += width) {
    const row = result.subarray(begin, begin + width);
    const total = row.reduce((sum, power) => sum + power, 0);
    for (let i = 0; i < width; i++) row[i]! /= total;
  }
  return result;
}

/** The calibration from a model file; files that have none are of models that were not calibrated. */
export function checkCalibration(
  value: unknown,
  head: Head,
  labels: number,
  file?: string,
): ClassifierCalibration {
  if (value === undefined) return uncalibrated(head, labels);
  const { temperature, thresholds, examples } = (value ?? {}) as Partial<ClassifierCalibration>;
  const sound =
    typeof temperature === 'number' &&
    temperature > 0 &&
    Number.isSafeInteger(examples) &&
    examples! >= 0 &&
    Array.isArray(thresholds) &&
    thresholds.length === (head === 'multilabel' ? labels : 0) &&
    thresholds.every((threshold) => typeof threshold === 'number' && threshold >= 0 && threshold <= 1);
  if (sound) return { temperature, thresholds, examples: examples! };
  throw new FormatError('the calibration in the model file is not sound: the file is damaged', { file });
}
