/** What reading a data file gives: examples, and a description of how the file was understood. */

/** Formats of lines of text. */
export type TextFormat = 'csv' | 'tsv' | 'jsonl' | 'fasttext' | 'text';

/** Formats of typed columns, which tell by their first bytes what they are. */
export type ColumnarFormat = 'parquet' | 'arrow';

export type DataFormat = TextFormat | ColumnarFormat;

export function isColumnar(format: DataFormat | undefined): format is ColumnarFormat {
  return format === 'parquet' || format === 'arrow';
}

/** A text and what it is. `line` is where it starts in its file, from 1. */
export interface LabelledExample {
  readonly text: string;
  /** The label; the first one where there are several. */
  readonly label: string;
  /** All labels, when the file gives this text several. */
  readonly labels?: readonly string[];
  readonly line: number;
}

/** A row of numbers and its class. */
export interface NumericExample {
  readonly features: readonly number[];
  readonly label: string;
  readonly line: number;
}

/** A column, by its name in the header (or JSON key), or by its position from 1. */
export type ColumnReference = string | number;

/** What the reader is told; what it is not told it finds out. */
export interface ReadOptions {
  readonly format?: DataFormat;
  /** The column with the text; several are joined by a space. */
  readonly textColumn?: ColumnReference | readonly ColumnReference[];
  readonly labelColumn?: ColumnReference;
  /** Whether the first row names the columns. */
  readonly header?: boolean;
  /** The sign between columns; one character. */
  readonly delimiter?: string;
  /** Whether `"` encloses fields. CSV: yes. TSV: found out. */
  readonly quotes?: boolean;
  /** A label of the WHATWG Encoding Standard. Default: UTF-8, or UTF-16 as the byte-order mark says. */
  readonly encoding?: string;
}

/** How a file was understood, to be said aloud. */
export interface DataDescription {
  readonly file: string;
  readonly format: DataFormat;
  readonly delimiter?: string;
  readonly quotes?: boolean;
  readonly header?: boolean;
  /** Names of all columns; `column 1`, `column 2`, … where there is no header. */
  readonly columns: readonly string[];
  readonly textColumns: readonly string[];
  readonly labelColumn?: string;
  /** Columns of numbers, for numeric files. */
  readonly featureColumns?: readonly string[];
  /** One sentence for each thing that was found out. */
  readonly notes: readonly string[];
}

/** A file that can be read again and again, once for each pass; it is opened anew each time. */
export interface DataReader<Item> extends AsyncIterable<Item> {
  readonly description: DataDescription;
  /** The same items, as many at a time as have been read: the fast way through a large file. */
  batches(): AsyncIterable<readonly Item[]>;
}
