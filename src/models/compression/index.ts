/** Small models: fewer features, fewer bits, and a second training for what that cost. */
import { DataError, ValueError } from '../../base/errors.js';
import { encodeModel, type ModelContent } from '../../files/index.js';
import type { TextClassifier } from '../classifier/classifier.js';
import { type Examples, gather, splitExamples } from '../classifier/examples.js';
import { TRAINING_DEFAULTS } from '../classifier/train.js';
import type { Model } from '../model.js';
import {
  ClassifierCompressor,
  type CompressionPlan,
  type SmallClassifier,
  type TableStorage,
  type TrainingTexts,
} from './compressor.js';
import type { KeptNames } from './rebuild.js';
import { type Quality, qualityOf } from './retrain.js';
import { type CompressionTrial, SCALED_FROM, searchSmallest } from './search.js';
import { storeWeights, type WeightStorage } from './storage.js';

export type { CompressionPlan, SmallClassifier, TableStorage } from './compressor.js';
export type { KeptNames } from './rebuild.js';
export { type Quality, qualityOf } from './retrain.js';
export type { CompressionTrial } from './search.js';
export { storeWeights, type WeightStorage } from './storage.js';

export interface CompressionOptions {
  /** Largest size of the file in bytes: searches the plan that loses least. Needs `examples`. */
  readonly size?: number;
  /**
   * How embeddings are stored, where `size` does not decide (default int8): `half`, 16 bits a number; `int8`, 8 bits a
   * number; `product`, one code of 8 bits for several numbers.
   */
  readonly storage?: 'half' | 'int8' | 'product';
  /** Keep at most so many features, the most important (default: all). */
  readonly features?: number;
  /** Which features keep their names (default: all; with product the words; with `size` what loses least). */
  readonly names?: KeptNames;
  /**
   * The examples that the classifier was trained on: what remains is trained on with them. The same share as then is held
   * out, and decides, unless there is `validation`.
   */
  readonly examples?: Examples;
  /** Examples that decide; give those that the training was given. */
  readonly validation?: Examples;
  /** Default: that of the training. */
  readonly seed?: number;
  /** Called for each plan that `size` makes it try. */
  readonly onTrial?: (trial: CompressionTrial) => void;
}

export interface CompressedClassifier extends SmallClassifier {
  /** On the held-out examples, where there are any: of the classifier as it was, and of the small one. */
  readonly quality?: { readonly before: Quality; readonly after: Quality };
  /** What `size` made it try; else empty. */
  readonly trials: readonly CompressionTrial[];
}

/**
 * A small classifier of the same labels. The given one stays as it is.
 *
 * @throws ValueError for options out of range, a classifier without embeddings, or a size that cannot be reached; DataError
 * for examples that are too few
 * @example
 * const { content, bytes, quality } = await compressClassifier(classifier, { size: 300_000, examples });
 * await writeModelFile('small.lexigrad', content);
 */
export async function compressClassifier(
  classifier: TextClassifier,
  options: CompressionOptions = {},
): Promise<CompressedClassifier> {
  const { size, storage = 'int8', features, names, examples, onTrial } = options;
  check(classifier, options);
  const { settings = {} } = classifier.record;
  const seed = options.seed ?? numberOf(settings.seed) ?? TRAINING_DEFAULTS.seed;
  const data = examples === undefined ? undefined : await split(examples, options.validation, settings, seed);
  const compressor = new ClassifierCompressor(classifier, data, seed);
  const before = data && qualityOf(classifier, data.heldOut);
  if (size !== undefined) {
    const { heldOut } = data!;
    const kept = names === undefined ? undefined : [names];
    const { best, trials } = await searchSmallest(compressor, {
      size,
      heldOut,
      names: kept,
      features,
      onTrial,
    });
    return { ...best, trials, quality: { before: before!, after: qualityOf(best.classifier, heldOut) } };
  }
  const plan: CompressionPlan = {
    features: Math.min(features ?? compressor.features, compressor.features),
    names: names ?? (storage === 'product' ? 'words' : 'all'),
    storage: storageOf(storage, compressor.embeddings.dimension),
  };
  const small = await compressor.build(plan);
  const quality = data && { before: before!, after: qualityOf(small.classifier, data.heldOut) };
  return { ...small, trials: [], ...(quality === undefined ? {} : { quality }) };
}

/**
 * Any model with its weights in fewer bits, and nothing else changed: `half`, 16 bits; `int8`, matrices in 8 bits and a
 * scale a row. Loading gives float32 again.
 */
export function compressWeights(
  model: Model,
  storage: WeightStorage,
): { content: ModelContent; bytes: number } {
  const content = storeWeights(model.toModel(), storage);
  return { content, bytes: encodeModel(content).length };
}

/**
 * Product codes of parts of moderate width; without norms of their own where a part is one number. Rows of very few numbers
 * have no scale each, which would take more than the numbers: 256 levels for all rows do the same for `int8`.
 */
function storageOf(kind: 'half' | 'int8' | 'product', dimension: number): TableStorage {
  if (kind === 'half') return { kind };
  if (kind === 'int8')
    return dimension < SCALED_FROM ? { kind: 'product', width: 1, norms: false } : { kind };
  const width = [4, 3, 2].find((each) => dimension % each === 0) ?? (dimension <= 13 ? dimension : 1);
  return { kind, width, norms: width > 1 };
}

function check(classifier: TextClassifier, { size, features, examples }: CompressionOptions): void {
  if (classifier.network.table === undefined)
    throw new ValueError('this classifier has no embeddings: there is nothing in it to make smaller');
  if (features !== undefined && !(Number.isInteger(features) && features >= 1))
    throw new ValueError(`features must be a whole number from 1, not ${features}`);
  if (size === undefined) return;
  if (!(size > 0)) throw new ValueError(`size must be a number of bytes, not ${size}`);
  if (examples === undefined)
    throw new ValueError('a size needs the training examples, to find out what loses least: give `examples`');
}

/** Training and held-out examples as they were when the classifier was trained. */
async function split(
  examples: Examples,
  validation: Examples | undefined,
  settings: Readonly<Record<string, unknown>>,
  seed: number,
): Promise<TrainingTexts> {
  if (validation !== undefined)
    return sound({ train: await gather(examples), heldOut: await gather(validation) });
  // Where the training held nothing out, a tenth is held out now.
  const share = numberOf(settings.holdOut) || TRAINING_DEFAULTS.holdOut;
  return sound(splitExamples(await gather(examples), share, numberOf(settings.seed) ?? seed));
}

/** @throws DataError where there is nothing to train on, or nothing to decide by */
function sound(data: TrainingTexts): TrainingTexts {
  if (data.heldOut.length > 0 && data.train.length > 0) return data;
  throw new DataError(
    'there are too few examples to hold some out: give those that the classifier was trained on',
  );
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
