/** Model files on disk. */
import { readFile } from 'node:fs/promises';
import { decodeModel, type LoadedModel, type ModelContent, modelPieces } from '../model-file.js';
import { readProblem } from './open.js';
import { writeFileAtomic } from './write.js';

/** @throws DataError when the file cannot be read, FormatError when it is not a sound model file. */
export async function readModelFile(path: string): Promise<LoadedModel> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw readProblem(cause, path);
  }
  return decodeModel(bytes, path);
}

/** Saves a model, atomically. Throws as `modelPieces` and `writeFileAtomic` do. */
export async function writeModelFile(path: string, model: ModelContent): Promise<void> {
  await writeFileAtomic(path, modelPieces(model));
}
