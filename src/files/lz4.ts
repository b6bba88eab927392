/** Unpacking LZ4, which Arrow and Parquet files use. Formats: the LZ4 block and frame descriptions of the LZ4 project. */
import { FormatError } from '../base/errors.js';

const FRAME_MAGIC = 0x184d2204;
const SHORTEST_MATCH = 4;

/**
 * Unpacks one LZ4 block.
 *
 * @param length bytes of the result.
 * @throws FormatError when the data are damaged or give another length.
 */
export function decodeLz4Block(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  const end = unpackBlock(input, output, 0);
  if (end !== length) throw damaged();
  return output;
}

/**
 * Unpacks an LZ4 frame. Its checksums are not compared.
 *
 * @param length bytes of the result.
 * @throws FormatError when the data are damaged or give another length.
 */
export function decodeLz4Frame(input: Uint8Array, length: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (input.length < 7 || view.getUint32(0, true) !== FRAME_MAGIC) throw damaged();
  const flags = input[4]!;
  const [blockChecksums, contentSize, dictionary] = [flags & 16, flags & 8, flags & 1];
  // Magic, flags, block size, optional sizes, checksum of the header.
  let at = 7 + (contentSize ? 8 : 0) + (dictionary ? 4 : 0);
  const output = new Uint8Array(length);
  let written = 0;
  while (true) {
    if (at + 4 > input.length) throw damaged();
    const field = view.getUint32(at, true);
    at += 4;
    if (field === 0) break;
    const size = field & 0x7fffffff;
    if (at + size > input.length) throw damaged();
    const block = input.subarray(at, at + size);
    if (field >>> 31 === 0) {
      written = unpackBlock(block, output, written);
    } else {
      if (written + size > length) throw damaged();
      output.set(block, written);
      written += size;
    }
    at += size + (blockChecksums ? 4 : 0);
  }
  if (written !== length) throw damaged();
  return output;
}

/** Writes a block's content at `to` and returns where it ends; matches may reach back into earlier blocks. */
function unpackBlock(input: Uint8Array, output: Uint8Array, to: number): number {
  let at = 0;
  const next = (): number => {
    const byte = input[at++];
    if (byte === undefined) throw damaged();
    return byte;
  };
  // A nibble of 15 goes on in further bytes, as long as they are 255.
  const lengthFrom = (nibble: number): number => {
    let length = nibble;
    if (nibble === 15) {
      let byte: number;
      do length += byte = next();
      while (byte === 255);
    }
    return length;
  };
  while (at < input.length) {
    const token = next();
    const literals = lengthFrom(token >> 4);
    if (at + literals > input.length || to + literals > output.length) throw damaged();
    output.set(input.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    // The last sequence has literals alone.
    if (at === input.length) return to;
    const distance = next() | (next() << 8);
    const match = lengthFrom(token & 15) + SHORTEST_MATCH;
    if (distance === 0 || distance > to || to + match > output.length) throw damaged();
    // Byte by byte: a match may overlap with what it writes.
    for (const end = to + match; to < end; to++) output[to] = output[to - distance]!;
  }
  return to;
}

function damaged(): FormatError {
  return new FormatError('the LZ4 data are damaged or have another length than they claim');
}
