/** Networks whose weights are known already, such as the textbook's. */
import { ValueError } from '../../base/errors.js';
import type { Activation } from '../../nn/index.js';
import type { FeedforwardConfig } from './options.js';

/** The weights of one layer, written as the textbook does: a row of W for each unit. */
export interface LayerWeights {
  readonly weight: readonly (readonly number[])[];
  readonly bias: readonly number[];
}

export interface GivenWeights {
  /** From the first hidden layer to the output layer. A single output unit makes a binary head. */
  readonly layers: readonly LayerWeights[];
  /** Of the hidden layers. */
  readonly activation: Activation;
  /** Default '0', '1', … */
  readonly labels?: readonly string[];
  readonly featureNames?: readonly string[];
}

/** The configuration of such a network. @throws ValueError where its parts do not fit together. */
export function configOf(given: GivenWeights): FeedforwardConfig {
  const { layers, activation } = given;
  checkLayers(layers);
  const inputs = layers[0]!.weight[0]!.length;
  const outputs = layers.at(-1)!.bias.length;
  const count = outputs === 1 ? 2 : outputs;
  const { labels = Array.from({ length: count }, (_, i) => String(i)) } = given;
  const { featureNames = Array.from({ length: inputs }, (_, i) => `x${i + 1}`) } = given;
  if (labels.length !== count)
    throw new ValueError(`${outputs} output units tell ${count} labels apart, not ${labels.length}`);
  if (featureNames.length !== inputs)
    throw new ValueError(`there are ${inputs} inputs, but ${featureNames.length} feature names`);
  return {
    featureNames,
    labels,
    head: outputs === 1 ? 'binary' : 'softmax',
    hidden: layers.slice(0, -1).map(({ bias }) => bias.length),
    activation,
    dropout: 0,
    means: featureNames.map(() => 0),
    deviations: featureNames.map(() => 1),
  };
}

function checkLayers(layers: readonly LayerWeights[]): void {
  if (layers.length === 0) throw new ValueError('a network needs at least one layer of weights');
  layers.forEach(({ weight, bias }, i) => {
    const inputs = i === 0 ? (weight[0]?.length ?? 0) : layers[i - 1]!.bias.length;
    const fits =
      bias.length > 0 && weight.length === bias.length && weight.every((row) => row.length === inputs);
    const broken = [...weight.flat(), ...bias].find((value) => !Number.isFinite(value));
    if (broken !== undefined)
      throw new ValueError(`layer ${i + 1}: weights must be finite numbers, not ${broken}`);
    if (fits && inputs > 0) return;
    throw new ValueError(
      `layer ${i + 1} does not fit: with ${inputs} inputs and ${bias.length} biases its weights must be ` +
        `${bias.length} rows of ${inputs} numbers`,
    );
  });
}
