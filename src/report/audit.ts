/** Looks at labelled data before anything is learned from them: what repeats, what leaks, what is missing or strange. */
import { DataError } from '../base/errors.js';
import { labelsOf } from '../models/classifier/examples.js';
import { findLabelErrors, type LabelErrorOptions, type LabelErrorReport } from './label-errors.js';
import type { PlacedExample } from './measure.js';
import { NearDuplicateIndex } from './near-duplicates.js';

export interface AuditOptions {
  /** Names for the report, such as those of the files. */
  readonly data?: string;
  readonly test?: string;
  /** Share of the runs of characters that near duplicates have in common (default 0.8). */
  readonly similarity?: number;
  /** Look for probable label errors, which trains a classifier for each fold (default false). */
  readonly labelErrors?: LabelErrorOptions | boolean;
  /** How many groups, leaks and long texts are listed; all are counted (default 20). */
  readonly most?: number;
}

export interface LabelCount {
  readonly label: string;
  readonly count: number;
  /** Of all examples. */
  readonly share: number;
  /** In the test data, where they are given. */
  readonly testCount?: number;
}

/** Texts that are the same, or nearly so. */
export interface DuplicateGroup {
  /** The first of them. */
  readonly text: string;
  /** One that differs from it, of near duplicates. */
  readonly variant?: string;
  readonly count: number;
  /** Where they stand, as far as lines are known. */
  readonly lines: readonly number[];
  /** Their different labels; more than one is a contradiction. */
  readonly labels: readonly string[];
}

export interface Duplicates {
  /** How many texts there are more than once, and how many rows could go. */
  readonly groups: number;
  readonly extraRows: number;
  /** How many of the groups have several labels. */
  readonly contradictions: number;
  /** The contradictions first, then the largest. */
  readonly listed: readonly DuplicateGroup[];
}

/** A text of the test data that also stands in the training data. */
export interface Leak {
  readonly text: string;
  readonly line?: number;
  readonly label: string;
  /** Its like in the training data. */
  readonly trainText: string;
  readonly trainLine?: number;
  readonly trainLabel: string;
}

export interface AuditReport {
  readonly data: { readonly name?: string; readonly examples: number };
  readonly test?: { readonly name?: string; readonly examples: number };
  /** The most frequent first. */
  readonly labels: readonly LabelCount[];
  /** How often the label changes from row to row, and how often it would if the rows were shuffled. */
  readonly order: { readonly changes: number; readonly expected: number };
  readonly exact: Duplicates;
  /** Without the exact duplicates. */
  readonly near: Duplicates;
  /** Rows of the test data that are known from the training data. */
  readonly leaks?: {
    readonly exact: number;
    readonly near: number;
    /** How many of both have another label there. */
    readonly otherLabel: number;
    readonly listed: readonly Leak[];
  };
  readonly empty: { readonly count: number; readonly lines: readonly number[] };
  /** Lengths in characters. */
  readonly lengths: {
    readonly median: number;
    readonly longest: number;
    /** Texts above this limit are very long: ten times the median, but at least 500. */
    readonly limit: number;
    readonly long: number;
    readonly listed: readonly {
      readonly line?: number;
      readonly characters: number;
      readonly text: string;
    }[];
  };
  readonly labelErrors?: LabelErrorReport;
}

const LONG_TIMES_MEDIAN = 10;
const LONG_AT_LEAST = 500;

/**
 * Audits labelled examples, and the test examples against them.
 *
 * @throws DataError where there are no examples
 */
export async function auditExamples(
  examples: readonly PlacedExample[],
  test: readonly PlacedExample[] | undefined,
  options: AuditOptions = {},
): Promise<AuditReport> {
  const { most = 20, labelErrors = false } = options;
  if (examples.length === 0) throw new DataError('there are no examples to look at');
  if (test?.length === 0) throw new DataError('there are no test examples to look at');
  const exactOf = firstOfEqual(examples);
  const index = new NearDuplicateIndex(options);
  const nearOf = exactOf.map((first, i) => (first === i ? (index.add(examples[i]!.text, i) ?? i) : -1));
  for (const [i, first] of exactOf.entries()) if (first !== i) nearOf[i] = nearOf[first]!;
  const blank = (i: number) => examples[i]!.text.trim() === '';
  return {
    data: { name: options.data, examples: examples.length },
    ...(test === undefined ? {} : { test: { name: options.test, examples: test.length } }),
    labels: countLabels(examples, test),
    order: orderOf(examples),
    exact: duplicates(examples, groupsBy(exactOf, blank), most),
    near: duplicates(
      examples,
      groupsBy(nearOf, blank).filter((group) => new Set(group.map((i) => exactOf[i])).size > 1),
      most,
    ),
    ...(test === undefined ? {} : { leaks: findLeaks(examples, test, index, most) }),
    empty: {
      count: examples.filter((_, i) => blank(i)).length,
      lines: linesOf(examples.filter((_, i) => blank(i)).slice(0, most)),
    },
    lengths: lengthsOf(examples, most),
    ...(labelErrors === false
      ? {}
      : {
          labelErrors: await findLabelErrors(examples, {
            groups: nearOf,
            ...(labelErrors === true ? {} : labelErrors),
          }),
        }),
  };
}

/** Several labels count as one name for comparing. */
function nameOf(example: PlacedExample): string {
  return labelsOf(example).join(' + ');
}

/** Equal but for white space. */
function keyOf(text: string): string {
  return text.trim().replace(/\s+/gu, ' ');
}

/** For each example the number of the first with the same text. */
function firstOfEqual(examples: readonly PlacedExample[]): number[] {
  const firsts = new Map<string, number>();
  return examples.map(({ text }, i) => {
    const key = keyOf(text);
    const first = firsts.get(key) ?? i;
    if (first === i) firsts.set(key, i);
    return first;
  });
}

function groupsBy(firsts: readonly number[], leaveOut: (i: number) => boolean): number[][] {
  const groups = new Map<number, number[]>();
  firsts.forEach((first, i) => {
    if (leaveOut(i)) return;
    const group = groups.get(first);
    if (group === undefined) groups.set(first, [i]);
    else group.push(i);
  });
  return [...groups.values()].filter((group) => group.length > 1);
}

function duplicates(
  examples: readonly PlacedExample[],
  groups: readonly number[][],
  most: number,
): Duplicates {
  const described = groups.map((group): DuplicateGroup => {
    const members = group.map((i) => examples[i]!);
    const variant = members.find(({ text }) => keyOf(text) !== keyOf(members[0]!.text))?.text;
    return {
      text: members[0]!.text,
      ...(variant === undefined ? {} : { variant }),
      count: group.length,
      lines: linesOf(members),
      labels: [...new Set(members.map(nameOf))],
    };
  });
  described.sort((a, b) => b.labels.length - a.labels.length || b.count - a.count);
  return {
    groups: groups.length,
    extraRows: groups.reduce((sum, group) => sum + group.length - 1, 0),
    contradictions: described.filter(({ labels }) => labels.length > 1).length,
    listed: described.slice(0, most),
  };
}

function findLeaks(
  examples: readonly PlacedExample[],
  test: readonly PlacedExample[],
  index: NearDuplicateIndex,
  most: number,
): NonNullable<AuditReport['leaks']> {
  const known = new Map<string, number>();
  examples.forEach(({ text }, i) => {
    if (!known.has(keyOf(text))) known.set(keyOf(text), i);
  });
  let [exact, near, otherLabel] = [0, 0, 0];
  const listed: Leak[] = [];
  for (const example of test) {
    if (example.text.trim() === '') continue;
    const same = known.get(keyOf(example.text));
    const like = same ?? index.find(example.text);
    if (like === undefined) continue;
    if (same === undefined) near++;
    else exact++;
    const train = examples[like]!;
    const differs = nameOf(train) !== nameOf(example);
    if (differs) otherLabel++;
    const leak = {
      ...{ text: example.text, line: example.line, label: nameOf(example) },
      ...{ trainText: train.text, trainLine: train.line, trainLabel: nameOf(train) },
    };
    listed.push(leak);
  }
  // Those with another label tell more.
  listed.sort((a, b) => Number(a.label === a.trainLabel) - Number(b.label === b.trainLabel));
  return { exact, near, otherLabel, listed: listed.slice(0, most) };
}

function countLabels(
  examples: readonly PlacedExample[],
  test: readonly PlacedExample[] | undefined,
): LabelCount[] {
  const [counts, testCounts] = [tally(examples), tally(test ?? [])];
  for (const label of testCounts.keys()) if (!counts.has(label)) counts.set(label, 0);
  return [...counts]
    .map(([label, count]) => ({
      ...{ label, count, share: count / examples.length },
      ...(test === undefined ? {} : { testCount: testCounts.get(label) ?? 0 }),
    }))
    .sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
}

function tally(examples: readonly PlacedExample[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of examples.flatMap(labelsOf)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** In shuffled rows two neighbours differ with probability 1 − Σ p². */
function orderOf(examples: readonly PlacedExample[]): AuditReport['order'] {
  const names = examples.map(nameOf);
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const same = [...counts.values()].reduce((sum, count) => sum + (count / names.length) ** 2, 0);
  const changes = names.slice(1).filter((name, i) => name !== names[i]).length;
  return { changes, expected: (names.length - 1) * (1 - same) };
}

function lengthsOf(examples: readonly PlacedExample[], most: number): AuditReport['lengths'] {
  const all = examples.map(({ text, line }) => ({ line, text, characters: [...text].length }));
  const sorted = all.map(({ characters }) => characters).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const limit = Math.max(LONG_AT_LEAST, LONG_TIMES_MEDIAN * median);
  const long = all.filter(({ characters }) => characters > limit).sort((a, b) => b.characters - a.characters);
  const listed = long
    .slice(0, most)
    .map((each) => ({ ...each, text: [...each.text].slice(0, 200).join('') }));
  return { median, longest: sorted.at(-1)!, limit, long: long.length, listed };
}

function linesOf(examples: readonly PlacedExample[]): number[] {
  return examples.flatMap(({ line }) => (line === undefined ? [] : [line]));
}
