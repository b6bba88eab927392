/** The n-gram model over text: trained on lines, asked for the next word, saved; used like the neural model. */
import { loadFile, saveFile } from '#host';
import { FormatError, ValueError } from '../../base/errors.js';
import { VERSION } from '../../base/version.js';
import { parseArpa } from '../../files/arpa.js';
import {
  decodeModel,
  encodeModel,
  type Line,
  type LoadedModel,
  type ModelContent,
} from '../../files/index.js';
import { createTokenizer, type Tokenizer, type TokenizerOptions, Vocabulary } from '../../text/index.js';
import { END_ID, UNKNOWN_ID } from '../language-model/corpus.js';
import type { Lines } from '../language-model/language-model.js';
import type { ContextMode } from '../language-model/options.js';
import { WordModel } from '../language-model/word-model.js';
import { checkKind } from '../model.js';
import { recordedSettings, type TrainingRecord } from '../record.js';
import { hashNumbers } from '../weights-hash.js';
import { arpaFromTrie, trieFromArpa } from './arpa.js';
import { NgramModel } from './ngram.js';
import { memoryStore, type RunStore } from './runs.js';
import { CorpusTape } from './tape.js';
import { tensorsOfTrie, trieOfTensors } from './tensors.js';

export interface NgramTrainingOptions {
  /** N: a word is predicted from the N−1 before it (default 5). */
  readonly order?: number;
  /** Default: words of any language, lower case. `{ kind: 'characters' }` makes a character model. */
  readonly tokenizer?: TokenizerOptions;
  /** Words seen less often become `<unk>` (default 2 for words; 1 for characters and where the corpus marks unknown words itself). */
  readonly minimumCount?: number;
  /** At most so many words, the most frequent (default 30,000). */
  readonly maximumVocabulary?: number;
  /** Default sentence */
  readonly context?: ContextMode;
  /** Take tokeniser and vocabulary from this model, so that the two can be mixed and compared. */
  readonly like?: { readonly tokenizer: Tokenizer; readonly vocabulary: Vocabulary };
  /** About how many bytes counting may use before it puts sorted counts into `store` (default 512 MiB). */
  readonly memory?: number;
  /** Where counts are put: `temporaryStore` of `lexigrad/files/node` is a disk. Default: memory. */
  readonly store?: RunStore;
}

/** What describes the model itself; saved with it. */
export interface NgramConfig {
  readonly order: number;
  readonly tokenizer: TokenizerOptions;
  readonly context: ContextMode;
}

export const NGRAM_DEFAULTS = { order: 5, maximumVocabulary: 30_000, memory: 2 ** 29 } as const;

export const NGRAM_KIND = 'ngram-model';

/** Beyond this, n-grams are nearly all unique, and the model is a copy of the corpus. */
const HIGHEST_ORDER = 16;

/**
 * @example
 * const model = await NgramLanguageModel.train(lines, { order: 5 });
 * model.next('the dog gets');             // [{ token: 'fed', probability: 0.31 }, …]
 * await model.save('counts.lexigrad');
 */
export class NgramLanguageModel extends WordModel {
  readonly config: NgramConfig;
  readonly vocabulary: Vocabulary;
  readonly tokenizer: Tokenizer;
  readonly ngrams: NgramModel;
  /** How the model was trained. */
  record: TrainingRecord = {};

  constructor(config: NgramConfig, vocabulary: Vocabulary, ngrams: NgramModel) {
    super();
    this.config = config;
    this.vocabulary = vocabulary;
    this.tokenizer = createTokenizer(config.tokenizer);
    this.ngrams = ngrams;
  }

  /**
   * Counts lines of text, one sentence each, and smooths the counts (interpolated modified Kneser–Ney).
   *
   * @throws DataError where there is no text; ValueError for impossible options
   */
  static async train(lines: Lines, options: NgramTrainingOptions = {}): Promise<NgramLanguageModel> {
    const { order = NGRAM_DEFAULTS.order, context = 'sentence', like, store = memoryStore } = options;
    const { memory = NGRAM_DEFAULTS.memory } = options;
    checkOptions(options);
    const tokenizer = like?.tokenizer ?? createTokenizer(options.tokenizer ?? { kind: 'words' });
    const pieceTokens = Math.max(1, Math.floor(memory / bytesPerToken(order)));
    const tape = new CorpusTape(tokenizer, store, pieceTokens);
    for await (const line of lines) await tape.add(line);
    const vocabulary = tape.vocabulary({
      minimumCount: options.minimumCount,
      maximumVocabulary: options.maximumVocabulary ?? NGRAM_DEFAULTS.maximumVocabulary,
      like: like?.vocabulary,
    });
    const ngrams = await NgramModel.trainInPieces(
      tape.encoded(vocabulary),
      {
        order,
        vocabularySize: vocabulary.size,
        endId: END_ID,
        unknownId: UNKNOWN_ID,
        crossSentences: context === 'running',
      },
      { pieceTokens, store },
    );
    const model = new NgramLanguageModel(
      { order, tokenizer: tokenizer.options, context },
      vocabulary,
      ngrams,
    );
    model.record = {
      settings: recordedSettings(NGRAM_DEFAULTS, { ...options, context }),
      data: {
        trainTokens: tape.tokens,
        trainSentences: tape.sentences,
        vocabulary: vocabulary.size,
        unknownRate: tape.unknown / tape.tokens,
      },
      weights: model.hash,
    };
    return model;
  }

  get crossSentences(): boolean {
    return this.config.context === 'running';
  }

  /** Probabilities and backoffs. */
  get parameterCount(): number {
    return this.ngrams.trie.levels.reduce(
      (sum, { probabilities, backoffs }) => sum + probabilities.length + (backoffs?.length ?? 0),
      0,
    );
  }

  /** Hash of all numbers: the same for the same training. */
  get hash(): string {
    const tensors = Object.entries(tensorsOfTrie(this.ngrams.trie));
    return hashNumbers(tensors.map(([name, { data }]) => [name, data as Float32Array | Int32Array]));
  }

  targetProbabilities(ids: Int32Array): Float64Array {
    const { ngrams } = this;
    const result = new Float64Array(ids.length);
    let state = ngrams.startState();
    for (let i = 0; i < ids.length; i++) {
      result[i] = ngrams.trie.step(state, ids[i]!);
      if (ids[i] === END_ID && !this.crossSentences) state = ngrams.startState();
    }
    return result;
  }

  *distributions(ids: Int32Array, from = 0): Generator<Float64Array> {
    const { trie } = this.ngrams;
    const distribution = new Float64Array(this.vocabulary.size);
    let state = this.ngrams.startState();
    for (let i = 0; i <= ids.length; i++) {
      if (i >= from) yield trie.distribution(state, distribution);
      if (i < ids.length) trie.advance(state, ids[i]!);
      if (ids[i] === END_ID && !this.crossSentences) state = this.ngrams.startState();
    }
  }

  // ——— files ———

  toModel(): ModelContent {
    return {
      kind: NGRAM_KIND,
      version: VERSION,
      config: { ngrams: this.config, vocabulary: this.vocabulary.toJSON(), record: this.record },
      tensors: tensorsOfTrie(this.ngrams.trie),
    };
  }

  /** The bytes of the model file. The same model gives the same bytes. */
  toBytes(): Uint8Array {
    return encodeModel(this.toModel());
  }

  /** Writes the model file, whole or not at all. Where there is no file system, use `toBytes`. */
  async save(path: string): Promise<void> {
    await saveFile(path, this.toBytes());
  }

  /** @throws FormatError when the file is damaged or holds another kind of model */
  static async load(path: string): Promise<NgramLanguageModel> {
    return NgramLanguageModel.fromBytes(await loadFile(path), path);
  }

  /** @param file the name to give in messages */
  static fromBytes(bytes: Uint8Array, file?: string): NgramLanguageModel {
    return NgramLanguageModel.fromModel(decodeModel(bytes, file), file);
  }

  static fromModel(model: LoadedModel, file?: string): NgramLanguageModel {
    checkKind(model, NGRAM_KIND, 'n-gram model', file);
    const saved = model.config as { ngrams: unknown; vocabulary: unknown; record?: TrainingRecord } | null;
    const config = checkConfig(saved?.ngrams, file);
    const vocabulary = Vocabulary.fromJSON(saved!.vocabulary);
    if (vocabulary.unknownId !== UNKNOWN_ID || vocabulary.specialCount !== 2) {
      const message = 'the vocabulary in the model file does not begin with <unk> and </s>: it is damaged';
      throw new FormatError(message, { file });
    }
    const crossSentences = config.context === 'running';
    const idCount = vocabulary.size + (crossSentences ? 0 : 1);
    const trie = trieOfTensors(model.tensors, { ...config, vocabularySize: vocabulary.size, idCount }, file);
    const options = { endId: END_ID, unknownId: UNKNOWN_ID, crossSentences };
    const result = new NgramLanguageModel(config, vocabulary, new NgramModel(trie, options));
    result.record = saved!.record ?? {};
    return result;
  }

  /**
   * Reads an ARPA file. Its words are taken to be separated by white space.
   *
   * @param lines as `openText` of `lexigrad/files/node` or `decodeLines` give them. @param file the name for messages
   * @throws FormatError with the line of what is not as the format wants it
   */
  static async fromArpa(
    lines: AsyncIterable<Line> | Iterable<Line>,
    file?: string,
  ): Promise<NgramLanguageModel> {
    const { trie, vocabulary } = trieFromArpa(await parseArpa(lines, file), file);
    const config = { order: trie.order, tokenizer: { kind: 'whitespace' }, context: 'sentence' } as const;
    const model = new NgramLanguageModel(
      config,
      vocabulary,
      new NgramModel(trie, { endId: END_ID, unknownId: UNKNOWN_ID }),
    );
    model.record = { settings: { from: 'ARPA' }, weights: model.hash };
    return model;
  }

  /**
   * The model as the lines of an ARPA file, which SRILM, KenLM and others read.
   *
   * @throws ValueError for what the format cannot say: context that crosses sentence ends, tokens with white space
   */
  toArpa(): Generator<string> {
    if (this.crossSentences) {
      throw new ValueError(
        'an ARPA file starts every sentence afresh, but the context of this model crosses sentence ends: ' +
          'train it with the context mode sentence',
      );
    }
    return arpaFromTrie(this.ngrams.trie, this.vocabulary);
  }
}

/** Of a token while it is counted: itself, its reach, two permutations, and a record. */
function bytesPerToken(order: number): number {
  return 13 + 4 * (order + 1);
}

function checkOptions(options: NgramTrainingOptions): void {
  const { order = NGRAM_DEFAULTS.order, like, tokenizer, minimumCount, maximumVocabulary, memory } = options;
  if (!(Number.isInteger(order) && order >= 1 && order <= HIGHEST_ORDER))
    throw new ValueError(`order must be a whole number from 1 to ${HIGHEST_ORDER}, not ${order}`);
  for (const [name, value, from] of [
    ['minimumCount', minimumCount, 1],
    ['maximumVocabulary', maximumVocabulary, 3],
    ['memory', memory, 1],
  ] as const) {
    if (value !== undefined && !(Number.isInteger(value) && value >= from))
      throw new ValueError(`${name} must be a whole number from ${from}, not ${value}`);
  }
  if (like === undefined) return;
  const given = Object.entries({ tokenizer, minimumCount, maximumVocabulary }).find(
    ([, value]) => value !== undefined,
  );
  if (given !== undefined) throw new ValueError(`${given[0]} is that of the model in 'like': leave it out`);
  if (like.vocabulary.unknownId !== UNKNOWN_ID || like.vocabulary.specialCount !== 2)
    throw new ValueError("the vocabulary of the model in 'like' does not begin with <unk> and </s>");
}

/** The configuration from a model file. @throws FormatError when it is not one. */
function checkConfig(value: unknown, file?: string): NgramConfig {
  const config = value as NgramConfig | null | undefined;
  const sound =
    typeof config === 'object' &&
    config !== null &&
    Number.isInteger(config.order) &&
    config.order >= 1 &&
    config.order <= 32 &&
    typeof config.tokenizer === 'object' &&
    ['sentence', 'running'].includes(config.context);
  if (sound) return config;
  throw new FormatError('the n-gram configuration in the model file is not sound: the file is damaged', {
    file,
  });
}
