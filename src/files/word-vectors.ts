/** Word vectors in memory, and what is near what by the cosine of the angle between them. */
import { ValueError } from '../base/errors.js';

/** Something wrong in a file of vectors that reading it got over. */
export interface VectorProblem {
  /** The line, or in binary files the number of the vector, from 1. */
  readonly line: number;
  readonly what: string;
}

export interface WordVectorsContent {
  /** Different words, usually by falling frequency. */
  readonly words: readonly string[];
  /** Numbers per vector. */
  readonly dimension: number;
  /** [words, dimension], row-major. */
  readonly vectors: Float32Array;
  /** How often each word was seen, where that is known. */
  readonly counts?: readonly number[];
  /** What was wrong in the file; only the first thousand problems are kept. */
  readonly problems?: readonly VectorProblem[];
}

/** A word and the cosine similarity, −1 … 1, by which it was found. */
export interface Neighbor {
  readonly word: string;
  readonly similarity: number;
}

/**
 * An immutable table of word vectors.
 *
 * @example
 * const vectors = await readWordVectors('glove.6B.100d.txt.gz');
 * vectors.neighbors('coffee', 5);
 * vectors.analogy('man', 'king', 'woman', 1);  // man is to king as woman is to …
 */
export class WordVectors {
  readonly words: readonly string[];
  readonly dimension: number;
  readonly vectors: Float32Array;
  readonly counts: readonly number[] | undefined;
  readonly problems: readonly VectorProblem[];
  private readonly rows = new Map<string, number>();
  /** Length of each vector, computed when first needed. */
  private norms: Float64Array | undefined;

  /** @throws ValueError when sizes disagree or a word occurs twice. */
  constructor({ words, dimension, vectors, counts, problems = [] }: WordVectorsContent) {
    if (vectors.length !== words.length * dimension) {
      throw new ValueError(
        `${words.length} words of ${dimension} numbers need not ${vectors.length} numbers`,
      );
    }
    if (counts !== undefined && counts.length !== words.length) {
      throw new ValueError(`there are ${words.length} words but ${counts.length} counts`);
    }
    for (const [row, word] of words.entries()) this.rows.set(word, row);
    if (this.rows.size !== words.length)
      throw new ValueError('a word occurs twice: keep one vector for each');
    this.words = words;
    this.dimension = dimension;
    this.vectors = vectors;
    this.counts = counts;
    this.problems = problems;
  }

  get size(): number {
    return this.words.length;
  }

  has(word: string): boolean {
    return this.rows.has(word);
  }

  /** The row of a word in `vectors`, or undefined when there is none. */
  rowOf(word: string): number | undefined {
    return this.rows.get(word);
  }

  /** A view of a word's vector, or undefined when there is none. */
  vectorOf(word: string): Float32Array | undefined {
    const row = this.rows.get(word);
    return row === undefined
      ? undefined
      : this.vectors.subarray(row * this.dimension, (row + 1) * this.dimension);
  }

  /** cos(a, b) = a·b ÷ (|a| |b|); 0 when one of them is all zeros. @throws ValueError for unknown words. */
  similarity(a: string, b: string): number {
    return cosine(this.known(a), this.known(b));
  }

  /**
   * The `count` most similar words, most similar first; the word itself is left out. Equal similarities keep the
   * order of the table.
   *
   * @throws ValueError for an unknown word or a vector of another dimension.
   */
  neighbors(query: string | ArrayLike<number>, count = 10): Neighbor[] {
    if (typeof query !== 'string') return this.nearest(query, count, new Set());
    return this.nearest(this.known(query), count, new Set([this.rows.get(query)!]));
  }

  /**
   * The words that complete "a is to b as c is to …": nearest to b − a + c, each scaled to length 1 (Mikolov, Yih,
   * Zweig 2013, "Linguistic regularities in continuous space word representations"). a, b and c are left out.
   *
   * @throws ValueError for unknown words.
   */
  analogy(a: string, b: string, c: string, count = 10): Neighbor[] {
    const [vectorA, vectorB, vectorC] = [a, b, c].map((word) => unit(this.known(word)));
    const query = Float64Array.from(vectorA!, (value, i) => vectorB![i]! - value + vectorC![i]!);
    return this.nearest(query, count, new Set([a, b, c].map((word) => this.rows.get(word)!)));
  }

  private nearest(query: ArrayLike<number>, count: number, without: ReadonlySet<number>): Neighbor[] {
    const { dimension, vectors } = this;
    if (query.length !== dimension) {
      throw new ValueError(`the vector has ${query.length} numbers, but the vectors here have ${dimension}`);
    }
    const norms = this.lengths();
    const queryNorm = length(query);
    const best = new TopRows(count);
    for (let row = 0; row < this.words.length; row++) {
      if (without.has(row)) continue;
      let product = 0;
      for (let i = 0, at = row * dimension; i < dimension; i++, at++) product += query[i]! * vectors[at]!;
      const scale = queryNorm * norms[row]!;
      best.offer(row, scale === 0 ? 0 : product / scale);
    }
    return best.sorted().map(({ row, score }) => ({ word: this.words[row]!, similarity: score }));
  }

  private lengths(): Float64Array {
    this.norms ??= Float64Array.from(this.words, (word) => length(this.vectorOf(word)!));
    return this.norms;
  }

  private known(word: string): Float32Array {
    const vector = this.vectorOf(word);
    if (vector === undefined)
      throw new ValueError(`there is no vector for '${word}': check spelling and case`);
    return vector;
  }
}

function length(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!;
  return Math.sqrt(sum);
}

function unit(vector: Float32Array): Float64Array {
  const norm = length(vector) || 1;
  return Float64Array.from(vector, (value) => value / norm);
}

function cosine(a: Float32Array, b: Float32Array): number {
  const scale = length(a) * length(b);
  return scale === 0 ? 0 : a.reduce((sum, value, i) => sum + value * b[i]!, 0) / scale;
}

interface ScoredRow {
  readonly row: number;
  readonly score: number;
}

/** Keeps the best `count` rows of many: a binary heap with the worst of them on top, so that most offers cost O(1). */
class TopRows {
  private readonly count: number;
  private readonly heap: ScoredRow[] = [];

  constructor(count: number) {
    this.count = count;
  }

  offer(row: number, score: number): void {
    const { heap, count } = this;
    if (heap.length < count) {
      heap.push({ row, score });
      this.rise(heap.length - 1);
    } else if (count > 0 && score > heap[0]!.score) {
      heap[0] = { row, score };
      this.sink(0);
    }
  }

  sorted(): ScoredRow[] {
    return this.heap.sort((a, b) => b.score - a.score || a.row - b.row);
  }

  private rise(index: number): void {
    const parent = (index - 1) >> 1;
    if (index === 0 || !isWorse(this.heap[index]!, this.heap[parent]!)) return;
    this.swap(index, parent);
    this.rise(parent);
  }

  private sink(index: number): void {
    let worst = index;
    for (const child of [2 * index + 1, 2 * index + 2]) {
      if (child < this.heap.length && isWorse(this.heap[child]!, this.heap[worst]!)) worst = child;
    }
    if (worst === index) return;
    this.swap(index, worst);
    this.sink(worst);
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b]!, this.heap[a]!];
  }
}

function isWorse(a: ScoredRow, b: ScoredRow): boolean {
  return a.score < b.score || (a.score === b.score && a.row > b.row);
}
