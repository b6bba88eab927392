/** Files of word vectors on disk. */
import type { ByteChunks } from '../bytes.js';
import { formatWordVectors, parseWordVectors, type WordVectorOptions } from '../read-word-vectors.js';
import type { WordVectors } from '../word-vectors.js';
import { readBytes } from './open.js';
import { writeFileAtomic } from './write.js';

/**
 * Reads word vectors: GloVe text, word2vec text or binary, fastText `.vec`, plain or gzip; the format is found out.
 * The file streams, so with a `vocabulary` only the vectors that are kept take memory.
 *
 * @param source a path, or a stream of bytes that is unpacked already.
 * @throws DataError when the file cannot be read, FormatError when it holds no word vectors.
 */
export function readWordVectors(
  source: string | ByteChunks,
  options: WordVectorOptions = {},
): Promise<WordVectors> {
  if (typeof source !== 'string') return parseWordVectors(source, options);
  return parseWordVectors(readBytes(source), { ...options, file: source });
}

/** Writes vectors in the `.vec` format, atomically; the numbers read back as the same float32 values. */
export async function writeWordVectors(path: string, vectors: WordVectors): Promise<void> {
  await writeFileAtomic(path, formatWordVectors(vectors));
}
