/** What `train` says about labels and about what is held out. */
import { count, counted, percent, printable } from '../format.js';
import type { Job } from './job.js';

const MOST_LABELS = 12;
/** A label with fewer examples than this can hardly be learned. */
const FEW = 5;

/** Says how many examples each label has, and which labels are rare. */
export function noteLabels(
  { note }: Job,
  examples: readonly { readonly label: string; readonly labels?: readonly string[] }[],
  labels: readonly string[],
  noun: string,
): void {
  const counts = new Map(labels.map((label) => [label, 0]));
  for (const { label, labels: all = [label] } of examples) {
    for (const each of all) counts.set(each, counts.get(each)! + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, MOST_LABELS).map(([label, times]) => `${printable(label)} ${count(times)}`);
  const more = sorted.length > MOST_LABELS ? `, … down to ${count(sorted.at(-1)![1])}` : '';
  note(`${counted(examples.length, noun)}, ${counted(labels.length, 'label')}: ${shown.join(', ')}${more}`);
  const rare = sorted.filter(([, times]) => times < FEW);
  if (rare.length > 0 && examples.length > 100) {
    const names = rare.slice(0, MOST_LABELS).map(([label]) => printable(label));
    note(
      `few examples (less than ${FEW}) of ${counted(rare.length, 'label')}: ${names.join(', ')}${rare.length > MOST_LABELS ? ', …' : ''}`,
    );
  }
}

export interface Split {
  readonly heldOut: number;
  readonly total: number;
  readonly noun: string;
  readonly seed: number;
  /** Whether the share is taken of each label alike. */
  readonly byLabel: boolean;
}

/** Says by what the best epoch will be chosen. */
export function describeSplit({ flags, note }: Job, { heldOut, total, noun, seed, byLabel }: Split): void {
  if (flags.validation !== undefined) {
    note(`validation: ${counted(heldOut, noun)} from ${flags.validation}`);
  } else if (heldOut === 0) {
    note('validation: none; the weights of the last epoch are kept');
  } else {
    const alike = byLabel ? ', of each label alike' : '';
    note(
      `validation: ${counted(heldOut, noun)} held out (${percent(heldOut / total)}${alike}, seed ${seed})`,
    );
  }
}
