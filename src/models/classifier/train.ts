/** Training a text classifier: examples → features → network → weights. */
import { DataError, ValueError } from '../../base/errors.js';
import { Random } from '../../base/random.js';
import { defaultEngine } from '../../engine/default.js';
import { accuracy, classScores, confusionMatrix, logLoss, mostProbable } from '../../train/metrics.js';
import { runOptionsOf, type TrainerOptions } from '../../train/options.js';
import { Trainer } from '../../train/trainer.js';
import { startFromVectors } from '../pretrained.js';
import { recordedSettings } from '../record.js';
import { calibrate } from './calibration.js';
import type { ClassifierParts, TextClassifier } from './classifier.js';
import { type CollectedFeatures, collectFeatures } from './collect.js';
import { EncodedSource, type EncodedTargets, type EncodedTexts } from './encoded.js';
import {
  type Example,
  type Examples,
  encodeTargets,
  findLabels,
  gather,
  labelsOf,
  splitExamples,
} from './examples.js';
import { FeatureExtractor, unspacedShare } from './features.js';
import { labelDirections, logCountRatios } from './naive-bayes.js';
import { type ClassifierConfig, type ClassifierOptions, checkOptions, type Head } from './options.js';
import { stepsByText, TEXTS_PER_CALL, TextSteps } from './text-steps.js';

/** Defaults of training; those of the model are in `configure`. */
export const TRAINING_DEFAULTS = {
  epochs: 40,
  batchSize: 32,
  learningRate: 0.004,
  patience: 4,
  holdOut: 0.1,
  seed: 1,
} as const;

/**
 * Pieces of words help where there is too little text to have seen every form of a word; beyond so many characters of
 * training text words and pairs of words do better without them, and cost less.
 */
const SUBWORDS_UP_TO = 2_000_000;

/** Embeddings start at random within this of what else is known of them. */
const INITIAL_LIMIT = 0.1;

/** @param create makes the untrained classifier */
export async function trainClassifier(
  examples: Examples,
  options: ClassifierOptions,
  validation: Examples | undefined,
  create: (parts: ClassifierParts) => TextClassifier,
): Promise<TextClassifier> {
  checkOptions(options);
  const { seed = TRAINING_DEFAULTS.seed, holdOut = TRAINING_DEFAULTS.holdOut } = options;
  const all = await gather(examples);
  const labels = findLabels(all);
  const given = validation === undefined ? undefined : await gather(validation);
  const { train, heldOut } =
    given === undefined ? splitExamples(all, holdOut, seed) : { train: all, heldOut: given };
  if (given !== undefined && given.length === 0) throw new DataError('there are no validation examples');

  const config = configure(train, labels, options);
  const extractor = new FeatureExtractor(config);
  const trainTexts = train.map(({ text }) => text);
  const collected = collectFeatures(config.embeddings ? trainTexts : [], extractor, {
    minimumCount: config.minimumCount,
    maximumSize: config.maximumFeatures,
    buckets: config.buckets ?? undefined,
  });
  const { vocabulary, index } = collected;
  if (config.embeddings && vocabulary.size === 0)
    throw new DataError('no text has any word in it: is the right column used as text?');
  const classifier = create({
    config,
    vocabulary,
    index,
    handBuilt: options.features ?? [],
    seed,
    engine: options.engine ?? defaultEngine(),
  });
  if (classifier.handBuilt.size > 0) classifier.handBuilt.fit(trainTexts);

  const { handBuilt } = classifier;
  const texts = config.embeddings
    ? collected.encode(handBuilt.size, (text) => handBuilt.standardized(text))
    : classifier.encode(trainTexts);
  const targets = encodeTargets(train, labels, config.head, options.classWeights);
  start(classifier, texts, targets, options, seed);
  const trainerOptions = settings(classifier, texts, targets, heldOut, options, seed);
  const result = await new Trainer(trainerOptions).run();
  if (heldOut.length > 0 && (options.calibrate ?? true)) {
    const heldOutTexts = classifier.encode(heldOut.map(({ text }) => text));
    calibrate(classifier, heldOutTexts, encodeTargets(heldOut, labels, config.head, undefined));
  }

  classifier.record = {
    settings: recordedSettings(TRAINING_DEFAULTS, options),
    data: { train: train.length, validation: heldOut.length, features: index.size, ...bucketsOf(collected) },
    history: result.history,
    stopped: result.stopped,
    bestEpoch: result.best?.epoch,
    results: heldOut.length === 0 ? {} : { validation: result.best?.validation },
    weights: classifier.hash,
  };
  return classifier;
}

/** How full the buckets are, for the record. */
function bucketsOf({ index, sharedBuckets }: CollectedFeatures): Record<string, number> {
  if (index.buckets === undefined) return {};
  return { buckets: index.buckets.buckets, usedBuckets: index.buckets.size, sharedBuckets };
}

function configure(
  train: readonly Example[],
  labels: readonly string[],
  options: ClassifierOptions,
): ClassifierConfig {
  const several = train.some((example) => labelsOf(example).length !== 1);
  const head: Head = options.head ?? (several ? 'multilabel' : 'softmax');
  if (head !== 'multilabel' && several)
    throw new ValueError(`the ${head} head needs one label for each example, but some have several or none`);
  if (head === 'binary' && labels.length !== 2)
    throw new ValueError(`the binary head needs two labels, but there are ${labels.length}`);
  const embeddings = options.embeddings ?? true;
  const ownFeatures = embeddings && options.pretrained === undefined;
  const unspaced = ownFeatures ? unspacedShare(train.slice(0, 2000).map(({ text }) => text)) : 0;
  const characters = train.reduce((total, { text }) => total + text.length, 0);
  return {
    tokenizer: options.tokenizer ?? { kind: 'words' },
    wordNgrams: options.wordNgrams ?? (ownFeatures ? 2 : 1),
    subwords:
      options.subwords !== undefined
        ? options.subwords
        : ownFeatures && unspaced < 0.9 && characters <= SUBWORDS_UP_TO
          ? [3, 5]
          : null,
    characterNgrams: options.characterNgrams ?? (unspaced >= 0.1 ? 2 : 0),
    minimumCount: options.minimumCount ?? 1,
    maximumFeatures: options.maximumFeatures ?? 1_000_000,
    buckets: options.buckets ?? null,
    embeddings,
    dimension:
      options.pretrained?.dimension ?? options.dimension ?? Math.max(16, Math.min(64, labels.length)),
    pooling: options.pooling ?? 'mean',
    hidden: options.hidden ?? [],
    activation: options.activation ?? 'relu',
    dropout: options.dropout ?? 0,
    wordDropout: options.wordDropout ?? 0.5,
    head,
    labels,
  };
}

/** Adds U(−limit, limit) to every value: in place, so that a large table is not in memory twice. */
function setOut(values: { readonly length: number; [index: number]: number }, random: Random): void {
  for (let i = 0; i < values.length; i++) values[i]! += INITIAL_LIMIT * (2 * random.uniform() - 1);
}

/** Initial weights: pretrained vectors where they are given, else what naive Bayes knows; the output bias at the labels' frequencies. */
function start(
  classifier: TextClassifier,
  texts: EncodedTexts,
  targets: EncodedTargets,
  options: ClassifierOptions,
  seed: number,
): void {
  const { network, workspace, config, vocabulary, labels, index } = classifier;
  if (network.table === undefined) return;
  setOut(workspace.view(network.table), new Random(seed, `initial/${network.table.name}`));
  if (options.pretrained !== undefined) {
    startFromVectors(workspace, network.table, vocabulary.entries(), options.pretrained);
    return;
  }
  if (!(options.naiveBayesStart ?? true)) return;
  const { dimension } = config;
  const ratios = logCountRatios(texts, targets, index.size, labels.length);
  const directions = labelDirections(labels.length, dimension, seed);
  const table = workspace.view(network.table);
  // Directions are mostly zeros: only what is not is added.
  const places = [...directions.keys()].filter((place) => directions[place] !== 0);
  for (const place of places) {
    const label = Math.floor(place / dimension);
    const d = place % dimension;
    const direction = directions[place]!;
    for (let feature = 0; feature < index.size; feature++)
      table[feature * dimension + d]! += ratios[feature * labels.length + label]! * direction;
  }
  if (config.hidden.length > 0 || network.output.weight.shape[1] !== dimension) return;
  // A binary head's one unit reads the second label's direction against the first's.
  const difference = () =>
    Float32Array.from({ length: dimension }, (_, d) => directions[dimension + d]! - directions[d]!);
  workspace.write(network.output.weight, config.head === 'binary' ? difference() : directions);
}

function settings(
  classifier: TextClassifier,
  texts: EncodedTexts,
  targets: EncodedTargets,
  heldOut: readonly Example[],
  options: ClassifierOptions,
  seed: number,
): TrainerOptions {
  const { network, workspace, config } = classifier;
  const { freezeEmbeddings = false, hogwild = false } = options;
  const byText = stepsByText(config, options, classifier.handBuilt.size);
  if (hogwild && !byText)
    throw new ValueError(
      'hogwild needs steps of one text by plain gradient descent: batchSize 1, the optimizer sgd without momentum, and a ' +
        'softmax of mean embeddings without hidden layers, hand-built features, dropout of units or clipping',
    );
  const batchSize = byText ? TEXTS_PER_CALL : (options.batchSize ?? TRAINING_DEFAULTS.batchSize);
  const frozen = freezeEmbeddings ? network.table : undefined;
  return {
    ...runOptionsOf(options),
    workspace,
    loss: network.loss,
    stepper: byText ? new TextSteps(workspace, network, hogwild) : undefined,
    parameters: network.parameters.filter((node) => node !== frozen),
    source: new EncodedSource(texts, targets, { batchSize, wordDropout: config.wordDropout, seed }),
    epochs: options.epochs ?? TRAINING_DEFAULTS.epochs,
    optimizer: { kind: 'adamw', learningRate: TRAINING_DEFAULTS.learningRate, ...options.optimizer },
    schedule: options.schedule ?? { kind: 'linear' },
    seed,
    validation:
      heldOut.length === 0 ? undefined : validationOf(classifier, heldOut, options.selectBy ?? 'loss'),
    patience: options.patience ?? TRAINING_DEFAULTS.patience,
  };
}

/** Accuracy decides, or the loss where texts have several labels. */
function validationOf(
  classifier: TextClassifier,
  heldOut: readonly Example[],
  by: 'accuracy' | 'macroF1' | 'loss',
): TrainerOptions['validation'] {
  const { labels, config } = classifier;
  const texts = classifier.encode(heldOut.map(({ text }) => text));
  const targets = encodeTargets(heldOut, labels, config.head, undefined);
  if (config.head === 'multilabel') {
    return {
      by: 'loss',
      goal: 'lower',
      measure: () => ({ loss: binaryLoss(targets.values, classifier.probabilitiesOf(texts)) }),
    };
  }
  return {
    by,
    goal: by === 'loss' ? 'lower' : 'higher',
    measure: () => {
      const probabilities = classifier.probabilitiesOf(texts);
      const predicted = mostProbable(probabilities, labels.length);
      return {
        accuracy: accuracy(targets.values, predicted),
        macroF1: classScores(confusionMatrix(targets.values, predicted, labels)).macro.f1,
        loss: logLoss(targets.values, probabilities, labels.length),
      };
    },
  };
}

/** Mean over texts and labels of −y ln p − (1−y) ln(1−p). */
function binaryLoss(targets: Float32Array, probabilities: Float64Array): number {
  let sum = 0;
  targets.forEach((target, i) => {
    sum -= Math.log(Math.max(1e-12, target === 1 ? probabilities[i]! : 1 - probabilities[i]!));
  });
  return sum / targets.length;
}
