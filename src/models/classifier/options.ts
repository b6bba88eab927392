/** What a text classifier can be told. Everything has a default, and every default is saved with the model. */
import { ValueError } from '../../base/errors.js';
import type { Engine } from '../../engine/engine.js';
import type { WordVectors } from '../../files/index.js';
import type { Activation, BagPooling } from '../../nn/index.js';
import type { TokenizerOptions } from '../../text/index.js';
import type { RunOptions } from '../../train/options.js';
import type { Head } from '../heads.js';
import { LARGEST_BUCKETS } from './config.js';
import type { HandBuiltFeature } from './hand-built.js';

export type { Head } from '../heads.js';
export { type ClassifierConfig, checkConfig, LARGEST_BUCKETS } from './config.js';

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
