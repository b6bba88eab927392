/** Files of typed columns (Parquet, Arrow), recognised by their first bytes and read as rows of cells. */
import { open, stat } from 'node:fs/promises';
import { DataError, FormatError } from '../../base/errors.js';
import { type ColumnarFormat, isColumnar, type ReadOptions } from '../examples.js';
import { extensionOf } from '../formats.js';
import { readProblem } from './open.js';
import type { TableRow } from './table.js';

/** A file whose columns have names and types. */
export interface ColumnarFile {
  readonly file: string;
  readonly format: ColumnarFormat;
  /** How the file was recognised, and how large it is. */
  readonly reason: string;
  /** The columns that hold one value a row, in the order of the file. */
  readonly names: readonly string[];
  /** Columns that hold more than that, and what: `a list`, `a struct`. They cannot be read. */
  readonly nested: ReadonlyMap<string, string>;
  /**
   * The rows, many at a time, each with a cell for every column of `names`. `line` is the row's number, from 1.
   *
   * @param wanted positions in `names`; the cells of other columns are not read and stay empty.
   * @param limit rows to stop after. Default: all.
   * @throws FormatError when the content is damaged.
   */
  rows(wanted: readonly number[], limit?: number): AsyncGenerator<TableRow[]>;
}

/** Columns whose numbers stand for names, as the data sets of Hugging Face have them. */
export type ClassNames = ReadonlyMap<string, readonly string[]>;

const HEAD_BYTES = 8;
const SAMPLE_ROWS = 1000;
const NAMES_OF_FORMATS = { parquet: 'a Parquet file', arrow: 'an Arrow file' };
const EXTENSIONS: Readonly<Record<string, ColumnarFormat>> = {
  parquet: 'parquet',
  pq: 'parquet',
  arrow: 'arrow',
  arrows: 'arrow',
  feather: 'arrow',
};

/**
 * Opens a Parquet or Arrow file; undefined for files of text.
 *
 * @throws DataError when the file cannot be read; FormatError when it is damaged, encrypted, or none of the kind that
 * its name promises.
 */
export async function openColumnar(
  path: string,
  options: Pick<ReadOptions, 'format'> = {},
): Promise<ColumnarFile | undefined> {
  const format = formatByBytes(await readHead(path), path);
  const promised = isColumnar(options.format) ? options.format : EXTENSIONS[extensionOf(path)];
  if (format === undefined) {
    if (promised === undefined || (options.format !== undefined && !isColumnar(options.format))) return;
    throw new FormatError(
      `this is not ${NAMES_OF_FORMATS[promised]}: its first bytes are others. Export it again, or name it for what ` +
        'it is, such as .csv',
      { file: path },
    );
  }
  if (options.format !== undefined && options.format !== format) {
    throw new DataError(`this is ${NAMES_OF_FORMATS[format]}, not ${options.format}: leave the format out`, {
      file: path,
    });
  }
  // Whoever reads text alone does not load the readers of other formats.
  if (format === 'parquet') return (await import('./parquet.js')).openParquet(path);
  return (await import('./arrow.js')).openArrow(path);
}

/**
 * Names and first rows, in the form in which columns are chosen.
 *
 * @throws DataError when there are no rows, no columns of single values, or the options name one that is nested.
 */
export async function sampleColumnar(columnar: ColumnarFile, options: ReadOptions): Promise<string[][]> {
  const { file, names, nested } = columnar;
  const asked = [options.textColumn ?? [], options.labelColumn ?? []].flat();
  const refused = asked.find((name) => nested.has(String(name))) ?? (names.length > 0 ? undefined : '');
  if (refused !== undefined) {
    const column = refused === '' ? [...nested.keys()][0] : String(refused);
    throw new DataError(
      column === undefined
        ? 'the file has no columns'
        : `column '${column}' is nested (${nested.get(column)}): texts, labels and numbers must be one value a row`,
      { file },
    );
  }
  const rows: string[][] = [[...names]];
  const all = names.map((_, column) => column);
  for await (const block of columnar.rows(all, SAMPLE_ROWS))
    for (const { cells } of block) rows.push([...cells]);
  if (rows.length === 1) throw new DataError('the file is empty: it has columns, but no rows', { file });
  return rows;
}

/** One sentence for each thing to say about a columnar file. */
export function columnarNotes({ format, reason, names, nested }: ColumnarFile): string[] {
  const left = [...nested].map(([name, what]) => `${name} (${what})`);
  return [
    `${format}: ${reason}`,
    `the columns are ${names.join(', ')}`,
    ...(left.length === 0 ? [] : [`nested columns are left out: ${left.join(', ')}`]),
  ];
}

/** Writes a value as the text of a cell: what is missing is empty, times are ISO 8601, bytes are UTF-8. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The text of a class number: its name where there is one; empty for −1, which means “not labelled”. */
export function classText(value: unknown, names: readonly string[]): string {
  const number = Number(value);
  return number === -1 ? '' : (names[number] ?? cellText(value));
}

/**
 * Finds the class names in the `huggingface` metadata of a file:
 * `{"info": {"features": {"label": {"_type": "ClassLabel", "names": ["neg", "pos"]}}}}`.
 */
export function classNamesOf(metadata: string | undefined): ClassNames {
  const found = new Map<string, readonly string[]>();
  const features = property(property(parsedOrNothing(metadata), 'info'), 'features');
  if (typeof features !== 'object' || features === null) return found;
  for (const [column, feature] of Object.entries(features)) {
    const names = property(feature, 'names');
    const isList = Array.isArray(names) && names.every((name) => typeof name === 'string');
    if (property(feature, '_type') === 'ClassLabel' && isList) found.set(column, names);
  }
  return found;
}

/** Rows from whole columns; columns that were not read are undefined and give empty cells. */
export function rowsOf(
  columns: readonly (((row: number) => string) | undefined)[],
  count: number,
  firstLine: number,
): TableRow[] {
  const rows: TableRow[] = [];
  for (let row = 0; row < count; row++) {
    rows.push({ cells: columns.map((cell) => cell?.(row) ?? ''), line: firstLine + row });
  }
  return rows;
}

function formatByBytes(head: Uint8Array, file: string): ColumnarFormat | undefined {
  const text = String.fromCharCode(...head);
  if (text.startsWith('PAR1')) return 'parquet';
  if (text.startsWith('ARROW1')) return 'arrow';
  // A stream begins with the mark of its first message and the size of a schema: at most 16 MiB, more than nothing.
  if (text.startsWith('\xff\xff\xff\xff') && head.length === HEAD_BYTES && head[7] === 0) return 'arrow';
  if (text.startsWith('PARE')) {
    throw new FormatError('this Parquet file is encrypted: write it again without encryption', { file });
  }
  if (text.startsWith('FEA1')) {
    throw new FormatError(
      'this is Feather of version 1, which nobody writes any more: save it as version 2',
      {
        file,
      },
    );
  }
  return undefined;
}

async function readHead(path: string): Promise<Uint8Array> {
  try {
    // A pipe can be read only once, and has no end to look for a footer at.
    if (!(await stat(path)).isFile()) return new Uint8Array(0);
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw readProblem(cause, path);
  }
}

function parsedOrNothing(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
