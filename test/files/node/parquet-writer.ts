/** Small Parquet files for tests, written byte by byte after the format's description, independent of the reader. */

type Field = readonly [id: number, type: number, bytes: readonly number[]];

const [I32, I64, BINARY, LIST, STRUCT] = [5, 6, 8, 9, 12];

export interface WrittenColumn {
  readonly name: string;
  /** BOOLEAN 0, INT32 1, INT64 2, DOUBLE 5, BYTE_ARRAY 6 */
  readonly type: number;
  /** Values of each row group. */
  readonly groups: readonly (readonly (string | number | null)[])[];
  /** Dictionary-encoded: a page of different values, then a page of indices. */
  readonly dictionary?: boolean;
  /** A list column, as old writers have it; its values are one a row. */
  readonly repeated?: boolean;
  /** The number of the codec and what packs a page. */
  readonly codec?: readonly [number, (page: Uint8Array) => Uint8Array];
}

/** What a hostile file claims in place of the truth. */
export interface Lies {
  readonly rows?: number;
  readonly values?: number;
  readonly chunkBytes?: number;
  readonly pageBytes?: number;
}

export function parquetFile(
  columns: readonly WrittenColumn[],
  { metadata = {}, lies = {} }: { readonly metadata?: Record<string, string>; readonly lies?: Lies } = {},
): Uint8Array {
  const bytes: number[] = [...text('PAR1')];
  const groups = columns[0]!.groups.map((_, group) => {
    const chunks = columns.map((column) => writeChunk(bytes, column, group, lies));
    const rows = columns[0]!.groups[group]!.length;
    return struct([1, LIST, list(STRUCT, chunks)], [2, I64, zigzag(1)], [3, I64, zigzag(rows)]);
  });
  const schema = [
    struct([4, BINARY, binary('schema')], [5, I32, zigzag(columns.length)]),
    ...columns.map(({ name, type, repeated }) =>
      struct(
        [1, I32, zigzag(type)],
        [3, I32, zigzag(repeated ? 2 : 1)],
        [4, BINARY, binary(name)],
        ...(type === 6 ? [[6, I32, zigzag(0)] as const] : []),
      ),
    ),
  ];
  const rows = columns[0]!.groups.reduce((sum, values) => sum + values.length, 0);
  const pairs = Object.entries(metadata).map(([key, value]) =>
    struct([1, BINARY, binary(key)], [2, BINARY, binary(value)]),
  );
  const footer = struct(
    [1, I32, zigzag(1)],
    [2, LIST, list(STRUCT, schema)],
    [3, I64, zigzag(lies.rows ?? rows)],
    [4, LIST, list(STRUCT, groups)],
    [5, LIST, list(STRUCT, pairs)],
  );
  bytes.push(...footer, ...u32(footer.length), ...text('PAR1'));
  return Uint8Array.from(bytes);
}

function writeChunk(file: number[], column: WrittenColumn, group: number, lies: Lies): number[] {
  const { type, name, dictionary, repeated, codec } = column;
  const values = column.groups[group]!;
  const present = values.filter((value) => value !== null);
  const begin = file.length;
  const page = (kind: number, header: Field, content: readonly number[]) => {
    const plain = Uint8Array.from(content);
    const packed = codec === undefined ? plain : codec[1](plain);
    const head = struct(
      [1, I32, zigzag(kind)],
      [2, I32, zigzag(lies.pageBytes ?? plain.length)],
      [3, I32, zigzag(packed.length)],
      header,
    );
    file.push(...head, ...packed);
  };
  const different = [...new Set(present)];
  let dataPage = begin;
  if (dictionary) {
    const header = struct([1, I32, zigzag(different.length)], [2, I32, zigzag(0)]);
    page(
      2,
      [7, STRUCT, header],
      different.flatMap((value) => plainValue(value, type)),
    );
    dataPage = file.length;
  }
  const encoding = dictionary ? 8 : 0;
  const header = struct(
    [1, I32, zigzag(lies.values ?? values.length)],
    [2, I32, zigzag(encoding)],
    [3, I32, zigzag(3)],
    [4, I32, zigzag(3)],
  );
  const levels = (each: readonly number[]) => {
    const runs = each.flatMap((level) => [2, level]);
    return [...u32(runs.length), ...runs];
  };
  const indices = present.flatMap((value) => [2, different.indexOf(value)]);
  page(
    0,
    [5, STRUCT, header],
    [
      ...(repeated ? levels(values.map(() => 0)) : []),
      ...levels(values.map((value) => (value === null ? 0 : 1))),
      ...(dictionary ? [8, ...indices] : present.flatMap((value) => plainValue(value, type))),
    ],
  );
  const meta = struct(
    [1, I32, zigzag(type)],
    [2, LIST, list(I32, [zigzag(encoding)])],
    [3, LIST, list(BINARY, [binary(name)])],
    [4, I32, zigzag(codec?.[0] ?? 0)],
    [5, I64, zigzag(values.length)],
    [6, I64, zigzag(file.length - begin)],
    [7, I64, zigzag(lies.chunkBytes ?? file.length - begin)],
    [9, I64, zigzag(dataPage)],
    ...(dictionary ? [[11, I64, zigzag(begin)] as const] : []),
  );
  return struct([2, I64, zigzag(begin)], [3, STRUCT, meta]);
}

function plainValue(value: string | number, type: number): number[] {
  if (typeof value === 'string') return [...u32(text(value).length), ...text(value)];
  const view = new DataView(new ArrayBuffer(8));
  if (type === 5) view.setFloat64(0, value, true);
  else view.setBigInt64(0, BigInt(value), true);
  return [...new Uint8Array(view.buffer, 0, type === 1 ? 4 : 8)];
}

/** A struct of Thrift's compact protocol. */
function struct(...fields: readonly Field[]): number[] {
  let last = 0;
  const bytes = fields.flatMap(([id, type, content]) => {
    const head = ((id - last) << 4) | type;
    last = id;
    return [head, ...content];
  });
  return [...bytes, 0];
}

function list(type: number, items: readonly (readonly number[])[]): number[] {
  const head = items.length < 15 ? [(items.length << 4) | type] : [0xf0 | type, ...varint(items.length)];
  return [...head, ...items.flat()];
}

function binary(value: string): number[] {
  return [...varint(text(value).length), ...text(value)];
}

function zigzag(value: number): number[] {
  return varint(value < 0 ? -2 * value - 1 : 2 * value);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

function u32(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
}

function text(value: string): number[] {
  return [...new TextEncoder().encode(value)];
}
