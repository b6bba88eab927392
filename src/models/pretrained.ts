/** Starting an embedding table from word vectors that were learned elsewhere. */
import type { WordVectors } from '../files/index.js';
import type { ParameterNode } from '../graph/node.js';
import type { Workspace } from '../program/index.js';

/**
 * Writes the vectors of known words into their rows; other rows stay as they are.
 *
 * @param words the word of each row of the table
 * @returns how many words had a vector
 */
export function startFromVectors(
  workspace: Workspace,
  table: ParameterNode,
  words: readonly string[],
  pretrained: WordVectors,
): number {
  const { dimension, vectors } = pretrained;
  const values = Float32Array.from(workspace.view(table));
  let found = 0;
  words.forEach((word, id) => {
    const row = pretrained.rowOf(word);
    if (row === undefined) return;
    values.set(vectors.subarray(row * dimension, (row + 1) * dimension), id * dimension);
    found++;
  });
  workspace.write(table, values);
  return found;
}
