/** What a classifier's model file says, apart from its weights. */
import { FormatError } from '../../base/errors.js';
import type { LoadedModel } from '../../files/model-file.js';
import type { Vocabulary } from '../../text/index.js';
import { checkKind } from '../check-kind.js';
import { readBuckets, readVocabulary } from '../compression/read.js';
import { logitCount } from '../labels.js';
import { checkCapacity } from '../tensors.js';
import { type ClassifierCalibration, checkCalibration } from './calibration.js';
import { type ClassifierConfig, checkConfig } from './config.js';
import { pooledWidth } from './direct.js';
import { FeatureIndex } from './feature-index.js';
import { checkFeatures, type SavedFeatures } from './hand-built.js';

export const CLASSIFIER_KIND = 'text-classifier';

/** Which buckets are used, in the model file: one bit for each, or a sparse list (U8). */
export const BUCKETS_TENSOR = 'buckets';

export interface SavedClassifier {
  readonly config: ClassifierConfig;
  readonly vocabulary: Vocabulary;
  /** Rows of the features in the embedding table. */
  readonly index: FeatureIndex;
  readonly features: SavedFeatures;
  readonly calibration: ClassifierCalibration;
  /** How it was trained, if the file tells. */
  readonly record: unknown;
}

/** @throws FormatError when the file is damaged, or holds another kind of model */
export function readSavedClassifier(model: LoadedModel, file?: string): SavedClassifier {
  checkKind(model, CLASSIFIER_KIND, 'text classifier', file);
  const saved = (model.config ?? {}) as Readonly<Record<string, unknown>>;
  const config = checkConfig(saved.classifier, file);
  const features = checkFeatures(saved.handBuilt, file);
  const vocabulary = readVocabulary(saved.vocabulary, model.tensors, file);
  const { buckets: bucketCount = null } = config;
  const buckets =
    bucketCount === null ? undefined : readBuckets(model.tensors.get(BUCKETS_TENSOR), bucketCount, file);
  const denseCount = features.specs.length;
  if (!config.embeddings && denseCount === 0) {
    throw new FormatError('the classifier in the model file has no features at all: it is damaged', { file });
  }
  const rows = config.embeddings ? vocabulary.size + (buckets?.size ?? 0) : 0;
  const outputs = logitCount(config.head, config.labels.length);
  checkCapacity(model.tensors, [rows, config.dimension], file);
  checkCapacity(model.tensors, [pooledWidth(config) + denseCount, ...config.hidden, outputs], file);
  return {
    config,
    vocabulary,
    index: new FeatureIndex(vocabulary, config, buckets),
    features,
    calibration: checkCalibration(saved.calibration, config.head, config.labels.length, file),
    record: saved.record,
  };
}
