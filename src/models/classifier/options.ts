/** What a text classifier can be told. Everything has a default, and every default is saved with the model. */
import { FormatError, ValueError } from '../../base/errors.js';
import type { Engine } from '../../engine/engine.js';
import type { WordVectors } from '../../files/index.js';
import { type Activation, activationNames, type BagPooling } from '../../nn/index.js';
import { createTokenizer, type TokenizerOptions } from '../../text/index.js';
import type { RunOptions } from '../../train/options.js';
import type { Head } from '../heads.js';
import type { HandBuiltFeature } from './hand-built.js';

export type { Head } from '../heads.js';

/** Defaults of the run: AdamW with η = 0.004, linear to zero, patience of 4 epochs. */
export interface ClassifierOptions extends RunOptions {
  // ——— what is read ———
  /** Default: words of any language, lower case. */
  readonly tokenizer?: TokenizerOptions;
  /** Longest sequence of words that is a feature of its own (default 2; 1 with pretrained embeddings). */
  readonly wordNgrams?: number;
  /** Shortest and longest pieces of words used as features (default: 3 to 5 where there are words set apart by spaces, in up to two million characters of text; else none). */
  readonly subwords?: readonly [number, number] | null;
  /** Longest run of characters used as a feature in scripts without spaces (default: 2 where they make up a tenth of the letters, else 0). */
  readonly characterNgrams?: number;
  /** Features seen less often in training are left out (default 1). */
  readonly minimumCount?: number;
  /** At most so many counted features, the most frequent (default 1,000,000). */
  readonly maximumFeatures?: number;
  /**
   * Features beyond single words fall into so many buckets by their hash, and are neither counted nor named (default:
   * none are; each is a feature of its own).
   */
  readonly buckets?: number | null;
  /** Hand-built features, beside the embeddings; with `embeddings: false`, alone. */
  readonly features?: readonly HandBuiltFeature[];
  /** Whether words are embedded (default true). */
  readonly embeddings?: boolean;
  /** Start from these vectors; words that have none start at random. */
  readonly pretrained?: WordVectors;
  /** Leave the embeddings as they are (default false). */
  readonly freezeEmbeddings?: boolean;

  // ——— the network ———
  /** Numbers in each embedding (default 16, or as many as there are labels up to 64; that of the pretrained vectors). */
  readonly dimension?: number;
  /** How a text's embeddings become one vector (default mean). */
  readonly pooling?: BagPooling;
  /** Units of each hidden layer (default: none). */
  readonly hidden?: readonly number[];
  /** Of hidden layers (default relu). */
  readonly activation?: Activation;
  /** Share of pooled and hidden units dropped in training (default 0). */
  readonly dropout?: number;
  /** Share of features of each text dropped in training (default 0.5; Iyyer et al. 2015). */
  readonly wordDropout?: number;
  /** Default: multilabel where an example has several labels, else softmax. */
  readonly head?: Head;
  /** The embeddings start from how each feature's counts differ between the labels, as naive Bayes sees them (default true). */
  readonly naiveBayesStart?: boolean;

  // ——— training ———
  /** `balanced`: weight examples so that every label counts the same; or a weight for each label (default: none). */
  readonly classWeights?: 'balanced' | Readonly<Record<string, number>>;
  readonly epochs?: number;
  readonly batchSize?: number;
  /** What decides which epoch is best (default loss: it is steadier than accuracy on little data). */
  readonly selectBy?: 'accuracy' | 'macroF1' | 'loss';
  /** Fit the temperature (and thresholds of several labels) on the held-out examples at the end (default true; with fewer than 20 of them nothing is fitted). */
  readonly calibrate?: boolean;
  /** Share of the examples held out for validation when none are given (default 0.1; 0: none). */
  readonly holdOut?: number;
  /**
   * Several threads train on texts of their own, all on the same weights and without waiting for each other: faster, and
   * not reproducible (Niu et al. 2011, "Hogwild!"). Only where `stepsByText` holds; default false.
   */
  readonly hogwild?: boolean;
  readonly engine?: Engine;
}

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

/** Refuses sizes and rates that make no sense, by name. */
export function checkOptions(options: ClassifierOptions): void {
  const whole = (
    name: 'wordNgrams' | 'dimension' | 'epochs' | 'batchSize' | 'minimumCount' | 'maximumFeatures',
  ) => {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      throw new ValueError(`${name} must be a whole number from 1, not ${value}`);
  };
  const rate = (name: 'dropout' | 'wordDropout' | 'holdOut') => {
    const value = options[name];
    if (value !== undefined && !(value >= 0 && value < 1))
      throw new ValueError(`${name} must be from 0 to below 1, not ${value}`);
  };
  (['wordNgrams', 'dimension', 'epochs', 'batchSize', 'minimumCount', 'maximumFeatures'] as const).forEach(
    whole,
  );
  (['dropout', 'wordDropout', 'holdOut'] as const).forEach(rate);
  const { buckets = null } = options;
  if (buckets !== null && !(Number.isInteger(buckets) && buckets >= 1 && buckets <= LARGEST_BUCKETS))
    throw new ValueError(`buckets must be a whole number from 1 to ${LARGEST_BUCKETS}, not ${buckets}`);
  if (options.embeddings === false && (options.features ?? []).length === 0) {
    throw new ValueError('without embeddings a classifier needs hand-built features: give `features`');
  }
  const { pretrained, dimension } = options;
  if (pretrained !== undefined && dimension !== undefined && dimension !== pretrained.dimension) {
    throw new ValueError(
      `the pretrained vectors have ${pretrained.dimension} numbers, but dimension is ${dimension}; leave it out`,
    );
  }
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
    activationNames.includes(config.activation) &&
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
