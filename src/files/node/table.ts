/**
 * CSV and TSV files as rows of cells. Quoted tables go through csv-parse; unquoted ones are split at the delimiter,
 * so that a lone `"` is a character like any other.
 */
import { pipeline, Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { parse as parseNow } from 'csv-parse/sync';
import { DataError, ValueError } from '../../base/errors.js';
import type { ReadOptions } from '../examples.js';
import { fieldCount, type Sample } from '../formats.js';
import { openLineBatches, openTextBlocks } from './open.js';

/** How the cells of a table are kept apart. */
export interface Dialect {
  readonly delimiter: string;
  readonly quotes: boolean;
}

/** A row; `line` is where it starts, from 1. */
export interface TableRow {
  readonly cells: readonly string[];
  readonly line: number;
}

const DELIMITERS = [',', ';', '\t', '|'];
/** Lines that are parsed with each delimiter to see which one fits. */
const DIALECT_LINES = 100;
const ROWS_AT_A_TIME = 256;
const LONGEST_RECORD = 16 * 1024 * 1024;
const PARSING = {
  relax_column_count: true,
  // `5" disk` is not worth refusing a file for: a quote inside an unquoted field is that character.
  relax_quotes: true,
  skip_empty_lines: true,
  record_delimiter: '\n',
  max_record_size: LONGEST_RECORD,
};

/** Finds delimiter and quoting from the first lines, as far as the options do not tell. */
export function chooseDialect(whole: Sample, format: 'csv' | 'tsv', options: ReadOptions): Dialect {
  const sample = firstLines(whole, DIALECT_LINES);
  if (options.delimiter !== undefined && [...options.delimiter].length !== 1) {
    throw new ValueError(`the delimiter must be one character, not '${options.delimiter}'`);
  }
  const preferred = options.delimiter ?? (format === 'tsv' ? '\t' : undefined);
  const delimiters = preferred === undefined ? DELIMITERS : [preferred];
  const quotings = options.quotes === undefined ? [false, true] : [options.quotes];
  let best: Dialect | undefined;
  let bestScore = -1;
  for (const delimiter of delimiters) {
    for (const quotes of quotings) {
      // A comma-separated file may quote; a tab-separated one does only if it shows.
      if (options.quotes === undefined && quotes !== (delimiter !== '\t' || showsQuoting(sample, delimiter)))
        continue;
      const score = consistency(sampleRows(sample, { delimiter, quotes }));
      if (score > bestScore) [best, bestScore] = [{ delimiter, quotes }, score];
    }
  }
  return best!;
}

function firstLines({ file, lines, complete }: Sample, count: number): Sample {
  return { file, lines: lines.slice(0, count), complete: complete && lines.length <= count };
}

/** How alike the rows are: the share of rows as wide as the first; 0 when that has a single column. */
function consistency(rows: readonly (readonly string[])[]): number {
  const width = rows[0]?.length ?? 0;
  if (width < 2) return 0;
  return rows.filter((row) => row.length === width).length / rows.length;
}

/** Whether `"` encloses fields in a tab-separated file: a whole column is quoted, or only quotes make rows alike. */
function showsQuoting(sample: Sample, delimiter: string): boolean {
  const lines = sample.lines.filter((line) => line !== '');
  if (!lines.some((line) => line.includes('"'))) return false;
  const plain = lines.map((line) => line.split(delimiter));
  if (fieldCount(lines, delimiter) < 2) {
    return consistency(sampleRows(sample, { delimiter, quotes: true })) > consistency(plain);
  }
  const isQuoted = (cell: string | undefined) => cell !== undefined && /^".*"$/.test(cell);
  return plain[0]!.some(
    (_, column) => plain.slice(1).every((cells) => isQuoted(cells[column])) && plain.length > 2,
  );
}

/** The rows of a sample; one that may be cut off at the end is left out. */
export function sampleRows(sample: Sample, { delimiter, quotes }: Dialect): string[][] {
  if (!quotes) return sample.lines.filter((line) => line !== '').map((line) => line.split(delimiter));
  const rows: string[][] = [];
  const collect = (row: string[]): null => {
    rows.push(row);
    return null;
  };
  try {
    parseNow(sample.lines.join('\n'), { ...PARSING, delimiter, on_record: collect });
  } catch {
    // An open quote at the end: the sample is cut there, or the reader will say where it is wrong.
    return rows;
  }
  if (!sample.complete && rows.length > 1) rows.pop();
  return rows;
}

/**
 * The rows of a table, all of the same width, many at a time.
 *
 * @param width how many cells each row must have.
 * @throws DataError with file and line for a row of another width or a quote that is never closed.
 */
export async function* readRows(
  path: string,
  dialect: Dialect,
  width: number,
  encoding?: string,
): AsyncGenerator<TableRow[]> {
  const batches = dialect.quotes ? quotedRows(path, dialect, encoding) : plainRows(path, dialect, encoding);
  for await (const rows of batches) {
    const ragged = rows.findIndex((row) => row.cells.length !== width);
    if (ragged > 0) yield rows.slice(0, ragged);
    if (ragged >= 0) throw raggedRow(rows[ragged]!, width, dialect, path);
    yield rows;
  }
}

async function* plainRows(
  path: string,
  { delimiter }: Dialect,
  encoding?: string,
): AsyncGenerator<TableRow[]> {
  for await (const lines of openLineBatches(path, { encoding })) {
    const rows: TableRow[] = [];
    for (const { text, line } of lines) if (text !== '') rows.push({ cells: text.split(delimiter), line });
    yield rows;
  }
}

interface ParsedRow {
  readonly record: string[];
  /** `lines`: the line on which the row ends. */
  readonly info: { readonly lines: number };
}

async function* quotedRows(
  path: string,
  { delimiter }: Dialect,
  encoding?: string,
): AsyncGenerator<TableRow[]> {
  const source = Readable.from(openTextBlocks(path, { encoding }));
  const parser = parse({ ...PARSING, delimiter, info: true });
  let lastLine = 0;
  let rows: TableRow[] = [];
  try {
    // Errors reach the reader of the last stream of the pipeline, so the callback has nothing to do.
    for await (const { record, info } of pipeline(source, parser, () => {}) as AsyncIterable<ParsedRow>) {
      const lineEnds = record.reduce((count, cell) => count + cell.split('\n').length - 1, 0);
      lastLine = info.lines;
      rows.push({ cells: record, line: info.lines - lineEnds });
      if (rows.length < ROWS_AT_A_TIME) continue;
      yield rows;
      rows = [];
    }
  } catch (cause) {
    // What stands before the trouble is sound.
    if (rows.length > 0) yield rows;
    throw quoteProblem(cause, lastLine + 1, path);
  }
  if (rows.length > 0) yield rows;
}

function raggedRow(
  { cells, line }: TableRow,
  width: number,
  { delimiter, quotes }: Dialect,
  file: string,
): DataError {
  const name = delimiter === '\t' ? 'tab' : `'${delimiter}'`;
  const mend = quotes
    ? `a text with a ${name} in it must stand in double quotes`
    : `a text must not have a ${name} in it`;
  const columns = (count: number) => `${count} column${count === 1 ? '' : 's'}`;
  return new DataError(`this row has ${columns(cells.length)}, the first row has ${width}: ${mend}`, {
    file,
    line,
  });
}

function quoteProblem(cause: unknown, line: number, file: string): unknown {
  const code = (cause as CsvError | undefined)?.code;
  if (code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE') {
    const message = `in the row that starts here a double quote is opened and never closed: close it, or write "" for a quote inside a quoted text`;
    return new DataError(message, { file, line });
  }
  if (code?.startsWith('CSV_')) {
    return new DataError(`this row is not valid CSV (${(cause as Error).message})`, { file, line });
  }
  return cause;
}
