/** Lines that hold a whole example each: fastText's `__label__` lines and JSON objects. */
import { DataError } from '../base/errors.js';
import type { LabelledExample } from './examples.js';
import type { Line } from './lines.js';

const MARK = '__label__';
const ODD_SPACE = /\s/;
const LABEL = /(?:^|\s)__label__(\S+)/g;

/**
 * `__label__spam __label__urgent win a prize` → its text and labels. Labels may stand anywhere in the line.
 *
 * @throws DataError when the line has no label.
 */
export function parseFastTextLine({ text, line }: Line, file?: string): LabelledExample {
  // Nearly all lines start with their one label.
  const space = text.indexOf(' ');
  if (
    space > MARK.length &&
    text.startsWith(MARK) &&
    text.indexOf(MARK, 1) < 0 &&
    !ODD_SPACE.test(text.slice(0, space))
  )
    return { text: text.slice(space).trim(), label: text.slice(MARK.length, space), line };
  const labels = Array.from(text.matchAll(LABEL), (match) => match[1]!);
  if (labels.length === 0) {
    throw new DataError('this line has no __label__ mark: each line needs at least one', { file, line });
  }
  return example(text.replace(LABEL, '').trim(), labels, line);
}

/** A JSON object as it came, each of its own keys → value. */
export type JsonRecord = ReadonlyMap<string, unknown>;

/** @throws DataError when the line is not one JSON object. */
export function parseJsonLine({ text, line }: Line, file?: string): JsonRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`this line is not JSON (${what}): JSONL has one whole object on each line`, {
      file,
      line,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const hint = Array.isArray(value) ? `; to split a JSON array: jq -c '.[]' in.json > out.jsonl` : '';
    throw new DataError(`this line is not a JSON object like {"text": "…", "label": "…"}${hint}`, {
      file,
      line,
    });
  }
  return new Map(Object.entries(value));
}

/**
 * The example in a JSON object. The label may be a string, a number, a boolean, or a list of them.
 *
 * @throws DataError when the text is not a string, or a label is missing.
 */
export function jsonExample(
  record: JsonRecord,
  textKeys: readonly string[],
  labelKey: string,
  line: number,
  file?: string,
): LabelledExample {
  const texts = textKeys.map((key) => {
    const value = record.get(key);
    if (typeof value !== 'string') {
      throw new DataError(`"${key}" must be a string, and is ${describe(value)}`, { file, line });
    }
    return value;
  });
  const value = record.get(labelKey);
  const labels = (Array.isArray(value) ? value : [value]).map((label: unknown) => {
    if (
      typeof label === 'string'
        ? label.trim() !== ''
        : typeof label === 'number' || typeof label === 'boolean'
    ) {
      return String(label).trim();
    }
    throw new DataError(`"${labelKey}" must be a label or a list of labels, and is ${describe(label)}`, {
      file,
      line,
    });
  });
  if (labels.length === 0) {
    throw new DataError(`"${labelKey}" is an empty list: give each text at least one label`, { file, line });
  }
  return example(texts.join(' '), labels, line);
}

/** How a JSON value looks in a table, for finding the columns. */
export function jsonCell(value: unknown): string {
  if (Array.isArray(value)) return value.map(jsonCell).join(' ');
  return typeof value === 'object' ? '' : String(value ?? '');
}

function example(text: string, labels: readonly string[], line: number): LabelledExample {
  const label = labels[0]!;
  return labels.length > 1 ? { text, label, labels, line } : { text, label, line };
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return value.trim() === '' ? 'empty' : 'a string';
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'null' : `a ${typeof value}`;
}
