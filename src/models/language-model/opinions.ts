/** Two language models' opinions about the next word, side by side. */

import type { NgramLanguageModel } from '../ngram/language-model.js';
import { wordsOf } from './corpus.js';
import { topIndexes } from './sampling.js';
import type { AnyLanguageModel } from './word-model.js';

/** A word with its probability by each model; undefined where a model's vocabulary does not have it. */
export interface Opinion {
  readonly token: string;
  readonly first: number | undefined;
  readonly second: number | undefined;
}

/** What an n-gram model goes by. */
export interface NgramEvidence {
  /** The longest end of the text that it has counted; empty where it knows only how frequent words are. */
  readonly context: readonly string[];
  /** The longest end of the text that it has counted with the word behind it; undefined where the word is unknown. */
  readonly withWord: readonly string[] | undefined;
}

/**
 * The likeliest words of either model and one more, ordered by the sum of both probabilities.
 *
 * @param top how many of each model. @param word is told in any case
 */
export function compareOpinions(
  first: AnyLanguageModel,
  second: AnyLanguageModel,
  text: string,
  { top = 5, word }: { readonly top?: number; readonly word?: string } = {},
): Opinion[] {
  const models = [first, second] as const;
  const distributions = models.map((model) => model.distribution(text));
  const favourites = models.flatMap(({ vocabulary }, i) =>
    topIndexes(distributions[i]!, top).map((id) => vocabulary.tokenOf(id)),
  );
  const tokens = new Set([...(word === undefined ? [] : [word]), ...favourites]);
  const probability = (token: string, i: 0 | 1) => {
    const id = models[i].vocabulary.idOf(token);
    return id === undefined ? undefined : distributions[i]![id]!;
  };
  return [...tokens]
    .map((token) => ({ token, first: probability(token, 0), second: probability(token, 1) }))
    .sort((a, b) => sumOf(b) - sumOf(a));
}

/** The counts behind an n-gram model's opinion. @param word as the vocabulary writes it */
export function ngramEvidence(model: NgramLanguageModel, text: string, word: string): NgramEvidence {
  const { trie } = model.ngrams;
  const words = wordsOf(model.tokenizer, text);
  const state = model.ngrams.startState();
  for (const id of model.vocabulary.encode(words)) trie.advance(state, id);
  const id = model.vocabulary.idOf(word);
  const lengths = Array.from(state, (_, length) => length).filter((length) => state[length]! >= 0);
  const known = (length: number) =>
    length === 0 ? [] : [...startMark(length, words.length), ...words].slice(-length);
  const matches =
    id === undefined ? [] : lengths.filter((length) => trie.find(length, state[length]!, id) >= 0);
  return {
    context: known(Math.max(...lengths)),
    withWord: id === undefined ? undefined : known(Math.max(0, ...matches)),
  };
}

/** The start of the sentence is a word to the counts. */
function startMark(length: number, words: number): string[] {
  return length > words ? ['<s>'] : [];
}

function sumOf({ first = 0, second = 0 }: Opinion): number {
  return first + second;
}
