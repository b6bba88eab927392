/**
 * `lexigrad/classify`: classifies texts with a saved classifier, and does nothing else. No training, no graph, no
 * engine, no workers and no files: what is left is small enough for any page, and runs wherever JavaScript does.
 *
 * @example
 * import { Classifier } from 'lexigrad/classify';
 * const response = await fetch('/support.lexigrad');
 * const classifier = Classifier.fromBytes(await response.arrayBuffer());
 * classifier.classify('it does not turn on', 1);      // [{ label: 'hardware', score: 0.97 }]
 */
import { decodeModel, type LoadedModel } from '../files/model-file.js';
import { createTokenizer } from '../text/index.js';
import type { ClassifierCalibration } from './classifier/calibration.js';
import type { ClassifierConfig } from './classifier/config.js';
import { type Decision, decide } from './classifier/decision.js';
import { DirectScorer, pooledWidth, type ScorerWeights } from './classifier/direct.js';
import { type FeatureIndex, featureCapacity } from './classifier/feature-index.js';
import { HandBuiltFeatures } from './classifier/hand-built.js';
import { likeliest } from './classifier/ranking.js';
import { readSavedClassifier } from './classifier/saved.js';
import { TokenHashes } from './classifier/token-hashes.js';
import { type LabelScore, logitCount } from './labels.js';
import { savedWeights } from './tensors.js';

export { FormatError, LexigradError } from '../base/errors.js';
export { VERSION } from '../base/version.js';
export type { ClassifierCalibration } from './classifier/calibration.js';
export type { ClassifierConfig } from './classifier/config.js';
export type { Decision } from './classifier/decision.js';
export type { LabelScore } from './labels.js';

/** A saved classifier, ready to classify. It gives what `TextClassifier` gives, to 1e-5. */
export class Classifier {
  readonly config: ClassifierConfig;
  /** Temperature and thresholds, as training fitted them. */
  readonly calibration: ClassifierCalibration;
  private readonly index: FeatureIndex;
  private readonly hashes: TokenHashes;
  private readonly handBuilt: HandBuiltFeatures;
  private readonly scorer: DirectScorer;
  /** Rows of one text's features; used again for each. */
  private rows = new Int32Array(512);

  private constructor(model: LoadedModel, file?: string) {
    const { config, index, features, calibration } = readSavedClassifier(model, file);
    const tokenizer = createTokenizer(config.tokenizer);
    this.config = config;
    this.calibration = calibration;
    this.index = index;
    this.hashes = new TokenHashes(config, tokenizer);
    this.handBuilt = new HandBuiltFeatures(features.specs, tokenizer);
    this.handBuilt.means = features.means;
    this.handBuilt.deviations = features.deviations;
    const weights = weightsOf(
      model,
      config,
      { featureCount: index.size, denseCount: this.handBuilt.size },
      file,
    );
    this.scorer = new DirectScorer(config, () => weights, this.handBuilt.size);
    this.scorer.begin();
  }

  /**
   * Reads a classifier from the bytes of its model file, packed or not.
   *
   * @param file the name to give in messages
   * @throws FormatError when the file is damaged, something else, or holds another kind of model
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer, file?: string): Classifier {
    const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
    return new Classifier(decodeModel(view, file), file);
  }

  get labels(): readonly string[] {
    return this.config.labels;
  }

  /** All labels with their probabilities, the likeliest first; or the `top` likeliest. */
  classify(text: string, top?: number): LabelScore[] {
    return likeliest(this.labels, this.probabilities([text]), 0, top);
  }

  /** The same for many texts. */
  classifyBatch(texts: readonly string[], top?: number): LabelScore[][] {
    const probabilities = this.probabilities(texts);
    return texts.map((_, i) => likeliest(this.labels, probabilities, i * this.labels.length, top));
  }

  /**
   * The label of a text, or the labels where it may have several; none where the model is not sure enough.
   *
   * @param minimumScore probability from which a label is given (default: 0; multi-label: at least the label's threshold)
   */
  decide(text: string, minimumScore = 0): Decision {
    return decide(this.classify(text), this, minimumScore);
  }

  /** P(label | text), [texts, labels] row by row, in the order of `labels`. */
  probabilities(texts: readonly string[]): Float64Array {
    const { config, handBuilt, scorer } = this;
    const result = new Float64Array(texts.length * this.labels.length);
    texts.forEach((text, i) => {
      const used = config.embeddings ? this.readRows(text) : 0;
      const dense = handBuilt.size === 0 ? undefined : handBuilt.standardized(text);
      scorer.score(this.rows, 0, used, result, i * this.labels.length, dense);
    });
    return result;
  }

  /** Rows of a text's features, in `this.rows`; returns how many. */
  private readRows(text: string): number {
    const { hashes, index, config } = this;
    hashes.readText(text);
    const capacity = featureCapacity(hashes, config);
    if (capacity > this.rows.length) this.rows = new Int32Array(2 * capacity);
    return index.write(hashes, this.rows, 0);
  }
}

/** The weights by the names that training gave them. @throws FormatError when one is missing or of another shape */
function weightsOf(
  { tensors }: LoadedModel,
  config: ClassifierConfig,
  { featureCount, denseCount }: { readonly featureCount: number; readonly denseCount: number },
  file?: string,
): ScorerWeights {
  const outputs = logitCount(config.head, config.labels.length);
  const units = [pooledWidth(config) + denseCount, ...config.hidden, outputs];
  const nameOf = (layer: number) => (layer === config.hidden.length ? 'output' : `hidden${layer + 1}`);
  return {
    ...(config.embeddings && {
      table: savedWeights(tensors, 'embedding/table', [Math.max(1, featureCount), config.dimension], file),
    }),
    layers: units.slice(1).map((width, i) => ({
      weight: savedWeights(tensors, `${nameOf(i)}/weight`, [width, units[i]!], file),
      bias: savedWeights(tensors, `${nameOf(i)}/bias`, [width], file),
    })),
  };
}
