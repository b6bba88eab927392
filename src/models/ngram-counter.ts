/**
 * Counting n-grams the Kneser–Ney way, in one pass.
 */
import type { NgramTable } from './ngram-table.js';

/** Counts words one after another into the tables of all orders. */
export class NgramCounter {
  private readonly tables: readonly NgramTable[];
  private readonly startId: number | undefined;
  /** By length: the context that ends in the last word; the first `known` + 1 exist. */
  private readonly contexts: Int32Array;
  private known = 0;

  constructor(tables: readonly NgramTable[], startId: number | undefined) {
    this.tables = tables;
    this.startId = startId;
    this.contexts = new Int32Array(tables.length);
  }

  /** Forgets the context: what comes next begins a sentence. */
  restart(): void {
    this.known = 0;
    if (this.startId === undefined || this.tables.length === 1) return;
    this.contexts[1] = this.tables[0]!.add(0, this.startId);
    this.known = 1;
  }

  /**
   * Counts the longest n-gram that ends in this word. If that was new, then so is one continuation of the n-gram
   * without the first word, and so on down: this one rule yields all continuation counts.
   */
  count(word: number): void {
    let isNew = true;
    for (let length = this.known; length >= 0; length--) {
      const table = this.tables[length]!;
      const ngram = table.add(this.contexts[length]!, word);
      if (isNew) isNew = table.counts[ngram]!++ === 0;
      if (length + 1 < this.tables.length) this.contexts[length + 1] = ngram;
    }
    this.known = Math.min(this.known + 1, this.tables.length - 1);
  }
}
