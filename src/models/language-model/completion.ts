/** Words that are typed halfway, and the likeliest words that finish them. */
import { ValueError } from '../../base/errors.js';
import type { Tokenizer, Vocabulary } from '../../text/index.js';
import { END_ID, UNKNOWN_ID, wordsOf } from './corpus.js';
import { topIndexes } from './sampling.js';

/** A word that may come next, with its probability. */
export interface NextToken {
  readonly token: string;
  readonly probability: number;
}

export interface NextOptions {
  /** How many (default 5). */
  readonly top?: number;
  /**
   * Whether the text's last word is typed halfway unless a space follows it: then the words that begin like it are told, with
   * their probabilities among all that do (default false). Characters are never halfway.
   */
  readonly completeWord?: boolean;
}

/** What a model says of the next word. */
export interface NextScores {
  /** Ids of the k likeliest, the likeliest first. */
  top(k: number): number[];
  probabilityOf(id: number): number;
}

/** The same from p(· | …) by id. */
export function scoresOf(probabilities: ArrayLike<number>): NextScores {
  return {
    top: (k) => topIndexes(probabilities, k),
    probabilityOf: (id) => probabilities[id]!,
  };
}

/** A text whose last word is not finished. */
export interface HalfTyped {
  /** The words before. */
  readonly words: readonly string[];
  /** What there is of the last word; empty where nothing is typed halfway. */
  readonly prefix: string;
}

/** Takes off the word that a text ends in. After white space, and for characters, nothing is halfway. */
export function halfTyped(tokenizer: Tokenizer, text: string): HalfTyped {
  const words = wordsOf(tokenizer, text);
  const isFinished = tokenizer.options.kind === 'characters' || /\s$/u.test(text) || words.length === 0;
  return isFinished ? { words, prefix: '' } : { words: words.slice(0, -1), prefix: words.at(-1)! };
}

/** The ids of the words that begin with a prefix; `<unk>` and `</s>` are no words. */
export function completionsOf(vocabulary: Vocabulary, prefix: string): number[] {
  return vocabulary
    .entries()
    .flatMap((word, id) => (id !== UNKNOWN_ID && id !== END_ID && word.startsWith(prefix) ? [id] : []));
}

/**
 * The likeliest next words after a text, the likeliest first; of a word typed halfway, fewer or none where the
 * vocabulary has no more that begin so.
 *
 * @param scoresAfter what the model says of the word after some ids
 * @throws ValueError when `top` is not a whole number from 1
 */
export function nextTokens(
  { tokenizer, vocabulary }: { readonly tokenizer: Tokenizer; readonly vocabulary: Vocabulary },
  text: string,
  { top = 5, completeWord = false }: NextOptions,
  scoresAfter: (ids: Int32Array) => NextScores,
): NextToken[] {
  if (!(Number.isInteger(top) && top >= 1))
    throw new ValueError(`top must be a whole number from 1, not ${top}`);
  const { words, prefix } = completeWord
    ? halfTyped(tokenizer, text)
    : { words: wordsOf(tokenizer, text), prefix: '' };
  const scores = scoresAfter(vocabulary.encode(words));
  const told = (id: number, probability: number) => ({ token: vocabulary.tokenOf(id), probability });
  if (prefix === '') return scores.top(top).map((id) => told(id, scores.probabilityOf(id)));
  const ids = completionsOf(vocabulary, prefix);
  const among = ids.map((id) => scores.probabilityOf(id));
  const total = among.reduce((sum, probability) => sum + probability, 0);
  return topIndexes(among, top).map((i) => told(ids[i]!, total === 0 ? 0 : among[i]! / total));
}
