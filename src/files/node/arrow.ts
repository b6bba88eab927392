/**
 * Arrow files (also named Feather, version 2) and streams. The format is made to be looked at in place, so the whole
 * file is held in memory; rows become text only as they are read.
 */
import { stat } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import {
  CompressionType,
  type DataType,
  setCompressionCodec,
  type Table,
  tableFromIPC,
} from '@uwdata/flechette';
import { FormatError, LexigradError } from '../../base/errors.js';
import { decodeLz4Frame } from '../lz4.js';
import { type ColumnarFile, cellText, classNamesOf, classText, rowsOf } from './columnar.js';
import { loadFile } from './host.js';
import { readProblem } from './open.js';
import type { TableRow } from './table.js';

const MAGIC = 'ARROW1';
/** A buffer of JavaScript can be larger, but its views are addressed by 32 bits in the reader. */
const LARGEST_FILE = 2 ** 31 - 1;
/** No buffer of LZ4 unpacks to more than this many times its size. */
const LARGEST_RATIO = 256;
/** Bits of a byte, times what compression can save: more rows than this a byte are a lie. */
const MOST_ROWS_PER_BYTE = 8 * LARGEST_RATIO;
const ROWS_AT_A_TIME = 1024;

/** What a column holds, where that is more than one value a row; by the type numbers of the format. */
const NESTED_TYPES: Readonly<Record<number, string>> = {
  12: 'a list',
  13: 'a struct',
  14: 'a union',
  16: 'a list',
  17: 'a map',
  21: 'a list',
  25: 'a list',
  26: 'a list',
};

/** Node has zstd from 22.15 and 23.8 on. */
const unpackZstd = (zlib as Partial<Record<'zstdDecompressSync', typeof zlib.gunzipSync>>).zstdDecompressSync;

const packing = (): never => {
  throw new Error('Arrow files are only read here');
};

/**
 * Opens an Arrow file or stream.
 *
 * @throws DataError when the file cannot be read; FormatError when it is cut short, damaged, or larger than 2 GiB.
 */
export async function openArrow(path: string): Promise<ColumnarFile> {
  const { size } = await stat(path).catch((cause) => {
    throw readProblem(cause, path);
  });
  if (size > LARGEST_FILE) {
    throw new FormatError('Arrow files are held in memory, and this one is over 2 GiB: save it as Parquet', {
      file: path,
    });
  }
  const bytes = await loadFile(path);
  registerCodecs();
  const isFile = String.fromCharCode(...bytes.subarray(0, MAGIC.length)) === MAGIC;
  if (isFile) checkEnd(bytes, path);
  const table = guarded(path, () => readTable(bytes));
  const { numRows, schema } = table;
  if (!(numRows >= 0 && numRows <= bytes.length * MOST_ROWS_PER_BYTE)) {
    throw damaged(`it claims ${numRows} rows in ${bytes.length} bytes`, path);
  }
  const positions = schema.fields.flatMap(({ type }, position) => (nesting(type) ? [] : [position]));
  const names = positions.map((position) => schema.fields[position]!.name);
  const nested = schema.fields.flatMap(({ name, type }): [string, string][] => {
    const what = nesting(type);
    return what === undefined ? [] : [[name, what]];
  });
  return {
    ...{ file: path, format: 'arrow', names, nested: new Map(nested) },
    reason: `${isFile ? `the file begins and ends with ${MAGIC}` : 'a stream of messages'}; rows: ${numRows.toLocaleString('en')}`,
    rows: (wanted, limit = Number.POSITIVE_INFINITY) =>
      readRows(path, table, { positions, wanted, count: Math.min(numRows, limit) }),
  };
}

interface Selection {
  /** Where the columns that can be read stand among all columns. */
  readonly positions: readonly number[];
  readonly wanted: readonly number[];
  readonly count: number;
}

async function* readRows(
  path: string,
  table: Table,
  { positions, wanted, count }: Selection,
): AsyncGenerator<TableRow[]> {
  const classes = classNamesOf(table.schema.metadata?.get('huggingface'));
  const cells = positions.map((position, i) => {
    if (!wanted.includes(i)) return undefined;
    const column = table.getChildAt(position);
    const known = classes.get(table.schema.fields[position]!.name);
    return (row: number) =>
      known === undefined ? cellText(column.at(row)) : classText(column.at(row), known);
  });
  for (let begin = 0; begin < count; begin += ROWS_AT_A_TIME) {
    const shifted = cells.map((cell) => cell && ((row: number) => cell(begin + row)));
    yield guarded(path, () => rowsOf(shifted, Math.min(ROWS_AT_A_TIME, count - begin), begin + 1));
  }
}

function readTable(bytes: Uint8Array): Table {
  const table = tableFromIPC(bytes, { useDate: true, useBigInt: true });
  for (const [i, column] of table.children.entries()) {
    if (column.length === table.numRows) continue;
    const { name } = table.schema.fields[i]!;
    throw new Error(`column '${name}' has ${column.length} values for ${table.numRows} rows`);
  }
  return table;
}

function nesting(type: DataType): string | undefined {
  return NESTED_TYPES['dictionary' in type ? type.dictionary.typeId : type.typeId];
}

function checkEnd(bytes: Uint8Array, path: string): void {
  const tail = bytes.subarray(-MAGIC.length);
  if (bytes.length < 2 * MAGIC.length + 6 || String.fromCharCode(...tail) !== MAGIC) {
    throw damaged(`it does not end with ${MAGIC}`, path);
  }
  const place = bytes.length - MAGIC.length - 4;
  const footer = new DataView(bytes.buffer, bytes.byteOffset).getInt32(place, true);
  if (footer <= 0 || footer > place)
    throw damaged(`its footer claims ${footer} bytes of ${bytes.length}`, path);
}

/** The package keeps its codecs in one place for all its users; setting them again changes nothing. */
function registerCodecs(): void {
  setCompressionCodec(CompressionType.LZ4_FRAME, {
    encode: packing,
    decode: (data, length) => {
      if (!(length >= 0 && length <= (data.length + 1) * LARGEST_RATIO)) {
        throw new Error(`a buffer of ${data.length} bytes claims to unpack to ${length}`);
      }
      return decodeLz4Frame(data, length);
    },
  });
  setCompressionCodec(CompressionType.ZSTD, {
    encode: packing,
    decode: (data, length) => {
      if (unpackZstd === undefined) {
        throw new FormatError('the file is compressed with zstd, which needs Node 22.15 or newer: use lz4');
      }
      return unpackZstd(data, { maxOutputLength: Math.max(1, length) });
    },
  });
}

/** Gives what another's code throws on damaged bytes the form of our own refusals. */
function guarded<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof FormatError && cause.location.file === undefined) {
      throw new FormatError(cause.message, { file: path });
    }
    if (cause instanceof LexigradError) throw cause;
    throw damaged(cause instanceof Error ? cause.message : String(cause), path);
  }
}

function damaged(what: string, file: string): FormatError {
  return new FormatError(`this Arrow file is damaged or cut short (${what}): copy or write it again`, {
    file,
  });
}
