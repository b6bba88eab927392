/** Labelled examples and numeric rows from data files, in every format the library knows. */
import { DataError } from '../../base/errors.js';
import { type Columns, chooseNumericColumns, chooseTextColumns } from '../columns.js';
import {
  type DataDescription,
  type DataFormat,
  type DataReader,
  isColumnar,
  type LabelledExample,
  type NumericExample,
  type ReadOptions,
} from '../examples.js';
import { type FormatGuess, guessFormat, isNumber, type Sample } from '../formats.js';
import type { Line } from '../lines.js';
import { jsonCell, jsonExample, parseFastTextLine, parseJsonLine } from '../records.js';
import { type ColumnarFile, columnarNotes, openColumnar, sampleColumnar } from './columnar.js';
import { openLineBatches, readSample } from './open.js';
import { chooseDialect, type Dialect, readRows, sampleRows, type TableRow } from './table.js';

/**
 * Opens a file of labelled texts: CSV, TSV, JSONL, fastText lines or `label<TAB>text`, plain or gzip; Parquet or Arrow.
 * What the options leave open is found out from the first rows and described. Nothing but those rows is read before
 * the iteration starts, and a file larger than memory is no problem (of Parquet, one row group is held; Arrow, all).
 *
 * @example
 * const examples = await readExamples('messages.csv');
 * examples.description.notes;                              // ['the first row names the columns', …]
 * for await (const { text, label, line } of examples) …
 *
 * @throws DataError when the file is empty, has no labels, or a named column is missing; while iterating, for
 * ragged rows, unclosed quotes, bad JSON, missing labels and bytes that are not text, with their place.
 */
export async function readExamples(
  path: string,
  options: ReadOptions = {},
): Promise<DataReader<LabelledExample>> {
  const columnar = await openColumnar(path, options);
  if (columnar !== undefined) return columnarExamples(columnar, options);
  const sample = await readSample(path, options.encoding);
  const { format, reason } = formatOf(sample, options);
  const common = { file: path, format, columns: [], textColumns: [], notes: [`${format}: ${reason}`] };
  switch (format) {
    case 'text':
      throw new DataError(
        'these are lines of plain text without labels: a classifier needs a label for each text, for example ' +
          'label<TAB>text, or a CSV file with the columns text and label',
        { file: path, line: 1 },
      );
    case 'fasttext':
      return reader(common, () => mapLines(path, options, (line) => parseFastTextLine(line, path)));
    case 'jsonl':
      return jsonlReader(sample, options, common);
    default: {
      const dialect = chooseDialect(sample, format, options);
      const rows = evenRows(sampleRows(sample, dialect), sample);
      const columns = chooseTextColumns(rows, options, path);
      const description = describeTable(common, dialect, columns);
      return reader(
        { ...description, textColumns: columns.inputs.map((column) => columns.names[column]!) },
        () => mapRows(path, dialect, columns, options, (row) => textExample(row, columns, path)),
      );
    }
  }
}

/**
 * Opens a CSV, TSV, Parquet or Arrow file in which all columns but the label are numbers.
 *
 * @throws DataError when the file is no such table; while iterating, for a cell that is no number, with its place.
 */
export async function readNumericRows(
  path: string,
  options: ReadOptions = {},
): Promise<DataReader<NumericExample>> {
  const columnar = await openColumnar(path, options);
  if (columnar !== undefined) return columnarNumbers(columnar, options);
  const sample = await readSample(path, options.encoding);
  const { format, reason } = formatOf(sample, options);
  const found = isTable(format) ? numericTable(sample, format, options) : undefined;
  if (found === undefined) throw notNumbers(path);
  const { dialect, columns } = found;
  const common = { file: path, format, columns: [], textColumns: [], notes: [`${format}: ${reason}`] };
  const featureColumns = columns.inputs.map((column) => columns.names[column]!);
  return reader({ ...describeTable(common, dialect, columns), featureColumns }, () =>
    mapRows(path, dialect, columns, options, (row) => numericExample(row, columns, path)),
  );
}

/**
 * The columns of a Parquet or Arrow file, if it is a table of numbers.
 *
 * @throws DataError when it is empty, or a named column is not there or nested.
 */
export async function numericColumnar(
  columnar: ColumnarFile,
  options: ReadOptions,
): Promise<Columns | undefined> {
  const rows = await sampleColumnar(columnar, options);
  return chooseNumericColumns(rows, { ...options, header: true }, columnar.file);
}

/** The table in a sample and its columns, if it is one of numbers. */
export function numericTable(
  sample: Sample,
  format: 'csv' | 'tsv',
  options: ReadOptions,
): { dialect: Dialect; columns: Columns } | undefined {
  const dialect = chooseDialect(sample, format, options);
  const rows = evenRows(sampleRows(sample, dialect), sample);
  const columns = chooseNumericColumns(rows, options, sample.file);
  return columns === undefined ? undefined : { dialect, columns };
}

/** The format that the options give, or the one that the sample shows. */
export function formatOf(sample: Sample, options: ReadOptions): FormatGuess {
  if (options.format !== undefined && !isColumnar(options.format)) {
    return { format: options.format, reason: 'as you said' };
  }
  const guess = guessFormat(sample);
  // Who names a delimiter or a column of a text file means a table.
  const meansTable = options.delimiter !== undefined;
  return guess.format === 'text' && meansTable ? { format: 'csv', reason: 'a delimiter is given' } : guess;
}

export function isTable(format: DataFormat): format is 'csv' | 'tsv' {
  return format === 'csv' || format === 'tsv';
}

async function columnarExamples(
  columnar: ColumnarFile,
  options: ReadOptions,
): Promise<DataReader<LabelledExample>> {
  const { file, names } = columnar;
  const rows = await sampleColumnar(columnar, options);
  if (names.length < 2) {
    throw new DataError(
      `there is only one column of single values, ${names[0]}: a classifier needs a text and a label in each row`,
      { file },
    );
  }
  const columns = chooseTextColumns(rows, { ...options, header: true }, file);
  const textColumns = columns.inputs.map((column) => names[column]!);
  return reader({ ...describeColumnar(columnar, columns), textColumns }, () =>
    mapColumnar(columnar, columns, (row) => textExample(row, columns, file)),
  );
}

async function columnarNumbers(
  columnar: ColumnarFile,
  options: ReadOptions,
): Promise<DataReader<NumericExample>> {
  const { file, names } = columnar;
  const columns = await numericColumnar(columnar, options);
  if (columns === undefined) throw notNumbers(file);
  const featureColumns = columns.inputs.map((column) => names[column]!);
  return reader({ ...describeColumnar(columnar, columns), textColumns: [], featureColumns }, () =>
    mapColumnar(columnar, columns, (row) => numericExample(row, columns, file)),
  );
}

function describeColumnar(columnar: ColumnarFile, columns: Columns): DataDescription {
  const { file, format, names } = columnar;
  // The first note is about a header, which is not a row here.
  const notes = [...columnarNotes(columnar), ...columns.notes.slice(1)];
  return { file, format, columns: names, textColumns: [], labelColumn: names[columns.label], notes };
}

async function* mapColumnar<Item>(
  columnar: ColumnarFile,
  { label, inputs }: Columns,
  parse: (row: TableRow) => Item,
): AsyncGenerator<Item[]> {
  for await (const rows of columnar.rows([...new Set([...inputs, label])])) yield* parsed(rows, parse);
}

async function jsonlReader(
  sample: Sample,
  options: ReadOptions,
  common: DataDescription,
): Promise<DataReader<LabelledExample>> {
  const { file } = sample;
  const records = sample.lines.flatMap((text, i) =>
    text.trim() === '' ? [] : [parseJsonLine({ text, line: i + 1 }, file)],
  );
  const keys = [...new Set(records.flatMap((record) => [...record.keys()]))];
  const rows = [keys, ...records.map((record) => keys.map((key) => jsonCell(record.get(key))))];
  const columns = chooseTextColumns(rows, { ...options, header: true }, file);
  const textKeys = columns.inputs.map((column) => keys[column]!);
  const labelKey = keys[columns.label]!;
  const notes = [...common.notes, ...columns.notes.slice(1)];
  return reader({ ...common, columns: keys, textColumns: textKeys, labelColumn: labelKey, notes }, () =>
    mapLines(file, options, (line) =>
      jsonExample(parseJsonLine(line, file), textKeys, labelKey, line.line, file),
    ),
  );
}

function describeTable(common: DataDescription, dialect: Dialect, columns: Columns): DataDescription {
  const sign = dialect.delimiter === '\t' ? 'a tab' : `'${dialect.delimiter}'`;
  const quoting = dialect.quotes
    ? 'double quotes may enclose a field'
    : 'double quotes are ordinary characters';
  return {
    ...common,
    ...dialect,
    header: columns.header,
    columns: columns.names,
    labelColumn: columns.names[columns.label],
    notes: [...common.notes, `${sign} separates the columns, ${quoting}`, ...columns.notes],
  };
}

function reader<Item>(
  description: DataDescription,
  batches: () => AsyncIterable<readonly Item[]>,
): DataReader<Item> {
  return {
    description,
    batches,
    async *[Symbol.asyncIterator]() {
      for await (const items of batches()) for (const item of items) yield item;
    },
  };
}

async function* mapLines<Item>(
  path: string,
  { encoding }: ReadOptions,
  parse: (line: Line) => Item,
): AsyncGenerator<Item[]> {
  for await (const lines of openLineBatches(path, { encoding })) {
    yield* parsed(
      lines.filter(({ text }) => text.trim() !== ''),
      parse,
    );
  }
}

/** What is read from some rows or lines; where one is refused, those before it come first. */
function* parsed<Row, Item>(rows: readonly Row[], parse: (row: Row) => Item): Generator<Item[]> {
  const items: Item[] = [];
  try {
    for (const row of rows) items.push(parse(row));
  } catch (refusal) {
    yield items;
    throw refusal;
  }
  yield items;
}

async function* mapRows<Item>(
  path: string,
  dialect: Dialect,
  columns: Columns,
  { encoding }: ReadOptions,
  parse: (row: TableRow) => Item,
): AsyncGenerator<Item[]> {
  let isHeader = columns.header;
  for await (const rows of readRows(path, dialect, columns.names.length, encoding)) {
    if (rows.length === 0) continue;
    yield* parsed(isHeader ? rows.slice(1) : rows, parse);
    isHeader = false;
  }
}

/** The rows as wide as the first; others will be refused with their line when they are read. */
function evenRows(rows: readonly string[][], sample: Sample): string[][] {
  const even = rows.filter((row) => row.length === rows[0]!.length);
  if (even.length > 0) return even;
  throw new DataError('in the first row a double quote is opened and never closed', {
    file: sample.file,
    line: 1,
  });
}

function textExample(row: TableRow, { inputs, label, names }: Columns, file: string): LabelledExample {
  const text = inputs.map((column) => row.cells[column]!).join(' ');
  return { text, label: labelOf(row, label, names[label]!, file), line: row.line };
}

function numericExample(row: TableRow, { inputs, label, names }: Columns, file: string): NumericExample {
  return {
    features: inputs.map((column) => numberAt(row, column, names[column]!, file)),
    label: labelOf(row, label, names[label]!, file),
    line: row.line,
  };
}

function notNumbers(file: string): DataError {
  return new DataError('this is not a table of numbers: every column but the label must be numeric', {
    file,
  });
}

function labelOf({ cells, line }: TableRow, column: number, name: string, file: string): string {
  const label = cells[column]!.trim();
  if (label !== '') return label;
  throw new DataError(`the label (${name}) is empty: fill it in or delete the row`, {
    file,
    line,
    column: column + 1,
  });
}

function numberAt({ cells, line }: TableRow, column: number, name: string, file: string): number {
  const cell = cells[column]!;
  if (isNumber(cell)) return Number(cell);
  throw new DataError(`'${cell}' (${name}) is not a number`, { file, line, column: column + 1 });
}
