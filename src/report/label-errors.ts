/**
 * Probable label errors, by confident learning (Northcutt, Jiang & Chuang 2021).
 *
 * The examples are cut into folds, and each fold is judged by a classifier that was trained on the others. A class j is
 * believed of an example when its probability reaches t_j, the mean probability of j among the examples labelled j; so
 * classes that the model is never sure of are believed at lower probabilities. An example whose likeliest believed class is
 * not its label is a suspect; the suspects with the largest gap between both probabilities come first.
 */
import { DataError, ValueError } from '../base/errors.js';
import { Random } from '../base/random.js';
import { TextClassifier } from '../models/classifier/classifier.js';
import { encodeTargets, findLabels, labelsOf } from '../models/classifier/examples.js';
import type { ClassifierOptions } from '../models/classifier/options.js';
import { accuracy, mostProbable } from '../train/metrics.js';
import type { PlacedExample } from './measure.js';

export interface LabelErrorOptions {
  /** How many folds (default 5). */
  readonly folds?: number;
  /** Decides the folds and the trainings (default 1). */
  readonly seed?: number;
  /** For each example a number; examples of one number go into one fold. Default: equal texts do. */
  readonly groups?: ArrayLike<number>;
  /** How the classifiers are trained. */
  readonly classifier?: ClassifierOptions;
  /** Called before each fold, from 1. */
  readonly onFold?: (fold: number, folds: number) => void;
}

/** An example whose label is probably wrong. */
export interface LabelSuspect {
  readonly text: string;
  readonly line?: number;
  /** Its label in the data, and what the model that has not seen it gives this label. */
  readonly label: string;
  readonly score: number;
  /** The label that it probably should have, with its probability. */
  readonly suggested: string;
  readonly suggestedScore: number;
}

export interface LabelErrorReport {
  readonly folds: number;
  /** Accuracy over all folds: how far the suspicions can be trusted. */
  readonly accuracy: number;
  /** All suspects, the likeliest errors first. */
  readonly suspects: readonly LabelSuspect[];
}

/** @throws DataError where there are fewer examples than folds, or an example has not exactly one label */
export async function findLabelErrors(
  examples: readonly PlacedExample[],
  options: LabelErrorOptions = {},
): Promise<LabelErrorReport> {
  const { folds = 5, seed = 1, classifier = {}, onFold } = options;
  if (!Number.isInteger(folds) || folds < 2)
    throw new ValueError(`folds must be a whole number from 2, not ${folds}`);
  if (examples.length < folds)
    throw new DataError(`${examples.length} examples cannot be cut into ${folds} folds`);
  const other = examples.find((example) => labelsOf(example).length !== 1);
  if (other !== undefined)
    throw new DataError(
      `label errors are found where each text has one label, but “${other.text.slice(0, 60)}” has not`,
    );
  const labels = findLabels(examples);
  const truth = encodeTargets(examples, labels, 'softmax', undefined).values;
  const foldOf = cut(examples, options.groups ?? groupsOfEqualTexts(examples), folds, seed);
  const probabilities = new Float64Array(examples.length * labels.length);
  for (let fold = 0; fold < folds; fold++) {
    onFold?.(fold + 1, folds);
    const inside = [...examples.keys()].filter((i) => foldOf[i] === fold);
    const outside = examples.filter((_, i) => foldOf[i] !== fold);
    const model = await TextClassifier.train(outside, { ...classifier, seed });
    const rows = model.probabilities(inside.map((i) => examples[i]!.text));
    // A label may be missing where all its examples are in this fold.
    const columns = model.labels.map((label) => labels.indexOf(label));
    inside.forEach((example, row) => {
      columns.forEach((column, i) => {
        probabilities[example * labels.length + column] = rows[row * columns.length + i]!;
      });
    });
  }
  const suspects = suspectsOf(truth, probabilities, labels.length).map(({ example, suggested }) => {
    const scoreOf = (label: number) => probabilities[example * labels.length + label]!;
    const { text, line } = examples[example]!;
    return {
      ...{ text, line, label: labels[truth[example]!]!, score: scoreOf(truth[example]!) },
      ...{ suggested: labels[suggested]!, suggestedScore: scoreOf(suggested) },
    };
  });
  return { folds, accuracy: accuracy(truth, mostProbable(probabilities, labels.length)), suspects };
}

/** Examples off the diagonal of the confident joint, those with the largest gap first. */
export function suspectsOf(
  truth: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  labels: number,
): { example: number; suggested: number; gap: number }[] {
  const sums = new Float64Array(labels);
  const counts = new Float64Array(labels);
  for (let i = 0; i < truth.length; i++) {
    sums[truth[i]!]! += probabilities[i * labels + truth[i]!]!;
    counts[truth[i]!]!++;
  }
  const suspects: { example: number; suggested: number; gap: number }[] = [];
  for (let example = 0; example < truth.length; example++) {
    const p = (label: number) => probabilities[example * labels + label]!;
    let suggested = -1;
    for (let label = 0; label < labels; label++) {
      if (counts[label] === 0 || p(label) < sums[label]! / counts[label]!) continue;
      if (suggested < 0 || p(label) > p(suggested)) suggested = label;
    }
    const label = truth[example]!;
    if (suggested >= 0 && suggested !== label)
      suspects.push({ example, suggested, gap: p(suggested) - p(label) });
  }
  return suspects.sort((a, b) => b.gap - a.gap);
}

/** The fold of each example: groups stay whole, and each label is dealt out evenly. */
function cut(
  examples: readonly PlacedExample[],
  groups: ArrayLike<number>,
  folds: number,
  seed: number,
): Int32Array {
  const firsts = new Map<number, number>();
  for (let i = 0; i < examples.length; i++) if (!firsts.has(groups[i]!)) firsts.set(groups[i]!, i);
  const shuffled = new Random(seed, 'folds').shuffle([...firsts]);
  const byLabel = new Map<string, number[]>();
  for (const [group, first] of shuffled) {
    const label = labelsOf(examples[first]!)[0]!;
    const list = byLabel.get(label);
    if (list === undefined) byLabel.set(label, [group]);
    else list.push(group);
  }
  const dealt = [...byLabel].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, list]) => list);
  const foldOf = new Map(dealt.map((group, i) => [group, i % folds]));
  return Int32Array.from(examples, (_, i) => foldOf.get(groups[i]!)!);
}

function groupsOfEqualTexts(examples: readonly PlacedExample[]): number[] {
  const firsts = new Map<string, number>();
  return examples.map(({ text }, i) => {
    const key = text.trim();
    if (!firsts.has(key)) firsts.set(key, i);
    return firsts.get(key)!;
  });
}
