/**
 * Metrics that count right and wrong decisions: accuracy, confusion matrix, precision, recall, F1.
 */
import { ValueError } from '../base/errors.js';

/** How often class `true` was taken for class `predicted`: `counts[true][predicted]`. */
export interface ConfusionMatrix {
  readonly labels: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/** Precision, recall and their harmonic mean, each 0 … 1. What would be 0/0 is 0. */
export interface Scores {
  /** Of the examples given the class, the part that belongs to it. */
  readonly precision: number;
  /** Of the examples of the class, the part that was given it. */
  readonly recall: number;
  /** 2 · precision · recall / (precision + recall). */
  readonly f1: number;
}

export interface LabelScores extends Scores {
  readonly label: string;
  /** How many examples truly have the label. */
  readonly support: number;
}

export interface ClassScores {
  readonly classes: readonly LabelScores[];
  /** The plain mean over the classes that occur, in truth or as a prediction. */
  readonly macro: Scores;
  /** From the sums of right and wrong decisions over all classes. With one label an example this is the accuracy. */
  readonly micro: Scores;
  /** The mean over classes, each weighted by its support. */
  readonly weighted: Scores;
}

export interface MultiLabelScores extends ClassScores {
  /** The part of the examples whose whole set of labels is right. */
  readonly exactMatch: number;
}

/** Right and wrong decisions on one label. */
interface Tally {
  truePositives: number;
  /** How many examples were given the label. */
  predicted: number;
  /** How many examples have the label. */
  support: number;
}

/**
 * The part of the predictions that is right, 0 … 1.
 * @param truth, predicted class ids, one an example.
 * @throws ValueError when there is no example or the lengths differ.
 */
export function accuracy(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  checkLengths('accuracy', truth.length, predicted.length);
  let right = 0;
  for (let i = 0; i < truth.length; i++) if (truth[i] === predicted[i]) right++;
  return right / truth.length;
}

/**
 * Counts which class was taken for which.
 * @param truth, predicted class ids 0 … labels.length−1, one an example.
 * @throws ValueError when there is no example, the lengths differ, or an id has no label.
 */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  labels: readonly string[],
): ConfusionMatrix {
  checkLengths('confusion matrix', truth.length, predicted.length);
  checkClassIds('confusion matrix: truth', truth, labels.length);
  checkClassIds('confusion matrix: predictions', predicted, labels.length);
  const counts = labels.map(() => labels.map(() => 0));
  for (let i = 0; i < truth.length; i++) counts[truth[i]!]![predicted[i]!]!++;
  return { labels, counts };
}

/** Precision, recall and F1 of each class and on average. */
export function classScores({ labels, counts }: ConfusionMatrix): ClassScores {
  const tallies = labels.map((_, label) => ({
    truePositives: counts[label]![label]!,
    predicted: sum(counts.map((row) => row[label]!)),
    support: sum(counts[label]!),
  }));
  return averagedScores(labels, tallies);
}

/**
 * The scores of predictions of several labels an example.
 * @param truth, predicted [n × labels], row by row: 1 (or true) where the example has the label.
 * @throws ValueError when there is no example, the lengths differ, or a row is not complete.
 */
export function multiLabelScores(
  truth: ArrayLike<number | boolean>,
  predicted: ArrayLike<number | boolean>,
  labels: readonly string[],
): MultiLabelScores {
  checkLengths('multi-label scores', truth.length, predicted.length);
  const examples = rowCount('multi-label scores', truth.length, labels.length);
  const tallies: Tally[] = labels.map(() => ({ truePositives: 0, predicted: 0, support: 0 }));
  let exact = 0;
  for (let example = 0; example < examples; example++) {
    let isExact = true;
    for (const [label, tally] of tallies.entries()) {
      const has = isSet(truth[example * labels.length + label]!);
      const given = isSet(predicted[example * labels.length + label]!);
      if (has) tally.support++;
      if (given) tally.predicted++;
      if (has && given) tally.truePositives++;
      if (has !== given) isExact = false;
    }
    if (isExact) exact++;
  }
  return { ...averagedScores(labels, tallies), exactMatch: exact / examples };
}

/**
 * How many rows a flat matrix has.
 * @throws ValueError when there is none, or the last one is not complete.
 */
export function rowCount(metric: string, length: number, columns: number): number {
  if (columns > 0 && length > 0 && length % columns === 0) return length / columns;
  throw new ValueError(
    `${metric}: ${length} values do not make rows of ${columns}, one value a label. Give n × ${columns} values.`,
  );
}

/** @throws ValueError when an id is not one of 0 … classes−1. */
export function checkClassIds(what: string, ids: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (Number.isInteger(id) && id >= 0 && id < classes) continue;
    throw new ValueError(
      `${what}: example ${i} has the class id ${id}; with ${classes} labels ids are 0 … ${classes - 1}`,
    );
  }
}

/** @throws ValueError when there is no example, or not one prediction an example. */
export function checkLengths(metric: string, truths: number, predictions: number): void {
  if (truths === 0) throw new ValueError(`${metric}: there are no examples to measure`);
  if (truths === predictions) return;
  throw new ValueError(
    `${metric}: ${truths} true values but ${predictions} predicted ones; there must be as many`,
  );
}

function averagedScores(labels: readonly string[], tallies: readonly Tally[]): ClassScores {
  const classes = tallies.map((tally, i) => ({
    label: labels[i]!,
    ...scoresOf(tally),
    support: tally.support,
  }));
  const occurring = classes.filter((_, i) => tallies[i]!.support + tallies[i]!.predicted > 0);
  const total: Tally = {
    truePositives: sum(tallies.map((tally) => tally.truePositives)),
    predicted: sum(tallies.map((tally) => tally.predicted)),
    support: sum(tallies.map((tally) => tally.support)),
  };
  return {
    classes,
    macro: meanScores(occurring, () => 1),
    micro: scoresOf(total),
    weighted: meanScores(classes, (score) => score.support),
  };
}

function scoresOf({ truePositives, predicted, support }: Tally): Scores {
  return {
    precision: ratio(truePositives, predicted),
    recall: ratio(truePositives, support),
    // 2PR / (P + R), with the fractions cleared.
    f1: ratio(2 * truePositives, predicted + support),
  };
}

function meanScores(scores: readonly LabelScores[], weightOf: (score: LabelScores) => number): Scores {
  const total = sum(scores.map(weightOf));
  const mean = (name: keyof Scores): number =>
    ratio(sum(scores.map((score) => weightOf(score) * score[name])), total);
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function isSet(value: number | boolean): boolean {
  return value === true || value === 1;
}
