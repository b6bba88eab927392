/**
 * Perplexity, with what it takes to compare it: a perplexity without its token count, vocabulary and number of
 * unknown words means nothing.
 */
import { NumericError, ValueError } from '../base/errors.js';

/** What a perplexity was measured on. */
export interface PerplexityConditions {
  /** How many of the tokens were out of the vocabulary and scored as the unknown word. Default 0. */
  readonly oov?: number;
  /** How many tokens the model chose among at each place. */
  readonly vocabularySize?: number;
  /** Whether the context of a sentence's first words reaches into the sentence before. */
  readonly crossSentences?: boolean;
}

/**
 * How well a language model predicts a text: perplexity = exp(−(1/T) Σ ln p(w_t | …)).
 *
 * @example
 * const report = new PerplexityReport(2 * Math.log(10), 2);
 * report.perplexity;     // 10
 * report.bitsPerToken;   // 3.3219…
 */
export class PerplexityReport {
  /** −Σ ln p over all tokens. */
  readonly nats: number;
  /** How many tokens were scored, sentence ends included where the model predicts them. */
  readonly tokens: number;
  readonly oov: number;
  readonly vocabularySize: number | undefined;
  readonly crossSentences: boolean | undefined;

  /**
   * @param nats −Σ ln p over all tokens; Infinity where a token had probability 0.
   * @param tokens how many there were, at least 1.
   * @throws NumericError when `nats` is not a number; ValueError when a count is impossible.
   */
  constructor(nats: number, tokens: number, conditions: PerplexityConditions = {}) {
    const { oov = 0, vocabularySize, crossSentences } = conditions;
    if (Number.isNaN(nats)) {
      throw new NumericError(
        'perplexity: the sum of log-probabilities is NaN. Look for NaN in the model’s weights.',
      );
    }
    if (!Number.isInteger(tokens) || tokens < 1) {
      throw new ValueError(`perplexity: there must be at least one token, not ${tokens}. Is the text empty?`);
    }
    if (!Number.isInteger(oov) || oov < 0 || oov > tokens) {
      throw new ValueError(`perplexity: ${oov} unknown words among ${tokens} tokens are not possible`);
    }
    this.nats = nats;
    this.tokens = tokens;
    this.oov = oov;
    this.vocabularySize = vocabularySize;
    this.crossSentences = crossSentences;
  }

  /**
   * From the log-probability of each token.
   * @param logProbabilities ln p(w_t | …), one a token.
   */
  static of(logProbabilities: ArrayLike<number>, conditions: PerplexityConditions = {}): PerplexityReport {
    let nats = 0;
    for (let i = 0; i < logProbabilities.length; i++) nats -= logProbabilities[i]!;
    return new PerplexityReport(nats, logProbabilities.length, conditions);
  }

  /** exp(nats / tokens): from how many equally likely tokens the model chooses, as it were. */
  get perplexity(): number {
    return Math.exp(this.nats / this.tokens);
  }

  /** The same on the scale of bits: log₂ of the perplexity. */
  get bitsPerToken(): number {
    return this.nats / this.tokens / Math.LN2;
  }

  /** The part of the tokens that was out of the vocabulary, 0 … 1. */
  get oovRate(): number {
    return this.oov / this.tokens;
  }

  /** `perplexity 141.19 (7.142 bits a token) over 82,430 tokens, …`. */
  toString(): string {
    const parts = [
      `perplexity ${this.perplexity.toFixed(2)} (${this.bitsPerToken.toFixed(3)} bits a token)`,
      ` over ${this.tokens.toLocaleString('en')} tokens`,
      this.vocabularySize === undefined ? '' : `, vocabulary ${this.vocabularySize.toLocaleString('en')}`,
      `, ${this.oov.toLocaleString('en')} unknown (${(100 * this.oovRate).toFixed(2)} %)`,
      this.crossSentences === undefined ? '' : `, context ${contextWords(this.crossSentences)}`,
    ];
    return parts.join('');
  }

  toJSON(): PerplexityJSON {
    const { perplexity, bitsPerToken, nats, tokens, oov, oovRate, vocabularySize, crossSentences } = this;
    return { perplexity, bitsPerToken, nats, tokens, oov, oovRate, vocabularySize, crossSentences };
  }
}

/** A perplexity report as plain data. */
export interface PerplexityJSON {
  readonly perplexity: number;
  readonly bitsPerToken: number;
  readonly nats: number;
  readonly tokens: number;
  readonly oov: number;
  readonly oovRate: number;
  readonly vocabularySize: number | undefined;
  readonly crossSentences: boolean | undefined;
}

function contextWords(crossSentences: boolean): string {
  return crossSentences ? 'crosses sentence ends' : 'stops at sentence ends';
}
