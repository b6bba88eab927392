/** What a language model can be told. Everything has a default, and every default is saved with the model. */
import { FormatError, ValueError } from '../../base/errors.js';
import type { Engine } from '../../engine/engine.js';
import type { WordVectors } from '../../files/index.js';
import { type Activation, activationNames } from '../../nn/index.js';
import { type OutputName, outputNames } from '../../nn/output/index.js';
import type { TokenizerOptions } from '../../text/index.js';
import type { RunOptions } from '../../train/options.js';
import type { PresetName } from './presets.js';

/**
 * What the first words of a sentence see before them:
 *   sentence  nothing: their context is filled up with sentence ends
 *   running   the sentence before, as in a running text
 */
export type ContextMode = 'sentence' | 'running';

export const normalizations = ['none', 'before', 'after'] as const;
/** Where layer normalisation stands: nowhere, before what each block and the output compute, or after each of them. */
export type Normalization = (typeof normalizations)[number];

/** Where the decays of the far words start: about 3, 7 and 25 words. */
export const DEFAULT_DECAYS: readonly number[] = [0.6, 0.85, 0.96];

/** Defaults of the run: AdamW with η = 0.002, β2 = 0.99, a short warm-up and cosine to zero, clip 1, patience 2. */
export interface LanguageModelOptions extends RunOptions {
  /** Options that hang together, under those given here: see `PRESETS` (default: none). */
  readonly preset?: PresetName;

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
  /** F: how many words before those are seen through decay kernels (default 0: none). */
  readonly farWords?: number;
  /** The decay at which each kernel over the far words starts (default 0.6, 0.85, 0.96). */
  readonly decays?: readonly number[];
  /** Whether the kernels are learned (default true; false with one decay and order 2 is FOFE). */
  readonly learnedKernels?: boolean;
  /** Units of each hidden layer (default [256]; [] makes a log-bilinear model with direct connections). */
  readonly hidden?: readonly number[];
  /** Of hidden layers and blocks (default tanh). */
  readonly activation?: Activation;
  /** Residual blocks x + W₂ g(W₁ x) after the hidden layers, of the last one's width (default 0). */
  readonly blocks?: number;
  /** Layer normalisation: none (default), before each block and before the projection, or after each layer and block. */
  readonly normalization?: Normalization;
  /** Whether the output layer is E itself, turned round (default true; Press & Wolf 2017). */
  readonly tied?: boolean;
  /** Weights from the embeddings straight to the output, as in Bengio et al. 2003 (default false). */
  readonly directConnections?: boolean;
  /** The output layer (default softmax). All but it compute only a part of the vocabulary in training. */
  readonly output?: OutputName;
  /** Of `sampled` and `nce`: words drawn for each batch, on average (default 1000). */
  readonly samples?: number;
  /** Of `adaptive` and `classes`: the ids at which clusters begin, in rising order (default: by the vocabulary). */
  readonly cutoffs?: readonly number[];
  /** Of `classes`: how many, of nearly equal mass (default 16). */
  readonly classes?: number;
  /** Of `softmax`: α of the term α (ln Z)² that keeps scores usable without Z (default 0; 0.1 in Devlin et al. 2014). */
  readonly selfNormalization?: number;
  /** Share of hidden units dropped in training (default 0.1). */
  readonly dropout?: number;
  /** Share of the numbers of embeddings dropped in training (default: that of `dropout`). */
  readonly embeddingDropout?: number;
  /** Share of context words dropped as a whole in training (default 0). */
  readonly wordDropout?: number;
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
  // Models of version 0.1.0 lack what follows; `checkConfig` fills it in.
  readonly embeddingDropout: number;
  readonly wordDropout: number;
  readonly farWords: number;
  readonly decays: readonly number[];
  readonly learnedKernels: boolean;
  readonly blocks: number;
  readonly normalization: Normalization;
  readonly output: OutputName;
  readonly samples: number;
  readonly cutoffs: readonly number[];
  readonly selfNormalization: number;
}

/** What the first release of the format could not say, as it was. */
const ADDED_LATER = {
  embeddingDropout: 0,
  wordDropout: 0,
  farWords: 0,
  decays: [],
  learnedKernels: true,
  blocks: 0,
  normalization: 'none',
  output: 'softmax',
  samples: 0,
  cutoffs: [],
  selfNormalization: 0,
} as const satisfies Partial<LanguageModelConfig>;

/** Refuses sizes and rates that make no sense, by name. */
export function checkOptions(options: LanguageModelOptions): void {
  for (const [name, from] of [
    ['order', 2],
    ['dimension', 1],
    ['epochs', 1],
    ['batchSize', 1],
    ['minimumCount', 1],
    ['maximumVocabulary', 3],
    ['farWords', 0],
    ['blocks', 0],
    ['samples', 2],
    ['classes', 2],
  ] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= from))
      throw new ValueError(`${name} must be a whole number from ${from}, not ${value}`);
  }
  for (const name of ['dropout', 'embeddingDropout', 'wordDropout', 'holdOut'] as const) {
    const value = options[name];
    if (value !== undefined && !(value >= 0 && value < 1))
      throw new ValueError(`${name} must be from 0 to below 1, not ${value}`);
  }
  const { pretrained, dimension, decays, farWords } = options;
  if (decays !== undefined && !(decays.length > 0 && decays.every(isDecay)))
    throw new ValueError(`decays must be numbers above 0 and at most 1, at least one, not [${decays}]`);
  if (decays !== undefined && !farWords)
    throw new ValueError('decays are for the words that farWords adds: say how many, as in farWords: 32');
  const { normalization = 'none' } = options;
  if (!normalizations.includes(normalization)) {
    throw new ValueError(
      `there is no normalization '${normalization}'; choose one of ${normalizations.join(', ')}`,
    );
  }
  checkOutput(options);
  if (pretrained !== undefined && dimension !== undefined && dimension !== pretrained.dimension) {
    throw new ValueError(
      `the pretrained vectors have ${pretrained.dimension} numbers, but dimension is ${dimension}; leave it out`,
    );
  }
}

/** Which options belong to which kinds of output layer. */
export const OUTPUT_OPTIONS = [
  ['samples', ['sampled', 'nce']],
  ['cutoffs', ['adaptive', 'classes']],
  ['classes', ['classes']],
  ['selfNormalization', ['softmax']],
  ['directConnections', ['softmax', 'sampled', 'nce']],
] as const satisfies readonly (readonly [keyof LanguageModelOptions, readonly OutputName[]])[];

function checkOutput(options: LanguageModelOptions): void {
  const { output = 'softmax', cutoffs, classes, selfNormalization = 0 } = options;
  if (!outputNames.includes(output))
    throw new ValueError(`there is no output '${output}'; choose one of ${outputNames.join(', ')}`);
  for (const [name, kinds] of OUTPUT_OPTIONS) {
    if (!options[name] || (kinds as readonly OutputName[]).includes(output)) continue;
    const meant = kinds.map((kind) => `'${kind}'`).join(' or ');
    throw new ValueError(
      `${name} is for output ${meant}, but the output is '${output}': leave one of them out`,
    );
  }
  if (cutoffs !== undefined && !isRising(cutoffs, output))
    throw new ValueError(
      `cutoffs must be rising whole numbers, from ${output === 'adaptive' ? 'at least 1' : 'exactly 0'}, not [${cutoffs}]`,
    );
  if (cutoffs !== undefined && classes !== undefined)
    throw new ValueError('classes and cutoffs both say where clusters begin: leave one of them out');
  if (!(selfNormalization >= 0 && Number.isFinite(selfNormalization)))
    throw new ValueError(`selfNormalization must be a number from 0, not ${selfNormalization}`);
}

/** Whether the words are cut into clusters. */
export function isClustered(output: OutputName): boolean {
  return output === 'adaptive' || output === 'classes';
}

/** Whether training draws words. */
export function isSampled(output: OutputName): output is 'sampled' | 'nce' {
  return output === 'sampled' || output === 'nce';
}

/** A few hundred clusters are more than enough, and each is compiled. */
const MOST_CLUSTERS = 1000;

/** Where clusters begin: an adaptive softmax needs a shortlist before the first, classes have none. */
function isRising(cutoffs: readonly unknown[], output: OutputName): boolean {
  const first = output === 'adaptive' ? (cutoffs[0] as number) >= 1 : cutoffs[0] === 0;
  const rise = cutoffs.every(
    (value, i) => Number.isInteger(value) && (i === 0 || (value as number) > (cutoffs[i - 1] as number)),
  );
  return cutoffs.length > 0 && cutoffs.length <= MOST_CLUSTERS && first && rise;
}

function isDecay(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= 1;
}

/** More than anybody trains, and few enough to build before the weights are looked at. */
const MOST_BLOCKS = 1000;

/** The configuration from a model file. @throws FormatError when it is not one. */
export function checkConfig(value: unknown, file?: string): LanguageModelConfig {
  const config = (typeof value === 'object' && value !== null ? { ...ADDED_LATER, ...value } : undefined) as
    | LanguageModelConfig
    | undefined;
  const isWhole = (number: unknown, from: number) => Number.isInteger(number) && (number as number) >= from;
  const sound =
    config !== undefined &&
    typeof config.tokenizer === 'object' &&
    ['sentence', 'running'].includes(config.context) &&
    isWhole(config.order, 2) &&
    isWhole(config.dimension, 1) &&
    Array.isArray(config.hidden) &&
    config.hidden.every((units) => isWhole(units, 1)) &&
    activationNames.includes(config.activation) &&
    typeof config.tied === 'boolean' &&
    typeof config.directConnections === 'boolean' &&
    isWhole(config.farWords, 0) &&
    Array.isArray(config.decays) &&
    config.decays.every(isDecay) &&
    (config.farWords === 0 || config.decays.length > 0) &&
    typeof config.learnedKernels === 'boolean' &&
    isWhole(config.blocks, 0) &&
    config.blocks <= MOST_BLOCKS &&
    normalizations.includes(config.normalization) &&
    outputNames.includes(config.output) &&
    Array.isArray(config.cutoffs) &&
    (isClustered(config.output) ? isRising(config.cutoffs, config.output) : config.cutoffs.length === 0) &&
    !(isClustered(config.output) && config.directConnections) &&
    (isSampled(config.output) ? isWhole(config.samples, 2) : config.samples === 0) &&
    Number.isFinite(config.selfNormalization) &&
    config.selfNormalization >= 0;
  if (!sound)
    throw new FormatError(
      'the language model configuration in the model file is not sound: the file is damaged',
      { file },
    );
  return config;
}
