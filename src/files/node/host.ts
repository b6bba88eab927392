/** The file system of Node, Deno and Bun, for models' `save` and `load`. Chosen by the import condition `node`. */
import { readFile } from 'node:fs/promises';
import { readProblem } from './open.js';
import { writeFileAtomic } from './write.js';

/** Writes a file whole or not at all. */
export async function saveFile(path: string, bytes: Uint8Array): Promise<void> {
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
