/**
 * The n-gram model over ids: the honest baseline of counts that every neural language model is held against.
 *
 * `NgramLanguageModel` is the same over text.
 */
import { DataError, ValueError } from '../../base/errors.js';
import { PerplexityReport } from '../../train/metrics-perplexity.js';
import { CorpusCounter, type CountingSettings } from './counting.js';
import type { NgramCounts } from './counts.js';
import type { Discounts } from './discounts.js';
import { smoothKneserNey } from './kneser-ney.js';
import type { NgramTrie, TrieState } from './trie.js';

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

/** Sentences as ids, without start and end. */
export type Sentences = Iterable<ArrayLike<number>>;

/**
 * An n-gram language model. Trained by interpolated modified Kneser–Ney (see kneser-ney.ts), or made of a trie that
 * was read from a file.
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
  readonly trie: NgramTrie;
  /** By order, 1 … N: the discounts of the training; empty where the model was not trained here. */
  readonly discounts: readonly Discounts[];

  /** @param options `order` is that of the trie, and so is `vocabularySize` */
  constructor(
    trie: NgramTrie,
    options: Omit<NgramOptions, 'order' | 'vocabularySize'>,
    discounts: readonly Discounts[] = [],
  ) {
    const { order, vocabularySize } = trie;
    checkOptions({ ...options, order, vocabularySize });
    this.order = order;
    this.vocabularySize = vocabularySize;
    this.endId = options.endId;
    this.unknownId = options.unknownId;
    this.crossSentences = options.crossSentences ?? false;
    this.startId = startOf({ ...options, vocabularySize });
    this.trie = trie;
    this.discounts = discounts;
  }

  /**
   * Counts a corpus in memory.
   *
   * @throws ValueError for impossible options or ids; DataError when there is nothing to count.
   */
  static train(sentences: Sentences, options: NgramOptions): NgramModel {
    checkOptions(options);
    const counter = counterFor(options);
    for (const words of checkedSentences(sentences, options)) {
      for (const id of marked(words, options)) counter.add(id);
    }
    return NgramModel.fromCounts(counter.finishInMemory(), options);
  }

  /**
   * Counts a corpus piece by piece, so that it may be larger than memory. The model is the same as that of `train`.
   *
   * @param counting how large a piece is, and where sorted counts are kept. Default: one piece.
   * @throws as `train`
   */
  static async trainInPieces(
    sentences: Sentences | AsyncIterable<ArrayLike<number>>,
    options: NgramOptions,
    counting: Pick<CountingSettings, 'pieceTokens' | 'store'> = {},
  ): Promise<NgramModel> {
    checkOptions(options);
    const counter = counterFor(options, counting);
    let number = 0;
    for await (const words of sentences) {
      checkSentence(words, ++number, options);
      for (const id of marked(words, options)) if (counter.add(id)) await counter.flush();
    }
    return NgramModel.fromCounts(await counter.finish(), options);
  }

  private static fromCounts({ levels }: NgramCounts, options: NgramOptions): NgramModel {
    if (levels[0]!.size === 0)
      throw new DataError('there are no words to count: the training sentences are empty');
    const { vocabularySize } = options;
    const { trie, discounts } = smoothKneserNey(levels, vocabularySize, idCountOf(options));
    return new NgramModel(trie, options, discounts);
  }

  /** By order, 1 … N: how many different n-grams there are; of single words those of the vocabulary, and `<s>`. */
  get ngramCounts(): number[] {
    return this.trie.levels.map(({ probabilities }) => probabilities.length);
  }

  /** The memory that the model takes. */
  get byteLength(): number {
    return this.trie.byteLength;
  }

  /**
   * p(id | context), in (0, 1].
   * @param context ids, the nearest word last; the last N−1 are looked at. Empty: nothing is known.
   */
  probability(context: ArrayLike<number>, id: number): number {
    this.checkId(id, 'the word');
    return this.trie.probability(this.stateAfter(context), id);
  }

  /** ln p(id | context). */
  logProbability(context: ArrayLike<number>, id: number): number {
    return Math.log(this.probability(context, id));
  }

  /** p(· | context) of all V ids; sums to 1 up to the rounding of float32. */
  distribution(context: ArrayLike<number>): Float64Array {
    return this.trie.distribution(this.stateAfter(context));
  }

  /**
   * How well the model predicts sentences, their ends included if it has an `endId`.
   * @throws ValueError for ids out of range or when there is no token.
   */
  perplexity(sentences: Sentences): PerplexityReport {
    let state = this.startState();
    let nats = 0;
    let tokens = 0;
    let oov = 0;
    const score = (id: number): void => {
      nats -= Math.log(this.trie.step(state, id));
      tokens++;
      if (id === this.unknownId) oov++;
    };
    for (const words of checkedSentences(sentences, this)) {
      if (!this.crossSentences) state = this.startState();
      for (let i = 0; i < words.length; i++) score(words[i]!);
      if (this.endId !== undefined) score(this.endId);
    }
    const { vocabularySize, crossSentences } = this;
    return new PerplexityReport(nats, tokens, { oov, vocabularySize, crossSentences });
  }

  /** The state before the first word of a text. */
  startState(): TrieState {
    return this.stateAfter(this.startId === undefined ? [] : [this.startId]);
  }

  /** The state after some words. */
  stateAfter(context: ArrayLike<number>): TrieState {
    const state = this.trie.start();
    for (let i = Math.max(0, context.length - (this.order - 1)); i < context.length; i++) {
      const id = context[i]!;
      if (id !== this.startId) this.checkId(id, `context[${i}]`);
      this.trie.advance(state, id);
    }
    return state;
  }

  private checkId(id: number, what: string): void {
    if (isId(id, this.vocabularySize)) return;
    throw new ValueError(`n-gram model: ${what} has the id ${id}; ids are 0 … ${this.vocabularySize - 1}`);
  }
}

function counterFor(options: NgramOptions, counting: Partial<CountingSettings> = {}): CorpusCounter {
  const startId = options.crossSentences ? undefined : startOf(options);
  const counter = new CorpusCounter({
    ...counting,
    order: options.order,
    idCount: idCountOf(options),
    startId,
  });
  if (options.crossSentences && options.endId !== undefined) counter.lead(options.endId);
  return counter;
}

/** A sentence as it is counted: after its start, and with its end. */
function* marked(words: ArrayLike<number>, options: NgramOptions): Generator<number> {
  if (!options.crossSentences) yield options.vocabularySize;
  for (let i = 0; i < words.length; i++) yield words[i]!;
  if (options.endId !== undefined) yield options.endId;
}

/** How many ids there are, `<s>` included. */
function idCountOf({ vocabularySize, crossSentences }: NgramOptions): number {
  return vocabularySize + (crossSentences ? 0 : 1);
}

function startOf({ crossSentences, endId, vocabularySize }: Omit<NgramOptions, 'order'>): number | undefined {
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
  sentences: Sentences,
  options: Pick<NgramOptions, 'vocabularySize' | 'endId'>,
): Generator<ArrayLike<number>> {
  let number = 0;
  for (const words of sentences) {
    checkSentence(words, ++number, options);
    yield words;
  }
}

function checkSentence(
  words: ArrayLike<number>,
  number: number,
  { vocabularySize, endId }: Pick<NgramOptions, 'vocabularySize' | 'endId'>,
): void {
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
}
