/** The file system of Node, Deno and Bun, for models' `save` and `load`. Chosen by the import condition `node`. */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { readProblem } from './open.js';
import { writeFileAtomic } from './write.js';

const CHUNK_BYTES = 1 << 20;

/** Writes a file whole or not at all. */
export async function saveFile(path: string, bytes: Uint8Array | Iterable<Uint8Array>): Promise<void> {
  await writeFileAtomic(path, bytes);
}

/** @throws DataError when there is no such file, or it cannot be read */
export async function loadFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw readProblem(cause, path);
  }
}

/**
 * A large file in pieces, with its size: what it becomes in memory need not stand beside its bytes.
 *
 * @throws DataError when there is no such file, or it cannot be read
 */
export async function streamFile(
  path: string,
): Promise<{ readonly size: number; readonly chunks: AsyncGenerator<Uint8Array> }> {
  try {
    return { size: (await stat(path)).size, chunks: piecesOf(path) };
  } catch (cause) {
    throw readProblem(cause, path);
  }
}

async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }))
      yield chunk as Uint8Array;
  } catch (cause) {
    throw readProblem(cause, path);
  }
}
