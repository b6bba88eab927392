/**
 * The n-gram model: the honest baseline of counts that every neural language model is held against.
 *
 * Interpolated modified Kneser–Ney smoothing (Chen & Goodman 1999, "An empirical study of smoothing techniques for
 * language modeling", section 3):
 *
 *   p(w | c) = (count(c w) − D(count(c w))) / Σ_v count(c v)  +  γ(c) · p(w | c′)
 *
 * where c′ is c without its first word, γ(c) is what the discounts D took away from the words after c, and the last
 * p, of the empty context, is mixed with 1/V. The count of a longest n-gram is how often it occurs; that of a
 * shorter one is its *continuation count*: how many different words stand before it. ("Francisco" is frequent, but
 * follows one word only, so it is a poor guess after a context never seen.)
 */
import { DataError, ValueError } from '../base/errors.js';
import { PerplexityReport } from '../train/metrics-perplexity.js';
import { NgramCounter } from './ngram-counter.js';
import { type Discounts, discountOf, findDiscounts } from './ngram-discounts.js';
import { NgramTable } from './ngram-table.js';

export interface NgramOptions {
  /** N: the model looks at N−1 words of context. */
  readonly order: number;
  /** V: ids are 0 … V−1, and probabilities sum to 1 over them. The end of sentence counts if it is predicted. */
  readonly vocabularySize: number;
  /** The id of the sentence end, which is counted and scored after every sentence. Without it, ends are not. */
  readonly endId?: number;
  /** The id of the unknown word, so that reports can say how often it occurred. */
  readonly unknownId?: number;
  /**
   * Whether the context runs on from sentence to sentence, as in one long stream, default false: every sentence
   * starts afresh after `<s>`. The usual toolkits of counts (SRILM, KenLM) start afresh, and so do the published
   * Kneser–Ney figures on the Penn Treebank (Mikolov et al. 2011: test perplexity 141.2 at order 5; this model
   * 141.19). Recurrent models and most neural ones run on; counted like that, this model has 141.06.
   */
  readonly crossSentences?: boolean;
}

/** Contexts of one length, and the n-grams that they begin. */
interface Level {
  readonly ngrams: NgramTable;
  readonly discounts: Discounts;
  /** By context: the sum of the counts of the words after it. */
  readonly totals: Int32Array;
  /** By context: γ, the part of the probability that goes to the shorter context. */
  readonly backoffs: Float64Array;
}

/**
 * An n-gram language model.
 *
 * @example
 * const model = NgramModel.train([[0, 1, 2], [0, 1, 3]], { order: 3, vocabularySize: 5, endId: 4 });
 * model.probability([0, 1], 2);                  // p(2 | 0 1)
 * model.perplexity([[0, 1, 2]]).perplexity;
 */
export class NgramModel {
  readonly order: number;
  readonly vocabularySize: number;
  readonly endId: number | undefined;
  readonly unknownId: number | undefined;
  readonly crossSentences: boolean;
  /**
   * What stands before a first word: `<s>`, which has the id V and is never predicted; with `crossSentences`, the
   * sentence end (undefined if there is none). Put it first in a context that begins a sentence.
   */
  readonly startId: number | undefined;
  /** By length of the context, 0 … N−1. */
  private readonly levels: readonly Level[];

  private constructor(options: NgramOptions, tables: readonly NgramTable[]) {
    this.order = options.order;
    this.vocabularySize = options.vocabularySize;
    this.endId = options.endId;
    this.unknownId = options.unknownId;
    this.crossSentences = options.crossSentences ?? false;
    this.startId = startOf(options);
    this.levels = tables.map((table, length) =>
      makeLevel(table, length === 0 ? 1 : tables[length - 1]!.size),
    );
  }

  /**
   * Counts a corpus.
   * @param sentences the ids of each sentence, without start and end.
   * @throws ValueError for impossible options or ids; DataError when there is nothing to count.
   */
  static train(sentences: Iterable<ArrayLike<number>>, options: NgramOptions): NgramModel {
    checkOptions(options);
    const tables = Array.from({ length: options.order }, () => new NgramTable());
    const counter = new NgramCounter(tables, startOf(options));
    let tokens = 0;
    let first = true;
    for (const words of checkedSentences(sentences, options)) {
      if (first || !options.crossSentences) counter.restart();
      first = false;
      for (let i = 0; i < words.length; i++) counter.count(words[i]!);
      if (options.endId !== undefined) counter.count(options.endId);
      tokens += words.length + (options.endId === undefined ? 0 : 1);
    }
    if (tokens === 0) throw new DataError('there are no words to count: the training sentences are empty');
    for (const table of tables) table.trim();
    return new NgramModel(options, tables);
  }

  /** By order, 1 … N: how many different n-grams were counted. */
  get ngramCounts(): number[] {
    return this.levels.map((level) => level.ngrams.size);
  }

  /** By order, 1 … N: the discounts in use. */
  get discounts(): Discounts[] {
    return this.levels.map((level) => level.discounts);
  }

  /** The memory that the tables take. */
  get byteLength(): number {
    return this.levels.reduce(
      (sum, { ngrams, totals, backoffs }) =>
        sum + ngrams.byteLength + totals.byteLength + backoffs.byteLength,
      0,
    );
  }

  /**
   * p(id | context), in (0, 1].
   * @param context ids, the nearest word last; the last N−1 are looked at. Empty: nothing is known.
   */
  probability(context: ArrayLike<number>, id: number): number {
    this.checkId(id, 'the word');
    return this.interpolate(this.contextsEndingIn(context), id);
  }

  /** ln p(id | context). */
  logProbability(context: ArrayLike<number>, id: number): number {
    return Math.log(this.probability(context, id));
  }

  /** p(· | context) of all V ids; sums to 1. Costs V look-ups and a few more. */
  distribution(context: ArrayLike<number>): Float64Array {
    const contexts = this.contextsEndingIn(context);
    return Float64Array.from({ length: this.vocabularySize }, (_, id) => this.interpolate(contexts, id));
  }

  /**
   * How well the model predicts sentences, their ends included if it has an `endId`.
   * @throws ValueError for ids out of range or when there is no token.
   */
  perplexity(sentences: Iterable<ArrayLike<number>>): PerplexityReport {
    const contexts = this.startContexts();
    let nats = 0;
    let tokens = 0;
    let oov = 0;
    const score = (id: number): void => {
      nats -= Math.log(this.interpolate(contexts, id));
      tokens++;
      if (id === this.unknownId) oov++;
      this.advance(contexts, id);
    };
    for (const words of checkedSentences(sentences, this)) {
      if (!this.crossSentences) contexts.set(this.startContexts());
      for (let i = 0; i < words.length; i++) score(words[i]!);
      if (this.endId !== undefined) score(this.endId);
    }
    const { vocabularySize, crossSentences } = this;
    return new PerplexityReport(nats, tokens, { oov, vocabularySize, crossSentences });
  }

  /** The formula at the head of this file, from the empty context up to the longest one that is known. */
  private interpolate(contexts: Int32Array, id: number): number {
    let probability = 1 / this.vocabularySize;
    let count = 1;
    for (let length = 0; length < this.order; length++) {
      const { ngrams, discounts, totals, backoffs } = this.levels[length]!;
      const context = contexts[length]!;
      if (context < 0 || totals[context] === 0) break;
      // A word that never follows a short context never follows a longer one either.
      if (count > 0) count = ngrams.count(context, id);
      probability =
        (count - discountOf(count, discounts)) / totals[context]! + backoffs[context]! * probability;
    }
    return probability;
  }

  /** By length, 0 … N−1: the number of the context that ends in the last given word, −1 where it is unknown. */
  private contextsEndingIn(context: ArrayLike<number>): Int32Array {
    const contexts = this.emptyContexts();
    for (let i = Math.max(0, context.length - this.order + 1); i < context.length; i++) {
      const id = context[i]!;
      if (id !== this.startId) this.checkId(id, `context[${i}]`);
      this.advance(contexts, id);
    }
    return contexts;
  }

  private startContexts(): Int32Array {
    return this.contextsEndingIn(this.startId === undefined ? [] : [this.startId]);
  }

  private emptyContexts(): Int32Array {
    const contexts = new Int32Array(this.order).fill(-1);
    contexts[0] = 0;
    return contexts;
  }

  /** Moves on by one word: the new context of n words is the old one of n−1 words and the word. */
  private advance(contexts: Int32Array, id: number): void {
    for (let length = this.order - 1; length > 0; length--) {
      const shorter = contexts[length - 1]!;
      contexts[length] = shorter < 0 ? -1 : this.levels[length - 1]!.ngrams.find(shorter, id);
    }
  }

  private checkId(id: number, what: string): void {
    if (isId(id, this.vocabularySize)) return;
    throw new ValueError(`n-gram model: ${what} has the id ${id}; ids are 0 … ${this.vocabularySize - 1}`);
  }
}

/** Sums up, for each of the contexts, what follows it. */
function makeLevel(ngrams: NgramTable, contextCount: number): Level {
  const discounts = findDiscounts(ngrams.counts);
  const totals = new Int32Array(contextCount);
  const backoffs = new Float64Array(contextCount);
  for (let ngram = 0; ngram < ngrams.size; ngram++) {
    const context = ngrams.contexts[ngram]!;
    const count = ngrams.counts[ngram]!;
    totals[context]! += count;
    backoffs[context]! += discountOf(count, discounts);
  }
  for (let context = 0; context < contextCount; context++) {
    if (totals[context]! > 0) backoffs[context]! /= totals[context]!;
  }
  return { ngrams, discounts, totals, backoffs };
}

function startOf({ crossSentences, endId, vocabularySize }: NgramOptions): number | undefined {
  return crossSentences ? endId : vocabularySize;
}

function isId(id: number, vocabularySize: number): boolean {
  return Number.isInteger(id) && id >= 0 && id < vocabularySize;
}

function checkOptions({ order, vocabularySize, endId, unknownId }: NgramOptions): void {
  if (!Number.isInteger(order) || order < 1) {
    throw new ValueError(`n-gram model: the order must be a whole number from 1 up, not ${order}`);
  }
  if (!Number.isInteger(vocabularySize) || vocabularySize < 1) {
    throw new ValueError(
      `n-gram model: vocabularySize must be a whole number from 1 up, not ${vocabularySize}`,
    );
  }
  for (const [name, id] of Object.entries({ endId, unknownId })) {
    if (id === undefined || isId(id, vocabularySize)) continue;
    throw new ValueError(
      `n-gram model: ${name} is ${id}; it must be one of the ids 0 … ${vocabularySize - 1}`,
    );
  }
}

/** The same sentences, each looked at before it is used. */
function* checkedSentences(
  sentences: Iterable<ArrayLike<number>>,
  { vocabularySize, endId }: Pick<NgramOptions, 'vocabularySize' | 'endId'>,
): Generator<ArrayLike<number>> {
  let number = 0;
  for (const words of sentences) {
    number++;
    for (let i = 0; i < words.length; i++) {
      const id = words[i]!;
      const place = `n-gram model: sentence ${number}, word ${i + 1}`;
      if (!isId(id, vocabularySize)) {
        throw new ValueError(`${place} has the id ${id}; ids are 0 … ${vocabularySize - 1}`);
      }
      if (id === endId) {
        throw new ValueError(`${place} is the sentence end (id ${id}); leave it out, the model adds it`);
      }
    }
    yield words;
  }
}
