/** A feedforward neural language model: trained on text, then asked for the next word, for scores, for text. */
import { loadFile } from '#host';
import { DataError, FormatError, ValueError } from '../../base/errors.js';
import { Random } from '../../base/random.js';
import { defaultEngine } from '../../engine/default.js';
import type { Engine } from '../../engine/engine.js';
import { decodeModel, type LoadedModel, type ModelContent, WordVectors } from '../../files/index.js';
import { softmax } from '../../graph/ops/reductions.js';
import { type Program, Workspace } from '../../program/index.js';
import { createTokenizer, detokenize, type Tokenizer, Vocabulary } from '../../text/index.js';
import { PerplexityReport } from '../../train/metrics.js';
import { checkKind, type LoadOptions, Model } from '../model.js';
import type { TrainingRecord } from '../record.js';
import { checkCapacity, restoreParameters } from '../tensors.js';
import {
  contextFeeds,
  END_ID,
  type EncodedCorpus,
  encodeCorpus,
  UNKNOWN_ID,
  wordsOf,
  writeContext,
} from './corpus.js';
import { buildLanguageModelNetwork, type LanguageModelNetwork } from './network.js';
import { checkConfig, type LanguageModelConfig, type LanguageModelOptions } from './options.js';
import { checkSampling, type SamplingOptions, sample, topIndexes } from './sampling.js';
import { trainLanguageModel } from './train.js';

export type Lines = Iterable<string> | AsyncIterable<string>;

/** A word that may come next, with its probability. */
export interface NextToken {
  readonly token: string;
  readonly probability: number;
}

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

export interface GenerateOptions extends SamplingOptions {
  /** What the text begins with (default: nothing). */
  readonly prompt?: string;
  /** At most so many tokens after the prompt (default 50). */
  readonly maximumTokens?: number;
  /** Default 1 */
  readonly seed?: number;
  /** Whether `<unk>` may be generated (default false). */
  readonly unknown?: boolean;
}

export interface Generated {
  /** Prompt and continuation, for display. */
  readonly text: string;
  /** The generated tokens. */
  readonly tokens: readonly string[];
  /** Whether the model ended the sentence itself. */
  readonly ended: boolean;
}

/** Everything that makes a language model, apart from its weights. */
export interface LanguageModelParts {
  readonly config: LanguageModelConfig;
  readonly vocabulary: Vocabulary;
  readonly seed: number;
  readonly engine?: Engine;
}

export const LANGUAGE_MODEL_KIND = 'language-model';

/** Positions are scored in slices of so many. */
const SCORING_BATCH = 256;

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
  private scorer: Program | undefined;
  private predictor: Program | undefined;

  /** Makes an untrained model; `LanguageModel.train` and `load` are the usual ways. */
  constructor({ config, vocabulary, seed, engine = defaultEngine() }: LanguageModelParts) {
    super();
    this.config = config;
    this.vocabulary = vocabulary;
    this.tokenizer = createTokenizer(config.tokenizer);
    this.network = buildLanguageModelNetwork(config, vocabulary.size, seed);
    this.workspace = new Workspace(engine);
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
  next(text: string, { top = 5 }: { readonly top?: number } = {}): NextToken[] {
    if (!(Number.isInteger(top) && top >= 1))
      throw new ValueError(`top must be a whole number from 1, not ${top}`);
    const probabilities = this.predict(this.encodeText(text).ids, 'probabilities');
    return topIndexes(probabilities, top).map((id) => ({
      token: this.vocabulary.tokenOf(id),
      probability: probabilities[id]!,
    }));
  }

  /** p(word | text) for every word of the vocabulary, by id. It sums to 1. */
  distribution(text: string): Float64Array {
    return Float64Array.from(this.predict(this.encodeText(text).ids, 'probabilities'));
  }

  /** How surprising each word of a text is, and its end. */
  score(text: string): TextScore {
    const words = wordsOf(this.tokenizer, text);
    const { ids } = this.encodeText(text);
    const all = Int32Array.of(...ids, END_ID);
    const surprisals = this.surprisals({ ids: all, unknown: 0, sentences: 1 });
    const nats = surprisals.reduce((sum, value) => sum + value, 0);
    return {
      tokens: Array.from(surprisals, (value, i) => ({
        token: words[i] ?? this.vocabulary.tokenOf(END_ID),
        logProbability: -value,
        surprisal: value / Math.LN2,
        unknown: all[i] === UNKNOWN_ID,
      })),
      logProbability: -nats,
      perplexity: Math.exp(nats / all.length),
    };
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
    const nats = this.surprisals(corpus).reduce((sum, value) => sum + value, 0);
    return new PerplexityReport(nats, corpus.ids.length, {
      oov: corpus.unknown,
      vocabularySize: this.vocabulary.size,
      crossSentences: this.config.context === 'running',
    });
  }

  /** Text that the model makes up, word by word. The same seed gives the same text. */
  generate(options: GenerateOptions = {}): Generated {
    const tokens: string[] = [];
    let ended = false;
    for (const token of this.generateTokens(options)) {
      if (token === this.vocabulary.tokenOf(END_ID)) ended = true;
      else tokens.push(token);
    }
    const prompt = wordsOf(this.tokenizer, options.prompt ?? '');
    return { text: detokenize([...prompt, ...tokens], this.config.tokenizer.kind), tokens, ended };
  }

  /** The same as a stream of tokens; the last is `</s>` where the model ends the sentence. */
  *generateTokens(options: GenerateOptions = {}): Generator<string> {
    const { prompt = '', maximumTokens = 50, seed = 1, unknown = false } = options;
    checkSampling(options);
    const random = new Random(seed, 'generate');
    const ids = [...this.encodeText(prompt).ids];
    for (let count = 0; count < maximumTokens; count++) {
      const logits = this.predict(ids, 'logits');
      const id = sample(logits, random, options, (candidate) => unknown || candidate !== UNKNOWN_ID);
      yield this.vocabulary.tokenOf(id);
      if (id === END_ID) return;
      ids.push(id);
    }
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
    const { order, dimension, hidden } = config;
    checkCapacity(model.tensors, [vocabulary.size, dimension], file);
    checkCapacity(model.tensors, [(order - 1) * dimension, ...hidden], file);
    const lm = new LanguageModel({ config, vocabulary, seed: 0, engine });
    lm.record = saved.record ?? {};
    restoreParameters(lm.workspace, lm.network.parameters, model.tensors, file);
    return lm;
  }

  // ——— inside ———

  private encodeText(text: string): { ids: Int32Array } {
    return { ids: this.vocabulary.encode(wordsOf(this.tokenizer, text)) };
  }

  /** −ln p of each id of a corpus. */
  private surprisals(corpus: EncodedCorpus): Float64Array {
    this.scorer ??= this.workspace.compile({ outputs: { surprisal: this.network.surprisal } });
    const { ids } = corpus;
    const result = new Float64Array(ids.length);
    for (let begin = 0; begin < ids.length; begin += SCORING_BATCH) {
      const positions = Int32Array.from(
        { length: Math.min(SCORING_BATCH, ids.length - begin) },
        (_, i) => begin + i,
      );
      this.scorer.run(contextFeeds(ids, positions, this.config.order - 1, this.config.context));
      result.set(this.scorer.view('surprisal'), begin);
    }
    return result;
  }

  /** Logits or probabilities of the word after some ids. Valid until the next call. */
  private predict(ids: ArrayLike<number>, output: 'logits' | 'probabilities'): ArrayLike<number> {
    const { logits } = this.network;
    this.predictor ??= this.workspace.compile({ outputs: { logits, probabilities: softmax(logits) } });
    const length = this.config.order - 1;
    const context = new Int32Array(length);
    writeContext(context, 0, ids, ids.length, length, this.config.context);
    this.predictor.run({ context });
    return this.predictor.view(output);
  }
}
