/** What compressing a model brought, for people and for programs. */
import { stat } from 'node:fs/promises';
import type { ModelContent } from '../files/index.js';
import type { CompressionTrial, KeptNames } from '../models/compression/index.js';
import { bytes, counted, measure, percent, table } from './format.js';
import type { Terminal } from './terminal.js';

/** A measure of a model before and after, such as accuracy. */
export interface Loss {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

/** What compressing brought, and what it cost. */
export interface Outcome {
  readonly content: ModelContent;
  /** A sentence on what is in the file. */
  readonly what: string;
  readonly trials: readonly CompressionTrial[];
  /** On examples that the model was not trained on; empty where there are none. */
  readonly losses: readonly Loss[];
  /** Which examples these were. */
  readonly measuredOn?: string;
}

/** Writes an outcome to stdout: as lines, or as one object. */
export async function tell(
  { content, what, trials, losses, measuredOn }: Outcome,
  { path, output, json }: { readonly path: string; readonly output: string; readonly json?: boolean },
  terminal: Terminal,
): Promise<void> {
  const [before, after] = [(await stat(path)).size, (await stat(output)).size];
  if (json) {
    await terminal.writeJson({
      ...{ model: path, output, kind: content.kind, bytes: { before, after }, what, measuredOn },
      losses: Object.fromEntries(losses.map(({ name, ...values }) => [name, values])),
      trials,
    });
    return;
  }
  await terminal.write(
    `wrote ${output}: ${bytes(before)} → ${bytes(after)} (${percent(after / before)})\n  ${what}\n`,
  );
  if (losses.length === 0) {
    terminal.say('note: nothing was measured: give --test, or with a text classifier --data');
    return;
  }
  const rows = losses.map((loss) => [loss.name, measure(loss.before), measure(loss.after), difference(loss)]);
  await terminal.write(table([[`on ${measuredOn}`, 'before', 'after', 'difference'], ...rows]));
}

function difference({ name, before, after }: Loss): string {
  const sign = (value: number, digits: number) =>
    `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(digits)}`;
  if (name === 'accuracy') return `${sign(100 * (after - before), 2)} points`;
  return name === 'perplexity' ? sign(after - before, 2) : sign(after - before, 4);
}

/** What was tried, in a few words each. */
export function trialCells({ plan, bytes: size, quality, retrained }: CompressionTrial): string[] {
  return [
    counted(plan.features, 'feature'),
    nameWords(plan.names),
    storageWords(plan),
    bytes(size),
    `accuracy ${measure(quality.accuracy)}`,
    `log loss ${measure(quality.loss)}${retrained ? ', trained on' : ''}`,
  ];
}

export function nameWords(names: KeptNames): string {
  return { all: 'all named', words: 'words named', none: 'no names' }[names];
}

export function storageWords({ storage }: CompressionTrial['plan']): string {
  if (storage.kind === 'half') return '16 bits a number';
  if (storage.kind === 'int8') return '8 bits a number, a scale a feature';
  const shared = storage.width === 1 ? '8 bits a number' : `8 bits for ${storage.width} numbers`;
  return storage.norms ? `${shared}, 8 for the length` : `${shared}, from a table`;
}
