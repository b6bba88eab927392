/** Which format a data file has: by what stands in it where that is unmistakable, else by its name, else by looking. */
import type { TextFormat } from './examples.js';

/** The beginning of a file: its name and its first lines, all of them whole. */
export interface Sample {
  readonly file: string;
  readonly lines: readonly string[];
  /** Whether these are all the lines there are. */
  readonly complete: boolean;
}

export interface FormatGuess {
  readonly format: TextFormat;
  readonly reason: string;
}

const LABEL_MARK = /(?:^|\s)__label__\S+/;
const EXTENSIONS: Readonly<Record<string, TextFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  ft: 'fasttext',
};

/** Guesses the format of a sample that has at least one line. */
export function guessFormat(sample: Sample): FormatGuess {
  const lines = sample.lines.filter((line) => line.trim() !== '');
  if (mostly(lines, (line) => LABEL_MARK.test(line))) {
    return { format: 'fasttext', reason: 'the lines carry __label__ marks' };
  }
  if (lines.length > 0 && mostly(lines, isJsonObject)) {
    return { format: 'jsonl', reason: 'every line is a JSON object' };
  }
  const extension = extensionOf(sample.file);
  const byName = EXTENSIONS[extension];
  if (byName !== undefined) return { format: byName, reason: `the file name ends in .${extension}` };
  const tabs = fieldCount(lines, '\t');
  if (tabs > 1) return { format: 'tsv', reason: `every line has ${tabs} columns between tabs` };
  if (lines.length > 0 && lines.every((line) => /^".*"$/.test(line) && line.includes('","'))) {
    return { format: 'csv', reason: 'the lines are quoted fields between commas' };
  }
  if (isNumberTable(lines)) return { format: 'csv', reason: 'the lines are numbers between commas' };
  return { format: 'text', reason: 'the lines have no columns and no labels' };
}

/** Lower-case ending of a file name, `.gz` looked through. */
export function extensionOf(file: string): string {
  return /\.([^./\\]+)$/.exec(file.toLowerCase().replace(/\.gz$/, ''))?.[1] ?? '';
}

/** How many fields every line has, or 0 when the lines differ. Quotes are ordinary characters. */
export function fieldCount(lines: readonly string[], delimiter: string): number {
  const first = lines[0]?.split(delimiter).length ?? 0;
  return lines.every((line) => line.split(delimiter).length === first) ? first : 0;
}

function mostly(lines: readonly string[], holds: (line: string) => boolean): boolean {
  return lines.filter(holds).length > lines.length / 2;
}

function isJsonObject(line: string): boolean {
  return /^\s*\{.*\}\s*$/.test(line);
}

function isNumberTable(lines: readonly string[]): boolean {
  // The last column may be a class name, the first line a header.
  const rows = lines.slice(1).map((line) => line.split(','));
  return (
    rows.length > 0 &&
    fieldCount(lines, ',') > 1 &&
    rows.every((cells) => cells.slice(0, -1).every((cell) => isNumber(cell)))
  );
}

/** Whether a cell holds a finite number, and nothing else but white space. */
export function isNumber(cell: string): boolean {
  return cell.trim() !== '' && Number.isFinite(Number(cell));
}
