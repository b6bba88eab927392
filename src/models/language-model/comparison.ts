/** Two language models on the same tokens, and whether their difference is more than chance. */
import { ValueError } from '../../base/errors.js';
import { bootstrap, type Interval } from '../../train/metrics-bootstrap.js';
import { END_ID, UNKNOWN_ID } from './corpus.js';
import { checkSameTokenizer, type EvaluationText } from './evaluation.js';
import type { TokenPredictor } from './predictor.js';

/** One of the two: a model, the text as it reads it, and ln p of each token. */
export interface Compared {
  readonly model: Pick<TokenPredictor, 'tokenizer' | 'vocabulary'>;
  readonly text: EvaluationText;
  readonly logProbabilities: Float64Array;
}

export interface PairedComparison {
  /** Tokens compared. */
  readonly tokens: number;
  /** Tokens left out because one of the models does not know the word; 0 where both have the same vocabulary. */
  readonly leftOut: number;
  /** Perplexity of both on the tokens compared. */
  readonly first: number;
  readonly second: number;
  /** Perplexity of the second over that of the first: below 1 the second is better. */
  readonly ratio: number;
  /** 95 % of resampled texts have a ratio within. */
  readonly ratioInterval: Interval;
  /** Share of resampled texts on which the second is better. */
  readonly secondBetter: number;
}

/**
 * The paired bootstrap (Efron 1979; Koehn 2004): sentences are drawn again and again with replacement, and both models
 * are measured on the same draw, so that what makes a sentence hard for both cancels out.
 *
 * Words that one of two different vocabularies does not have are left out: `<unk>` is cheap to predict, and the smaller
 * vocabulary would win by it.
 *
 * @throws ValueError where the models do not split text alike
 */
export function compareLanguageModels(a: Compared, b: Compared): PairedComparison {
  checkSameTokenizer(a.model, b.model);
  if (a.text.words.length !== b.text.words.length)
    throw new ValueError('the two models were not measured on the same text');
  const sameWords = hasSameWords(a.model, b.model);
  const sentences: { tokens: number; a: number; b: number }[] = [];
  let sentence = { tokens: 0, a: 0, b: 0 };
  let leftOut = 0;
  for (let i = 0; i < a.text.ids.length; i++) {
    const isKnown = a.text.ids[i] !== UNKNOWN_ID && b.text.ids[i] !== UNKNOWN_ID;
    if (sameWords || isKnown) {
      sentence.tokens++;
      sentence.a -= a.logProbabilities[i]!;
      sentence.b -= b.logProbabilities[i]!;
    } else leftOut++;
    if (a.text.words[i] !== '' && a.text.ids[i] !== END_ID) continue;
    sentences.push(sentence);
    sentence = { tokens: 0, a: 0, b: 0 };
  }
  const sums = (numbers: Iterable<number>) => {
    const sum = { tokens: 0, a: 0, b: 0 };
    for (const i of numbers) {
      const { tokens, a, b } = sentences[i]!;
      sum.tokens += tokens;
      sum.a += a;
      sum.b += b;
    }
    return sum;
  };
  let samples = 0;
  let better = 0;
  const { ratio: ratioInterval } = bootstrap(sentences.length, (sample) => {
    const drawn = sums(sample);
    samples++;
    if (drawn.b < drawn.a) better++;
    return { ratio: Math.exp((drawn.b - drawn.a) / drawn.tokens) };
  });
  const all = sums(sentences.keys());
  return {
    tokens: all.tokens,
    leftOut,
    first: Math.exp(all.a / all.tokens),
    second: Math.exp(all.b / all.tokens),
    ratio: Math.exp((all.b - all.a) / all.tokens),
    ratioInterval,
    secondBetter: better / samples,
  };
}

function hasSameWords(a: Compared['model'], b: Compared['model']): boolean {
  if (a.vocabulary.size !== b.vocabulary.size) return false;
  return a.vocabulary.entries().every((token) => b.vocabulary.has(token));
}
