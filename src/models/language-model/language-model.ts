/** A feedforward neural language model: trained on text, then asked for the next word, for scores, for text. */
import { loadFile } from '#host';
import { DataError, FormatError } from '../../base/errors.js';
import { defaultEngine } from '../../engine/default.js';
import type { Engine } from '../../engine/engine.js';
import { decodeModel, type LoadedModel, type ModelContent, WordVectors } from '../../files/index.js';
import { Workspace } from '../../program/index.js';
import { createTokenizer, type Tokenizer, Vocabulary } from '../../text/index.js';
import { PerplexityReport } from '../../train/metrics.js';
import { checkKind, type LoadOptions, Model } from '../model.js';
import type { TrainingRecord } from '../record.js';
import { checkCapacity, restoreParameters } from '../tensors.js';
import { weightWidths } from './blocks.js';
import { type NextOptions, type NextToken, nextTokens } from './completion.js';
import { END_ID, type EncodedCorpus, encodeCorpus, UNKNOWN_ID, wordsOf } from './corpus.js';
import { type NextWordExplanation, WordExplainer } from './explain.js';
import {
  type Generated,
  type GeneratedPiece,
  type GenerateOptions,
  generateText,
  generateTexts,
  generateTokens,
  streamText,
} from './generation.js';
import { type Beam, type BeamOptions, type BeamSource, beamSearch } from './inference/beam.js';
import type { InferenceOptions } from './inference/inference.js';
import { type NextWords, nextWordsOf, writeProbabilities } from './inference/next-words.js';
import { ContextIndex, type ContextIndexOptions } from './nearest-contexts.js';
import { buildLanguageModelNetwork, type LanguageModelNetwork } from './network.js';
import { checkConfig, type LanguageModelConfig, type LanguageModelOptions } from './options.js';
import { Scorer } from './scoring.js';
import { trainLanguageModel } from './train.js';

export type { NextToken };
export type Lines = Iterable<string> | AsyncIterable<string>;

/** How surprising a word of a text was. */
export interface TokenScore {
  readonly token: string;
  /** ln p(token | the words before) */
  readonly logProbability: number;
  /** −log₂ p, in bits */
  readonly surprisal: number;
  /** Whether the word is not in the vocabulary and was scored as `<unk>`. */
  readonly unknown: boolean;
}

export interface TextScore {
  readonly tokens: readonly TokenScore[];
  /** ln p of the whole text, its end included. */
  readonly logProbability: number;
  readonly perplexity: number;
}

export interface ScoreOptions {
  /** Whether probabilities are exact (default true), or the scores of the words stand for their logarithms. */
  readonly normalized?: boolean;
}

/** Everything that makes a language model, apart from its weights. */
export interface LanguageModelParts {
  readonly config: LanguageModelConfig;
  readonly vocabulary: Vocabulary;
  readonly seed: number;
  readonly engine?: Engine;
}

export const LANGUAGE_MODEL_KIND = 'language-model';

/**
 * @example
 * const lm = await LanguageModel.train(lines, { order: 5 });
 * lm.next('the dog gets');            // [{ token: 'fed', probability: 0.31 }, …]
 * lm.generate({ prompt: 'the dog', seed: 7 }).text;
 */
export class LanguageModel extends Model {
  readonly config: LanguageModelConfig;
  readonly vocabulary: Vocabulary;
  readonly tokenizer: Tokenizer;
  readonly network: LanguageModelNetwork;
  readonly workspace: Workspace;
  private readonly scorer: Scorer;
  private words: NextWords | undefined;
  /** Of the workspace, when `words` were made. */
  private wordsVersion = 0;
  private inferenceOptions: InferenceOptions;
  private explainer: WordExplainer | undefined;

  /** Makes an untrained model; `LanguageModel.train` and `load` are the usual ways. */
  constructor({ config, vocabulary, seed, engine = defaultEngine() }: LanguageModelParts) {
    super();
    this.config = config;
    this.vocabulary = vocabulary;
    this.tokenizer = createTokenizer(config.tokenizer);
    this.network = buildLanguageModelNetwork(config, vocabulary.size, seed);
    this.workspace = new Workspace(engine);
    this.scorer = new Scorer(this);
    // The reference engine is for exactness, and saves nothing by fewer bits.
    this.inferenceOptions = engine.name === 'reference' ? { precision: 'float32' } : {};
  }

  /**
   * Trains on lines of text, one sentence each.
   *
   * @param validation lines to judge by while training; without them a twentieth is held out.
   * @throws DataError where there is no text; NumericError when training diverges.
   */
  static train(lines: Lines, options: LanguageModelOptions = {}, validation?: Lines): Promise<LanguageModel> {
    return trainLanguageModel(lines, options, validation, (parts) => new LanguageModel(parts));
  }

  /** The likeliest next words after a text, the likeliest first. `</s>` is the end of the sentence. */
  next(text: string, options: NextOptions = {}): NextToken[] {
    return nextTokens(this, text, options, (ids) => {
      const words = this.nextWords();
      words.run([ids]);
      const [logits, sum] = [words.logits(), words.logSumExp()];
      return { top: (k) => words.top(k), probabilityOf: (id) => Math.exp(logits[id]! - sum) };
    });
  }

  /** p(word | text) for every word of the vocabulary, by id. It sums to 1. */
  distribution(text: string): Float64Array {
    const words = this.nextWords();
    words.run([this.encodeText(text).ids]);
    const distribution = new Float64Array(this.vocabulary.size);
    writeProbabilities(words, distribution);
    return distribution;
  }

  /**
   * How surprising each word of a text is, and its end.
   *
   * @param options.normalized false: by the scores of these words alone, as if they were log-probabilities, which saves
   * the scores of all others (default true). As good as Z is near 1: see `selfNormalization` and the output `nce`.
   * @throws ValueError where the output layer has no single score a word
   */
  score(text: string, options: ScoreOptions = {}): TextScore {
    return this.scoreAll([text], options)[0]!;
  }

  /** The same for many texts, which do not see each other: their words are computed together, many at a time. */
  scoreAll(texts: readonly string[], { normalized = true }: ScoreOptions = {}): TextScore[] {
    const words = texts.map((text) => wordsOf(this.tokenizer, text));
    const ids = words.map((each) => Int32Array.of(...this.vocabulary.encode(each), END_ID));
    return this.scorer.surprisals(ids, normalized).map((surprisals, text) => {
      const nats = surprisals.reduce((sum, value) => sum + value, 0);
      return {
        tokens: Array.from(surprisals, (value, i) => ({
          token: words[text]![i] ?? this.vocabulary.tokenOf(END_ID),
          logProbability: -value,
          surprisal: value / Math.LN2,
          unknown: ids[text]![i] === UNKNOWN_ID,
        })),
        logProbability: -nats,
        perplexity: Math.exp(nats / surprisals.length),
      };
    });
  }

  /**
   * How well the model predicts a text, one sentence a line. Sentence ends are predicted too; words out of the
   * vocabulary are scored as `<unk>` and counted.
   *
   * @throws DataError where there is no text
   */
  async perplexity(lines: Lines): Promise<PerplexityReport> {
    const corpus = await encodeCorpus(lines, this.tokenizer, this.vocabulary);
    if (corpus.ids.length === 0) throw new DataError('there is no text to evaluate on: every line is empty');
    return this.perplexityOf(corpus);
  }

  perplexityOf(corpus: EncodedCorpus): PerplexityReport {
    const [surprisals] = this.scorer.surprisals([corpus.ids]);
    const nats = surprisals!.reduce((sum, value) => sum + value, 0);
    return new PerplexityReport(nats, corpus.ids.length, {
      oov: corpus.unknown,
      vocabularySize: this.vocabulary.size,
      crossSentences: this.config.context === 'running',
    });
  }

  /**
   * Text that the model makes up, word by word. The same seed gives the same text. With `beams` from 2 there is no chance:
   * it is the likeliest text that a beam search finds.
   */
  generate(options: GenerateOptions = {}): Generated {
    return generateText(this.source(), options);
  }

  /** The likeliest texts that a beam search finds, the likeliest first. */
  beamSearch(options: BeamOptions = {}): Beam[] {
    return beamSearch(this.source(), options);
  }

  /** Several texts, with the seeds `seed`, `seed` + 1 and so on. */
  generateSeveral(count: number, options: GenerateOptions = {}): Generator<Generated> {
    return generateTexts(this.source(), count, options);
  }

  /** One text as a stream of tokens; the last is `</s>` where the model ends it. */
  generateTokens(options: GenerateOptions = {}): Generator<string> {
    return generateTokens(this.source(), options);
  }

  /**
   * One text as it grows, piece by piece, without blocking the thread for long.
   *
   * @example
   * for await (const { text } of lm.generateStream({ prompt: 'the dog' })) process.stdout.write(text);
   */
  generateStream(options: GenerateOptions = {}): AsyncGenerator<GeneratedPiece, Generated> {
    return streamText(this.source(), options);
  }

  // ——— speed ———

  /**
   * Says how the next word is computed from now on, and makes ready for it; without a call this happens at the first
   * prediction, with the defaults. The weights may still change: then it happens again.
   */
  prepare(options: InferenceOptions = {}): NextWords {
    this.inferenceOptions = { ...this.inferenceOptions, ...options };
    this.words?.release();
    this.words = undefined;
    return this.nextWords();
  }

  /** What computes the next words of some texts of ids, ready for the weights as they are. */
  nextWords(): NextWords {
    const { version } = this.workspace;
    if (this.words === undefined || version !== this.wordsVersion) {
      this.words?.release();
      this.words = nextWordsOf(this, this.inferenceOptions);
      this.wordsVersion = version;
    }
    return this.words;
  }

  // ——— reasons ———

  /**
   * Why a word comes next: what each word of the context did for log₂ p, by three measures.
   *
   * @param word default: the likeliest
   * @throws ValueError when the word is not in the vocabulary
   */
  explain(context: string, word?: string): NextWordExplanation {
    this.explainer ??= new WordExplainer(this);
    return this.explainer.explain(context, word);
  }

  /**
   * The contexts of a corpus, to find those that the network takes for the most like a text's.
   *
   * @throws DataError where there is no text
   * @example
   * const index = await lm.contextIndex(trainingLines);
   * index.nearest('the dog gets'); // [{ similarity: 0.97, tokens: ['the', 'cat', 'gets'], next: [{ token: 'fed', … }] }, …]
   */
  async contextIndex(lines: Lines, options?: ContextIndexOptions): Promise<ContextIndex> {
    return new ContextIndex(this, await encodeCorpus(lines, this.tokenizer, this.vocabulary), options);
  }

  /** E as word vectors: to look at, to save as `.vec`, or to start a classifier from. */
  wordVectors(): WordVectors {
    const words = this.vocabulary.entries();
    return new WordVectors({
      words,
      dimension: this.config.dimension,
      vectors: Float32Array.from(this.workspace.view(this.network.table)),
      counts: words.map((_, id) => this.vocabulary.countOf(id)),
    });
  }

  // ——— files ———

  toModel(): ModelContent {
    const config = { languageModel: this.config, vocabulary: this.vocabulary.toJSON(), record: this.record };
    return this.contentOf(LANGUAGE_MODEL_KIND, config);
  }

  /** @throws FormatError when the file is damaged or holds another kind of model */
  static async load(path: string, options: LoadOptions = {}): Promise<LanguageModel> {
    return LanguageModel.fromBytes(await loadFile(path), { ...options, file: path });
  }

  static fromBytes(bytes: Uint8Array, options: LoadOptions = {}): LanguageModel {
    return LanguageModel.fromModel(decodeModel(bytes, options.file), options);
  }

  static fromModel(model: LoadedModel, { engine, file }: LoadOptions = {}): LanguageModel {
    checkKind(model, LANGUAGE_MODEL_KIND, 'language model', file);
    const saved = model.config as { languageModel: unknown; vocabulary: unknown; record?: TrainingRecord };
    const config = checkConfig(saved?.languageModel, file);
    const vocabulary = Vocabulary.fromJSON(saved.vocabulary);
    if (vocabulary.unknownId !== UNKNOWN_ID || vocabulary.specialCount !== 2) {
      throw new FormatError(
        'the vocabulary in the model file does not begin with <unk> and </s>: it is damaged',
        { file },
      );
    }
    checkCapacity(model.tensors, [vocabulary.size, config.dimension], file);
    checkCapacity(model.tensors, weightWidths(config), file);
    checkCapacity(model.tensors, [config.decays.length, config.farWords], file);
    checkCapacity(model.tensors, [config.cutoffs.length, config.dimension], file);
    if ((config.cutoffs.at(-1) ?? 0) >= vocabulary.size) {
      throw new FormatError(
        `the output layer's last cluster begins at word ${config.cutoffs.at(-1)} of ${vocabulary.size}: the file is damaged`,
        { file },
      );
    }
    const lm = new LanguageModel({ config, vocabulary, seed: 0, engine });
    lm.record = saved.record ?? {};
    restoreParameters(lm.workspace, lm.network.parameters, model.tensors, file);
    if (model.packed?.get(lm.network.table.name)?.kind === 'int8')
      lm.inferenceOptions = { precision: 'int8' };
    return lm;
  }

  // ——— inside ———

  private source(): BeamSource {
    const { vocabulary, tokenizer } = this;
    const logitsAfter = (ids: readonly number[]) => {
      const words = this.nextWords();
      words.run([ids]);
      return words.logits();
    };
    return { vocabulary, tokenizer, logitsAfter, nextWords: () => this.nextWords() };
  }

  private encodeText(text: string): { ids: Int32Array } {
    return { ids: this.vocabulary.encode(wordsOf(this.tokenizer, text)) };
  }
}
