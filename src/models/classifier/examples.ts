/** Labelled texts: gathering them, splitting some off, and turning labels into numbers. */
import { DataError, ValueError } from '../../base/errors.js';
import { holdOut } from '../hold-out.js';
import type { EncodedTargets } from './encoded.js';
import type { ClassifierOptions, Head } from './options.js';

/** A text with its label, or its labels. */
export interface Example {
  readonly text: string;
  readonly label?: string;
  /** All labels, for multi-label classification (may be empty). */
  readonly labels?: readonly string[];
  /** How much it counts in training (default 1). */
  readonly weight?: number;
}

export type Examples = Iterable<Example> | AsyncIterable<Example>;

export async function gather(examples: Examples): Promise<Example[]> {
  if (Array.isArray(examples)) return examples;
  const list: Example[] = [];
  for await (const example of examples) list.push(example);
  return list;
}

export function labelsOf({ label, labels, text }: Example): readonly string[] {
  if (labels !== undefined) return labels;
  if (label === undefined) throw new ValueError(`the example “${text.slice(0, 60)}” has no label`);
  return [label];
}

/** All labels that occur, in code-unit order. @throws DataError where there are fewer than two. */
export function findLabels(examples: readonly Example[]): string[] {
  const found = new Set<string>();
  for (const example of examples) for (const label of labelsOf(example)) found.add(label);
  const labels = [...found].sort();
  if (examples.length === 0) throw new DataError('there are no examples to train on');
  if (labels.length < 2) {
    throw new DataError(
      `all ${examples.length} examples have the label '${labels[0] ?? ''}': a classifier needs examples of at least two labels`,
    );
  }
  return labels;
}

/** Holds out a share of the examples, of each label (or set of labels) alike; see `holdOut`. */
export function splitExamples(
  examples: readonly Example[],
  share: number,
  seed: number,
): { train: Example[]; heldOut: Example[] } {
  return holdOut(examples, (example) => labelsOf(example).join('\n'), share, seed);
}

/** Numbers for the network: class ids, 0/1 of the second label, or 0/1 for each label. */
export function encodeTargets(
  examples: readonly Example[],
  labels: readonly string[],
  head: Head,
  classWeights: ClassifierOptions['classWeights'],
): EncodedTargets {
  const ids = new Map(labels.map((label, i) => [label, i]));
  const idOf = (label: string) => {
    const id = ids.get(label);
    if (id === undefined)
      throw new DataError(
        `the label '${label}' does not occur in training; the labels are ${labels.join(', ')}`,
      );
    return id;
  };
  const width = head === 'multilabel' ? labels.length : 1;
  const values = new Float32Array(examples.length * width);
  const weightOf = weightsOf(examples, labels, classWeights);
  const weights = new Float32Array(examples.length);
  examples.forEach((example, i) => {
    const own = labelsOf(example);
    const weight = own.length === 0 ? 1 : own.reduce((most, label) => Math.max(most, weightOf(label)), 0);
    if (head === 'multilabel') for (const label of own) values[i * width + idOf(label)] = 1;
    else if (own.length === 1) values[i] = idOf(own[0]!);
    else
      throw new ValueError(
        `an example has ${own.length} labels: use the multilabel head, or give each example one`,
      );
    weights[i] = (example.weight ?? 1) * weight;
  });
  return { width, values, weights };
}

function weightsOf(
  examples: readonly Example[],
  labels: readonly string[],
  classWeights: ClassifierOptions['classWeights'],
): (label: string) => number {
  if (classWeights === undefined) return () => 1;
  if (classWeights !== 'balanced') return (label) => classWeights[label] ?? 1;
  const counts = new Map<string, number>();
  for (const label of examples.flatMap(labelsOf)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return (label) => examples.length / (labels.length * counts.get(label)!);
}
