import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataError, FormatError } from '../../../src/base/errors.js';
import type { ReadOptions } from '../../../src/files/examples.js';
import { readExamples, readNumericRows } from '../../../src/files/node/examples.js';
import { detectTask, readLines } from '../../../src/files/node/task.js';
import { parquetFile, type WrittenColumn } from './parquet-writer.js';

const [INT64, DOUBLE, BYTES] = [2, 5, 6];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lexigrad-parquet-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function put(bytes: Uint8Array, name = 'data.parquet'): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

async function read(bytes: Uint8Array, options?: ReadOptions) {
  const reader = await readExamples(put(bytes), options);
  const examples = [];
  for await (const example of reader) examples.push(example);
  return { examples, description: reader.description };
}

const TEXTS: WrittenColumn = {
  name: 'text',
  type: BYTES,
  groups: [
    ['the battery died', 'a great 😀 screen', 'slow'],
    ['two\nlines, "quoted"', null],
  ],
};
const LABELS: WrittenColumn = {
  name: 'label',
  type: BYTES,
  groups: [
    ['bad', 'good', 'bad'],
    ['good', 'bad'],
  ],
  dictionary: true,
};
const EXPECTED = [
  { text: 'the battery died', label: 'bad', line: 1 },
  { text: 'a great 😀 screen', label: 'good', line: 2 },
  { text: 'slow', label: 'bad', line: 3 },
  { text: 'two\nlines, "quoted"', label: 'good', line: 4 },
  { text: '', label: 'bad', line: 5 },
];

/** Snappy and LZ4 that save nothing: all bytes are literals. */
const snappyLiterals = (page: Uint8Array) =>
  Uint8Array.from([
    ...lengthOf(page.length),
    61 << 2,
    (page.length - 1) & 255,
    (page.length - 1) >> 8,
    ...page,
  ]);
const lengthOf = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, n >> 7]);
const lz4Literals = (page: Uint8Array) =>
  page.length < 15
    ? Uint8Array.from([page.length << 4, ...page])
    : Uint8Array.from([0xf0, page.length - 15, ...page]);

describe('Parquet', () => {
  it('gives the rows of all row groups, plain and by dictionary, with nulls as empty texts', async () => {
    const { examples, description } = await read(parquetFile([TEXTS, LABELS]));
    expect(examples).toEqual(EXPECTED);
    expect(description).toMatchObject({ format: 'parquet', textColumns: ['text'], labelColumn: 'label' });
    expect(description.notes.join('\n')).toMatch(/rows: 5, row groups: 2/);
  });

  it.each([
    ['snappy', 1, snappyLiterals],
    ['gzip', 2, zlib.gzipSync],
    ['brotli', 4, zlib.brotliCompressSync],
    ['lz4_raw', 7, lz4Literals],
  ] as const)('unpacks %s', async (_, codec, pack) => {
    const packed = [TEXTS, LABELS].map((column) => ({ ...column, codec: [codec, pack] as const }));
    expect((await read(parquetFile(packed))).examples).toEqual(EXPECTED);
  });

  it('unpacks zstd where Node can, and says what is needed where it cannot', async () => {
    const { zstdCompressSync } = zlib as Partial<
      Record<'zstdCompressSync', (page: Uint8Array) => Uint8Array>
    >;
    const codec = [6, zstdCompressSync ?? ((page: Uint8Array) => page)] as const;
    const file = parquetFile([{ ...TEXTS, codec }, LABELS]);
    if (zstdCompressSync !== undefined) expect((await read(file)).examples).toEqual(EXPECTED);
    else await expect(read(file)).rejects.toThrow(/column 'text' is compressed with ZSTD.*Node 22\.15/);
  });

  it('names the classes as the metadata of Hugging Face does', async () => {
    const classes = {
      ...LABELS,
      type: INT64,
      groups: [
        [0, 1, 0],
        [1, 0],
      ],
    };
    const feature = { _type: 'ClassLabel', names: ['bad', 'good'] };
    const metadata = { huggingface: JSON.stringify({ info: { features: { label: feature } } }) };
    expect((await read(parquetFile([TEXTS, classes], { metadata }))).examples).toEqual(EXPECTED);
    const { examples } = await read(parquetFile([TEXTS, classes], { metadata: { huggingface: '{"info"' } }));
    expect(examples.map(({ label }) => label)).toEqual(['0', '1', '0', '1', '0']);
  });

  it('leaves nested columns out, and refuses them by name', async () => {
    const tags: WrittenColumn = { ...TEXTS, name: 'tags', repeated: true };
    const file = parquetFile([tags, TEXTS, LABELS]);
    const { examples, description } = await read(file);
    expect(examples).toEqual(EXPECTED);
    expect(description.notes).toContain('nested columns are left out: tags (a list)');
    await expect(read(file, { labelColumn: 'tags' })).rejects.toThrow(/column 'tags' is nested \(a list\)/);
    await expect(read(parquetFile([tags]))).rejects.toThrow(/column 'tags' is nested/);
  });

  it('reads tables of numbers, and knows what a file is for', async () => {
    const width = { name: 'width', type: DOUBLE, groups: [[0.5, -1.25, 3, 4]] };
    const count = { name: 'count', type: INT64, groups: [[1, 2 ** 40, -3, 4]] };
    const kind = { name: 'kind', type: BYTES, groups: [['a', 'b', 'a', 'b']] };
    const path = put(parquetFile([width, count, kind]));
    expect((await detectTask(path)).task).toBe('numeric');
    const rows = [];
    for await (const row of await readNumericRows(path)) rows.push(row);
    expect(rows.slice(0, 2)).toEqual([
      { features: [0.5, 1], label: 'a', line: 1 },
      { features: [-1.25, 2 ** 40], label: 'b', line: 2 },
    ]);
    expect((await detectTask(put(parquetFile([TEXTS, LABELS])))).task).toBe('classifier');
    await expect(readNumericRows(put(parquetFile([TEXTS, LABELS])))).rejects.toThrow(
      /not a table of numbers/,
    );
  });

  it('says in which row a label is missing', async () => {
    const labels = {
      ...LABELS,
      groups: [
        ['bad', 'good', 'bad'],
        [null, 'bad'],
      ],
    };
    await expect(read(parquetFile([TEXTS, labels]))).rejects.toThrow(
      /data\.parquet:4:2: the label \(label\) is empty/,
    );
  });

  it('refuses lines of text in it, formats it has not, and names that promise too much', async () => {
    const path = put(parquetFile([TEXTS, LABELS]));
    await expect(readLines(path).next()).rejects.toThrow(/plain text is needed/);
    await expect(readExamples(path, { format: 'csv' })).rejects.toThrow(/a Parquet file, not csv/);
    const csv = put(new TextEncoder().encode('text,label\na,b\n'), 'false.parquet');
    await expect(readExamples(csv)).rejects.toThrow(/false\.parquet: this is not a Parquet file/);
    expect((await readExamples(csv, { format: 'csv' })).description.format).toBe('csv');
  });
});

describe('hostile Parquet', () => {
  const sound = parquetFile([TEXTS, LABELS]);

  it.each([
    ['rows', { rows: 1e12 }, /claims 1000000000000 rows, its row groups 5/],
    ['bytes of a column', { chunkBytes: 1e15 }, /column 'text' claims bytes that are not there/],
    ['values of a page', { values: 2 ** 28 }, /column 'text'/],
    ['size of a page', { pageBytes: 2 ** 30 }, /column 'text'.*unpack to 1073741824/],
  ])('lying about %s', async (what, lies, message) => {
    const codec = what === 'size of a page' ? ([1, snappyLiterals] as const) : undefined;
    const file = parquetFile([{ ...TEXTS, codec }, LABELS], { lies });
    const refusal = read(file);
    await expect(refusal).rejects.toThrow(FormatError);
    await expect(refusal).rejects.toThrow(message);
  });

  it('cut short anywhere is refused with its path', async () => {
    for (let length = 4; length < sound.length; length += 31) {
      const refusal = read(sound.slice(0, length));
      await expect(refusal).rejects.toThrow(FormatError);
      await expect(refusal).rejects.toThrow(/data\.parquet: this Parquet file is damaged or cut short/);
    }
    await expect(read(new TextEncoder().encode('PARE and more'))).rejects.toThrow(/encrypted/);
  });

  it('with any byte changed gives rows or a refusal of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const damaged = sound.slice();
        damaged[place]! ^= change;
        try {
          await read(damaged);
        } catch (cause) {
          if (!(cause instanceof FormatError || cause instanceof DataError)) throw cause;
        }
      }),
      { numRuns: 60 },
    );
  });
});
