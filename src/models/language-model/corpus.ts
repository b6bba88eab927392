/**
 * A corpus as a language model reads it: one running list of word ids in which every sentence is followed by the
 * sentence end. The end is predicted like any word, and stands for whatever is before a text's first word.
 */
import { DataError } from '../../base/errors.js';
import { Random } from '../../base/random.js';
import {
  createTokenizer,
  type Tokenizer,
  type TokenizerOptions,
  UNKNOWN_TOKEN,
  Vocabulary,
} from '../../text/index.js';
import type { Batch, BatchSource } from '../../train/batches.js';
import type { ContextMode } from './options.js';

export const SENTENCE_END = '</s>';
export const UNKNOWN_ID = 0;
export const END_ID = 1;

/** Ids of all sentences, each followed by END_ID. */
export interface EncodedCorpus {
  readonly ids: Int32Array;
  /** Words that were not in the vocabulary. A corpus that writes `<unk>` itself has none for that. */
  readonly unknown: number;
  readonly sentences: number;
}

/** The words of a line. A sentence end that the corpus writes out itself is not counted twice. */
export function wordsOf(tokenizer: Tokenizer, line: string): string[] {
  const words = tokenizer.tokenize(line);
  while (words.at(-1) === SENTENCE_END) words.pop();
  return words;
}

/** Reads a corpus once, for its vocabulary and its ids. Empty lines are left out. */
export class CorpusReader {
  private readonly tokenizer: Tokenizer;
  private readonly provisional = new Map<string, number>();
  private readonly counts: number[] = [];
  private ids = new Int32Array(4096);
  private used = 0;
  private sentences = 0;

  constructor(tokenizer: TokenizerOptions) {
    this.tokenizer = createTokenizer(tokenizer);
  }

  add(line: string): void {
    const words = wordsOf(this.tokenizer, line);
    if (words.length === 0) return;
    for (const word of words) this.push(this.idOf(word));
    this.push(-1);
    this.sentences++;
  }

  /** @throws DataError when there was no word in any line */
  finish(limits: { readonly minimumCount: number | undefined; readonly maximumSize: number }): {
    vocabulary: Vocabulary;
    corpus: EncodedCorpus;
  } {
    if (this.sentences === 0) throw new DataError('there is no text to train on: every line is empty');
    const marksUnknown = this.provisional.has(UNKNOWN_TOKEN);
    const words = this.tokenizer.options.kind !== 'characters';
    const minimumCount = limits.minimumCount ?? (words && !marksUnknown ? 2 : 1);
    const counts = new Map([...this.provisional].map(([word, id]) => [word, this.counts[id]!]));
    counts.set(SENTENCE_END, this.sentences);
    const vocabulary = Vocabulary.fromCounts(counts, {
      specialTokens: [UNKNOWN_TOKEN, SENTENCE_END],
      minimumCount,
      maximumSize: limits.maximumSize,
    });
    if (vocabulary.size < 4) {
      throw new DataError(
        `only ${vocabulary.size - 2} different words occur at least ${minimumCount} times: give more text, or lower the minimum count`,
      );
    }
    const final = Int32Array.from(this.provisional.keys(), (word) => vocabulary.idOf(word) ?? UNKNOWN_ID);
    const ids = Int32Array.from({ length: this.used }, (_, i) =>
      this.ids[i]! < 0 ? END_ID : final[this.ids[i]!]!,
    );
    return {
      vocabulary,
      corpus: {
        ids,
        unknown: ids.reduce((sum, id) => sum + (id === UNKNOWN_ID ? 1 : 0), 0),
        sentences: this.sentences,
      },
    };
  }

  private idOf(word: string): number {
    let id = this.provisional.get(word);
    if (id === undefined) {
      id = this.provisional.size;
      this.provisional.set(word, id);
      this.counts.push(0);
    }
    this.counts[id]!++;
    return id;
  }

  private push(id: number): void {
    if (this.used === this.ids.length) {
      const larger = new Int32Array(2 * this.ids.length);
      larger.set(this.ids);
      this.ids = larger;
    }
    this.ids[this.used++] = id;
  }
}

/** Encodes further text with a known vocabulary. */
export async function encodeCorpus(
  lines: Iterable<string> | AsyncIterable<string>,
  tokenizer: Tokenizer,
  vocabulary: Vocabulary,
): Promise<EncodedCorpus> {
  const ids: number[] = [];
  let unknown = 0;
  let sentences = 0;
  for await (const line of lines) {
    const words = wordsOf(tokenizer, line);
    if (words.length === 0) continue;
    for (const word of words) {
      const id = vocabulary.idOf(word);
      if (id === undefined) unknown++;
      ids.push(id ?? UNKNOWN_ID);
    }
    ids.push(END_ID);
    sentences++;
  }
  return { ids: Int32Array.from(ids), unknown, sentences };
}

/** Splits off a share of the sentences: at random where sentences stand alone, from the end of a running text. */
export function splitCorpus(
  corpus: EncodedCorpus,
  share: number,
  mode: ContextMode,
  seed: number,
): { train: EncodedCorpus; heldOut: EncodedCorpus } {
  const ends: number[] = [];
  corpus.ids.forEach((id, i) => {
    if (id === END_ID) ends.push(i + 1);
  });
  const count = Math.min(ends.length - 1, Math.round(ends.length * share));
  const order = ends.map((_, i) => i);
  const chosen = new Set(
    (mode === 'running' ? order : new Random(seed, 'hold out').shuffle(order)).slice(ends.length - count),
  );
  const part = (wanted: boolean): EncodedCorpus => {
    const pieces: Int32Array[] = [];
    ends.forEach((end, sentence) => {
      if (chosen.has(sentence) === wanted)
        pieces.push(corpus.ids.subarray(sentence === 0 ? 0 : ends[sentence - 1]!, end));
    });
    const ids = new Int32Array(pieces.reduce((total, piece) => total + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      ids.set(piece, at);
      at += piece.length;
    }
    return {
      ids,
      unknown: ids.reduce((sum, id) => sum + (id === UNKNOWN_ID ? 1 : 0), 0),
      sentences: pieces.length,
    };
  };
  return { train: part(false), heldOut: part(true) };
}

/**
 * Writes the context of a position, the oldest word first: the `length` ids before it. What is before the text, and in
 * `sentence` mode what is before the sentence, is filled with sentence ends.
 */
export function writeContext(
  target: Int32Array,
  at: number,
  ids: ArrayLike<number>,
  position: number,
  length: number,
  mode: ContextMode,
): void {
  let ended = false;
  for (let back = 1; back <= length; back++) {
    const id = ended || position - back < 0 ? END_ID : ids[position - back]!;
    target[at + length - back] = id;
    if (mode === 'sentence' && id === END_ID) ended = true;
  }
}

/** What the network is fed for some positions. */
export function contextFeeds(
  ids: Int32Array,
  positions: ArrayLike<number>,
  length: number,
  mode: ContextMode,
): { context: Int32Array; target: Int32Array } {
  const context = new Int32Array(positions.length * length);
  const target = new Int32Array(positions.length);
  for (let i = 0; i < positions.length; i++) {
    writeContext(context, i * length, ids, positions[i]!, length, mode);
    target[i] = ids[positions[i]!]!;
  }
  return { context, target };
}

/** All positions of a corpus in shuffled batches; the order depends on (seed, epoch) alone. */
export class CorpusSource implements BatchSource {
  private readonly ids: Int32Array;
  private readonly settings: {
    readonly batchSize: number;
    readonly length: number;
    readonly mode: ContextMode;
    readonly seed: number;
  };

  constructor(
    ids: Int32Array,
    settings: { batchSize: number; length: number; mode: ContextMode; seed: number },
  ) {
    this.ids = ids;
    this.settings = settings;
  }

  get batchesPerEpoch(): number {
    return Math.ceil(this.ids.length / this.settings.batchSize);
  }

  *batches(epoch: number, from: number): Iterable<Batch> {
    const { batchSize, length, mode, seed } = this.settings;
    const order = new Random(seed, `shuffle/${epoch}`).shuffle(
      Int32Array.from({ length: this.ids.length }, (_, i) => i),
    );
    for (let batch = from; batch < this.batchesPerEpoch; batch++) {
      const positions = order.subarray(batch * batchSize, (batch + 1) * batchSize);
      yield { feeds: contextFeeds(this.ids, positions, length, mode), size: positions.length };
    }
  }
}
