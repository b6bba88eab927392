/** fastText's own models, read from its files: they label texts and give word vectors as fastText itself would. */
import { saveFile, streamFile } from '#host';
import { NumericError, ValueError } from '../../base/errors.js';
import {
  decodeFastText,
  encodeFastText,
  type FastTextContent,
  type FastTextReadOptions,
  type FastTextSettings,
  fastTextPieces,
  type PackedNames,
} from '../../files/fasttext/index.js';
import { type ByteChunks, type Neighbor, WordVectors } from '../../files/index.js';
import type { LabelScore } from '../heads.js';
import { type Scorer, scorerOf } from './losses.js';
import { LABEL_PREFIX, type Subword, splitWords, TextReader } from './text-reader.js';

const { fround } = Math;

export interface FastTextPredictOptions {
  /** At most so many labels (default 1). */
  readonly top?: number;
  /** Labels of a lower probability are left out (default 0). */
  readonly threshold?: number;
}

/**
 * A model of fastText's, supervised or not.
 *
 * @example
 * const model = await FastTextModel.load('lid.176.ftz');
 * model.predict('où est la gare ?', { top: 2 }); // [{ label: 'fr', score: 0.96 }, { label: 'ca', … }]
 */
export class FastTextModel {
  readonly content: FastTextContent;
  /** What the model computes with; `maxn` is 0 for supervised models of version 11, which have no pieces of words. */
  readonly settings: FastTextSettings;
  /** Without their `__label__`, in the order of the file: by falling frequency. Empty for unsupervised models. */
  readonly labels: readonly string[];
  private readonly reader: TextReader;
  private ownWords: readonly string[] | undefined;
  private scorer: Scorer | undefined;
  private table: WordVectors | undefined;

  constructor(content: FastTextContent) {
    const { dictionary, settings, version } = content;
    this.content = content;
    const withoutPieces = settings.model === 'sup' && version < 12;
    this.settings = withoutPieces ? { ...settings, maxn: 0 } : settings;
    const { names, wordCount } = dictionary;
    this.labels = plainLabels(decodeNames(names, wordCount, names.size));
    this.reader = new TextReader(content, this.settings);
  }

  /**
   * Reads a `.bin` or `.ftz` file. The matrices are filled while the file is read.
   *
   * @throws DataError when it cannot be read, FormatError when it is damaged or no fastText model
   */
  static async load(path: string): Promise<FastTextModel> {
    const { size, chunks } = await streamFile(path);
    return FastTextModel.fromStream(chunks, { size, file: path });
  }

  /** @throws FormatError as `load` does. @param file the name to give in messages */
  static async fromBytes(bytes: Uint8Array, file?: string): Promise<FastTextModel> {
    return FastTextModel.fromStream([bytes], { size: bytes.length, ...(file === undefined ? {} : { file }) });
  }

  /** From bytes as they arrive, such as the body of a fetched file, whose number must be known. */
  static async fromStream(chunks: ByteChunks, options: FastTextReadOptions): Promise<FastTextModel> {
    return new FastTextModel(await decodeFastText(chunks, options));
  }

  /** In the order of the file: by falling frequency. Bytes that are not UTF-8 are shown as U+FFFD. */
  get words(): readonly string[] {
    const { names, wordCount } = this.content.dictionary;
    this.ownWords ??= decodeNames(names, 0, wordCount);
    return this.ownWords;
  }

  get supervised(): boolean {
    return this.settings.model === 'sup';
  }

  /** Numbers in each vector. */
  get dimension(): number {
    return this.settings.dim;
  }

  /** Numbers in both matrices; those of quantised ones are counted as if they were plain. */
  get parameterCount(): number {
    return (this.content.input.rows + this.content.output.rows) * this.dimension;
  }

  // ——— labels ———

  /**
   * The likeliest labels, as `fasttext predict-prob` gives them: a score is P + 10⁻⁵, so it can reach 1.00001. A text
   * without any known word, piece or sequence gets no label. White space is ASCII's; the text ends at a `</s>`.
   *
   * @throws ValueError for an unsupervised model. @throws NumericError when the model's numbers are not finite
   */
  predict(text: string, { top = 1, threshold = 0 }: FastTextPredictOptions = {}): LabelScore[] {
    const scorer = this.ownScorer();
    if (!(Number.isInteger(top) && top >= 1))
      throw new ValueError(`top must be a whole number from 1, not ${top}`);
    const rows = this.reader.rowsOf(text);
    if (rows.length === 0) return [];
    const best = scorer.best(this.average(rows), Math.min(top, this.labels.length), threshold);
    checkFinite(best.map(({ score }) => score));
    return best.map(({ label, score }) => ({ label: this.labels[label]!, score }));
  }

  /** All labels, the likeliest first, with scores as those of `predict`. */
  classify(text: string): LabelScore[] {
    return this.predict(text, { top: this.labels.length });
  }

  classifyBatch(texts: readonly string[]): LabelScore[][] {
    return texts.map((text) => this.classify(text));
  }

  /**
   * P(label | text), [texts, labels] row by row in the order of `labels`, without the tables and offsets of `predict`.
   * With `ns` and `ova` each label has a probability of its own. A text without anything known counts as the zero vector.
   *
   * @throws ValueError for an unsupervised model
   */
  probabilities(texts: readonly string[]): Float64Array {
    const scorer = this.ownScorer();
    const all = new Float64Array(texts.length * this.labels.length);
    texts.forEach((text, i) => {
      all.set(scorer.probabilities(this.average(this.reader.rowsOf(text))), i * this.labels.length);
    });
    checkFinite(all);
    return all;
  }

  // ——— vectors ———

  /**
   * A word's vector: the mean of its own row, if it is known, and those of its character n-grams.
   *
   * @throws ValueError for a word that has neither
   */
  wordVector(word: string): Float32Array {
    const rows = this.reader.rowsOfWord(word);
    if (rows.length > 0) return this.average(rows);
    throw new ValueError(
      `there is no vector for '${word}': it is not among the ${this.content.dictionary.wordCount.toLocaleString('en')} words, ` +
        'and the model has no pieces of words',
    );
  }

  /**
   * A text's vector. Supervised models average what they average for its labels; others the vectors of its words, each
   * brought to length 1.
   */
  textVector(text: string): Float32Array {
    if (this.supervised) return this.average(this.reader.rowsOf(text));
    const sum = new Float32Array(this.dimension);
    let count = 0;
    for (const word of splitWords(text)) {
      const vector = this.average(this.reader.rowsOfWord(word));
      const norm = lengthOf(vector);
      if (norm === 0) continue;
      count++;
      for (let i = 0; i < sum.length; i++) sum[i]! += vector[i]! * fround(1 / norm);
    }
    return count === 0 ? sum : sum.map((value) => value * fround(1 / count));
  }

  /** The character n-grams of a word with their rows in the input matrix, and how they look. */
  subwords(word: string): Subword[] {
    return this.reader.subwords(word);
  }

  /** The words whose vectors are nearest by cosine; unknown words are put together from their pieces. */
  neighbors(word: string, count = 10): Neighbor[] {
    return this.nearest(this.wordVector(word), count, [word]);
  }

  /** The words that complete "a is to b as c is to …": nearest to b − a + c, each brought to length 1. */
  analogy(a: string, b: string, c: string, count = 10): Neighbor[] {
    const [unitA, unitB, unitC] = [a, b, c].map((word) => unitOf(this.wordVector(word)));
    const query = unitB!.map((value, i) => value - unitA![i]! + unitC![i]!);
    return this.nearest(query, count, [a, b, c]);
  }

  /** Whether a word is in the dictionary. Others may have vectors all the same, of their pieces. */
  has(word: string): boolean {
    return this.reader.knows(word);
  }

  /**
   * The vectors of all words of the dictionary, pieces included, as `.vec` files hold them; computed once. Or those of
   * other words: all that have one, be it of pieces alone.
   */
  wordVectors(words?: Iterable<string>): WordVectors {
    if (words !== undefined) return this.vectorsOf([...new Set(words)]);
    this.table ??= this.tabulate();
    return this.table;
  }

  // ——— files ———

  /** The bytes of the model file; of a file that was read, the same bytes. */
  toBytes(): Uint8Array {
    return encodeFastText(this.content);
  }

  /** Writes the file, whole or not at all, without a second copy of the matrices. */
  async save(path: string): Promise<void> {
    await saveFile(path, fastTextPieces(this.content));
  }

  // ——— inside ———

  private ownScorer(): Scorer {
    if (!this.supervised) {
      throw new ValueError(
        'this fastText model was trained without labels: it has word vectors, but no labels to give. ' +
          'Use neighbors, or train a supervised model',
      );
    }
    const { dictionary, output } = this.content;
    this.scorer ??= scorerOf(this.settings.loss, output, dictionary.counts.subarray(dictionary.wordCount));
    return this.scorer;
  }

  /** The mean of rows of the input matrix, in fastText's order and precision; zero for none. */
  private average(rows: ArrayLike<number>): Float32Array {
    const { input } = this.content;
    const mean = new Float32Array(this.dimension);
    for (let i = 0; i < rows.length; i++) input.addRow(rows[i]!, mean);
    const share = fround(1 / Math.max(1, rows.length));
    for (let i = 0; i < mean.length; i++) mean[i]! *= share;
    checkFinite(mean);
    return mean;
  }

  private nearest(query: ArrayLike<number>, count: number, without: readonly string[]): Neighbor[] {
    const found = this.wordVectors().neighbors(query, count + without.length);
    return found.filter(({ word }) => !without.includes(word)).slice(0, count);
  }

  private vectorsOf(words: readonly string[]): WordVectors {
    const found = words.filter((word) => this.reader.rowsOfWord(word).length > 0);
    const vectors = new Float32Array(found.length * this.dimension);
    found.forEach((word, row) => {
      vectors.set(this.wordVector(word), row * this.dimension);
    });
    return new WordVectors({ words: found, dimension: this.dimension, vectors });
  }

  private tabulate(): WordVectors {
    const { dimension } = this;
    const { counts } = this.content.dictionary;
    const seen = new Set<string>();
    // Entries that are not UTF-8 may look alike; the more frequent one is kept.
    const { words } = this;
    const kept = [...words.keys()].filter((id) => {
      const word = words[id]!;
      return seen.has(word) ? false : seen.add(word);
    });
    const vectors = new Float32Array(kept.length * dimension);
    kept.forEach((id, row) => {
      vectors.set(this.average(this.reader.rowsOfEntry(id)), row * dimension);
    });
    return new WordVectors({
      words: kept.map((id) => words[id]!),
      dimension,
      vectors,
      counts: kept.map((id) => counts[id]!),
    });
  }
}

/** @throws NumericError for NaN and infinity, which damaged files and diverged trainings have */
function checkFinite(values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new NumericError('the model has numbers that are not finite');
  }
}

/** Entries of the dictionary as texts. */
function decodeNames(names: PackedNames, begin: number, end: number): string[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return Array.from({ length: end - begin }, (_, i) => decoder.decode(names.at(begin + i)));
}

/** Without the prefix, unless labels could be confused then. */
function plainLabels(labels: readonly string[]): string[] {
  const plain = labels.map((label) =>
    label.startsWith(LABEL_PREFIX) ? label.slice(LABEL_PREFIX.length) : label,
  );
  return new Set(plain).size === labels.length ? plain : [...labels];
}

function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

function unitOf(vector: Float32Array): Float32Array {
  const length = lengthOf(vector) || 1;
  return vector.map((value) => value / length);
}
