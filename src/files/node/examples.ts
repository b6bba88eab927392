/** Labelled examples and numeric rows from data files, in every format the library knows. */
import { DataError } from '../../base/errors.js';
import { type Columns, chooseNumericColumns, chooseTextColumns } from '../columns.js';
import type {
  DataDescription,
  DataFormat,
  DataReader,
  LabelledExample,
  NumericExample,
  ReadOptions,
} from '../examples.js';
import { type FormatGuess, guessFormat, isNumber, type Sample } from '../formats.js';
import type { Line } from '../lines.js';
import { jsonCell, jsonExample, parseFastTextLine, parseJsonLine } from '../records.js';
import { openLineBatches, readSample } from './open.js';
import { chooseDialect, type Dialect, readRows, sampleRows, type TableRow } from './table.js';

/**
 * Opens a file of labelled texts: CSV, TSV, JSONL, fastText lines or `label<TAB>text`, plain or gzip. What the
 * options leave open is found out from the first rows and described. Nothing but those rows is read before the
 * iteration starts, and a file larger than memory is no problem.
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
      const label = columns.names[columns.label]!;
      return reader(
        { ...description, textColumns: columns.inputs.map((column) => columns.names[column]!) },
        () =>
          mapRows(path, dialect, columns, options, (row) => {
            const text = columns.inputs.map((column) => row.cells[column]!).join(' ');
            return { text, label: labelOf(row, columns.label, label, path), line: row.line };
          }),
      );
    }
  }
}

/**
 * Opens a CSV or TSV file in which all columns but the label are numbers.
 *
 * @throws DataError when the file is no such table; while iterating, for a cell that is no number, with its place.
 */
export async function readNumericRows(
  path: string,
  options: ReadOptions = {},
): Promise<DataReader<NumericExample>> {
  const sample = await readSample(path, options.encoding);
  const { format, reason } = formatOf(sample, options);
  const found = isTable(format) ? numericTable(sample, format, options) : undefined;
  if (found === undefined) {
    throw new DataError('this is not a table of numbers: every column but the label must be numeric', {
      file: path,
    });
  }
  const { dialect, columns } = found;
  const common = { file: path, format, columns: [], textColumns: [], notes: [`${format}: ${reason}`] };
  const featureColumns = columns.inputs.map((column) => columns.names[column]!);
  const label = columns.names[columns.label]!;
  return reader({ ...describeTable(common, dialect, columns), featureColumns }, () =>
    mapRows(path, dialect, columns, options, (row) => ({
      features: columns.inputs.map((column) => numberAt(row, column, columns.names[column]!, path)),
      label: labelOf(row, columns.label, label, path),
      line: row.line,
    })),
  );
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
  if (options.format !== undefined) return { format: options.format, reason: 'as you said' };
  const guess = guessFormat(sample);
  // Who names a delimiter or a column of a text file means a table.
  const meansTable = options.delimiter !== undefined;
  return guess.format === 'text' && meansTable ? { format: 'csv', reason: 'a delimiter is given' } : guess;
}

export function isTable(format: DataFormat): format is 'csv' | 'tsv' {
  return format === 'csv' || format === 'tsv';
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
