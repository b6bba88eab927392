/**
 * The safetensors format: a 64-bit little-endian header length, a JSON header, then the tensors' bytes.
 *
 * Written files are a function of their content alone: tensors in order of falling element size (so that all are
 * aligned), then of their names; metadata by its keys. Reading trusts nothing: every length is checked before it is
 * used, and no tensor is copied before all of them are known to fit.
 */
import { FormatError, ValueError } from '../base/errors.js';
import { elementBytes, type Tensor, tensorBytes, tensorFromBytes } from './dtypes.js';
import { parseHeader, type TensorEntry } from './safetensors-header.js';

/** Names → things: a Map, or a plain object. */
export type Named<Thing> = ReadonlyMap<string, Thing> | Readonly<Record<string, Thing>>;

/** What a safetensors file holds. Maps, since a name may be anything, `__proto__` too. */
export interface TensorFile {
  readonly tensors: Map<string, Tensor>;
  readonly metadata: Map<string, string>;
}

const LENGTH_BYTES = 8;
/** The limit of the format's own definition. */
const LONGEST_HEADER = 100_000_000;
const ALIGNMENT = 8;

/**
 * Writes tensors and metadata as one safetensors file. The same content gives the same bytes.
 *
 * @throws ValueError when a tensor's data and shape disagree, or a name is `__metadata__`.
 */
export function encodeSafetensors(tensors: Named<Tensor>, metadata: Named<string> = {}): Uint8Array {
  const pieces = safetensorsPieces(tensors, metadata);
  const file = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    file.set(piece, position);
    position += piece.length;
  }
  return file;
}

/**
 * The same file as pieces in order, for writing without a second copy in memory. The pieces of tensors may be views of
 * their data: write them before it changes. Throws as `encodeSafetensors` does.
 */
export function safetensorsPieces(tensors: Named<Tensor>, metadata: Named<string> = {}): Uint8Array[] {
  const ordered = [...entriesOf(tensors)].sort(byElementSizeThenName);
  const lines: string[] = [];
  const metadataEntries = [...entriesOf(metadata)].sort(byName);
  if (metadataEntries.length > 0) {
    const pairs = metadataEntries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    lines.push(`"__metadata__":{${pairs.join(',')}}`);
  }
  let end = 0;
  for (const [name, tensor] of ordered) {
    checkTensor(name, tensor);
    const begin = end;
    end += tensor.data.length * elementBytes[tensor.dtype];
    const { dtype, shape } = tensor;
    lines.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
  }
  const header = new TextEncoder().encode(`{${lines.join(',')}}`);
  const headerLength = Math.ceil(header.length / ALIGNMENT) * ALIGNMENT;
  if (headerLength > LONGEST_HEADER) {
    throw new ValueError(
      `the names and metadata take ${headerLength} bytes; the format allows ${LONGEST_HEADER}`,
    );
  }

  const start = new Uint8Array(LENGTH_BYTES + headerLength).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(headerLength), true);
  start.set(header, LENGTH_BYTES);
  return [start, ...ordered.map(([, tensor]) => tensorBytes(tensor))];
}

/**
 * Reads a safetensors file. The tensors are copies; the bytes may be dropped afterwards.
 *
 * @param file the name to give in messages.
 * @throws FormatError when anything in the file contradicts the format: lengths, offsets that overlap or leave gaps,
 * repeated names, unknown element types, impossible shapes, metadata that is not text.
 */
export function decodeSafetensors(bytes: Uint8Array, file?: string): TensorFile {
  if (bytes.length < LENGTH_BYTES)
    throw new FormatError('the file is too short to be a safetensors file', { file });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const declared = view.getBigUint64(0, true);
  if (declared > BigInt(LONGEST_HEADER)) {
    throw new FormatError(`the header is said to be ${declared} bytes long; the limit is ${LONGEST_HEADER}`, {
      file,
    });
  }
  const dataStart = LENGTH_BYTES + Number(declared);
  if (dataStart > bytes.length) {
    throw new FormatError(
      `the header is said to be ${declared} bytes long, but only ${bytes.length - LENGTH_BYTES} bytes follow: ` +
        'the file is cut short, or it is not a safetensors file',
      { file },
    );
  }
  const { entries, metadata } = parseHeader(headerText(bytes.subarray(LENGTH_BYTES, dataStart), file), file);
  const data = bytes.subarray(dataStart);
  checkCoverage(entries, data.length, file);
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, begin, end }] of entries) {
    tensors.set(name, tensorFromBytes(dtype, shape, data.subarray(begin, end)));
  }
  return { tensors, metadata };
}

/** The entries of a Map or of a plain object. */
export function entriesOf<Thing>(named: Named<Thing>): Iterable<[string, Thing]> {
  return named instanceof Map ? named.entries() : Object.entries(named as Readonly<Record<string, Thing>>);
}

function headerText(bytes: Uint8Array, file?: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError('the header is not UTF-8 text', { file });
  }
}

/** Each tensor has the bytes its shape needs, and together they cover the data with no gap and no overlap. */
function checkCoverage(entries: ReadonlyMap<string, TensorEntry>, dataLength: number, file?: string): void {
  const ordered = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const [name, { dtype, shape, begin, end }] of ordered) {
    const needed = shape.reduce((product, size) => product * size, 1) * elementBytes[dtype];
    const fail = (what: string): never => {
      throw new FormatError(`the tensor ${JSON.stringify(name)} ${what}`, { file });
    };
    if (begin < position) fail(`overlaps another: it begins at ${begin}, before the end at ${position}`);
    if (begin > position) fail(`leaves a gap: it begins at ${begin}, the one before it ends at ${position}`);
    if (end < begin || end > dataLength)
      fail(`ends at ${end}; it must end between ${begin} and ${dataLength}`);
    if (end - begin !== needed)
      fail(`has ${end - begin} bytes, but ${dtype} [${shape.join(', ')}] needs ${needed}`);
    position = end;
  }
  if (position !== dataLength) {
    throw new FormatError(`${dataLength - position} bytes after the last tensor belong to none`, { file });
  }
}

function checkTensor(name: string, { shape, data }: Tensor): void {
  if (name === '__metadata__')
    throw new ValueError(`a tensor cannot be named '__metadata__': choose another name`);
  const count = shape.reduce((product, size) => product * size, 1);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0) || count !== data.length) {
    throw new ValueError(
      `tensor '${name}': shape [${shape.join(', ')}] does not hold ${data.length} elements`,
    );
  }
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

function byElementSizeThenName(a: [string, Tensor], b: [string, Tensor]): number {
  return elementBytes[b[1].dtype] - elementBytes[a[1].dtype] || byName(a, b);
}
