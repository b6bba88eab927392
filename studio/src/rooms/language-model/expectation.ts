/** What a language model expects next, what its counted neighbour makes of it, and which words they owe it to. */
import {
  type LanguageModel,
  type NextToken,
  type NextWordExplanation,
  type NgramLanguageModel,
  ngramEvidence,
  ValueError,
} from 'lexigrad';
import type { Expectation } from './tasks.js';

const SUGGESTIONS = 10;
const COUNTED = 3;

/** @param word the word to explain; '' or one that the model does not know: the likeliest */
export function expectation(
  lm: LanguageModel,
  counts: NgramLanguageModel | undefined,
  text: string,
  word: string,
): Expectation {
  const { vocabulary, tokenizer } = lm;
  // What stands after the last space is a word that is being typed; characters are never halfway.
  const typed = tokenizer.options.kind === 'characters' ? '' : /\S*$/.exec(text)![0];
  const before = text.slice(0, text.length - typed.length);
  const prefix = tokenizer.tokenize(typed).join('');
  const counted = counts?.distribution(before);
  const suggestions = likeliest(lm, lm.distribution(before), SUGGESTIONS, prefix).map(({ id, ...next }) => ({
    ...next,
    counted: counted?.[id],
  }));
  const asked = vocabulary.idOf(word) === undefined ? suggestions[0]?.token : word;
  return {
    ...{ before, prefix, suggestions },
    counted: counted && likeliest(lm, counted, COUNTED, prefix),
    explanation: asked === undefined ? undefined : explained(lm, before, asked),
    evidence: counts && asked !== undefined ? ngramEvidence(counts, before, asked) : undefined,
  };
}

/** Marks such as that for numbers are words of the vocabulary which no text spells; they are not explained. */
function explained(lm: LanguageModel, before: string, word: string): NextWordExplanation | undefined {
  try {
    return lm.explain(before, word);
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}

/** The likeliest words that begin so; `<unk>` is none. */
function likeliest(
  { vocabulary }: Pick<LanguageModel, 'vocabulary'>,
  probabilities: Float64Array,
  most: number,
  prefix: string,
): (NextToken & { readonly id: number })[] {
  return vocabulary
    .entries()
    .map((token, id) => ({ token, id, probability: probabilities[id]! }))
    .filter(({ token, id }) => id !== vocabulary.unknownId && (prefix === '' || token.startsWith(prefix)))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, most);
}
