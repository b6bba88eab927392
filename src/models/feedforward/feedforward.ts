/** A feedforward network on numeric features: the general case, of which XOR is the smallest example worth having. */
import { loadFile } from '#host';
import { ValueError } from '../../base/errors.js';
import { defaultEngine } from '../../engine/default.js';
import type { Engine } from '../../engine/engine.js';
import { decodeModel, type LoadedModel, type ModelContent } from '../../files/index.js';
import { backward } from '../../graph/backward.js';
import { input } from '../../graph/node.js';
import { multiply } from '../../graph/ops/arithmetic.js';
import { sum } from '../../graph/ops/structure.js';
import { type Program, Workspace } from '../../program/index.js';
import { ClassificationReport } from '../../train/metrics.js';
import { bothProbabilities, type LabelScore, logitCount, logitWeights, rankedLabels } from '../heads.js';
import { checkKind, type LoadOptions, Model } from '../model.js';
import type { TrainingRecord } from '../record.js';
import { checkCapacity, restoreParameters } from '../tensors.js';
import { configOf, type GivenWeights } from './given-weights.js';
import { buildNetwork, type FeedforwardNetwork as Network } from './network.js';
import { checkConfig, type FeedforwardConfig, type FeedforwardOptions } from './options.js';
import { checkFeatures, type FeedforwardRows, gatherRows, labelIds } from './rows.js';
import { trainFeedforward } from './train.js';

/** Everything that makes a network, apart from its weights. */
export interface FeedforwardParts {
  readonly config: FeedforwardConfig;
  readonly seed: number;
  readonly engine?: Engine;
}

/** Why features get a label. */
export interface FeatureExplanation {
  readonly label: string;
  /** Its probability, and its logit z. */
  readonly score: number;
  readonly logit: number;
  /**
   * For each feature its value, and gradient × input: ∂z/∂x · x of the standardised feature, to first order what it
   * adds to the logit over a feature of average value.
   */
  readonly features: readonly { readonly name: string; readonly value: number; readonly gradient: number }[];
}

export type { GivenWeights, LayerWeights } from './given-weights.js';

export const NETWORK_KIND = 'feedforward-network';

/** Rows are predicted in slices of so many, so that memory does not grow with their number. */
const PREDICTION_BATCH = 1024;
/** The input that says which label's logit is explained. */
const CHOICE = 'choice';

/**
 * @example
 * const xor = await FeedforwardNetwork.train([{ features: [0, 0], label: '0' }, { features: [0, 1], label: '1' }, …]);
 * xor.predict([1, 0])[0];      // { label: '1', score: 0.99 }
 * xor.hidden([1, 0]);          // where the last hidden layer puts it
 */
export class FeedforwardNetwork extends Model {
  readonly config: FeedforwardConfig;
  readonly network: Network;
  readonly workspace: Workspace;
  private predictor: Program | undefined;
  private explainer: Program | undefined;

  /** Makes an untrained network; `train`, `fromWeights` and `load` are the usual ways. */
  constructor({ config, seed, engine = defaultEngine() }: FeedforwardParts) {
    super();
    this.config = config;
    this.network = buildNetwork(config, seed);
    this.workspace = new Workspace(engine);
  }

  /**
   * Trains on rows of numbers.
   *
   * @param validation rows to judge by while training; without them a tenth is held out where there are 100 or more.
   * @throws DataError for too few rows or labels, or a feature that is missing or not finite; NumericError when training
   * diverges.
   */
  static train(
    rows: FeedforwardRows,
    options: FeedforwardOptions = {},
    validation?: FeedforwardRows,
  ): Promise<FeedforwardNetwork> {
    return trainFeedforward(rows, options, validation, (parts) => new FeedforwardNetwork(parts));
  }

  /**
   * A network with weights that are known already.
   *
   * @throws ValueError where the layers do not fit together.
   * @example
   * // XOR: h₁ = ReLU(x₁ + x₂), h₂ = ReLU(x₁ + x₂ − 1), y = h₁ − 2 h₂; the bias −½ puts the border between 0 and 1.
   * FeedforwardNetwork.fromWeights({
   *   activation: 'relu',
   *   layers: [{ weight: [[1, 1], [1, 1]], bias: [0, -1] }, { weight: [[1, -2]], bias: [-0.5] }],
   * });
   */
  static fromWeights(given: GivenWeights, options: LoadOptions = {}): FeedforwardNetwork {
    const { layers } = given;
    const config = configOf(given);
    const model = new FeedforwardNetwork({ config, seed: 0, ...options });
    model.network.layers.forEach((layer, i) => {
      model.workspace.write(layer.weight, layers[i]!.weight.flat());
      model.workspace.write(layer.bias!, layers[i]!.bias);
    });
    return model;
  }

  get labels(): readonly string[] {
    return this.config.labels;
  }

  /** All labels with their probabilities, the likeliest first. */
  predict(features: readonly number[]): LabelScore[] {
    return rankedLabels(this.labels, this.probabilities([features]), 0);
  }

  /** The same for many rows at once: m rows are one matrix product a layer. */
  predictBatch(rows: readonly (readonly number[])[]): LabelScore[][] {
    const probabilities = this.probabilities(rows);
    return rows.map((_, i) => rankedLabels(this.labels, probabilities, i));
  }

  /** P(label | features), [rows, labels] row by row, in the order of `labels`. */
  probabilities(rows: readonly (readonly number[])[]): Float64Array {
    const outputs = this.run(rows, 'probabilities');
    return this.config.head === 'binary' ? bothProbabilities(outputs) : outputs;
  }

  /** What the last hidden layer makes of the features: the space in which the classes can be told apart by a line. */
  hidden(features: readonly number[]): number[] {
    return [...this.run([features], 'hidden')];
  }

  /** How good the network is on labelled rows. */
  async evaluate(rows: FeedforwardRows): Promise<ClassificationReport> {
    const list = await gatherRows(rows);
    const probabilities = this.probabilities(list.map(({ features }) => features));
    return new ClassificationReport(labelIds(list, this.labels), probabilities, this.labels);
  }

  /**
   * What each feature contributes to a label's logit.
   *
   * @param label default: the likeliest
   * @throws ValueError for a label that the model does not have
   */
  explain(features: readonly number[], label = this.predict(features)[0]!.label): FeatureExplanation {
    const index = this.labels.indexOf(label);
    if (index < 0)
      throw new ValueError(`there is no label '${label}'; the labels are ${this.labels.join(', ')}`);
    this.explainer ??= this.compileExplainer();
    const choice = logitWeights(this.config.head, this.labels.length, index);
    this.explainer.run({ x: this.standardized([features]), [CHOICE]: choice });
    const gradients = this.explainer.read('contributions');
    return {
      label,
      score: this.probabilities([features])[index]!,
      logit: this.explainer.scalar('logit'),
      features: this.config.featureNames.map((name, i) => ({
        name,
        value: features[i]!,
        gradient: gradients[i]!,
      })),
    };
  }

  // ——— files ———

  toModel(): ModelContent {
    const config = { network: this.config, record: this.record };
    return this.contentOf(NETWORK_KIND, config);
  }

  /** @throws FormatError when the file is damaged or holds another kind of model */
  static async load(path: string, options: LoadOptions = {}): Promise<FeedforwardNetwork> {
    return FeedforwardNetwork.fromBytes(await loadFile(path), { ...options, file: path });
  }

  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): FeedforwardNetwork {
    return FeedforwardNetwork.fromModel(decodeModel(bytes, options.file), options);
  }

  static fromModel(model: LoadedModel, { engine, file }: LoadOptions = {}): FeedforwardNetwork {
    checkKind(model, NETWORK_KIND, 'feedforward network', file);
    const saved = model.config as { network?: unknown; record?: TrainingRecord } | null;
    const config = checkConfig(saved?.network, file);
    checkCapacity(
      model.tensors,
      [config.featureNames.length, ...config.hidden, logitCount(config.head, config.labels.length)],
      file,
    );
    const network = new FeedforwardNetwork({ config, seed: 0, engine });
    network.record = saved?.record ?? {};
    restoreParameters(network.workspace, network.network.parameters, model.tensors, file);
    return network;
  }

  // ——— inside ———

  /** Rows as the network reads them. @throws DataError where a feature is missing or not finite. */
  standardized(rows: readonly (readonly number[])[]): Float32Array {
    const { means, deviations } = this.config;
    checkFeatures(rows, means.length);
    return Float32Array.from(
      rows.flatMap((features) => features.map((value, i) => (value - means[i]!) / deviations[i]!)),
    );
  }

  private run(rows: readonly (readonly number[])[], output: 'probabilities' | 'hidden'): Float64Array {
    const { probabilities, hidden } = this.network;
    this.predictor ??= this.workspace.compile({ outputs: { probabilities, hidden } });
    const width = this.network[output].shape[1] as number;
    const result = new Float64Array(rows.length * width);
    for (let begin = 0; begin < rows.length; begin += PREDICTION_BATCH) {
      this.predictor.run({ x: this.standardized(rows.slice(begin, begin + PREDICTION_BATCH)) });
      result.set(this.predictor.view(output), begin * width);
    }
    return result;
  }

  private compileExplainer(): Program {
    const { logits, x } = this.network;
    const choice = input(CHOICE, [logitCount(this.config.head, this.labels.length)]);
    const logit = sum(multiply(logits, choice));
    const [gradient] = backward(logit, [x]);
    return this.workspace.compile({ outputs: { logit, contributions: multiply(x, gradient) } });
  }
}
