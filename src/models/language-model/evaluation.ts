/**
 * How good a language model is, beyond one number: perplexity of frequent and rare words, at the beginning and the end
 * of sentences; how often the next word is among the first few guesses; how many keystrokes that saves.
 */
import { DataError, ValueError } from '../../base/errors.js';
import type { Tokenizer, Vocabulary } from '../../text/index.js';
import { PerplexityReport } from '../../train/metrics.js';
import { END_ID, UNKNOWN_ID, wordsOf } from './corpus.js';
import type { LanguageModel, Lines } from './language-model.js';
import { predictorOf, type TokenPredictor } from './predictor.js';
import { measureSuggestions, type SuggestionScores } from './suggestions.js';

/** A text to be measured on. */
export interface EvaluationText {
  /** Every sentence is followed by `</s>`. */
  readonly ids: Int32Array;
  /** By id in the text: the word as it is spelled; '' for sentence ends. */
  readonly words: readonly string[];
  readonly sentences: number;
  /** Words that are not in the vocabulary. A text that writes `<unk>` itself has none for that. */
  readonly unknown: number;
  /** Code points of the lines, each with its line end. */
  readonly characters: number;
}

/** Reads a text. Empty lines are left out. @throws DataError where there is no text */
export async function readEvaluationText(
  lines: Lines,
  tokenizer: Tokenizer,
  vocabulary: Vocabulary,
): Promise<EvaluationText> {
  const ids: number[] = [];
  const words: string[] = [];
  let [sentences, unknown, characters] = [0, 0, 0];
  for await (const line of lines) {
    const lineWords = wordsOf(tokenizer, line);
    if (lineWords.length === 0) continue;
    for (const word of lineWords) {
      const id = vocabulary.idOf(word);
      if (id === undefined) unknown++;
      ids.push(id ?? UNKNOWN_ID);
      words.push(word);
    }
    ids.push(END_ID);
    words.push('');
    sentences++;
    characters += [...line.trim()].length + 1;
  }
  if (sentences === 0) throw new DataError('there is no text to evaluate on: every line is empty');
  return { ids: Int32Array.from(ids), words, sentences, unknown, characters };
}

/** Some of the tokens, and how well they are predicted. */
export interface Band {
  /** `10–99 times`, `sentence end` */
  readonly name: string;
  readonly tokens: number;
  /** exp of the mean surprisal of these tokens */
  readonly perplexity: number;
}

export interface LanguageModelEvaluation {
  readonly report: PerplexityReport;
  readonly sentences: number;
  readonly characters: number;
  /** Surprisal of the whole text over its characters, line ends included. `<unk>` is not spelled out. */
  readonly bitsPerCharacter: number;
  /** Without the sentence ends, which some publications do not count. */
  readonly wordPerplexity: number;
  /** Without the words out of the vocabulary; undefined where there are none. */
  readonly knownPerplexity: number | undefined;
  /** By how often a word occurs in the training text; undefined where the model does not know that. */
  readonly byFrequency: readonly Band[] | undefined;
  /** By place in the sentence, from 1. */
  readonly byPosition: readonly Band[];
  readonly suggestions: SuggestionScores | undefined;
  /** ln p of each token. */
  readonly logProbabilities: Float64Array;
}

export interface EvaluationOptions {
  /** Measure recall and keystrokes too, for which every distribution is needed (default true). */
  readonly suggestions?: boolean;
}

/**
 * Measures a model on a text that was read with its tokeniser and vocabulary.
 *
 * @example
 * const text = await readEvaluationText(lines, lm.tokenizer, lm.vocabulary);
 * evaluateLanguageModel(lm, text).suggestions?.top3;
 */
export function evaluateLanguageModel(
  given: LanguageModel | TokenPredictor,
  text: EvaluationText,
  { suggestions = true }: EvaluationOptions = {},
): LanguageModelEvaluation {
  const model = predictorOf(given);
  const logProbabilities = model.targetProbabilities(text.ids).map(Math.log);
  const report = PerplexityReport.of(logProbabilities, {
    oov: text.unknown,
    vocabularySize: model.vocabulary.size,
    crossSentences: model.crossSentences,
  });
  const known = bandsOf(logProbabilities, (i) =>
    isUnknown(text, model.vocabulary, i) ? 'unknown' : 'known',
  );
  return {
    report,
    sentences: text.sentences,
    characters: text.characters,
    bitsPerCharacter: report.nats / Math.LN2 / text.characters,
    wordPerplexity: bandsOf(logProbabilities, (i) => (text.ids[i] === END_ID ? 'end' : 'word')).find(
      ({ name }) => name === 'word',
    )!.perplexity,
    knownPerplexity: text.unknown === 0 ? undefined : known.find(({ name }) => name === 'known')?.perplexity,
    byFrequency: byFrequency(model.vocabulary, text, logProbabilities),
    byPosition: byPosition(text, logProbabilities),
    suggestions: suggestions ? measureSuggestions(model, text) : undefined,
    logProbabilities,
  };
}

function isUnknown({ ids, words }: EvaluationText, vocabulary: Vocabulary, i: number): boolean {
  return ids[i] === UNKNOWN_ID && words[i] !== vocabulary.tokenOf(UNKNOWN_ID);
}

const FREQUENCIES = [
  [10_000, '10,000 times or more'],
  [1000, '1,000 to 9,999 times'],
  [100, '100 to 999 times'],
  [10, '10 to 99 times'],
  [0, 'less than 10 times'],
] as const;

function byFrequency(
  vocabulary: Vocabulary,
  { ids }: EvaluationText,
  logProbabilities: Float64Array,
): Band[] | undefined {
  // A vocabulary from an ARPA file has no counts.
  if (vocabulary.totalCount === 0) return undefined;
  const order = [...FREQUENCIES.map(([, name]) => name), 'unknown word', 'sentence end'];
  const bands = bandsOf(logProbabilities, (i) => {
    const id = ids[i]!;
    if (id === UNKNOWN_ID) return 'unknown word';
    if (id === END_ID) return 'sentence end';
    return FREQUENCIES.find(([least]) => vocabulary.countOf(id) >= least)![1];
  });
  return bands.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

const POSITIONS = [
  [21, '21 and later'],
  [11, '11 to 20'],
  [6, '6 to 10'],
  [4, '4 and 5'],
  [3, '3'],
  [2, '2'],
  [1, '1'],
] as const;

function byPosition({ ids }: EvaluationText, logProbabilities: Float64Array): Band[] {
  let position = 0;
  const bands = bandsOf(logProbabilities, (i) => {
    position = i === 0 || ids[i - 1] === END_ID ? 1 : position + 1;
    return POSITIONS.find(([from]) => position >= from)![1];
  });
  const order: string[] = POSITIONS.map(([, name]) => name).reverse();
  return bands.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

/** @param nameOf is asked once for each token, in order */
function bandsOf(logProbabilities: Float64Array, nameOf: (i: number) => string): Band[] {
  const sums = new Map<string, { tokens: number; nats: number }>();
  logProbabilities.forEach((logProbability, i) => {
    const name = nameOf(i);
    const { tokens, nats } = sums.get(name) ?? { tokens: 0, nats: 0 };
    sums.set(name, { tokens: tokens + 1, nats: nats - logProbability });
  });
  return Array.from(sums, ([name, { tokens, nats }]) => ({
    name,
    tokens,
    perplexity: Math.exp(nats / tokens),
  }));
}

/** @throws ValueError where two models do not split text alike, so that their tokens are not the same */
export function checkSameTokenizer(
  a: Pick<TokenPredictor, 'tokenizer'>,
  b: Pick<TokenPredictor, 'tokenizer'>,
): void {
  const [ours, theirs] = [a, b].map(({ tokenizer }) => JSON.stringify(tokenizer.options));
  if (ours === theirs) return;
  throw new ValueError(
    `the models split text in different ways (${ours} and ${theirs}), so their perplexities cannot be compared`,
  );
}
