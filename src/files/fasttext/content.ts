/**
 * What a fastText model file holds (`.bin`, and `.ftz` where it is quantised). All numbers are little-endian:
 *
 *   i32 magic, i32 version        absent in the files of 2016
 *   settings                      12 × i32, then f64; see `SETTING_NAMES`
 *   dictionary                    sizes, then for each entry: its bytes, 0, i64 count, i8 type; then pairs of i32
 *   u8 quantised?, input matrix   one row for each word, then one for each bucket
 *   u8 quantised?, output matrix  one row for each label, or for each word
 *
 * Facts of the format: facebookresearch/fastText, src/{args,dictionary,densematrix,quantmatrix,productquantizer}.cc.
 */
import type { FastTextDictionary } from './dictionary.js';
import type { FastTextMatrix } from './matrix.js';

export const MAGIC = 793_712_314;
/** The versions that have a magic number. */
export const VERSIONS: readonly number[] = [11, 12];
/** What stands for the version of the files of 2016, which have neither a magic number nor a version. */
export const VERSION_WITHOUT_MAGIC = 0;

export const LOSSES = ['hs', 'ns', 'softmax', 'ova'] as const;
export const MODELS = ['cbow', 'sg', 'sup'] as const;

/** Hierarchical softmax, negative sampling, softmax, or a sigmoid for each label. */
export type FastTextLoss = (typeof LOSSES)[number];
/** Unsupervised by words from their context or the other way round; or supervised. */
export type FastTextKind = (typeof MODELS)[number];

/** The settings of training, under fastText's own names. Those that only training needs are kept for writing. */
export interface FastTextSettings {
  readonly dim: number;
  readonly ws: number;
  readonly epoch: number;
  readonly minCount: number;
  readonly neg: number;
  readonly wordNgrams: number;
  readonly loss: FastTextLoss;
  readonly model: FastTextKind;
  readonly bucket: number;
  readonly minn: number;
  readonly maxn: number;
  readonly lrUpdateRate: number;
  /** Sampling threshold of frequent words. */
  readonly t: number;
}

/** The order in the file; all are i32. `t` follows as f64. */
export const SETTING_NAMES = [
  ...['dim', 'ws', 'epoch', 'minCount', 'neg', 'wordNgrams', 'loss', 'model', 'bucket'],
  ...['minn', 'maxn', 'lrUpdateRate'],
] as const satisfies readonly (keyof FastTextSettings)[];

export interface FastTextContent {
  /** 12, 11, or 0 for the files of 2016. */
  readonly version: number;
  readonly settings: FastTextSettings;
  readonly dictionary: FastTextDictionary;
  /** [words + buckets, dim]; pruned files keep fewer buckets. */
  readonly input: FastTextMatrix;
  /** [labels, dim] of supervised models, [words, dim] of others. */
  readonly output: FastTextMatrix;
}

/** Whether a file begins like a fastText model: with the magic number, or with the settings of a file of 2016. */
export function isFastText(head: Uint8Array): boolean {
  if (head.length < 8) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return view.getInt32(0, true) === MAGIC || isWithoutMagic(view);
}

/** Whether the bytes are settings within the ranges that real ones have; random bytes and texts never are. */
export function isWithoutMagic(view: DataView): boolean {
  const count = SETTING_NAMES.length;
  if (view.byteLength < 4 * count) return false;
  const values = Array.from({ length: count }, (_, i) => view.getInt32(4 * i, true));
  const within = (name: (typeof SETTING_NAMES)[number], from: number, to: number) => {
    const value = values[SETTING_NAMES.indexOf(name)]!;
    return value >= from && value <= to;
  };
  return (
    within('dim', 1, 10_000) &&
    within('ws', 0, 10_000) &&
    within('epoch', 0, 1_000_000) &&
    within('loss', 1, LOSSES.length) &&
    within('model', 1, MODELS.length) &&
    within('minn', 0, 1_000) &&
    within('maxn', 0, 1_000)
  );
}
