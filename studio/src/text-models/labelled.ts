/**
 * Labelled texts from the bytes of a file, by the library's own readers of lines, columns, JSON and fastText marks.
 * Tables are parsed by csv-parse, as the command line does it.
 */
import { parse } from 'csv-parse/browser/esm/sync';
import { DataError } from 'lexigrad';
import {
  chooseTextColumns,
  type DataFormat,
  decodeLines,
  decodeText,
  guessFormat,
  jsonCell,
  jsonExample,
  type LabelledExample,
  type Line,
  parseFastTextLine,
  parseJsonLine,
  type ReadOptions,
} from 'lexigrad/files';

export interface LabelledTexts {
  readonly examples: readonly LabelledExample[];
  readonly format: DataFormat;
  /** Names of all columns; none of fastText lines. */
  readonly columns: readonly string[];
  readonly textColumns: readonly string[];
  readonly labelColumn: string | undefined;
  /** How the file was understood, one sentence each. */
  readonly notes: readonly string[];
}

/** Rows that are looked at to find the columns. */
const SAMPLE_ROWS = 1000;
const DELIMITERS = [',', ';', '\t', '|'];
/** Lines that are tried with each delimiter. */
const DELIMITER_LINES = 100;

/**
 * @param file the name to give in messages
 * @throws DataError with file and line for what cannot be read
 */
export async function readLabelledTexts(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
  options: Pick<ReadOptions, 'textColumn' | 'labelColumn'> = {},
): Promise<LabelledTexts> {
  const lines: Line[] = [];
  for await (const line of decodeLines(chunksOf(bytes), { file }))
    if (line.text.trim() !== '') lines.push(line);
  if (lines.length === 0) throw new DataError('the file is empty', { file });
  const sample = lines.slice(0, SAMPLE_ROWS).map(({ text }) => text);
  const { format, reason } = guessFormat({ file, lines: sample, complete: lines.length <= SAMPLE_ROWS });
  const notes = [`${format}: ${reason}`];
  if (format === 'fasttext') {
    const examples = lines.map((line) => parseFastTextLine(line, file));
    return { examples, format, columns: [], textColumns: [], labelColumn: undefined, notes };
  }
  if (format === 'jsonl') return fromJson(lines, file, options, notes);
  const text = await wholeText(bytes, file);
  const delimiter = chooseDelimiter(sample, format === 'tsv' ? ['\t'] : DELIMITERS);
  // What is pasted has no name that says CSV; lines without columns are no table.
  if (delimiter === undefined) {
    throw new DataError(
      'these are lines without columns or labels: a classifier needs a label for each text, as in a CSV file with ' +
        'the columns text and label, or lines of label<TAB>text',
      { file, line: lines[0]!.line },
    );
  }
  return fromTable(tableRows(text, delimiter, file), file, options, {
    format: delimiter === '\t' ? 'tsv' : 'csv',
    notes: [delimiter === '\t' ? 'a tab separates the columns' : `'${delimiter}' separates the columns`],
  });
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function wholeText(bytes: Uint8Array, file: string): Promise<string> {
  let text = '';
  for await (const part of decodeText(chunksOf(bytes), { file })) text += part;
  return text;
}

function fromJson(
  lines: readonly Line[],
  file: string,
  options: ReadOptions,
  notes: readonly string[],
): LabelledTexts {
  const records = lines.map((line) => parseJsonLine(line, file));
  const seen = records.slice(0, SAMPLE_ROWS);
  const keys = [...new Set(seen.flatMap((record) => [...record.keys()]))];
  const rows = [keys, ...seen.map((record) => keys.map((key) => jsonCell(record.get(key))))];
  const chosen = chooseTextColumns(rows, { ...options, header: true }, file);
  const textColumns = chosen.inputs.map((column) => keys[column]!);
  const labelColumn = keys[chosen.label]!;
  return {
    examples: records.map((record, i) => jsonExample(record, textColumns, labelColumn, lines[i]!.line, file)),
    ...{ format: 'jsonl', columns: keys, textColumns, labelColumn },
    notes: [...notes, ...chosen.notes.slice(1)],
  };
}

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

function fromTable(
  rows: readonly Row[],
  file: string,
  options: ReadOptions,
  { format, notes }: { readonly format: DataFormat; readonly notes: readonly string[] },
): LabelledTexts {
  const width = rows[0]!.cells.length;
  const even = rows.filter(({ cells }) => cells.length === width).map(({ cells }) => cells);
  const chosen = chooseTextColumns(even.slice(0, SAMPLE_ROWS), options, file);
  const { header, names, inputs, label } = chosen;
  const examples = rows.slice(header ? 1 : 0).map(({ cells, line }): LabelledExample => {
    if (cells.length !== width) {
      throw new DataError(
        `this row has ${cells.length} column${cells.length === 1 ? '' : 's'}, the first row has ${width}: a text with the delimiter in it must ` +
          'stand in double quotes',
        { file, line },
      );
    }
    const name = cells[label]!.trim();
    if (name === '') {
      throw new DataError(`the label (${names[label]}) is empty: fill it in or delete the row`, {
        file,
        line,
        column: label + 1,
      });
    }
    return { text: inputs.map((column) => cells[column]!).join(' '), label: name, line };
  });
  return {
    examples,
    format,
    columns: names,
    textColumns: inputs.map((column) => names[column]!),
    labelColumn: names[label],
    notes: [...notes, ...chosen.notes],
  };
}

const PARSING = { relax_column_count: true, relax_quotes: true, skip_empty_lines: true } as const;

/** The delimiter by which most rows are as wide as the first; undefined where none makes two columns. */
function chooseDelimiter(lines: readonly string[], delimiters: readonly string[]): string | undefined {
  const text = lines.slice(0, DELIMITER_LINES).join('\n');
  const scores = delimiters.map((delimiter) => {
    const rows: string[][] = [];
    try {
      // A sample may end within a quoted field; the rows before it tell enough.
      parse(text, { ...PARSING, delimiter, on_record: (row: string[]) => void rows.push(row) });
    } catch {
      if (rows.length === 0) return 0;
    }
    const width = rows[0]?.length ?? 0;
    return width < 2 ? 0 : rows.filter((row) => row.length === width).length / rows.length;
  });
  const best = Math.max(...scores);
  return best === 0 ? undefined : delimiters[scores.indexOf(best)];
}

/** @throws DataError for a quote that is never closed */
function tableRows(text: string, delimiter: string, file: string): Row[] {
  const rows: Row[] = [];
  // A lone " in a tab-separated file is a character like any other, unless whole fields are quoted.
  const quote = delimiter === '\t' && !/(^|\t)"[^"\t\n]*"(\t|$)/m.test(text) ? null : '"';
  try {
    parse(text, {
      ...{ ...PARSING, delimiter, quote, info: true },
      on_record: (record: unknown) => {
        const { record: cells, info } = record as { record: string[]; info: { lines: number } };
        const lineEnds = cells.reduce((total, cell) => total + cell.split('\n').length - 1, 0);
        rows.push({ cells, line: info.lines - lineEnds });
        return null;
      },
    });
  } catch (cause) {
    const line = (rows.at(-1)?.line ?? 0) + 1;
    const { code, message } = cause as { readonly code?: string; readonly message: string };
    throw code === 'CSV_QUOTE_NOT_CLOSED'
      ? new DataError(
          'in the row that starts here a double quote is opened and never closed: close it, or write "" for a quote ' +
            'inside a quoted text',
          { file, line },
        )
      : new DataError(`this row is not valid CSV (${message})`, { file, line });
  }
  return rows;
}
