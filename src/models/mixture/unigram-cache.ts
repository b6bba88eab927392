/**
 * The unigram cache (Kuhn & De Mori 1990): a word that was used lately is likely to be used again.
 *
 *   p(w) = (how often w is among the last L words) / L
 */
import { ValueError } from '../../base/errors.js';
import type { MixtureComponent } from './component.js';

export class UnigramCache implements MixtureComponent {
  /** L: how many words are remembered. Sentence ends count as words. */
  readonly length: number;
  private readonly vocabularySize: number;

  /** @throws ValueError when `length` is not a whole number from 1 */
  constructor(length: number, vocabularySize: number) {
    checkCacheLength(length);
    this.length = length;
    this.vocabularySize = vocabularySize;
  }

  get name(): string {
    return `cache of ${this.length} words`;
  }

  targetProbabilities(ids: Int32Array): Float64Array {
    const result = new Float64Array(ids.length);
    const counts = new Int32Array(this.vocabularySize);
    for (let i = 0; i < ids.length; i++) {
      result[i] = counts[ids[i]!]! / Math.min(i, this.length);
      this.remember(counts, ids, i);
    }
    return result;
  }

  *distributions(ids: Int32Array, from = 0): Generator<Float64Array | undefined> {
    const counts = new Int32Array(this.vocabularySize);
    const distribution = new Float64Array(this.vocabularySize);
    for (let i = 0; i <= ids.length; i++) {
      if (i >= from) {
        const held = Math.min(i, this.length);
        for (let id = 0; id < distribution.length; id++) distribution[id] = counts[id]! / held;
        yield held === 0 ? undefined : distribution;
      }
      if (i < ids.length) this.remember(counts, ids, i);
    }
  }

  /** Takes in the word at `i`, and lets go of the one that is too old. */
  private remember(counts: Int32Array, ids: Int32Array, i: number): void {
    counts[ids[i]!]!++;
    if (i >= this.length) counts[ids[i - this.length]!]!--;
  }
}

export function checkCacheLength(length: number): void {
  if (Number.isInteger(length) && length >= 1) return;
  throw new ValueError(`the length of a cache must be a whole number of words from 1, not ${length}`);
}
