/**
 * What every language model can do, whatever is inside: a network, counts, or a mixture of both. Evaluation and mixing
 * ask for nothing else.
 */
import { softmax } from '../../graph/ops/reductions.js';
import type { Tokenizer, Vocabulary } from '../../text/index.js';
import { contextLength } from './context.js';
import { contextFeeds } from './corpus.js';
import { writeProbabilities } from './inference/next-words.js';
import type { LanguageModel } from './language-model.js';

/** Reads along a text of ids, in which every sentence is followed by `</s>`. */
export interface TokenPredictor {
  readonly vocabulary: Vocabulary;
  readonly tokenizer: Tokenizer;
  /** Whether the context of a sentence's first words reaches into the sentence before. */
  readonly crossSentences: boolean;
  /** p(w_t | the words before) of each id [tokens]. */
  targetProbabilities(ids: Int32Array): Float64Array;
  /**
   * p(· | the words before) [V] of each position from `from` on, the one after the last id included: tokens + 1 − from
   * of them. Each sums to 1; it is overwritten by the next.
   *
   * @param from default 0
   */
  distributions(ids: Int32Array, from?: number): Generator<Float64Array>;
}

/** Positions are computed in slices of so many. */
const SLICE = 128;
/** So few are computed one by one, without a program: see inference/. */
const FEW = 4;

/** A neural language model as a predictor. The programs are compiled when they are first needed. */
export class NeuralPredictor implements TokenPredictor {
  readonly model: LanguageModel;
  private readonly surprisal: (ids: Int32Array, begin: number, end: number) => ArrayLike<number>;
  private readonly probabilities: (ids: Int32Array, begin: number, end: number) => ArrayLike<number>;

  constructor(model: LanguageModel) {
    const { network } = model;
    this.model = model;
    this.surprisal = outputReader(model, () => network.surprisal);
    this.probabilities = outputReader(model, () => softmax(network.logits));
  }

  get vocabulary(): Vocabulary {
    return this.model.vocabulary;
  }

  get tokenizer(): Tokenizer {
    return this.model.tokenizer;
  }

  get crossSentences(): boolean {
    return this.model.config.context === 'running';
  }

  targetProbabilities(ids: Int32Array): Float64Array {
    const result = new Float64Array(ids.length);
    for (const { begin, end } of slices(0, ids.length)) {
      result.set(
        Float64Array.from(this.surprisal(ids, begin, end), (value) => Math.exp(-value)),
        begin,
      );
    }
    return result;
  }

  *distributions(ids: Int32Array, from = 0): Generator<Float64Array> {
    const size = this.vocabulary.size;
    const distribution = new Float64Array(size);
    if (ids.length + 1 - from <= FEW) {
      for (let position = from; position <= ids.length; position++) {
        const words = this.model.nextWords();
        words.run([ids.subarray(0, position)]);
        writeProbabilities(words, distribution);
        yield distribution;
      }
      return;
    }
    for (const { begin, end } of slices(from, ids.length + 1)) {
      // A copy: the caller may run other programs on the same machine in between.
      const rows = Float32Array.from(this.probabilities(ids, begin, end));
      for (let row = 0; row < end - begin; row++) {
        distribution.set(rows.subarray(row * size, (row + 1) * size));
        yield distribution;
      }
    }
  }
}

/** A language model of any kind as a predictor: a network is made one, others are. */
export function predictorOf(model: LanguageModel | TokenPredictor): TokenPredictor {
  return 'targetProbabilities' in model ? model : new NeuralPredictor(model);
}

/** Computes an output of a network for neighbouring positions of a text. Valid until the machine runs again. */
export function outputReader(
  model: LanguageModel,
  output: () => LanguageModel['network']['logits'],
): (ids: Int32Array, begin: number, end: number) => ArrayLike<number> {
  let program: ReturnType<LanguageModel['workspace']['compile']> | undefined;
  return (ids, begin, end) => {
    program ??= model.workspace.compile({ outputs: { output: output() } });
    const positions = Int32Array.from({ length: end - begin }, (_, i) => begin + i);
    const { context, target } = contextFeeds(
      ids,
      positions,
      contextLength(model.config),
      model.config.context,
    );
    const needsTarget = program.inputs.some(({ name }) => name === 'target');
    program.run(needsTarget ? { context, target } : { context });
    return program.view('output');
  };
}

/** The positions `from` … `to` − 1 in slices. */
export function* slices(
  from: number,
  to: number,
): Generator<{ readonly begin: number; readonly end: number }> {
  for (let begin = from; begin < to; begin += SLICE) yield { begin, end: Math.min(to, begin + SLICE) };
}
