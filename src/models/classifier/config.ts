/** The part of a classifier's options that its model file keeps, and the check of it when a file is read. */
import { FormatError } from '../../base/errors.js';
import type { Activation, BagPooling } from '../../nn/index.js';
import { createTokenizer, type TokenizerOptions } from '../../text/index.js';
import type { Head } from '../labels.js';
import { scalarFunctions } from '../plain-layers.js';

/** More buckets than this are a mistake: a bit is kept for each, and in training a number. */
export const LARGEST_BUCKETS = 1 << 28;

/** The part of the options that describes the model itself; saved with it. */
export interface ClassifierConfig {
  readonly tokenizer: TokenizerOptions;
  readonly wordNgrams: number;
  readonly subwords: readonly [number, number] | null;
  readonly characterNgrams: number;
  readonly minimumCount: number;
  readonly maximumFeatures: number;
  /** null (or, in old files, absent): features of every kind are counted. */
  readonly buckets?: number | null;
  readonly embeddings: boolean;
  readonly dimension: number;
  readonly pooling: BagPooling;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly dropout: number;
  readonly wordDropout: number;
  readonly head: Head;
  readonly labels: readonly string[];
}

/** The configuration from a model file. @throws FormatError when it is not one. */
export function checkConfig(value: unknown, file?: string): ClassifierConfig {
  const config = (value ?? {}) as ClassifierConfig;
  const isWhole = (number: unknown, from: number) => Number.isInteger(number) && (number as number) >= from;
  const isRate = (number: unknown) => typeof number === 'number' && number >= 0 && number < 1;
  const sound =
    isTokenizer(config.tokenizer) &&
    isWhole(config.wordNgrams, 1) &&
    isWhole(config.characterNgrams, 0) &&
    isRange(config.subwords) &&
    ((config.buckets ?? null) === null ||
      (isWhole(config.buckets, 1) && config.buckets! <= LARGEST_BUCKETS)) &&
    isWhole(config.dimension, 1) &&
    typeof config.embeddings === 'boolean' &&
    ['mean', 'sum', 'max', 'mean+max'].includes(config.pooling) &&
    ['softmax', 'binary', 'multilabel'].includes(config.head) &&
    Array.isArray(config.hidden) &&
    config.hidden.every((units) => isWhole(units, 1)) &&
    typeof config.activation === 'string' &&
    Object.hasOwn(scalarFunctions, config.activation) &&
    isRate(config.dropout) &&
    isRate(config.wordDropout) &&
    Array.isArray(config.labels) &&
    config.labels.length >= 2 &&
    config.labels.every((label) => typeof label === 'string') &&
    new Set(config.labels).size === config.labels.length &&
    (config.head !== 'binary' || config.labels.length === 2);
  if (!sound)
    throw new FormatError(
      'the classifier configuration in the model file is not sound: the file is damaged',
      { file },
    );
  return config;
}

function isTokenizer(options: unknown): boolean {
  try {
    createTokenizer(options as TokenizerOptions);
    return true;
  } catch {
    return false;
  }
}

/** Shortest and longest, or null. */
function isRange(value: unknown): boolean {
  if (value === null) return true;
  if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isInteger)) return false;
  const [shortest, longest] = value as [number, number];
  return shortest >= 1 && longest >= shortest;
}
