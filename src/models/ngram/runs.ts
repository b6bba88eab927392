/**
 * Sorted runs: how n-grams are counted without a table of them.
 *
 * Every token of a corpus ends one longest n-gram. Sorted by their last word, then the word before it, and so on,
 * equal n-grams stand together, and so do all n-grams with a common ending, which is what Kneser–Ney counting asks
 * for. A corpus is cut into pieces that fit in memory; each piece becomes a sorted run; runs are merged as they are
 * read. So memory bounds the pieces, not the corpus.
 *
 * A record is N + 1 integers: the N words from the last to the first, and how often they occurred. Where a
 * sentence has fewer words before its beginning, the rest is `NOTHING`.
 */

/** Stands for words before the beginning. It sorts before all ids. */
export const NOTHING = -1;

/** What was written, to be read again piece by piece. Each reading begins at the beginning. */
export type StoredNumbers = () => AsyncIterable<Int32Array>;

/** Where runs are kept until they are merged: in memory, or on a disk. */
export interface RunStore {
  write(numbers: Int32Array): Promise<StoredNumbers>;
}

/** Keeps runs where they are. */
export const memoryStore: RunStore = {
  async write(numbers) {
    return async function* () {
      yield numbers;
    };
  },
};

/** Called with a record for each different n-gram, in order. The record is overwritten afterwards. */
export type VisitRecord = (record: Int32Array) => void;

/** What is counted, and how. */
export interface RunSettings {
  /** N */
  readonly order: number;
  /** Ids are 0 … idCount − 1. */
  readonly idCount: number;
  /** The id that no context reaches beyond, and that is not counted itself. */
  readonly startId: number | undefined;
}

/**
 * Sorts the longest n-grams that end in the tokens from `begin` on, and visits each different one.
 *
 * @param tokens ids; those before `begin` are context alone.
 */
export function sortRecords(
  tokens: Int32Array,
  begin: number,
  settings: RunSettings,
  visit: VisitRecord,
): void {
  const { order } = settings;
  const lengths = reachOf(tokens, settings);
  const sorted = sortPositions(tokens, begin, lengths, settings);
  const record = new Int32Array(order + 1);
  const wordAt = (position: number, back: number) =>
    back < lengths[position]! ? tokens[position - back]! : NOTHING;
  for (let i = 0; i < sorted.length; ) {
    const first = sorted[i]!;
    for (let back = 0; back < order; back++) record[back] = wordAt(first, back);
    let count = 0;
    let isSame = true;
    while (isSame) {
      count++;
      i++;
      isSame = i < sorted.length;
      for (let back = 0; isSame && back < order; back++) isSame = wordAt(sorted[i]!, back) === record[back];
    }
    record[order] = count;
    visit(record);
  }
}

/** By position: how many words the longest n-gram has that ends there; at most N. */
function reachOf(tokens: Int32Array, { order, startId }: RunSettings): Uint8Array {
  const lengths = new Uint8Array(tokens.length);
  let length = 0;
  for (let position = 0; position < tokens.length; position++) {
    length = tokens[position] === startId ? 1 : Math.min(order, length + 1);
    lengths[position] = length;
  }
  return lengths;
}

/** Radix sort: by the word farthest back first, by the last word last; each pass is stable. */
function sortPositions(
  tokens: Int32Array,
  begin: number,
  lengths: Uint8Array,
  { order, idCount, startId }: RunSettings,
): Int32Array {
  let count = 0;
  let from = new Int32Array(tokens.length - begin);
  for (let position = begin; position < tokens.length; position++) {
    if (tokens[position] !== startId) from[count++] = position;
  }
  from = from.subarray(0, count);
  let to = new Int32Array(count);
  const places = new Int32Array(idCount + 2);
  for (let back = order - 1; back >= 0; back--) {
    const bucketOf = (position: number) => (back < lengths[position]! ? tokens[position - back]! + 1 : 0);
    places.fill(0);
    for (let i = 0; i < count; i++) places[bucketOf(from[i]!) + 1]!++;
    for (let bucket = 1; bucket < places.length; bucket++) places[bucket]! += places[bucket - 1]!;
    for (let i = 0; i < count; i++) to[places[bucketOf(from[i]!)]!++] = from[i]!;
    [from, to] = [to, from];
  }
  return from;
}

/** Merges sorted runs: visits each different n-gram once, in order, with the sum of its counts. */
export async function mergeRuns(
  runs: readonly StoredNumbers[],
  order: number,
  visit: VisitRecord,
): Promise<void> {
  const cursors: RunCursor[] = [];
  for (const run of runs) {
    const cursor = new RunCursor(run, order + 1);
    if (await cursor.advance()) cursors.push(cursor);
  }
  const heap = new CursorHeap(cursors, order);
  const record = new Int32Array(order + 1);
  while (heap.first !== undefined) {
    record.set(heap.first.record);
    record[order] = 0;
    while (heap.first !== undefined && compareRecords(heap.first.record, record, order) === 0) {
      record[order]! += heap.first.record[order]!;
      // Within a piece that is read already there is nothing to wait for.
      heap.replaceFirst(heap.first.advanceWithin() || (await heap.first.advance()));
    }
    visit(record);
  }
}

function compareRecords(a: Int32Array, b: Int32Array, words: number): number {
  for (let i = 0; i < words; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Reads a run record by record, whatever pieces it comes in. */
class RunCursor {
  record: Int32Array;
  private readonly pieces: AsyncIterator<Int32Array>;
  private readonly width: number;
  private piece = new Int32Array(0);
  private at = 0;

  constructor(run: StoredNumbers, width: number) {
    this.pieces = run()[Symbol.asyncIterator]();
    this.width = width;
    this.record = this.piece;
  }

  /** The next record of the piece at hand; false when it is used up. */
  advanceWithin(): boolean {
    if (this.at + this.width > this.piece.length) return false;
    this.record = this.piece.subarray(this.at, this.at + this.width);
    this.at += this.width;
    return true;
  }

  /** The next record; false at the end. */
  async advance(): Promise<boolean> {
    while (!this.advanceWithin()) {
      const next = await this.pieces.next();
      if (next.done) return false;
      const rest = this.piece.subarray(this.at);
      this.piece = new Int32Array(rest.length + next.value.length);
      this.piece.set(rest);
      this.piece.set(next.value, rest.length);
      this.at = 0;
    }
    return true;
  }
}

/** The run whose record comes first is on top. */
class CursorHeap {
  private readonly cursors: RunCursor[];
  private readonly words: number;

  constructor(cursors: RunCursor[], words: number) {
    this.cursors = cursors;
    this.words = words;
    for (let at = cursors.length >> 1; at >= 0; at--) this.sink(at);
  }

  get first(): RunCursor | undefined {
    return this.cursors[0];
  }

  /** After the first has moved on. @param exists false when it is at its end */
  replaceFirst(exists: boolean): void {
    if (!exists) {
      const last = this.cursors.pop()!;
      if (this.cursors.length === 0) return;
      this.cursors[0] = last;
    }
    this.sink(0);
  }

  private sink(from: number): void {
    const { cursors } = this;
    for (let at = from; ; ) {
      let first = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < cursors.length && this.isBefore(child, first)) first = child;
      }
      if (first === at) return;
      [cursors[at], cursors[first]] = [cursors[first]!, cursors[at]!];
      at = first;
    }
  }

  private isBefore(a: number, b: number): boolean {
    return compareRecords(this.cursors[a]!.record, this.cursors[b]!.record, this.words) < 0;
  }
}
