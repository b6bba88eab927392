/** Embeddings to start from: a file of word vectors, or those of a trained model. */

import type { VectorProblem, WordVectors } from '../../files/word-vectors.js';
import { createTokenizer, type TokenizerOptions } from '../../text/index.js';
import { counted, printable } from '../format.js';
import { readVectors } from '../vectors.js';
import type { Job } from './job.js';

/** Problems in a file of vectors that are told one by one. */
const MOST_PROBLEMS = 5;

/**
 * Reads the vectors of the words that occur in some texts, and says how many of them there are.
 *
 * @throws FormatError when the file holds no vectors
 */
export async function pretrainedFor(
  job: Job,
  path: string,
  texts: Iterable<string> | AsyncIterable<string>,
  tokenizer: TokenizerOptions,
): Promise<WordVectors> {
  const words = new Set<string>();
  const splitter = createTokenizer(tokenizer);
  for await (const text of texts) for (const word of splitter.tokenize(text)) words.add(word);
  const problems: VectorProblem[] = [];
  const vectors = await readVectors(path, job.engine, {
    vocabulary: words,
    onProblem: (problem) => problems.push(problem),
  });
  for (const { line, what } of problems.slice(0, MOST_PROBLEMS))
    job.note(`${path}:${line}: ${printable(what)}`);
  if (problems.length > MOST_PROBLEMS)
    job.note(`${path}: ${problems.length - MOST_PROBLEMS} more lines are flawed`);
  const known = [...words].filter((word) => vectors.has(word)).length;
  job.note(
    `embeddings: ${path} has ${vectors.dimension} numbers for each of ${counted(known, 'word')} ` +
      `of the ${words.size.toLocaleString('en')} in the data`,
  );
  return vectors;
}
