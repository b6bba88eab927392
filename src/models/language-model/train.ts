/** Training a language model: lines → ids → network → weights. */
import { DataError } from '../../base/errors.js';
import { defaultEngine } from '../../engine/default.js';
import type { Vocabulary } from '../../text/index.js';
import { createTokenizer } from '../../text/index.js';
import { runOptionsOf, type TrainerOptions } from '../../train/options.js';
import { Trainer } from '../../train/trainer.js';
import { startFromVectors } from '../pretrained.js';
import { recordedSettings } from '../record.js';
import { CorpusReader, CorpusSource, type EncodedCorpus, encodeCorpus, splitCorpus } from './corpus.js';
import type { LanguageModel, LanguageModelParts, Lines } from './language-model.js';
import { checkOptions, type LanguageModelConfig, type LanguageModelOptions } from './options.js';

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
  options: LanguageModelOptions,
  validation: Lines | undefined,
  create: (parts: LanguageModelParts) => LanguageModel,
): Promise<LanguageModel> {
  checkOptions(options);
  const { seed = TRAINING_DEFAULTS.seed, holdOut = TRAINING_DEFAULTS.holdOut } = options;
  const config = configure(options);
  const reader = new CorpusReader(config.tokenizer);
  for await (const line of lines) reader.add(line);
  const { vocabulary, corpus } = reader.finish({
    minimumCount: options.minimumCount,
    maximumSize: options.maximumVocabulary ?? TRAINING_DEFAULTS.maximumVocabulary,
  });
  const given =
    validation === undefined
      ? undefined
      : await encodeCorpus(validation, createTokenizer(config.tokenizer), vocabulary);
  if (given?.ids.length === 0)
    throw new DataError('there is no text in the validation data: every line is empty');
  const { train, heldOut } =
    given === undefined
      ? splitCorpus(corpus, holdOut, config.context, seed)
      : { train: corpus, heldOut: given };

  const lm = create({ config, vocabulary, seed, engine: options.engine ?? defaultEngine() });
  start(lm, vocabulary, options);
  const result = await new Trainer(settings(lm, train, heldOut, options, seed)).run();
  lm.record = {
    settings: recordedSettings(TRAINING_DEFAULTS, options),
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

function configure(options: LanguageModelOptions): LanguageModelConfig {
  return {
    tokenizer: options.tokenizer ?? { kind: 'words' },
    context: options.context ?? 'sentence',
    order: options.order ?? 5,
    dimension: options.pretrained?.dimension ?? options.dimension ?? 128,
    hidden: options.hidden ?? [256],
    activation: options.activation ?? 'tanh',
    tied: options.tied ?? true,
    directConnections: options.directConnections ?? false,
    dropout: options.dropout ?? 0.1,
  };
}

/** The output bias starts at the log of the words' frequencies: the net need not learn them first. E may be pretrained. */
function start(
  { workspace, network }: LanguageModel,
  vocabulary: Vocabulary,
  { pretrained }: LanguageModelOptions,
): void {
  const total = vocabulary.totalCount + vocabulary.size;
  workspace.write(
    network.outputBias,
    Float32Array.from({ length: vocabulary.size }, (_, id) => Math.log((vocabulary.countOf(id) + 1) / total)),
  );
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
  const batchSize = options.batchSize ?? defaultBatchSize(train.ids.length);
  const frozen = options.freezeEmbeddings ? network.table : undefined;
  const source = new CorpusSource(train.ids, {
    batchSize,
    length: config.order - 1,
    mode: config.context,
    seed,
  });
  const totalSteps = (options.epochs ?? epochs) * source.batchesPerEpoch;
  return {
    ...runOptionsOf(options),
    workspace,
    loss: network.loss,
    parameters: network.parameters.filter((node) => node !== frozen),
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
