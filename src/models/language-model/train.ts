/** Training a language model: lines → ids → network → weights. */
import { DataError } from '../../base/errors.js';
import { defaultEngine } from '../../engine/default.js';
import type { Vocabulary } from '../../text/index.js';
import { createTokenizer } from '../../text/index.js';
import { runOptionsOf, type TrainerOptions } from '../../train/options.js';
import { Trainer } from '../../train/trainer.js';
import { startFromVectors } from '../pretrained.js';
import { recordedSettings } from '../record.js';
import { contextLength } from './context.js';
import { CorpusReader, CorpusSource, type EncodedCorpus, encodeCorpus, splitCorpus } from './corpus.js';
import type { LanguageModel, LanguageModelParts, Lines } from './language-model.js';
import {
  checkOptions,
  DEFAULT_DECAYS,
  isSampled,
  type LanguageModelConfig,
  type LanguageModelOptions,
} from './options.js';
import { DEFAULT_SAMPLES, OutputSource, withClusters } from './output.js';
import { withPreset } from './presets.js';

/** Defaults of training; those of the model are in `configure`. */
export const TRAINING_DEFAULTS = {
  epochs: 6,
  learningRate: 0.002,
  weightDecay: 0.01,
  beta2: 0.99,
  clip: 1,
  patience: 2,
  holdOut: 0.05,
  maximumVocabulary: 30_000,
  seed: 1,
} as const;

/** Steps over which the learning rate rises at the start, at most a tenth of all. */
const WARMUP_STEPS = 300;

/** @param create makes the untrained model */
export async function trainLanguageModel(
  lines: Lines,
  given: LanguageModelOptions,
  validation: Lines | undefined,
  create: (parts: LanguageModelParts) => LanguageModel,
): Promise<LanguageModel> {
  const options = withPreset(given);
  checkOptions(options);
  const { seed = TRAINING_DEFAULTS.seed, holdOut = TRAINING_DEFAULTS.holdOut } = options;
  const configured = configure(options);
  const reader = new CorpusReader(configured.tokenizer);
  for await (const line of lines) reader.add(line);
  const { vocabulary, corpus } = reader.finish({
    minimumCount: options.minimumCount,
    maximumSize: options.maximumVocabulary ?? TRAINING_DEFAULTS.maximumVocabulary,
  });
  const config = withClusters(configured, vocabulary, options);
  const judged =
    validation === undefined
      ? undefined
      : await encodeCorpus(validation, createTokenizer(config.tokenizer), vocabulary);
  if (judged?.ids.length === 0)
    throw new DataError('there is no text in the validation data: every line is empty');
  const { train, heldOut } =
    judged === undefined
      ? splitCorpus(corpus, holdOut, config.context, seed)
      : { train: corpus, heldOut: judged };

  const lm = create({ config, vocabulary, seed, engine: options.engine ?? defaultEngine() });
  start(lm, vocabulary, options);
  const result = await new Trainer(settings(lm, train, heldOut, options, seed)).run();
  lm.record = {
    settings: recordedSettings(TRAINING_DEFAULTS, {
      ...options,
      ...options.optimizer,
      averageDecay: options.average?.decay,
    }),
    data: {
      trainTokens: train.ids.length,
      trainSentences: train.sentences,
      validationTokens: heldOut.ids.length,
      vocabulary: vocabulary.size,
      unknownRate: train.unknown / train.ids.length,
    },
    history: result.history,
    stopped: result.stopped,
    bestEpoch: result.best?.epoch,
    results: heldOut.ids.length === 0 ? {} : { validation: result.best?.validation },
    weights: lm.hash,
  };
  return lm;
}

/** The model's configuration, with the defaults of what the options leave open, but for what depends on the vocabulary. */
export function configure(options: LanguageModelOptions): LanguageModelConfig {
  const { farWords = 0, dropout = 0.1, output = 'softmax' } = options;
  return {
    tokenizer: options.tokenizer ?? { kind: 'words' },
    context: options.context ?? 'sentence',
    order: options.order ?? 5,
    farWords,
    decays: farWords === 0 ? [] : (options.decays ?? DEFAULT_DECAYS),
    learnedKernels: options.learnedKernels ?? true,
    dimension: options.pretrained?.dimension ?? options.dimension ?? 128,
    hidden: options.hidden ?? [256],
    activation: options.activation ?? 'tanh',
    blocks: options.blocks ?? 0,
    normalization: options.normalization ?? 'none',
    tied: options.tied ?? true,
    directConnections: options.directConnections ?? false,
    dropout,
    embeddingDropout: options.embeddingDropout ?? dropout,
    wordDropout: options.wordDropout ?? 0,
    output,
    samples: isSampled(output) ? (options.samples ?? DEFAULT_SAMPLES) : 0,
    cutoffs: options.cutoffs ?? [],
    selfNormalization: options.selfNormalization ?? 0,
  };
}

/** The output starts at the words' frequencies: the net need not learn them first. E may be pretrained. */
function start(
  { workspace, network }: LanguageModel,
  vocabulary: Vocabulary,
  { pretrained }: LanguageModelOptions,
): void {
  const total = vocabulary.totalCount + vocabulary.size;
  const frequencies = Array.from(
    { length: vocabulary.size },
    (_, id) => (vocabulary.countOf(id) + 1) / total,
  );
  for (const [bias, values] of network.output.biases(frequencies)) workspace.write(bias, values);
  if (pretrained !== undefined) startFromVectors(workspace, network.table, vocabulary.entries(), pretrained);
}

function settings(
  lm: LanguageModel,
  train: EncodedCorpus,
  heldOut: EncodedCorpus,
  options: LanguageModelOptions,
  seed: number,
): TrainerOptions {
  const { network, workspace, config } = lm;
  const { learningRate, weightDecay, beta2, epochs, patience, clip } = TRAINING_DEFAULTS;
  const frozen = new Set([...network.fixed, ...(options.freezeEmbeddings ? [network.table] : [])]);
  const positions = new CorpusSource(train.ids, {
    batchSize: options.batchSize ?? defaultBatchSize(train.ids.length),
    length: contextLength(config),
    mode: config.context,
    seed,
  });
  const source = new OutputSource(positions, network.output, lm.vocabulary, seed);
  const totalSteps = (options.epochs ?? epochs) * source.batchesPerEpoch;
  return {
    ...runOptionsOf(options),
    workspace,
    loss: network.loss,
    parameters: network.parameters.filter((node) => !frozen.has(node)),
    source,
    epochs: options.epochs ?? epochs,
    optimizer: { kind: 'adamw', learningRate, weightDecay, beta2, ...options.optimizer },
    schedule: options.schedule ?? {
      kind: 'cosine',
      warmup: Math.min(WARMUP_STEPS, Math.ceil(totalSteps / 10)),
    },
    clip: options.clip ?? clip,
    seed,
    validation:
      heldOut.ids.length === 0
        ? undefined
        : {
            by: 'perplexity',
            goal: 'lower',
            everySteps: options.validateEverySteps,
            measure: () => ({ perplexity: lm.perplexityOf(heldOut).perplexity }),
          },
    patience: options.patience ?? patience,
  };
}

/** Small corpora need many steps, large ones fast ones. */
function defaultBatchSize(tokens: number): number {
  return tokens < 50_000 ? 32 : tokens < 400_000 ? 128 : 512;
}
