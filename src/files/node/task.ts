/** What a data file is for: classes of texts, a language model, or classes of numbers. */
import { DataError } from '../../base/errors.js';
import type { DataDescription, ReadOptions } from '../examples.js';
import { columnarNotes, openColumnar } from './columnar.js';
import { formatOf, isTable, numericColumnar, numericTable, readExamples } from './examples.js';
import { openText, readSample } from './open.js';

export type Task = 'classifier' | 'lm' | 'numeric';

export interface DetectedTask {
  readonly task: Task;
  /** One sentence for each observation that led there. */
  readonly reasons: readonly string[];
  /** For classifiers: how the file will be read. */
  readonly description?: DataDescription;
}

/**
 * Tells from the first lines of a file what can be trained on it: labelled texts give a classifier, a table of
 * numbers a feedforward network, plain lines a language model.
 *
 * @throws DataError when the file is empty, cannot be read, or is a table without labels.
 */
export async function detectTask(path: string, options: ReadOptions = {}): Promise<DetectedTask> {
  const columnar = await openColumnar(path, options);
  if (columnar !== undefined) {
    const numeric = await numericColumnar(columnar, options);
    if (numeric !== undefined) {
      return { task: 'numeric', reasons: [...columnarNotes(columnar), ...numeric.notes.slice(1)] };
    }
    const { description } = await readExamples(path, options);
    return { task: 'classifier', reasons: description.notes, description };
  }
  const sample = await readSample(path, options.encoding);
  const { format, reason } = formatOf(sample, options);
  const reasons = [`${format}: ${reason}`];
  if (format === 'text') return { task: 'lm', reasons: [...reasons, 'each line is taken for a sentence'] };
  if (isTable(format)) {
    const numeric = numericTable(sample, format, options);
    if (numeric !== undefined) return { task: 'numeric', reasons: [...reasons, ...numeric.columns.notes] };
  }
  const { description } = await readExamples(path, options);
  return { task: 'classifier', reasons: description.notes, description };
}

/**
 * The lines of a plain text corpus, without line ends; empty lines are kept, since they may mean something.
 *
 * @throws DataError when the file cannot be read, is not text, or has no text in it (at its end).
 */
export async function* readLines(
  path: string,
  options: { readonly encoding?: string } = {},
): AsyncGenerator<string> {
  const columnar = await openColumnar(path);
  if (columnar !== undefined) {
    throw new DataError(
      `this is a table (${columnar.format}), but plain text is needed, one sentence a line: export its text column ` +
        'as a text file',
      { file: path },
    );
  }
  let empty = true;
  for await (const { text } of openText(path, options)) {
    empty &&= text.trim() === '';
    yield text;
  }
  if (empty) throw new DataError('the file is empty', { file: path });
}
