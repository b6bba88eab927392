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

/** Grows as texts are added, then gives typed arrays. */
export class TextEncoderBuffer {
  private ids = new Int32Array(1024);
  private used = 0;
  private readonly starts: number[] = [0];
  private readonly dense: number[] = [];
  private readonly denseWidth: number;

  constructor(denseWidth: number) {
    this.denseWidth = denseWidth;
  }

  addId(id: number): void {
    if (this.used === this.ids.length) {
      const larger = new Int32Array(2 * this.ids.length);
      larger.set(this.ids);
      this.ids = larger;
    }
    this.ids[this.used++] = id;
  }

  /** Ends a text. */
  finishText(dense: readonly number[]): void {
    this.starts.push(this.used);
    for (const value of dense) this.dense.push(value);
  }

  finish(): EncodedTexts {
    return {
      count: this.starts.length - 1,
      ids: this.ids.slice(0, this.used),
      starts: Int32Array.from(this.starts),
      dense: Float32Array.from(this.dense),
      denseWidth: this.denseWidth,
    };
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

/** What the network is fed for some of the texts. Ids for which `drop` says so are left out. */
export function textFeeds(
  texts: EncodedTexts,
  order: ArrayLike<number>,
  drop?: () => boolean,
): Record<string, Feeds[string]> {
  const feeds: Record<string, Feeds[string]> = {};
  if (texts.ids.length > 0 || texts.denseWidth === 0) Object.assign(feeds, bagFeeds(texts, order, drop));
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
): { ids: Int32Array; ends: Int32Array } {
  const ends = new Int32Array(order.length);
  let total = 0;
  for (let i = 0; i < order.length; i++) total += starts[order[i]! + 1]! - starts[order[i]!]!;
  const batchIds = new Int32Array(total);
  let used = 0;
  for (let i = 0; i < order.length; i++) {
    const begin = starts[order[i]!]!;
    const end = starts[order[i]! + 1]!;
    if (drop === undefined) {
      batchIds.set(ids.subarray(begin, end), used);
      used += end - begin;
    } else {
      const before = used;
      for (let j = begin; j < end; j++) if (!drop()) batchIds[used++] = ids[j]!;
      // A text never loses everything.
      if (used === before && end > begin) batchIds[used++] = ids[begin]!;
    }
    ends[i] = used;
  }
  return { ids: used === total ? batchIds : batchIds.subarray(0, used), ends };
}

/** Shuffled batches of encoded texts; the order and what is dropped depend on (seed, epoch, batch) alone. */
export class EncodedSource implements BatchSource {
  private readonly texts: EncodedTexts;
  private readonly targets: EncodedTargets;
  private readonly batchSize: number;
  private readonly wordDropout: number;
  private readonly seed: number;

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

  get batchesPerEpoch(): number {
    return Math.ceil(this.texts.count / this.batchSize);
  }

  *batches(epoch: number, from: number): Iterable<Batch> {
    const order = new Random(this.seed, `shuffle/${epoch}`).shuffle(
      Int32Array.from({ length: this.texts.count }, (_, i) => i),
    );
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
    part.forEach((text, i) => {
      labels.set(values.subarray(text * width, (text + 1) * width), i * width);
    });
    return {
      ...textFeeds(this.texts, part, drop),
      labels,
      weights: Float32Array.from(part, (text) => weights[text]!),
    };
  }
}
