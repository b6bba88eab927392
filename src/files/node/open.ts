/** Opening text files in Node: streaming, gzip looked through, problems worded. */
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataError } from '../../base/errors.js';
import { peek } from '../bytes.js';
import type { Sample } from '../formats.js';
import { type DecodeOptions, decodeLineBatches, decodeLines, decodeText, type Line } from '../lines.js';

const CHUNK_BYTES = 256 * 1024;
const SAMPLE_LINES = 1000;
const SAMPLE_CHARACTERS = 256 * 1024;

/**
 * The bytes of a file, unpacked if it is gzip (by its first bytes, not its name).
 *
 * @throws DataError when the file cannot be read, or the gzip data is damaged.
 */
export async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  const { head, all } = await peek(readRaw(path), 2);
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  yield* isGzip ? gunzip(all, path) : all;
}

/**
 * The lines of a text file, numbered from 1. Gzip is unpacked; LF and CR LF end lines; a byte-order mark is dropped.
 *
 * @throws DataError when the file cannot be read, or is not UTF-8 (or `encoding`), with line, column and a hint.
 */
export function openText(path: string, options: Omit<DecodeOptions, 'file'> = {}): AsyncGenerator<Line> {
  return decodeLines(readBytes(path), { ...options, file: path });
}

/** The same lines, many at a time. Otherwise as `openText`. */
export function openLineBatches(
  path: string,
  options: Omit<DecodeOptions, 'file'> = {},
): AsyncGenerator<Line[]> {
  return decodeLineBatches(readBytes(path), { ...options, file: path });
}

/** The text of a file in pieces of whole lines. Otherwise as `openText`. */
export function openTextBlocks(
  path: string,
  options: Omit<DecodeOptions, 'file'> = {},
): AsyncGenerator<string> {
  return decodeText(readBytes(path), { ...options, file: path });
}

/**
 * The first lines of a file: at most 1,000 of them, or 256 Ki characters.
 *
 * @throws DataError when the file is empty, or as `openText` does.
 */
export async function readSample(path: string, encoding?: string): Promise<Sample> {
  const lines: string[] = [];
  let characters = 0;
  let complete = true;
  for await (const { text } of openText(path, { encoding })) {
    if (lines.length >= SAMPLE_LINES || characters >= SAMPLE_CHARACTERS) {
      complete = false;
      break;
    }
    lines.push(text);
    characters += text.length + 1;
  }
  if (lines.every((line) => line.trim() === '')) throw new DataError('the file is empty', { file: path });
  return { file: path, lines, complete };
}

async function* readRaw(path: string): AsyncGenerator<Uint8Array> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    for await (const chunk of handle.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false })) {
      yield chunk as Uint8Array;
    }
  } catch (cause) {
    throw readProblem(cause, path);
  } finally {
    await handle?.close();
  }
}

async function* gunzip(packed: AsyncGenerator<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  // Errors reach the reader of the last stream of the pipeline, so the callback has nothing to do.
  const unpacked = pipeline(Readable.from(packed, { objectMode: false }), createGunzip(), () => {});
  try {
    for await (const chunk of unpacked) yield chunk as Uint8Array;
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError(`the gzip data is damaged or cut short (${messageOf(cause)}): copy the file again`, {
      file: path,
    });
  }
}

/** Words a failure of the file system. */
export function readProblem(cause: unknown, path: string): Error {
  const code = (cause as NodeJS.ErrnoException)?.code;
  if (code === 'ENOENT') return new DataError('there is no such file', { file: path });
  if (code === 'EISDIR') return new DataError('this is a folder: name a file in it', { file: path });
  if (code === 'EACCES' || code === 'EPERM')
    return new DataError('there is no permission to read it', { file: path });
  if (code !== undefined)
    return new DataError(`the file cannot be read (${messageOf(cause)})`, { file: path });
  return cause instanceof Error ? cause : new Error(String(cause));
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
