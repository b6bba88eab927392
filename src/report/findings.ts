/** An audit in sentences: what was found, what it means, and what to do. */
import type { AuditReport } from './audit.js';
import { count, counted, percent } from './format.js';

export interface Finding {
  /** `problem`: mend it before training; `hint`: know it; `fine`: looked for and not found. */
  readonly kind: 'problem' | 'hint' | 'fine';
  readonly title: string;
  readonly advice: string;
}

/** A label this many times as frequent as another makes accuracy misleading. */
const IMBALANCE = 3;
/** A label with fewer examples can hardly be learned. */
const FEW = 5;
/** Rows count as ordered where the label changes less than this share of the expected times. */
const ORDERED = 0.5;

/** Everything that was looked for, the problems first. */
export function auditFindings(report: AuditReport): Finding[] {
  const all = [
    ...leaks(report),
    ...duplicates(report),
    emptyTexts(report),
    ...labels(report),
    order(report),
    lengths(report),
    ...labelErrors(report),
  ];
  const rank = { problem: 0, hint: 1, fine: 2 };
  return all.sort((a, b) => rank[a.kind] - rank[b.kind]);
}

function leaks({ leaks: found, test }: AuditReport): Finding[] {
  if (found === undefined || test === undefined) return [];
  const known = found.exact + found.near;
  if (known === 0) return [fine('no test text is known from the training data')];
  const all = count(test.examples);
  const part = (rows: number) => percent(rows / test.examples);
  const exact = `${counted(found.exact, 'test text')} of ${all} also in the training data (${part(found.exact)})`;
  const near = `${counted(found.near, 'test text')} of ${all} nearly the same as in the training data (${part(found.near)})`;
  const both = found.near === 0 ? exact : `${exact}, and ${count(found.near)} nearly so`;
  const other = found.otherLabel === 0 ? '' : `; ${count(found.otherLabel)} of them with another label`;
  return [
    {
      kind: known > 0.01 * test.examples ? 'problem' : 'hint',
      title: (found.exact === 0 ? near : both) + other,
      advice:
        'They make the test easier than life: leave them out of the test data, or report results with and without.',
    },
  ];
}

function duplicates({ exact, near, data }: AuditReport): Finding[] {
  const findings: Finding[] = [];
  const contradictions = exact.contradictions + near.contradictions;
  if (contradictions > 0) {
    findings.push({
      kind: 'problem',
      title: `${counted(contradictions, 'text')} with contradicting labels (${count(exact.contradictions)} exact, ${count(near.contradictions)} near duplicates)`,
      advice: 'No model can get both right: decide for one label, or drop them.',
    });
  }
  if (exact.extraRows === 0) findings.push(fine('no text stands there twice'));
  else {
    findings.push({
      kind: exact.extraRows > 0.01 * data.examples ? 'problem' : 'hint',
      title: `${counted(exact.groups, 'text')} more than once; ${counted(exact.extraRows, 'row')} could go (${percent(exact.extraRows / data.examples)})`,
      advice: 'Held out at random, their copies are known from training: drop them before splitting.',
    });
  }
  if (near.extraRows > 0) {
    findings.push({
      kind: 'hint',
      title: `${counted(near.groups, 'group')} of nearly equal texts, ${counted(near.extraRows, 'row')} beyond the first of each`,
      advice: 'Look at some: copies with small changes leak like exact ones.',
    });
  }
  return findings;
}

function emptyTexts({ empty }: AuditReport): Finding {
  if (empty.count === 0) return fine('no text is empty');
  return {
    kind: 'problem',
    title: `${counted(empty.count, 'text is', 'texts are')} empty`,
    advice: 'Nothing can be learned from them: drop them, or look whether the right column is read.',
  };
}

function labels({ labels: found }: AuditReport): Finding[] {
  const seen = found.filter(({ count: times }) => times > 0);
  const [most, least] = [seen[0]!, seen.at(-1)!];
  const findings: Finding[] = [];
  const onlyInTest = found.filter(({ count: times }) => times === 0);
  if (onlyInTest.length > 0) {
    findings.push({
      kind: 'problem',
      title: `${counted(onlyInTest.length, 'label')} only in the test data: ${names(onlyInTest)}`,
      advice: 'A model cannot give a label that it has never seen.',
    });
  }
  if (seen.length < 2) {
    findings.push({
      kind: 'problem',
      title: `the only label is ${most.label}`,
      advice: 'A classifier needs two.',
    });
    return findings;
  }
  const rare = seen.filter(({ count: times }) => times < FEW);
  if (rare.length > 0) {
    findings.push({
      kind: 'hint',
      title: `${counted(rare.length, 'label')} with fewer than ${FEW} examples: ${names(rare)}`,
      advice: 'Add examples, or join them with others.',
    });
  }
  if (most.count >= IMBALANCE * least.count) {
    findings.push({
      kind: 'hint',
      title: `${most.label} is ${(most.count / least.count).toFixed(most.count < 10 * least.count ? 1 : 0)} times as frequent as ${least.label}`,
      advice: `Always saying ${most.label} is right in ${percent(most.share)}: judge by macro F1; train with --class-weights balanced.`,
    });
  } else
    findings.push(fine(`the labels are balanced: ${percent(least.share)} to ${percent(most.share)} each`));
  return findings;
}

function order({ order: { changes, expected } }: AuditReport): Finding {
  if (changes >= ORDERED * expected || expected < 5) return fine('the rows are not ordered by label');
  return {
    kind: 'hint',
    title: `the rows are ordered by label: it changes ${counted(changes, 'time')}, shuffled about ${count(Math.round(expected))}`,
    advice: 'Training here shuffles, and holds out of each label; do not cut such a file at a row yourself.',
  };
}

function lengths({ lengths: { median, longest, limit, long } }: AuditReport): Finding {
  if (long === 0)
    return fine(`no text is very long: ${count(median)} characters in the middle, ${count(longest)} at most`);
  return {
    kind: 'hint',
    title: `${counted(long, 'text is', 'texts are')} longer than ${count(limit)} characters (median ${count(median)}, longest ${count(longest)})`,
    advice: 'Look whether rows have run together, as an unclosed quote does.',
  };
}

function labelErrors({ labelErrors: found, data }: AuditReport): Finding[] {
  if (found === undefined) return [];
  const { suspects, folds, accuracy } = found;
  const measured = `cross-validated accuracy ${percent(accuracy)}, ${folds} folds`;
  if (suspects.length === 0) return [fine(`no label looks wrong (${measured})`)];
  return [
    {
      kind: 'hint',
      title: `${counted(suspects.length, 'label')} may be wrong (${percent(suspects.length / data.examples)}; ${measured})`,
      advice:
        'The list starts with the likeliest errors. Where the model is weak, many of the rest are only hard.',
    },
  ];
}

function names(labels: readonly { readonly label: string }[]): string {
  const shown = labels.slice(0, 6).map(({ label }) => label);
  return shown.join(', ') + (labels.length > 6 ? ', …' : '');
}

function fine(title: string): Finding {
  return { kind: 'fine', title, advice: '' };
}
