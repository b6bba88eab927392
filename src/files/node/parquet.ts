/**
 * Parquet files, one row group at a time, so that memory holds the wanted columns of one group and no more.
 *
 * The bytes are read by hyparquet, which trusts them. What a damaged file could lie about (sizes, places, counts) is
 * compared with the file and with each other before they are used.
 */
import { open } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type SchemaTree,
  snappyUncompress,
} from 'hyparquet';
import { FormatError, LexigradError } from '../../base/errors.js';
import { decodeLz4Block } from '../lz4.js';
import { type ColumnarFile, cellText, classNamesOf, classText, rowsOf } from './columnar.js';
import { readProblem } from './open.js';
import type { TableRow } from './table.js';

const MAGIC = 'PAR1';
/** Magic and size of the footer, at the end. */
const TAIL_BYTES = 8;
const SMALLEST_FILE = MAGIC.length + TAIL_BYTES;
/** Footers describe columns and row groups: those of a terabyte have some megabytes. */
const LARGEST_FOOTER = 256 * 1024 * 1024;
/** Rows that a group may have; usual are some thousands to a million. */
const LARGEST_GROUP = 2 ** 26;
const ROWS_AT_A_TIME = 1024;
/** No page of Snappy or LZ4 unpacks to more than this many times its size. */
const LARGEST_RATIO = 256;

/** Node has zstd from 22.15 and 23.8 on. */
const unpackZstd = (zlib as Partial<Record<'zstdDecompressSync', typeof zlib.gunzipSync>>).zstdDecompressSync;

const COMPRESSORS: Compressors = {
  SNAPPY: (input, length) => {
    const output = new Uint8Array(sound(length, input));
    snappyUncompress(input, output);
    return output;
  },
  GZIP: (input, length) => zlib.gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => zlib.brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  LZ4_RAW: (input, length) => decodeLz4Block(input, sound(length, input)),
  ...(unpackZstd && {
    ZSTD: (input, length) => unpackZstd(input, { maxOutputLength: Math.max(1, length) }),
  }),
};

/**
 * Opens a Parquet file: reads and checks its footer.
 *
 * @throws DataError when the file cannot be read; FormatError when it is cut short, damaged or encrypted.
 */
export async function openParquet(path: string): Promise<ColumnarFile> {
  const file = await bufferOf(path);
  await checkEnds(file, path);
  const metadata = await guarded(path, () => parquetMetadataAsync(file, { geoparquet: false }));
  return guarded(path, () => {
    checkGroups(metadata, file.byteLength, path);
    const columns = parquetSchema(metadata).children;
    const names = columns
      .filter((column) => nesting(column) === undefined)
      .map(({ element }) => element.name);
    const nested = columns.flatMap((column): [string, string][] => {
      const what = nesting(column);
      return what === undefined ? [] : [[column.element.name, what]];
    });
    const rowCount = Number(metadata.num_rows).toLocaleString('en');
    const groups = metadata.row_groups.length.toLocaleString('en');
    return {
      ...{ file: path, format: 'parquet', names, nested: new Map(nested) },
      reason: `the file begins and ends with ${MAGIC}; rows: ${rowCount}, row groups: ${groups}`,
      rows: (wanted, limit = Number.POSITIVE_INFINITY) =>
        readGroups(path, file, metadata, { names, wanted, limit }),
    };
  });
}

interface Selection {
  readonly names: readonly string[];
  readonly wanted: readonly number[];
  readonly limit: number;
}

async function* readGroups(
  path: string,
  file: AsyncBuffer,
  metadata: FileMetaData,
  { names, wanted, limit }: Selection,
): AsyncGenerator<TableRow[]> {
  const columns = wanted.map((position) => names[position]!);
  checkCodecs(metadata, columns, path);
  const classes = classNamesOf(metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value);
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = Math.min(rowStart + Number(num_rows), limit);
    if (rowEnd <= rowStart) continue;
    // A scan remembers what it read, so each group gets one of its own.
    const scan = await guarded(path, () =>
      parquetScan({ file, metadata, columns, compressors: COMPRESSORS, geoparquet: false }),
    );
    const cells: (((row: number) => string) | undefined)[] = names.map(() => undefined);
    for (const position of wanted) {
      const name = names[position]!;
      const values = await guarded(path, () => scan.readColumn({ column: name, rowStart, rowEnd }), name);
      if (values.length !== rowEnd - rowStart) {
        throw damaged(`column '${name}' has ${values.length} values for ${rowEnd - rowStart} rows`, path);
      }
      const known = classes.get(name);
      cells[position] = (row) =>
        known === undefined ? cellText(values[row]) : classText(values[row], known);
    }
    const rowsBefore = rowStart;
    for (let begin = 0; begin < rowEnd - rowsBefore; begin += ROWS_AT_A_TIME) {
      const count = Math.min(ROWS_AT_A_TIME, rowEnd - rowsBefore - begin);
      const shifted = cells.map((cell) => cell && ((row: number) => cell(begin + row)));
      yield rowsOf(shifted, count, rowsBefore + begin + 1);
    }
    rowStart = rowEnd;
  }
}

/** What a column holds, where that is more than one value a row. */
function nesting({ element, children }: SchemaTree): string | undefined {
  const kind = element.logical_type?.type ?? element.converted_type;
  if (kind === 'LIST' || element.repetition_type === 'REPEATED') return 'a list';
  if (kind === 'MAP' || kind === 'MAP_KEY_VALUE') return 'a map';
  return children.length > 0 ? 'a struct' : undefined;
}

async function checkEnds(file: AsyncBuffer, path: string): Promise<void> {
  if (file.byteLength < SMALLEST_FILE) throw damaged(`it has only ${file.byteLength} bytes`, path);
  const tail = new DataView(await file.slice(file.byteLength - TAIL_BYTES));
  const magic = String.fromCharCode(...new Uint8Array(tail.buffer, 4));
  if (magic !== MAGIC) throw damaged(`it does not end with ${MAGIC}`, path);
  const footer = tail.getUint32(0, true);
  if (footer > Math.min(LARGEST_FOOTER, file.byteLength - SMALLEST_FILE)) {
    throw damaged(`its footer claims ${footer} bytes of ${file.byteLength}`, path);
  }
}

/** Counts must agree with each other, and places must lie within the file. */
function checkGroups({ num_rows, row_groups, schema }: FileMetaData, size: number, path: string): void {
  let total = 0;
  for (const { columns, num_rows } of row_groups) {
    const rows = Number(num_rows);
    if (!(rows >= 0 && rows <= LARGEST_GROUP)) {
      throw damaged(`a row group claims ${rows} rows, more than ${LARGEST_GROUP}`, path);
    }
    total += rows;
    for (const { meta_data: chunk, file_path, crypto_metadata } of columns) {
      if (file_path)
        throw new FormatError(`its data lie in another file, ${file_path}: name that`, { file: path });
      if (crypto_metadata !== undefined || chunk === undefined) {
        throw new FormatError('a column is encrypted: write the file again without encryption', {
          file: path,
        });
      }
      const name = chunk.path_in_schema.join('.');
      const places = [chunk.dictionary_page_offset, chunk.data_page_offset];
      const begin = Math.min(...places.filter((place) => place !== undefined).map(Number));
      const bytes = Number(chunk.total_compressed_size);
      if (!(begin >= 0 && bytes >= 0 && begin + bytes <= size)) {
        throw damaged(`column '${name}' claims bytes that are not there`, path);
      }
      if (
        chunk.path_in_schema.length === 1 &&
        !isRepeated(schema, name) &&
        Number(chunk.num_values) !== rows
      ) {
        throw damaged(`column '${name}' claims ${chunk.num_values} values for ${rows} rows`, path);
      }
    }
  }
  if (total !== Number(num_rows)) {
    throw damaged(`it claims ${num_rows} rows, its row groups ${total}`, path);
  }
}

function isRepeated(schema: FileMetaData['schema'], name: string): boolean {
  return schema.some((element) => element.name === name && element.repetition_type === 'REPEATED');
}

function checkCodecs({ row_groups }: FileMetaData, names: readonly string[], path: string): void {
  const chunks = row_groups.flatMap(({ columns }) => columns.flatMap(({ meta_data }) => meta_data ?? []));
  for (const { codec, path_in_schema } of chunks) {
    const [name] = path_in_schema;
    if (!names.includes(name!) || codec === 'UNCOMPRESSED' || COMPRESSORS[codec] !== undefined) continue;
    const needs = codec === 'ZSTD' ? 'needs Node 22.15 or newer' : 'cannot be read';
    throw new FormatError(
      `column '${name}' is compressed with ${codec}, which ${needs}: write the file with snappy or gzip`,
      { file: path },
    );
  }
}

/** The claimed size of a page, if it can be true. */
function sound(length: number, input: Uint8Array): number {
  if (length >= 0 && length <= (input.length + 1) * LARGEST_RATIO) return length;
  throw new Error(`a page of ${input.length} bytes claims to unpack to ${length}`);
}

/** The file as hyparquet asks for it; every piece is opened anew, so there is nothing to close. */
async function bufferOf(path: string): Promise<AsyncBuffer> {
  const handle = await open(path).catch((cause) => {
    throw readProblem(cause, path);
  });
  const { size } = await handle.stat().finally(() => handle.close());
  return { byteLength: size, slice: (start, end = size) => readPiece(path, start, Math.min(end, size)) };
}

async function readPiece(path: string, start: number, end: number): Promise<ArrayBuffer> {
  if (!(start >= 0 && start <= end)) throw new Error(`there are no bytes ${start} to ${end}`);
  const bytes = new Uint8Array(end - start);
  try {
    const handle = await open(path);
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
        if (bytesRead === 0) throw damaged('it became shorter while it was read', path);
        done += bytesRead;
      }
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw readProblem(cause, path);
  }
  return bytes.buffer;
}

/** Gives what another's code throws on damaged bytes the form of our own refusals. */
async function guarded<Value>(
  path: string,
  read: () => Value | Promise<Value>,
  column?: string,
): Promise<Value> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof LexigradError) throw cause;
    const where = column === undefined ? 'its footer' : `column '${column}'`;
    throw damaged(`${where} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, path);
  }
}

function damaged(what: string, file: string): FormatError {
  return new FormatError(`this Parquet file is damaged or cut short (${what}): copy or write it again`, {
    file,
  });
}
