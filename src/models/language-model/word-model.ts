/** What people ask of a language model — the next words, scores, text — for models that are not networks. */
import { DataError, ValueError } from '../../base/errors.js';
import { Random } from '../../base/random.js';
import { detokenize, type Tokenizer, type Vocabulary } from '../../text/index.js';
import { PerplexityReport } from '../../train/metrics.js';
import { END_ID, type EncodedCorpus, encodeCorpus, UNKNOWN_ID, wordsOf } from './corpus.js';
import type {
  Generated,
  GenerateOptions,
  LanguageModel,
  Lines,
  NextToken,
  TextScore,
} from './language-model.js';
import type { TokenPredictor } from './predictor.js';
import { checkSampling, sample, topIndexes } from './sampling.js';

/** What a neural language model, an n-gram model and a mixture have in common. */
export type AnyLanguageModel = Pick<
  LanguageModel,
  | 'vocabulary'
  | 'tokenizer'
  | 'next'
  | 'distribution'
  | 'score'
  | 'perplexity'
  | 'perplexityOf'
  | 'generate'
  | 'generateTokens'
>;

export abstract class WordModel implements AnyLanguageModel, TokenPredictor {
  abstract readonly vocabulary: Vocabulary;
  abstract readonly tokenizer: Tokenizer;
  abstract readonly crossSentences: boolean;
  abstract targetProbabilities(ids: Int32Array): Float64Array;
  abstract distributions(ids: Int32Array, from?: number): Generator<Float64Array>;

  /** The likeliest next words after a text, the likeliest first. `</s>` is the end of the sentence. */
  next(text: string, { top = 5 }: { readonly top?: number } = {}): NextToken[] {
    if (!(Number.isInteger(top) && top >= 1))
      throw new ValueError(`top must be a whole number from 1, not ${top}`);
    const probabilities = this.distribution(text);
    return topIndexes(probabilities, top).map((id) => ({
      token: this.vocabulary.tokenOf(id),
      probability: probabilities[id]!,
    }));
  }

  /** p(word | text) for every word of the vocabulary, by id. It sums to 1. */
  distribution(text: string): Float64Array {
    return this.after(this.idsOf(text));
  }

  /** How surprising each word of a text is, and its end. */
  score(text: string): TextScore {
    const words = wordsOf(this.tokenizer, text);
    const ids = Int32Array.of(...this.idsOf(text), END_ID);
    const logProbabilities = this.targetProbabilities(ids).map(Math.log);
    const logProbability = logProbabilities.reduce((sum, value) => sum + value, 0);
    return {
      tokens: Array.from(logProbabilities, (value, i) => ({
        token: words[i] ?? this.vocabulary.tokenOf(END_ID),
        logProbability: value,
        surprisal: -value / Math.LN2,
        unknown: ids[i] === UNKNOWN_ID,
      })),
      logProbability,
      perplexity: Math.exp(-logProbability / ids.length),
    };
  }

  /**
   * How well the model predicts a text, one sentence a line. Sentence ends are predicted too; words out of the
   * vocabulary are scored as `<unk>` and counted.
   *
   * @throws DataError where there is no text
   */
  async perplexity(lines: Lines): Promise<PerplexityReport> {
    const corpus = await encodeCorpus(lines, this.tokenizer, this.vocabulary);
    if (corpus.ids.length === 0) throw new DataError('there is no text to evaluate on: every line is empty');
    return this.perplexityOf(corpus);
  }

  perplexityOf({ ids, unknown }: EncodedCorpus): PerplexityReport {
    return PerplexityReport.of(this.targetProbabilities(ids).map(Math.log), {
      oov: unknown,
      vocabularySize: this.vocabulary.size,
      crossSentences: this.crossSentences,
    });
  }

  /** Text that the model makes up, word by word. The same seed gives the same text. */
  generate(options: GenerateOptions = {}): Generated {
    const tokens = [...this.generateTokens(options)];
    const ended = tokens.at(-1) === this.vocabulary.tokenOf(END_ID);
    if (ended) tokens.pop();
    const prompt = wordsOf(this.tokenizer, options.prompt ?? '');
    return { text: detokenize([...prompt, ...tokens], this.tokenizer.options.kind), tokens, ended };
  }

  /** The same as a stream of tokens; the last is `</s>` where the model ends the sentence. */
  *generateTokens(options: GenerateOptions = {}): Generator<string> {
    const { prompt = '', maximumTokens = 50, seed = 1, unknown = false } = options;
    checkSampling(options);
    const random = new Random(seed, 'generate');
    const ids = [...this.idsOf(prompt)];
    for (let count = 0; count < maximumTokens; count++) {
      const logits = this.after(Int32Array.from(ids)).map(Math.log);
      const id = sample(logits, random, options, (candidate) => unknown || candidate !== UNKNOWN_ID);
      yield this.vocabulary.tokenOf(id);
      if (id === END_ID) return;
      ids.push(id);
    }
  }

  private idsOf(text: string): Int32Array {
    return this.vocabulary.encode(wordsOf(this.tokenizer, text));
  }

  /** p(· | ids) */
  private after(ids: Int32Array): Float64Array {
    for (const distribution of this.distributions(ids, ids.length)) return distribution.slice();
    throw new ValueError('there is no distribution after these words');
  }
}
