/** What a feedforward network can be told. Everything has a default, and every default is saved with the model. */
import { FormatError, ValueError } from '../../base/errors.js';
import type { Engine } from '../../engine/engine.js';
import { type Activation, activationNames } from '../../nn/index.js';
import type { RunOptions } from '../../train/options.js';

/** Defaults of the run: Adam with η = 0.03, linear to zero, patience of 50 epochs. */
export interface FeedforwardOptions extends RunOptions {
  // ——— the network ———
  /** Units of each hidden layer (default [8]); []: none, which is logistic regression. */
  readonly hidden?: readonly number[];
  /** Of hidden layers (default tanh). */
  readonly activation?: Activation;
  /** `softmax`, one unit for each label (default), or `binary`: two labels from a single unit, P(second) = σ(z). */
  readonly head?: 'softmax' | 'binary';
  /** Share of inputs and hidden units dropped in training (default 0). */
  readonly dropout?: number;
  /** Bring each feature to mean 0 and deviation 1, as measured on the training rows (default true). */
  readonly standardize?: boolean;
  /** Names of the features, for explanations (default x1, x2, …). */
  readonly featureNames?: readonly string[];

  // ——— training ———
  /** Default: as many as make 3,000 steps, from 10 to 500. */
  readonly epochs?: number;
  /** Default 32; all rows where there are fewer. */
  readonly batchSize?: number;
  /** What decides which epoch is best (default loss). */
  readonly selectBy?: 'accuracy' | 'loss';
  /** Share of the rows held out for validation when none are given (default 0.1 from 100 rows on; below, none). */
  readonly holdOut?: number;
  readonly engine?: Engine;
}

/** The part of the options that describes the model itself; saved with it. */
export interface FeedforwardConfig {
  readonly featureNames: readonly string[];
  readonly labels: readonly string[];
  readonly head: 'softmax' | 'binary';
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly dropout: number;
  /** The network reads (feature − mean) / deviation; one of each a feature. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

/** Refuses sizes and rates that make no sense, by name. */
export function checkOptions(options: FeedforwardOptions): void {
  for (const name of ['epochs', 'batchSize', 'patience'] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw new ValueError(`${name} must be a whole number from 1, not ${value}`);
    }
  }
  for (const name of ['dropout', 'holdOut'] as const) {
    const value = options[name];
    if (value !== undefined && !(value >= 0 && value < 1)) {
      throw new ValueError(`${name} must be from 0 to below 1, not ${value}`);
    }
  }
  const { hidden = [], activation = 'tanh' } = options;
  const units = hidden.find((count) => !(Number.isInteger(count) && count >= 1));
  if (units !== undefined)
    throw new ValueError(`a hidden layer must have a whole number of units from 1, not ${units}`);
  if (activation === 'step') {
    throw new ValueError(
      'the step function cannot be trained: its derivative is 0 everywhere. Use sigmoid or tanh',
    );
  }
}

/** The configuration from a model file. @throws FormatError when it is not one. */
export function checkConfig(value: unknown, file?: string): FeedforwardConfig {
  const config = (value ?? {}) as FeedforwardConfig;
  const isListOf = (list: unknown, isSound: (item: unknown) => boolean, length?: number) =>
    Array.isArray(list) && list.every(isSound) && (length === undefined || list.length === length);
  const isText = (item: unknown) => typeof item === 'string';
  const sound =
    isListOf(config.featureNames, isText) &&
    config.featureNames.length >= 1 &&
    isListOf(config.labels, isText) &&
    new Set(config.labels).size === config.labels.length &&
    config.labels.length >= 2 &&
    (config.head === 'softmax' || (config.head === 'binary' && config.labels.length === 2)) &&
    isListOf(config.hidden, (units) => Number.isInteger(units) && (units as number) >= 1) &&
    activationNames.includes(config.activation) &&
    config.dropout >= 0 &&
    config.dropout < 1 &&
    isListOf(config.means, Number.isFinite, config.featureNames.length) &&
    isListOf(
      config.deviations,
      (item) => Number.isFinite(item) && (item as number) > 0,
      config.featureNames.length,
    );
  if (sound) return config;
  throw new FormatError('the network configuration in the model file is not sound: the file is damaged', {
    file,
  });
}
