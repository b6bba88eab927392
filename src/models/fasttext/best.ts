/**
 * The best of many scores, in the order in which fastText gives them. Where scores are equal, which is frequent among
 * sigmoids from a table, that order comes from the binary heap of the C++ library that it uses; so this heap moves its
 * items in the same way.
 */

export interface ScoredLabel {
  readonly label: number;
  readonly score: number;
}

export class BestLabels {
  private readonly limit: number;
  /** The worst is on top. */
  private readonly heap: ScoredLabel[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Whether a score is too low to be among the best. */
  refuses(score: number): boolean {
    return this.heap.length === this.limit && score < this.heap[0]!.score;
  }

  add(item: ScoredLabel): void {
    this.heap.push(item);
    rise(this.heap, this.heap.length - 1, item);
    if (this.heap.length > this.limit) {
      moveTopToEnd(this.heap, this.heap.length);
      this.heap.pop();
    }
  }

  /** Best first. Nothing can be added afterwards. */
  sorted(): ScoredLabel[] {
    for (let length = this.heap.length; length > 1; length--) moveTopToEnd(this.heap, length);
    return this.heap;
  }
}

/** Puts an item into the hole at `hole`, or higher up where better items stand. */
function rise(heap: ScoredLabel[], hole: number, item: ScoredLabel): void {
  while (hole > 0) {
    const parent = (hole - 1) >> 1;
    if (!(heap[parent]!.score > item.score)) break;
    heap[hole] = heap[parent]!;
    hole = parent;
  }
  heap[hole] = item;
}

/** Takes the worst out of the first `length` items and puts it behind them; the others stay a heap. */
function moveTopToEnd(heap: ScoredLabel[], length: number): void {
  if (length < 2) return;
  const last = length - 1;
  const item = heap[last]!;
  heap[last] = heap[0]!;
  // The hole goes down to a leaf, always to the worse child (the right one of equals), and the item rises from there.
  let hole = 0;
  for (let right = 2; right <= last; right = 2 * hole + 2) {
    const left = right - 1;
    const child = right === last || heap[right]!.score > heap[left]!.score ? left : right;
    heap[hole] = heap[child]!;
    hole = child;
    if (right === last) break;
  }
  rise(heap, hole, item);
}
