/**
 * Bytes → text → lines, strictly: text that is not what it claims to be is refused with the place and the mend,
 * because a letter garbled in silence spoils a vocabulary for good.
 *
 * UTF-8 is the rule. A byte-order mark is dropped; the marks of UTF-16 are obeyed. Lines end with LF or CR LF.
 */
import { DataError } from '../base/errors.js';
import { type ByteChunks, concatenate, peek } from './bytes.js';

/** A line without its line end; `line` counts from 1. */
export interface Line {
  readonly text: string;
  readonly line: number;
  /** Set when bytes of the line were not valid and U+FFFD stands in their place (`invalid: 'mark'` only). */
  readonly damaged?: true;
}

export interface DecodeOptions {
  /** The name to give in messages. */
  readonly file?: string;
  /** A label of the WHATWG Encoding Standard (`windows-1252`, `gb18030`, …). Default: UTF-8, or as the mark says. */
  readonly encoding?: string;
  /** What to do with bytes that are not valid UTF-8: `refuse` (default) throws, `mark` marks the line. */
  readonly invalid?: 'refuse' | 'mark';
}

/** Whole lines of text, `firstLine` being the number of the first. Every block but the last ends with a line end. */
interface Block {
  readonly text: string;
  readonly firstLine: number;
  readonly damagedLines?: ReadonlySet<number>;
}

const LF = 0x0a;

/**
 * The lines of a text, as they arrive. A line end at the very end does not start another line.
 *
 * @throws DataError with file, line and column for bytes that are not text in the encoding.
 */
export async function* decodeLines(chunks: ByteChunks, options: DecodeOptions = {}): AsyncGenerator<Line> {
  for await (const lines of decodeLineBatches(chunks, options)) for (const line of lines) yield line;
}

/** The same, as many lines at a time as have arrived: a promise for each line would cost more than the line. */
export async function* decodeLineBatches(
  chunks: ByteChunks,
  options: DecodeOptions = {},
): AsyncGenerator<Line[]> {
  for await (const { text, firstLine, damagedLines } of decodeBlocks(chunks, options)) {
    const texts = text.split('\n');
    if (texts.at(-1) === '') texts.pop();
    yield texts.map((whole, i) => {
      const line = firstLine + i;
      const content = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
      return damagedLines?.has(line) ? { text: content, line, damaged: true } : { text: content, line };
    });
  }
}

/** The text in pieces that end at line ends, every line end made LF. Throws as `decodeLines` does. */
export async function* decodeText(chunks: ByteChunks, options: DecodeOptions = {}): AsyncGenerator<string> {
  for await (const { text } of decodeBlocks(chunks, options)) yield text.replaceAll('\r\n', '\n');
}

/**
 * The text in pieces that end at line ends: ASCII without NUL as its bytes, everything else as `decodeText` gives it. For
 * those who can do without strings. Throws as `decodeLines` does.
 */
export async function* decodePlainly(
  chunks: ByteChunks,
  options: DecodeOptions = {},
): AsyncGenerator<Uint8Array | string> {
  const { head, all } = await peek(chunks, 4);
  const encoding = options.encoding?.toLowerCase() ?? encodingByMark(head);
  if (encoding !== 'utf-8' && encoding !== 'utf8') {
    for await (const { text } of decodeOther(all, encoding, options)) yield text.replaceAll('\r\n', '\n');
    return;
  }
  let firstLine = 1;
  for await (const bytes of wholeLines(all)) {
    const isPlain = isAscii(bytes) && !bytes.includes(0);
    yield isPlain ? bytes : decodeUtf8Block(bytes, firstLine, options).text.replaceAll('\r\n', '\n');
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) firstLine++;
  }
}

function isAscii(bytes: Uint8Array): boolean {
  let bits = 0;
  for (let i = 0; i < bytes.length; i++) bits |= bytes[i]!;
  return bits < 0x80;
}

async function* decodeBlocks(chunks: ByteChunks, options: DecodeOptions): AsyncGenerator<Block> {
  const { head, all } = await peek(chunks, 4);
  const encoding = options.encoding?.toLowerCase() ?? encodingByMark(head);
  if (encoding === 'utf-8' || encoding === 'utf8') yield* decodeUtf8(all, options);
  else yield* decodeOther(all, encoding, options);
}

function encodingByMark(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

async function* decodeUtf8(chunks: ByteChunks, options: DecodeOptions): AsyncGenerator<Block> {
  let firstLine = 1;
  for await (const bytes of wholeLines(chunks)) {
    const block = decodeUtf8Block(bytes, firstLine, options);
    yield block;
    firstLine += countLineEnds(block.text);
  }
}

/** Cuts bytes anew so that every piece but the last ends with LF. */
async function* wholeLines(chunks: ByteChunks): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(LF) + 1;
    if (end > 0) {
      pending.push(chunk.subarray(0, end));
      yield concatenate(pending);
      pending = [];
    }
    if (end < chunk.length) pending.push(chunk.subarray(end));
  }
  if (pending.length > 0) yield concatenate(pending);
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function decodeUtf8Block(bytes: Uint8Array, firstLine: number, options: DecodeOptions): Block {
  let text: string;
  let damagedLines: Set<number> | undefined;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    if (options.invalid !== 'mark') throw invalidUtf8(bytes, firstLine, options.file);
    text = lenientUtf8.decode(bytes);
    damagedLines = new Set(splitLines(bytes).flatMap((line, i) => (isUtf8(line) ? [] : [firstLine + i])));
  }
  if (options.invalid !== 'mark') refuseNul(text, firstLine, options.file);
  return { text: firstLine === 1 ? dropMark(text) : text, firstLine, damagedLines };
}

async function* decodeOther(
  chunks: ByteChunks,
  encoding: string,
  options: DecodeOptions,
): AsyncGenerator<Block> {
  const decoder = makeDecoder(encoding);
  let firstLine = 1;
  let pending = '';
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      const message = `from this line on there are bytes that are not ${encoding}: check which encoding the file has`;
      throw new DataError(message, { file: options.file, line: firstLine });
    }
  };
  for await (const chunk of chunks) {
    pending += decode(chunk);
    const end = pending.lastIndexOf('\n') + 1;
    if (end === 0) continue;
    const text = pending.slice(0, end);
    pending = pending.slice(end);
    yield { text, firstLine };
    firstLine += countLineEnds(text);
  }
  pending += decode();
  if (pending !== '') yield { text: pending, firstLine };
}

function makeDecoder(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new DataError(`there is no encoding '${encoding}' here: convert the file to UTF-8 (iconv does it)`);
  }
}

function invalidUtf8(bytes: Uint8Array, firstLine: number, file: string | undefined): DataError {
  const lines = splitLines(bytes);
  const index = lines.findIndex((line) => !isUtf8(line));
  const line = lines[index]!;
  const { offset, column } = firstInvalid(line);
  const guess = guessEncoding(line);
  const hex = line[offset]!.toString(16).toUpperCase().padStart(2, '0');
  const name = file ?? 'FILE';
  const message =
    `byte 0x${hex} is not valid UTF-8 here; the text looks like ${guess}. ` +
    `Convert it first: iconv -f ${guess} -t utf-8 '${name}' > '${name}.utf8'`;
  return new DataError(message, { file, line: firstLine + index, column });
}

/** Where the first invalid byte of a line stands: in bytes from 0, and in characters from 1. */
function firstInvalid(line: Uint8Array): { offset: number; column: number } {
  let offset = 0;
  let column = 1;
  for (const character of lenientUtf8.decode(line)) {
    const isReplacement = character === '\ufffd';
    const wasWritten = line[offset] === 0xef && line[offset + 1] === 0xbf && line[offset + 2] === 0xbd;
    if (isReplacement && !wasWritten) break;
    offset += new TextEncoder().encode(character).length;
    column++;
  }
  return { offset, column };
}

/** A guess for the message only. GB 18030 has nearly no invalid sequences, so the result must look like Chinese. */
function guessEncoding(line: Uint8Array): string {
  try {
    const text = new TextDecoder('gb18030', { fatal: true }).decode(line);
    const foreign = [...text].filter((character) => character > '\x7f');
    const chinese = foreign.filter((character) =>
      /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u.test(character),
    );
    if (foreign.length >= 4 && chinese.length >= 0.9 * foreign.length) return 'gb18030';
  } catch {
    // Not GB 18030, or a host that does not know it.
  }
  return 'windows-1252';
}

function refuseNul(text: string, firstLine: number, file: string | undefined): void {
  const position = text.indexOf('\0');
  if (position < 0) return;
  const line = firstLine + countLineEnds(text.slice(0, position));
  throw new DataError(
    'there is a NUL byte here, so this is a binary file, or UTF-16 without a byte-order mark ' +
      '(then: iconv -f utf-16le -t utf-8)',
    { file, line },
  );
}

function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LF, start);
    lines.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    start = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function countLineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function dropMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
