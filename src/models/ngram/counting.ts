/** Counting a corpus piece by piece: the pieces' sorted runs are kept in a store, and merged at the end. */
import { NgramCounts } from './counts.js';
import {
  memoryStore,
  mergeRuns,
  type RunSettings,
  type RunStore,
  type StoredNumbers,
  sortRecords,
} from './runs.js';

export interface CountingSettings extends RunSettings {
  /** How many tokens a piece has at most; by default the corpus is one piece. */
  readonly pieceTokens?: number;
  /** Default: memory. */
  readonly store?: RunStore;
}

/**
 * @example
 * const counter = new CorpusCounter({ order: 3, idCount: 10, startId: 9 });
 * for (const id of [9, 1, 2, 9, 1, 3]) if (counter.add(id)) await counter.flush();
 * const { levels } = await counter.finish();
 */
export class CorpusCounter {
  private readonly settings: CountingSettings;
  private readonly runs: StoredNumbers[] = [];
  private tokens = new Int32Array(4096);
  private used = 0;
  /** Tokens before this are context of a piece that was cut. */
  private begin = 0;

  constructor(settings: CountingSettings) {
    this.settings = settings;
  }

  /** Takes a token that is not counted, but is the context of those that follow; only before all others. */
  lead(id: number): void {
    this.add(id);
    this.begin = this.used;
  }

  /** Takes the next token. True when the piece is full: then `flush` before the next. */
  add(id: number): boolean {
    if (this.used === this.tokens.length) {
      const larger = new Int32Array(2 * this.used);
      larger.set(this.tokens);
      this.tokens = larger;
    }
    this.tokens[this.used++] = id;
    return this.used - this.begin >= (this.settings.pieceTokens ?? Number.POSITIVE_INFINITY);
  }

  /** Sorts the piece and puts its run into the store. */
  async flush(): Promise<void> {
    const { order, store = memoryStore } = this.settings;
    const run = new GrowingRun();
    sortRecords(this.tokens.subarray(0, this.used), this.begin, this.settings, run.push);
    if (run.used > 0) this.runs.push(await store.write(run.take()));
    const kept = Math.min(order - 1, this.used);
    this.tokens.copyWithin(0, this.used - kept, this.used);
    this.used = kept;
    this.begin = kept;
  }

  /** All counts, where there is but one piece: nothing is stored. */
  finishInMemory(): NgramCounts {
    const counts = new NgramCounts(this.settings.order);
    sortRecords(this.tokens.subarray(0, this.used), this.begin, this.settings, counts.add);
    return counts;
  }

  /** All counts. */
  async finish(): Promise<NgramCounts> {
    if (this.runs.length === 0) return this.finishInMemory();
    await this.flush();
    const counts = new NgramCounts(this.settings.order);
    await mergeRuns(this.runs, this.settings.order, counts.add);
    return counts;
  }
}

/** Records one after another. */
class GrowingRun {
  used = 0;
  private numbers = new Int32Array(4096);

  readonly push = (record: Int32Array): void => {
    if (this.used + record.length > this.numbers.length) {
      const larger = new Int32Array(2 * this.numbers.length + record.length);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers.set(record, this.used);
    this.used += record.length;
  };

  take(): Int32Array {
    return this.numbers.subarray(0, this.used);
  }
}
