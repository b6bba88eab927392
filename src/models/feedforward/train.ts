/** Training a feedforward network: rows → scales → network → weights. */
import { DataError, ValueError } from '../../base/errors.js';
import { accuracy, logLoss, mostProbable } from '../../train/metrics.js';
import { runOptionsOf, type TrainerOptions } from '../../train/options.js';
import { Trainer } from '../../train/trainer.js';
import { holdOut } from '../hold-out.js';
import { recordedSettings } from '../record.js';
import type { FeedforwardNetwork, FeedforwardParts } from './feedforward.js';
import { checkOptions, type FeedforwardConfig, type FeedforwardOptions } from './options.js';
import {
  checkFeatures,
  type FeedforwardRow,
  type FeedforwardRows,
  findLabels,
  gatherRows,
  labelIds,
  RowSource,
  scalesOf,
} from './rows.js';

/** Defaults of training; those of the model are in `configure`. */
export const TRAINING_DEFAULTS = {
  batchSize: 32,
  learningRate: 0.03,
  patience: 50,
  holdOut: 0.1,
  selectBy: 'loss',
  seed: 1,
} as const;

/** Fewer rows than this are all used for training: a tenth of them would tell nothing. */
const SMALLEST_SPLIT = 100;
/** Small networks on small data need steps, not epochs. */
const DEFAULT_STEPS = 3000;

/** @param create makes the untrained network */
export async function trainFeedforward(
  rows: FeedforwardRows,
  options: FeedforwardOptions,
  validation: FeedforwardRows | undefined,
  create: (parts: FeedforwardParts) => FeedforwardNetwork,
): Promise<FeedforwardNetwork> {
  checkOptions(options);
  const { seed = TRAINING_DEFAULTS.seed } = options;
  const all = await gatherRows(rows);
  const labels = findLabels(all);
  checkFeatures(
    all.map(({ features }) => features),
    all[0]!.features.length,
  );
  const given = validation === undefined ? undefined : await gatherRows(validation);
  if (given?.length === 0) throw new DataError('there are no validation rows');
  const share = options.holdOut ?? (all.length < SMALLEST_SPLIT ? 0 : TRAINING_DEFAULTS.holdOut);
  const split =
    given === undefined ? holdOut(all, ({ label }) => label, share, seed) : { train: all, heldOut: given };

  const model = create({ config: configure(split.train, labels, options), seed, engine: options.engine });
  const result = await new Trainer(settings(model, split.train, split.heldOut, options, seed)).run();
  model.record = {
    settings: recordedSettings(TRAINING_DEFAULTS, options),
    data: {
      train: split.train.length,
      validation: split.heldOut.length,
      features: model.config.featureNames.length,
    },
    history: result.history,
    stopped: result.stopped,
    bestEpoch: result.best?.epoch,
    results: split.heldOut.length === 0 ? {} : { validation: result.best?.validation },
    weights: model.hash,
  };
  return model;
}

function configure(
  train: readonly FeedforwardRow[],
  labels: readonly string[],
  options: FeedforwardOptions,
): FeedforwardConfig {
  const width = train[0]!.features.length;
  const featureNames = options.featureNames ?? Array.from({ length: width }, (_, i) => `x${i + 1}`);
  if (width === 0) throw new DataError('the rows have no features: give at least one number');
  if (featureNames.length !== width) {
    throw new ValueError(
      `there are ${featureNames.length} feature names, but the rows have ${width} features`,
    );
  }
  if (options.head === 'binary' && labels.length !== 2) {
    throw new ValueError(`the binary head needs two labels, but there are ${labels.length}`);
  }
  const plain = { means: featureNames.map(() => 0), deviations: featureNames.map(() => 1) };
  return {
    featureNames,
    labels,
    head: options.head ?? 'softmax',
    hidden: options.hidden ?? [8],
    activation: options.activation ?? 'tanh',
    dropout: options.dropout ?? 0,
    ...((options.standardize ?? true) ? scalesOf(train) : plain),
  };
}

function settings(
  model: FeedforwardNetwork,
  train: readonly FeedforwardRow[],
  heldOut: readonly FeedforwardRow[],
  options: FeedforwardOptions,
  seed: number,
): TrainerOptions {
  const { network, workspace, labels } = model;
  const source = new RowSource(
    {
      count: train.length,
      x: model.standardized(train.map(({ features }) => features)),
      labels: labelIds(train, labels),
      weights: Float32Array.from(train, ({ weight = 1 }) => weight),
    },
    options.batchSize ?? TRAINING_DEFAULTS.batchSize,
    seed,
  );
  const epochs = Math.ceil(DEFAULT_STEPS / source.batchesPerEpoch);
  return {
    ...runOptionsOf(options),
    workspace,
    loss: network.loss,
    parameters: network.parameters,
    source,
    epochs: options.epochs ?? Math.min(500, Math.max(10, epochs)),
    optimizer: { kind: 'adam', learningRate: TRAINING_DEFAULTS.learningRate, ...options.optimizer },
    schedule: options.schedule ?? { kind: 'linear' },
    seed,
    validation:
      heldOut.length === 0
        ? undefined
        : validationOf(model, heldOut, options.selectBy ?? TRAINING_DEFAULTS.selectBy),
    patience: options.patience ?? TRAINING_DEFAULTS.patience,
  };
}

function validationOf(
  model: FeedforwardNetwork,
  heldOut: readonly FeedforwardRow[],
  by: 'accuracy' | 'loss',
): TrainerOptions['validation'] {
  const features = heldOut.map((row) => row.features);
  const truth = labelIds(heldOut, model.labels);
  checkFeatures(features, model.config.featureNames.length);
  return {
    by,
    goal: by === 'loss' ? 'lower' : 'higher',
    measure: () => {
      const probabilities = model.probabilities(features);
      return {
        accuracy: accuracy(truth, mostProbable(probabilities, model.labels.length)),
        loss: logLoss(truth, probabilities, model.labels.length),
      };
    },
  };
}
