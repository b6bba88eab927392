/**
 * A corpus as provisional ids, from which the vocabulary is counted. Rare words are only known when all has been read,
 * so the ids are kept, in memory or a store, and read a second time with their final meaning.
 */
import { DataError } from '../../base/errors.js';
import { type Tokenizer, UNKNOWN_TOKEN, Vocabulary } from '../../text/index.js';
import { END_ID, SENTENCE_END, UNKNOWN_ID, wordsOf } from '../language-model/corpus.js';
import type { RunStore, StoredNumbers } from './runs.js';

const END = -1;

export interface VocabularyLimits {
  /** Default: 2 for words, 1 for characters and where the corpus marks unknown words itself. */
  readonly minimumCount: number | undefined;
  readonly maximumVocabulary: number;
  /** A vocabulary to take as it is. */
  readonly like: Vocabulary | undefined;
}

export class CorpusTape {
  sentences = 0;
  /** Words, and an end for each sentence. */
  tokens = 0;
  /** Of them out of the vocabulary; known when `encoded` has been read. */
  unknown = 0;
  private readonly tokenizer: Tokenizer;
  private readonly store: RunStore;
  private readonly words = new Map<string, number>();
  private readonly counts: number[] = [];
  private readonly written: StoredNumbers[] = [];
  private readonly pieceTokens: number;
  private buffer = new Int32Array(4096);
  private used = 0;

  constructor(tokenizer: Tokenizer, store: RunStore, pieceTokens: number) {
    this.tokenizer = tokenizer;
    this.store = store;
    this.pieceTokens = pieceTokens;
  }

  /** Takes a line; an empty one is left out. */
  async add(line: string): Promise<void> {
    const words = wordsOf(this.tokenizer, line);
    if (words.length === 0) return;
    for (const word of words) this.push(this.count(word));
    this.push(END);
    this.sentences++;
    this.tokens += words.length + 1;
    if (this.used < this.pieceTokens) return;
    this.written.push(await this.store.write(this.buffer.slice(0, this.used)));
    this.used = 0;
  }

  /** @throws DataError when there was no text, or too few words are frequent enough */
  vocabulary({ minimumCount, maximumVocabulary, like }: VocabularyLimits): Vocabulary {
    if (this.sentences === 0) throw new DataError('there is no text to train on: every line is empty');
    if (like !== undefined) return like;
    const marksUnknown = this.words.has(UNKNOWN_TOKEN);
    const isWords = this.tokenizer.options.kind !== 'characters';
    const counts = new Map([...this.words].map(([word, id]) => [word, this.counts[id]!]));
    counts.set(SENTENCE_END, this.sentences);
    const least = minimumCount ?? (isWords && !marksUnknown ? 2 : 1);
    const vocabulary = Vocabulary.fromCounts(counts, {
      specialTokens: [UNKNOWN_TOKEN, SENTENCE_END],
      minimumCount: least,
      maximumSize: maximumVocabulary,
    });
    if (vocabulary.size > 2) return vocabulary;
    throw new DataError(`no word occurs at least ${least} times: give more text, or lower the minimum count`);
  }

  /** The sentences as ids of a vocabulary, without their ends. Counts what is unknown to it. */
  async *encoded(vocabulary: Vocabulary): AsyncGenerator<Int32Array> {
    const final = Int32Array.from(this.words.keys(), (word) => vocabulary.idOf(word) ?? UNKNOWN_ID);
    let sentence: number[] = [];
    this.unknown = 0;
    for (const piece of [...this.written, () => [this.buffer.subarray(0, this.used)]]) {
      for await (const numbers of piece()) {
        for (const number of numbers) {
          // A sentence end that a line has in its middle ends a sentence all the same.
          const id = number === END ? END_ID : final[number]!;
          if (id === UNKNOWN_ID) this.unknown++;
          if (id !== END_ID) sentence.push(id);
          else if (sentence.length > 0) {
            yield Int32Array.from(sentence);
            sentence = [];
          }
        }
      }
    }
  }

  private count(word: string): number {
    let id = this.words.get(word);
    if (id === undefined) {
      id = this.words.size;
      this.words.set(word, id);
      this.counts.push(0);
    }
    this.counts[id]!++;
    return id;
  }

  private push(id: number): void {
    if (this.used === this.buffer.length) {
      const larger = new Int32Array(2 * this.used);
      larger.set(this.buffer);
      this.buffer = larger;
    }
    this.buffer[this.used++] = id;
  }
}
