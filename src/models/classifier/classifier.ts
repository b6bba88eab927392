/** A text classifier: trained on labelled texts, then asked for labels and for its reasons. */
import { loadFile } from '#host';
import { FormatError, ValueError } from '../../base/errors.js';
import { defaultEngine } from '../../engine/default.js';
import type { Engine } from '../../engine/engine.js';
import { decodeModel, type LoadedModel, type ModelContent, WordVectors } from '../../files/index.js';
import { backward } from '../../graph/backward.js';
import { input, type Node } from '../../graph/node.js';
import { multiply } from '../../graph/ops/arithmetic.js';
import { sum } from '../../graph/ops/structure.js';
import { type Program, Workspace } from '../../program/index.js';
import { Vocabulary } from '../../text/index.js';
import { ClassificationReport } from '../../train/metrics.js';
import { bothProbabilities, type LabelScore, logitCount, logitWeights, rankedLabels } from '../heads.js';
import { checkKind, type LoadOptions, Model } from '../model.js';
import type { TrainingRecord } from '../record.js';
import { checkCapacity, restoreParameters } from '../tensors.js';
import { type EncodedTexts, TextEncoderBuffer, textFeeds } from './encoded.js';
import { type Examples, encodeTargets, gather } from './examples.js';
import type { Explanation, WordContribution } from './explanation.js';
import { FeatureHasher, FeatureTable } from './feature-index.js';
import { FeatureExtractor, isSingleWord } from './features.js';
import { checkFeatures, type HandBuiltFeature, HandBuiltFeatures } from './hand-built.js';
import { buildClassifierNetwork, type ClassifierNetwork } from './network.js';
import { type ClassifierConfig, type ClassifierOptions, checkConfig } from './options.js';
import { trainClassifier } from './train.js';

export type { LabelScore } from '../heads.js';

/** Everything that makes a classifier, apart from its weights. */
export interface ClassifierParts {
  readonly config: ClassifierConfig;
  readonly vocabulary: Vocabulary;
  readonly handBuilt: readonly HandBuiltFeature[];
  readonly seed: number;
  readonly engine?: Engine;
}

export const CLASSIFIER_KIND = 'text-classifier';

/** Texts are classified in slices of so many, so that memory does not grow with their number. */
const PREDICTION_BATCH = 512;

/** The input that says which label's logit is explained. */
const CHOICE = 'choice';

/**
 * @example
 * const classifier = await TextClassifier.train([{ text: 'the screen is cracked', label: 'hardware' }, …]);
 * classifier.classify('it does not turn on')[0];      // { label: 'hardware', score: 0.97 }
 * await writeModelFile('support.lexigrad', classifier.toModel());   // from 'lexigrad/files/node'; or classifier.save(path)
 */
export class TextClassifier extends Model {
  readonly config: ClassifierConfig;
  readonly vocabulary: Vocabulary;
  readonly extractor: FeatureExtractor;
  readonly handBuilt: HandBuiltFeatures;
  readonly network: ClassifierNetwork;
  readonly workspace: Workspace;
  private readonly hasher: FeatureHasher;
  private featureTable: FeatureTable | undefined;
  private predictor: Program | undefined;
  private explainer: Program | undefined;

  /** Makes an untrained classifier; `TextClassifier.train` and `load` are the usual ways. */
  constructor({ config, vocabulary, handBuilt, seed, engine = defaultEngine() }: ClassifierParts) {
    super();
    this.config = config;
    this.vocabulary = vocabulary;
    this.extractor = new FeatureExtractor(config);
    this.hasher = new FeatureHasher(config);
    this.handBuilt = new HandBuiltFeatures(handBuilt, this.extractor.tokenizer);
    const featureCount = config.embeddings ? Math.max(1, vocabulary.size) : 0;
    this.network = buildClassifierNetwork(config, { featureCount, denseCount: this.handBuilt.size }, seed);
    this.workspace = new Workspace(engine);
  }

  /**
   * Trains on labelled texts.
   *
   * @param validation examples to judge by while training; without them a tenth is held out.
   * @throws DataError where there are too few examples or labels; NumericError when training diverges.
   */
  static train(
    examples: Examples,
    options: ClassifierOptions = {},
    validation?: Examples,
  ): Promise<TextClassifier> {
    return trainClassifier(examples, options, validation, (parts) => new TextClassifier(parts));
  }

  get labels(): readonly string[] {
    return this.config.labels;
  }

  /** All labels with their probabilities, the likeliest first. */
  classify(text: string): LabelScore[] {
    return rankedLabels(this.labels, this.probabilities([text]), 0);
  }

  /** The same for many texts at once: m texts are one matrix product. */
  classifyBatch(texts: readonly string[]): LabelScore[][] {
    const probabilities = this.probabilities(texts);
    return texts.map((_, i) => rankedLabels(this.labels, probabilities, i));
  }

  /** P(label | text), [texts, labels] row by row, in the order of `labels`. */
  probabilities(texts: readonly string[]): Float64Array {
    return this.probabilitiesOf(this.encode(texts));
  }

  /** How good the classifier is on labelled texts. Every text must have exactly one label, one of the model's. */
  async evaluate(examples: Examples): Promise<ClassificationReport> {
    const list = await gather(examples);
    const truth = encodeTargets(list, this.labels, 'softmax', undefined).values;
    return new ClassificationReport(truth, this.probabilities(list.map(({ text }) => text)), this.labels);
  }

  /**
   * Why a text gets a label: the contribution of each word to the label's logit, by gradient × input and by leaving
   * the word out.
   *
   * @param label default: the likeliest
   * @throws ValueError for a label that the model does not have
   */
  explain(text: string, label = this.classify(text)[0]!.label): Explanation {
    const index = this.labels.indexOf(label);
    if (index < 0)
      throw new ValueError(`there is no label '${label}'; the labels are ${this.labels.join(', ')}`);
    const { tokens, features } = this.extractor.explainable(text);
    const known = features.filter((feature) => this.vocabulary.has(feature.text));
    const gradients = this.gradientTimesInput(text, index);

    // A feature of several words counts for each of them alike.
    const byToken = tokens.map(() => 0);
    known.forEach(({ begin, end }, i) => {
      for (let token = begin; token < end; token++) byToken[token]! += gradients.items[i]! / (end - begin);
    });
    const without = tokens.map((span) => text.slice(0, span.start) + text.slice(span.end));
    const [logit, baseline, ...occluded] = this.logits([text, '', ...without], index);
    return {
      text,
      label,
      score: this.classify(text).find((each) => each.label === label)!.score,
      logit: logit!,
      baseline: baseline!,
      words: tokens.map(
        (span, i): WordContribution => ({ ...span, gradient: byToken[i]!, occlusion: logit! - occluded[i]! }),
      ),
      features: this.handBuilt.names.map((name, i) => ({
        name,
        value: this.handBuilt.values(text)[i]!,
        gradient: gradients.dense[i]!,
      })),
    };
  }

  /** The learned (or pretrained) vectors of single words, to look at or to reuse. */
  wordVectors(): WordVectors {
    const { table } = this.network;
    if (table === undefined)
      throw new ValueError('this classifier has no embeddings: it was made with hand-built features alone');
    const { dimension } = this.config;
    const all = this.workspace.view(table);
    const ids = [...this.vocabulary.entries().keys()].filter((id) =>
      isSingleWord(this.vocabulary.tokenOf(id)),
    );
    const vectors = new Float32Array(ids.length * dimension);
    ids.forEach((id, row) => {
      vectors.set(all.subarray(id * dimension, (id + 1) * dimension), row * dimension);
    });
    return new WordVectors({
      words: ids.map((id) => this.vocabulary.tokenOf(id)),
      dimension,
      vectors,
      counts: ids.map((id) => this.vocabulary.countOf(id)),
    });
  }

  // ——— files ———

  /** @throws ValueError when hand-built features are functions, which no file can hold */
  toModel(): ModelContent {
    const { specs, names, means, deviations } = this.handBuilt;
    for (const [i, spec] of specs.entries()) {
      if ('value' in spec)
        throw new ValueError(
          `feature '${names[i]}' is a function and cannot be saved: give it as a lexicon, regex, length or log`,
        );
    }
    const config = {
      classifier: this.config,
      vocabulary: this.vocabulary.toJSON(),
      handBuilt: { specs, means, deviations },
      record: this.record,
    };
    return this.contentOf(CLASSIFIER_KIND, config);
  }

  /** @throws FormatError when the file is damaged or holds another kind of model */
  static async load(path: string, options: LoadOptions = {}): Promise<TextClassifier> {
    return TextClassifier.fromBytes(await loadFile(path), { ...options, file: path });
  }

  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): TextClassifier {
    return TextClassifier.fromModel(decodeModel(bytes, options.file), options);
  }

  static fromModel(model: LoadedModel, { engine, file }: LoadOptions = {}): TextClassifier {
    checkKind(model, CLASSIFIER_KIND, 'text classifier', file);
    const saved = (model.config ?? {}) as Readonly<Record<string, unknown>>;
    const config = checkConfig(saved.classifier, file);
    const { specs, means, deviations } = checkFeatures(saved.handBuilt, file);
    const vocabulary = Vocabulary.fromJSON(saved.vocabulary);
    if (!config.embeddings && specs.length === 0) {
      throw new FormatError('the classifier in the model file has no features at all: it is damaged', {
        file,
      });
    }
    const embedded = config.embeddings ? config.dimension * (config.pooling === 'mean+max' ? 2 : 1) : 0;
    checkCapacity(model.tensors, [config.embeddings ? vocabulary.size : 0, config.dimension], file);
    checkCapacity(
      model.tensors,
      [embedded + specs.length, ...config.hidden, logitCount(config.head, config.labels.length)],
      file,
    );
    const classifier = new TextClassifier({ config, vocabulary, handBuilt: specs, seed: 0, engine });
    classifier.handBuilt.means = means;
    classifier.handBuilt.deviations = deviations;
    classifier.record = (saved.record ?? {}) as TrainingRecord;
    restoreParameters(classifier.workspace, classifier.network.parameters, model.tensors, file);
    return classifier;
  }

  // ——— inside ———

  /** Texts as the network reads them. Features that were not seen in training are left out. */
  encode(texts: readonly string[]): EncodedTexts {
    this.featureTable ??= FeatureTable.of(this.vocabulary.entries());
    const { hasher, featureTable: table } = this;
    const buffer = new TextEncoderBuffer(this.handBuilt.size);
    for (const text of texts) {
      if (this.config.embeddings) {
        hasher.forEach(this.extractor.tokenizer.tokenize(text), (high, low) => {
          const id = table.find(high, low);
          if (id >= 0) buffer.addId(id);
        });
      }
      buffer.finishText(this.handBuilt.size === 0 ? [] : this.handBuilt.standardized(text));
    }
    return buffer.finish();
  }

  probabilitiesOf(texts: EncodedTexts): Float64Array {
    const outputs = this.run(texts, 'probabilities');
    return this.config.head === 'binary' ? bothProbabilities(outputs) : outputs;
  }

  private logits(texts: readonly string[], label: number): number[] {
    const outputs = this.run(this.encode(texts), 'logits');
    const weights = logitWeights(this.config.head, this.labels.length, label);
    return texts.map((_, i) =>
      weights.reduce((sum, weight, j) => sum + weight * outputs[i * weights.length + j]!, 0),
    );
  }

  private run(texts: EncodedTexts, output: 'probabilities' | 'logits'): Float64Array {
    const { logits, probabilities } = this.network;
    this.predictor ??= this.workspace.compile({ outputs: { logits, probabilities } });
    const width = logitCount(this.config.head, this.labels.length);
    const result = new Float64Array(texts.count * width);
    for (let begin = 0; begin < texts.count; begin += PREDICTION_BATCH) {
      const end = Math.min(texts.count, begin + PREDICTION_BATCH);
      const order = Int32Array.from({ length: end - begin }, (_, i) => begin + i);
      this.predictor.run(this.feedsOf(texts, order));
      result.set(this.predictor.view(output), begin * width);
    }
    return result;
  }

  private feedsOf(texts: EncodedTexts, order: Int32Array): Record<string, ArrayLike<number> | number> {
    const { ids, ends, features } = textFeeds(texts, order) as Record<string, ArrayLike<number>>;
    return {
      ...(this.network.ids === undefined
        ? {}
        : { ids: ids ?? new Int32Array(0), ends: ends ?? new Int32Array(order.length) }),
      ...(this.network.dense === undefined ? {} : { features: features! }),
    };
  }

  /** ∂z/∂e · e for each feature of the text, and for each hand-built feature. */
  private gradientTimesInput(text: string, label: number): { items: number[]; dense: number[] } {
    const { rows, dense } = this.network;
    this.explainer ??= this.compileExplainer();
    const weights = logitWeights(this.config.head, this.labels.length, label);
    this.explainer.run({ ...this.feedsOf(this.encode([text]), Int32Array.of(0)), [CHOICE]: weights });
    return {
      items: rows === undefined ? [] : [...this.explainer.read('items')],
      dense: dense === undefined ? [] : [...this.explainer.read('dense')],
    };
  }

  private compileExplainer(): Program {
    const { logits, rows, dense } = this.network;
    const choice = input(CHOICE, [logitCount(this.config.head, this.labels.length)]);
    const wanted = [rows, dense].filter((node) => node !== undefined);
    const gradients = backward(sum(multiply(logits, choice)), wanted);
    const products = wanted.map((node, i) => multiply(node, gradients[i]!));
    const outputs: Record<string, Node> = {};
    if (rows !== undefined) outputs.items = sum(products[0]!, 1);
    if (dense !== undefined) outputs.dense = products.at(-1)!;
    return this.workspace.compile({ outputs });
  }
}
