/** A few more epochs for a classifier that has lost something. */
import type { ParameterNode } from '../../graph/node.js';
import { logLoss, mostProbable } from '../../train/metrics.js';
import { Trainer } from '../../train/trainer.js';
import { calibrate } from '../classifier/calibration.js';
import type { TextClassifier } from '../classifier/classifier.js';
import { EncodedSource } from '../classifier/encoded.js';
import { type Example, encodeTargets } from '../classifier/examples.js';

export interface RetrainOptions {
  readonly parameters: readonly ParameterNode[];
  readonly epochs: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** How good a classifier is: of several labels, accuracy counts texts whose labels are all right. */
export interface Quality {
  readonly accuracy: number;
  /** Mean of −ln p(label) over the texts; of several labels, over texts and labels. */
  readonly loss: number;
  readonly examples: number;
}

export function qualityOf(classifier: TextClassifier, examples: readonly Example[]): Quality {
  const { labels, config, calibration } = classifier;
  const targets = encodeTargets(examples, labels, config.head, undefined).values;
  const probabilities = classifier.probabilities(examples.map(({ text }) => text));
  const count = examples.length;
  if (config.head !== 'multilabel') {
    const predicted = mostProbable(probabilities, labels.length);
    const right = predicted.reduce((sum, label, i) => sum + (label === targets[i] ? 1 : 0), 0);
    return { accuracy: right / count, loss: logLoss(targets, probabilities, labels.length), examples: count };
  }
  let loss = 0;
  let right = 0;
  for (let text = 0; text < count; text++) {
    let wrong = 0;
    for (let label = 0; label < labels.length; label++) {
      const p = probabilities[text * labels.length + label]!;
      const isGiven = targets[text * labels.length + label] === 1;
      loss -= Math.log(Math.max(1e-12, isGiven ? p : 1 - p)) / (count * labels.length);
      if (isGiven !== p >= calibration.thresholds[label]!) wrong++;
    }
    if (wrong === 0) right++;
  }
  return { accuracy: right / count, loss, examples: count };
}

/**
 * Trains some of the parameters on, with the rate falling to zero, and fits the temperature anew. The loss on the held-out
 * examples, each time with the temperature that suits it, decides which epoch was best, and whether training helped at all:
 * if it did not, nothing changes but the temperature. (Texts that were trained on before make a classifier too sure; that
 * alone is no harm that a temperature would not undo.)
 */
export async function retrain(
  classifier: TextClassifier,
  train: readonly Example[],
  heldOut: readonly Example[],
  { parameters, epochs, learningRate, seed }: RetrainOptions,
): Promise<void> {
  const { workspace, network, config, labels } = classifier;
  const encode = (examples: readonly Example[]) => ({
    texts: classifier.encode(examples.map(({ text }) => text)),
    targets: encodeTargets(examples, labels, config.head, undefined),
  });
  const { texts, targets } = encode(train);
  const judge = encode(heldOut);
  /** Fits the temperature, and tells the loss with it. */
  const recalibrate = (): number => {
    const { temperature } = classifier.calibration;
    calibrate(classifier, judge.texts, judge.targets);
    if (classifier.calibration.examples > 0)
      classifier.calibration = {
        ...classifier.calibration,
        temperature: temperature * classifier.calibration.temperature,
      };
    return qualityOf(classifier, heldOut).loss;
  };

  const before = snapshot(classifier);
  const loss = recalibrate();
  const untrained = snapshot(classifier);
  before.restore();
  await new Trainer({
    workspace,
    loss: network.loss,
    parameters,
    source: new EncodedSource(texts, targets, { batchSize: 32, wordDropout: config.wordDropout, seed }),
    epochs,
    optimizer: { kind: 'adamw', learningRate },
    schedule: { kind: 'linear' },
    seed,
    validation: {
      by: 'loss',
      goal: 'lower',
      measure: () => {
        const now = snapshot(classifier);
        const fitted = recalibrate();
        now.restore();
        return { loss: fitted };
      },
    },
  }).run();
  if (recalibrate() >= loss) untrained.restore();
}

/** The weights and the calibration as they are now. */
function snapshot(classifier: TextClassifier): { readonly restore: () => void } {
  const { workspace, network, calibration } = classifier;
  const weights = network.parameters.map((parameter) => workspace.read(parameter));
  return {
    restore: () => {
      for (const [i, parameter] of network.parameters.entries()) workspace.write(parameter, weights[i]!);
      classifier.calibration = calibration;
    },
  };
}
