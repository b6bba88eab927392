/** What people ask of a language model — the next words, scores, text — for models that are not networks. */
import { DataError, ValueError } from '../../base/errors.js';
import type { Tokenizer, Vocabulary } from '../../text/index.js';
import { PerplexityReport } from '../../train/metrics.js';
import { type NextOptions, type NextToken, nextTokens, scoresOf } from './completion.js';
import { END_ID, type EncodedCorpus, encodeCorpus, UNKNOWN_ID, wordsOf } from './corpus.js';
import {
  type Generated,
  type GeneratedPiece,
  type GenerateOptions,
  generateText,
  generateTexts,
  generateTokens,
  streamText,
  type WordSource,
} from './generation.js';
import type { LanguageModel, Lines, TextScore } from './language-model.js';
import type { TokenPredictor } from './predictor.js';

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
  | 'generateSeveral'
  | 'generateTokens'
  | 'generateStream'
>;

export abstract class WordModel implements AnyLanguageModel, TokenPredictor {
  abstract readonly vocabulary: Vocabulary;
  abstract readonly tokenizer: Tokenizer;
  abstract readonly crossSentences: boolean;
  abstract targetProbabilities(ids: Int32Array): Float64Array;
  abstract distributions(ids: Int32Array, from?: number): Generator<Float64Array>;

  /** The likeliest next words after a text, the likeliest first. `</s>` is the end of the sentence. */
  next(text: string, options: NextOptions = {}): NextToken[] {
    return nextTokens(this, text, options, (ids) => scoresOf(this.after(ids)));
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
    return generateText(this.source(), options);
  }

  /** Several texts, with the seeds `seed`, `seed` + 1 and so on. */
  generateSeveral(count: number, options: GenerateOptions = {}): Generator<Generated> {
    return generateTexts(this.source(), count, options);
  }

  /** One text as a stream of tokens; the last is `</s>` where the model ends it. */
  generateTokens(options: GenerateOptions = {}): Generator<string> {
    return generateTokens(this.source(), options);
  }

  /**
   * One text as it grows, piece by piece, without blocking the thread for long.
   *
   * @example
   * for await (const { text } of lm.generateStream({ prompt: 'the dog' })) process.stdout.write(text);
   */
  generateStream(options: GenerateOptions = {}): AsyncGenerator<GeneratedPiece, Generated> {
    return streamText(this.source(), options);
  }

  private source(): WordSource {
    const { vocabulary, tokenizer } = this;
    const logitsAfter = (ids: readonly number[]) => this.after(Int32Array.from(ids)).map(Math.log);
    return { vocabulary, tokenizer, logitsAfter };
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
