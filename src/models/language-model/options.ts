/** What a language model can be told. Everything has a default, and every default is saved with the model. */
import { FormatError, ValueError } from '../../base/errors.js';
import type { Engine } from '../../engine/engine.js';
import type { WordVectors } from '../../files/index.js';
import { type Activation, activationNames } from '../../nn/index.js';
import type { TokenizerOptions } from '../../text/index.js';
import type { RunOptions } from '../../train/options.js';

/**
 * What the first words of a sentence see before them:
 *   sentence  nothing: their context is filled up with sentence ends
 *   running   the sentence before, as in a running text
 */
export type ContextMode = 'sentence' | 'running';

/** Defaults of the run: AdamW with η = 0.002, β2 = 0.99, a short warm-up and cosine to zero, clip 1, patience 2. */
export interface LanguageModelOptions extends RunOptions {
  // ——— what is read ———
  /** Default: words of any language, lower case. `{ kind: 'characters' }` makes a character model. */
  readonly tokenizer?: TokenizerOptions;
  /** Words seen less often become `<unk>` (default 2 for words; 1 for characters and where the corpus marks unknown words itself). */
  readonly minimumCount?: number;
  /** At most so many words, the most frequent (default 30,000). */
  readonly maximumVocabulary?: number;
  /** Default sentence */
  readonly context?: ContextMode;

  // ——— the network ———
  /** N: a word is predicted from the N−1 before it (default 5). */
  readonly order?: number;
  /** Numbers in each embedding (default 128; that of the pretrained vectors). */
  readonly dimension?: number;
  /** Units of each hidden layer (default [256]; [] makes a log-bilinear model with direct connections). */
  readonly hidden?: readonly number[];
  /** Of hidden layers (default tanh). */
  readonly activation?: Activation;
  /** Whether the output layer is E itself, turned round (default true; Press & Wolf 2017). */
  readonly tied?: boolean;
  /** Weights from the embeddings straight to the output, as in Bengio et al. 2003 (default false). */
  readonly directConnections?: boolean;
  /** Share of embeddings and hidden units dropped in training (default 0.1). */
  readonly dropout?: number;
  /** Start E from these vectors; words that have none start at random. */
  readonly pretrained?: WordVectors;
  /** Leave E as it is (default false). With tied output, the output is frozen with it. */
  readonly freezeEmbeddings?: boolean;

  // ——— training ———
  readonly epochs?: number;
  readonly batchSize?: number;
  /** Share of the lines held out for validation when none are given (default 0.05; 0: none). */
  readonly holdOut?: number;
  /** Validate also within epochs, every so many steps. */
  readonly validateEverySteps?: number;
  readonly engine?: Engine;
}

/** The part of the options that describes the model itself; saved with it. */
export interface LanguageModelConfig {
  readonly tokenizer: TokenizerOptions;
  readonly context: ContextMode;
  readonly order: number;
  readonly dimension: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly tied: boolean;
  readonly directConnections: boolean;
  readonly dropout: number;
}

/** Refuses sizes and rates that make no sense, by name. */
export function checkOptions(options: LanguageModelOptions): void {
  for (const [name, from] of [
    ['order', 2],
    ['dimension', 1],
    ['epochs', 1],
    ['batchSize', 1],
    ['minimumCount', 1],
    ['maximumVocabulary', 3],
  ] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= from))
      throw new ValueError(`${name} must be a whole number from ${from}, not ${value}`);
  }
  for (const name of ['dropout', 'holdOut'] as const) {
    const value = options[name];
    if (value !== undefined && !(value >= 0 && value < 1))
      throw new ValueError(`${name} must be from 0 to below 1, not ${value}`);
  }
  const { pretrained, dimension } = options;
  if (pretrained !== undefined && dimension !== undefined && dimension !== pretrained.dimension) {
    throw new ValueError(
      `the pretrained vectors have ${pretrained.dimension} numbers, but dimension is ${dimension}; leave it out`,
    );
  }
}

/** The configuration from a model file. @throws FormatError when it is not one. */
export function checkConfig(value: unknown, file?: string): LanguageModelConfig {
  const config = value as LanguageModelConfig | null | undefined;
  const isWhole = (number: unknown, from: number) => Number.isInteger(number) && (number as number) >= from;
  const sound =
    typeof config === 'object' &&
    config !== null &&
    typeof config.tokenizer === 'object' &&
    ['sentence', 'running'].includes(config.context) &&
    isWhole(config.order, 2) &&
    isWhole(config.dimension, 1) &&
    Array.isArray(config.hidden) &&
    config.hidden.every((units) => isWhole(units, 1)) &&
    activationNames.includes(config.activation) &&
    typeof config.tied === 'boolean' &&
    typeof config.directConnections === 'boolean';
  if (!sound)
    throw new FormatError(
      'the language model configuration in the model file is not sound: the file is damaged',
      { file },
    );
  return config;
}
