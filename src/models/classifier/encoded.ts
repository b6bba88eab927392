/**
 * Texts as the network reads them: packed feature ids, hand-built features, and targets. Texts are encoded once; batches
 * are cut from the packed arrays without padding.
 */
import { Random } from '../../base/random.js';
import type { Feeds } from '../../program/index.js';
import type { Batch, BatchSource } from '../../train/batches.js';

/** Encoded texts. Text i has the ids[starts[i] … starts[i+1]−1]. */
export interface EncodedTexts {
  readonly count: number;
  readonly ids: Int32Array;
  /** [count + 1] */
  readonly starts: Int32Array;
  /** [count, width], row-major; empty where there are no hand-built features */
  readonly dense: Float32Array;
  readonly denseWidth: number;
}

/** A long list of ids, as it grows. */
export class IdList {
  /** How many ids there are. */
  length = 0;
  private ids = new Int32Array(1024);

  /**
   * Makes room for `count` more ids.
   *
   * @param share of the texts that are in the list already, 0 … 1: room is made for all of them then, so that a corpus is
   * copied a few times while it is small, and never when it is large
   */
  reserve(count: number, share = 0): void {
    const needed = this.length + count;
    if (needed <= this.ids.length) return;
    const expected = share > 0 ? Math.min(1.1 * (this.length / share), 64 * needed) : 0;
    const larger = new Int32Array(Math.max(Math.ceil(expected), Math.ceil(1.25 * needed)));
    larger.set(this.ids.subarray(0, this.length));
    this.ids = larger;
  }

  /** Adds an id, for which there must be room. */
  add(id: number): void {
    this.ids[this.length++] = id;
  }

  /** Adds what `write(ids, used)` puts into the list from `used` on; it returns the new `used`. */
  addAll(write: (ids: Int32Array, used: number) => number): void {
    this.length = write(this.ids, this.length);
  }

  /** All ids, where they lie. */
  toArray(): Int32Array {
    return this.ids.subarray(0, this.length);
  }

  /**
   * Changes all ids in place; those that become negative are left out.
   *
   * @param starts where each text's ids start (and, at last, their number); brought up to date for what is left out
   */
  map(change: (id: number) => number, starts: Int32Array): void {
    const { ids } = this;
    let kept = 0;
    let read = 0;
    for (let text = 0; text + 1 < starts.length; text++) {
      const end = starts[text + 1]!;
      starts[text] = kept;
      for (; read < end; read++) {
        const id = change(ids[read]!);
        if (id >= 0) ids[kept++] = id;
      }
    }
    starts[starts.length - 1] = kept;
    this.length = kept;
  }
}

/** Labels of encoded texts: class ids, or 0/1 for each label. */
export interface EncodedTargets {
  /** Numbers for each text: 1, or the number of labels of a multi-label head. */
  readonly width: number;
  readonly values: Float32Array;
  /** How much each text counts, [count] */
  readonly weights: Float32Array;
}

/**
 * What the network is fed for some of the texts. Ids for which `drop` says so are left out.
 *
 * @param room where the ids may be put, if it is large enough; they hold good until it is used again
 */
export function textFeeds(
  texts: EncodedTexts,
  order: ArrayLike<number>,
  drop?: () => boolean,
  room?: Int32Array,
): Record<string, Feeds[string]> {
  const feeds: Record<string, Feeds[string]> = {};
  if (texts.ids.length > 0 || texts.denseWidth === 0)
    Object.assign(feeds, bagFeeds(texts, order, drop, room));
  if (texts.denseWidth > 0) {
    const { denseWidth } = texts;
    const dense = new Float32Array(order.length * denseWidth);
    for (let i = 0; i < order.length; i++) {
      dense.set(texts.dense.subarray(order[i]! * denseWidth, (order[i]! + 1) * denseWidth), i * denseWidth);
    }
    feeds.features = dense;
  }
  return feeds;
}

function bagFeeds(
  { ids, starts }: EncodedTexts,
  order: ArrayLike<number>,
  drop: (() => boolean) | undefined,
  room: Int32Array | undefined,
): { ids: Int32Array; ends: Int32Array } {
  const ends = new Int32Array(order.length);
  const total = countIds(starts, order);
  const batchIds = room !== undefined && room.length >= total ? room : new Int32Array(total);
  let used = 0;
  for (let i = 0; i < order.length; i++) {
    const begin = starts[order[i]!]!;
    const end = starts[order[i]! + 1]!;
    if (drop === undefined) {
      copyIds(ids, begin, end, batchIds, used);
      used += end - begin;
    } else {
      const before = used;
      for (let j = begin; j < end; j++) if (!drop()) batchIds[used++] = ids[j]!;
      // A text never loses everything.
      if (used === before && end > begin) batchIds[used++] = ids[begin]!;
    }
    ends[i] = used;
  }
  return { ids: used === batchIds.length ? batchIds : batchIds.subarray(0, used), ends };
}

function countIds(starts: Int32Array, order: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < order.length; i++) total += starts[order[i]! + 1]! - starts[order[i]!]!;
  return total;
}

/** Texts are short: a loop is faster than a view and a copy. */
function copyIds(ids: Int32Array, begin: number, end: number, to: Int32Array, at: number): void {
  for (let i = begin; i < end; i++) to[at + i - begin] = ids[i]!;
}

/** Shuffled batches of encoded texts; the order and what is dropped depend on (seed, epoch, batch) alone. */
export class EncodedSource implements BatchSource {
  private readonly texts: EncodedTexts;
  private readonly targets: EncodedTargets;
  private readonly batchSize: number;
  private readonly wordDropout: number;
  private readonly seed: number;
  /** Where the ids of a batch are put; used again for each. */
  private room = new Int32Array(0);

  constructor(
    texts: EncodedTexts,
    targets: EncodedTargets,
    settings: { batchSize: number; wordDropout: number; seed: number },
  ) {
    this.texts = texts;
    this.targets = targets;
    this.batchSize = settings.batchSize;
    this.wordDropout = settings.wordDropout;
    this.seed = settings.seed;
  }

  get examplesPerEpoch(): number {
    return this.texts.count;
  }

  get batchesPerEpoch(): number {
    return Math.ceil(this.texts.count / this.batchSize);
  }

  *batches(epoch: number, from: number): Iterable<Batch> {
    const order = new Int32Array(this.texts.count);
    for (let i = 0; i < order.length; i++) order[i] = i;
    new Random(this.seed, `shuffle/${epoch}`).shuffle(order);
    for (let batch = from; batch < this.batchesPerEpoch; batch++) {
      const part = order.subarray(batch * this.batchSize, (batch + 1) * this.batchSize);
      yield { feeds: this.feeds(part, epoch, batch), size: part.length };
    }
  }

  private feeds(part: Int32Array, epoch: number, batch: number): Feeds {
    const { width, values, weights } = this.targets;
    const random = new Random(this.seed, `word dropout/${epoch}/${batch}`);
    const drop = this.wordDropout > 0 ? () => random.uint32() < this.wordDropout * 0x100000000 : undefined;
    const labels = new Float32Array(part.length * width);
    const own = new Float32Array(part.length);
    for (let i = 0; i < part.length; i++) {
      const text = part[i]!;
      for (let j = 0; j < width; j++) labels[i * width + j] = values[text * width + j]!;
      own[i] = weights[text]!;
    }
    const { starts } = this.texts;
    const total = countIds(starts, part);
    if (total > this.room.length) this.room = new Int32Array(Math.ceil(1.25 * total));
    return { ...textFeeds(this.texts, part, drop, this.room), labels, weights: own };
  }
}
