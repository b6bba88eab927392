/** Word vectors from any file that has some: the standard formats, or a trained model. */
import { ValueError } from '../base/errors.js';
import type { Engine } from '../engine/engine.js';
import { decodeModel } from '../files/model-file.js';
import { loadFile } from '../files/node/host.js';
import { readBytes } from '../files/node/open.js';
import { readWordVectors } from '../files/node/word-vectors.js';
import type { WordVectorOptions } from '../files/read-word-vectors.js';
import type { WordVectors } from '../files/word-vectors.js';
import { Vocabulary } from '../text/vocabulary.js';
import { isFastTextFile, loadFastText } from './fasttext.js';
import { buildModel } from './models.js';

/** A safetensors file begins with the length of its header, eight bytes, and the header's `{`. */
const HEADER_START = 8;

/** @throws FormatError when the file holds neither vectors nor a model with embeddings */
export async function readVectors(
  path: string,
  engine: Engine,
  options: WordVectorOptions = {},
): Promise<WordVectors> {
  if (await isFastTextFile(path)) {
    const { vocabulary } = options;
    return (await loadFastText(path)).wordVectors(
      vocabulary instanceof Vocabulary ? vocabulary.entries() : vocabulary,
    );
  }
  if (!(await isModelFile(path))) return readWordVectors(path, options);
  const model = buildModel(decodeModel(await loadFile(path), path), path, engine);
  if ('wordVectors' in model) return model.wordVectors();
  throw new ValueError(`${path}: this model has no words, so it has no word vectors`);
}

/** Whether a file is a model, by its first bytes. */
export async function isModelFile(path: string): Promise<boolean> {
  const head: number[] = [];
  for await (const chunk of readBytes(path)) {
    head.push(...chunk.subarray(0, HEADER_START + 1));
    if (head.length > HEADER_START) break;
  }
  // A length of 2³² or more would be no header: these bytes are zero, which no text has.
  return head[HEADER_START] === 0x7b && head.slice(4, HEADER_START).every((byte) => byte === 0);
}
