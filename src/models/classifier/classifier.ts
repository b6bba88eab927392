/** A text classifier: trained on labelled texts, then asked for labels and for its reasons. */
import { loadFile } from '#host';
import { ValueError } from '../../base/errors.js';
import { defaultEngine } from '../../engine/default.js';
import type { Engine } from '../../engine/engine.js';
import { decodeModel, type LoadedModel, type ModelContent, WordVectors } from '../../files/index.js';
import { type Program, Workspace } from '../../program/index.js';
import type { Vocabulary } from '../../text/index.js';
import { ClassificationReport, MultiLabelReport } from '../../train/metrics.js';
import { bothProbabilities, type LabelScore, logitCount } from '../heads.js';
import { type LoadOptions, Model } from '../model.js';
import type { TrainingRecord } from '../record.js';
import { restoreParameters } from '../tensors.js';
import { type ClassifierCalibration, uncalibrated } from './calibration.js';
import { type Decision, decide } from './decision.js';
import { DirectScorer } from './direct.js';
import { type EncodedTexts, IdList, textFeeds } from './encoded.js';
import { type Examples, encodeTargets, gather } from './examples.js';
import { Explainer, type Explanation } from './explanation.js';
import { FeatureIndex, featureCapacity } from './feature-index.js';
import { FeatureExtractor, isSingleWord } from './features.js';
import { type HandBuiltFeature, HandBuiltFeatures } from './hand-built.js';
import { buildClassifierNetwork, type ClassifierNetwork } from './network.js';
import type { ClassifierConfig, ClassifierOptions } from './options.js';
import { likeliest } from './ranking.js';
import { BUCKETS_TENSOR, CLASSIFIER_KIND, readSavedClassifier } from './saved.js';
import { TokenHashes } from './token-hashes.js';
import { trainClassifier } from './train.js';

export type { LabelScore } from '../heads.js';

/** Everything that makes a classifier, apart from its weights. */
export interface ClassifierParts {
  readonly config: ClassifierConfig;
  readonly vocabulary: Vocabulary;
  /** Rows of the features (default: those of the vocabulary, each by its id). */
  readonly index?: FeatureIndex;
  readonly handBuilt: readonly HandBuiltFeature[];
  readonly seed: number;
  readonly engine?: Engine;
}

export { CLASSIFIER_KIND } from './saved.js';

const decoder = new TextDecoder();

/** Texts are classified in slices of so many, so that memory does not grow with their number. */
const PREDICTION_BATCH = 512;

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
  /** Temperature and thresholds, as training fitted them on held-out examples. */
  calibration: ClassifierCalibration;
  /** Which row of the embedding table each feature has. */
  readonly index: FeatureIndex;
  private readonly hashes: TokenHashes;
  private readonly direct: DirectScorer | undefined;
  /** Rows of one text's features; used again for each. */
  private rows = new Int32Array(512);
  /** Probabilities of one text; likewise. */
  private readonly scores: Float64Array;
  private predictor: Program | undefined;
  private explainer: Explainer | undefined;

  /** Makes an untrained classifier; `TextClassifier.train` and `load` are the usual ways. */
  constructor({ config, vocabulary, index, handBuilt, seed, engine = defaultEngine() }: ClassifierParts) {
    super();
    this.config = config;
    this.vocabulary = vocabulary;
    this.extractor = new FeatureExtractor(config);
    this.hashes = new TokenHashes(config, this.extractor.tokenizer);
    this.index = index ?? new FeatureIndex(vocabulary, config);
    this.handBuilt = new HandBuiltFeatures(handBuilt, this.extractor.tokenizer);
    const featureCount = config.embeddings ? Math.max(1, this.index.size) : 0;
    this.network = buildClassifierNetwork(config, { featureCount, denseCount: this.handBuilt.size }, seed);
    this.workspace = new Workspace(engine);
    this.direct = DirectScorer.for(this.workspace, this.network, config);
    this.scores = new Float64Array(config.labels.length);
    this.calibration = uncalibrated(config.head, config.labels.length);
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

  /** All labels with their probabilities, the likeliest first; or the `top` likeliest. */
  classify(text: string, top?: number): LabelScore[] {
    return likeliest(this.labels, this.probabilities([text]), 0, top);
  }

  /** The same for many texts at once. */
  classifyBatch(texts: readonly string[], top?: number): LabelScore[][] {
    const probabilities = this.probabilities(texts);
    return texts.map((_, i) => likeliest(this.labels, probabilities, i * this.labels.length, top));
  }

  /** P(label | text), [texts, labels] row by row, in the order of `labels`. */
  probabilities(texts: readonly string[]): Float64Array {
    const { direct } = this;
    if (direct === undefined) return this.probabilitiesOf(this.encode(texts));
    const result = new Float64Array(texts.length * this.labels.length);
    direct.begin();
    for (let i = 0; i < texts.length; i++) {
      this.hashes.readText(texts[i]!);
      // Before `this.rows` is read: a long text may need larger ones.
      const used = this.writeRows();
      direct.score(this.rows, 0, used, result, i * this.labels.length);
    }
    return result;
  }

  /**
   * The label of a text, or the labels where it may have several; none where the model is not sure enough.
   *
   * @param minimumScore probability from which a label is given (default: 0; multi-label: at least the label's threshold)
   */
  decide(text: string, minimumScore = 0): Decision {
    return decide(this.classify(text), this, minimumScore);
  }

  /**
   * How good the classifier is on labelled texts: one report for models that give one label, one for those that give
   * several. `kind` tells them apart; what both have can be read without asking.
   *
   * @throws DataError for a label that the model does not have; ValueError where there are no examples
   */
  async evaluate(examples: Examples): Promise<ClassificationReport | MultiLabelReport> {
    const list = await gather(examples);
    const several = this.config.head === 'multilabel';
    const truth = encodeTargets(list, this.labels, several ? 'multilabel' : 'softmax', undefined).values;
    const probabilities = this.probabilities(list.map(({ text }) => text));
    return several
      ? new MultiLabelReport(truth, probabilities, this.labels, this.calibration.thresholds)
      : new ClassificationReport(truth, probabilities, this.labels);
  }

  /**
   * Why a text gets a label: what each word and each feature contributes to the label's logit, by leaving it out, by
   * gradient × input and by integrated gradients.
   *
   * @param label default: the likeliest
   * @throws ValueError for a label that the model does not have
   */
  explain(text: string, label = this.classify(text)[0]!.label): Explanation {
    this.explainer ??= new Explainer(this);
    return this.explainer.explain(text, label);
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
    if (ids.length === 0)
      throw new ValueError(
        'this classifier does not know the names of its words: it was compressed without them',
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
      calibration: this.calibration,
      record: this.record,
    };
    const content = this.contentOf(CLASSIFIER_KIND, config);
    const { buckets } = this.index;
    if (buckets === undefined) return content;
    return { ...content, tensors: { ...content.tensors, [BUCKETS_TENSOR]: buckets.toTensor() } };
  }

  /** @throws FormatError when the file is damaged or holds another kind of model */
  static async load(path: string, options: LoadOptions = {}): Promise<TextClassifier> {
    return TextClassifier.fromBytes(await loadFile(path), { ...options, file: path });
  }

  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): TextClassifier {
    return TextClassifier.fromModel(decodeModel(bytes, options.file), options);
  }

  static fromModel(model: LoadedModel, { engine, file }: LoadOptions = {}): TextClassifier {
    const saved = readSavedClassifier(model, file);
    const { config, vocabulary, index, features } = saved;
    const { specs, means, deviations } = features;
    const classifier = new TextClassifier({ config, vocabulary, index, handBuilt: specs, seed: 0, engine });
    classifier.handBuilt.means = means;
    classifier.handBuilt.deviations = deviations;
    classifier.calibration = saved.calibration;
    classifier.record = (saved.record ?? {}) as TrainingRecord;
    restoreParameters(classifier.workspace, classifier.network.parameters, model.tensors, file);
    return classifier;
  }

  // ——— inside ———

  /** Whether texts are classified one by one without a program, so that a stream of them needs no batches. */
  get isDirect(): boolean {
    return this.direct !== undefined;
  }

  /**
   * Reads texts from UTF-8 bytes: most need no string then. The function it returns gives P(label | bytes[begin … end)), in
   * an array that is used again for the next text; it holds good until the classifier is trained or used otherwise.
   */
  bytesReader(bytes: Uint8Array): (begin: number, end: number) => Float64Array {
    const { direct, scores, hashes } = this;
    direct?.begin();
    return (begin, end) => {
      const decode = () => decoder.decode(bytes.subarray(begin, end));
      if (direct === undefined) return this.probabilities([decode()]);
      hashes.readBytes(bytes, begin, end, decode);
      const used = this.writeRows();
      direct.score(this.rows, 0, used, scores, 0);
      return scores;
    };
  }

  /** Texts as the network reads them. Features that were not seen in training are left out. */
  encode(texts: readonly string[]): EncodedTexts {
    const { config, hashes, index, handBuilt } = this;
    const ids = new IdList();
    const starts = new Int32Array(texts.length + 1);
    const dense = new Float32Array(texts.length * handBuilt.size);
    texts.forEach((text, i) => {
      if (config.embeddings) {
        hashes.readText(text);
        ids.reserve(featureCapacity(hashes, config), i / texts.length);
        ids.addAll((chunk, used) => index.write(hashes, chunk, used));
      }
      starts[i + 1] = ids.length;
      if (handBuilt.size > 0) dense.set(handBuilt.standardized(text), i * handBuilt.size);
    });
    return { count: texts.length, ids: ids.toArray(), starts, dense, denseWidth: handBuilt.size };
  }

  /** Rows of the text that was hashed last, in `this.rows`; returns how many. */
  private writeRows(): number {
    const capacity = featureCapacity(this.hashes, this.config);
    if (capacity > this.rows.length) this.rows = new Int32Array(2 * capacity);
    return this.index.write(this.hashes, this.rows, 0);
  }

  probabilitiesOf(texts: EncodedTexts): Float64Array {
    const outputs = this.run(texts, 'probabilities');
    return this.config.head === 'binary' ? bothProbabilities(outputs) : outputs;
  }

  /** The network's outputs before softmax or σ, [texts, labels], or [texts, 1] of a binary head. */
  logitsOf(texts: EncodedTexts): Float64Array {
    return this.run(texts, 'logits');
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

  /** What the network is fed for some of the texts. */
  feedsOf(texts: EncodedTexts, order: Int32Array): Record<string, ArrayLike<number> | number> {
    const { ids, ends, features } = textFeeds(texts, order) as Record<string, ArrayLike<number>>;
    return {
      ...(this.network.ids === undefined
        ? {}
        : { ids: ids ?? new Int32Array(0), ends: ends ?? new Int32Array(order.length) }),
      ...(this.network.dense === undefined ? {} : { features: features! }),
    };
  }
}
