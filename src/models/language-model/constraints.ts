/** What may come next in a generated text, apart from what is likely: lists of words, and no repetition. */
import { ValueError } from '../../base/errors.js';
import type { Tokenizer, Vocabulary } from '../../text/index.js';
import { END_ID, UNKNOWN_ID } from './corpus.js';

export interface ConstraintOptions {
  /** Whether `<unk>` may be generated (default false). */
  readonly unknown?: boolean;
  /** Only these tokens, and the sentence end (default: all). Those that the vocabulary does not have are ignored. */
  readonly allow?: Iterable<string>;
  /** Never these tokens. `</s>` is one: without it only `maximumTokens` and stops end a text. */
  readonly deny?: Iterable<string>;
  /**
   * A token that is among the last ones becomes so many times less likely (default 1: no less). Applied to
   * probabilities, before temperature; CTRL (Keskar et al. 2019) divides logits, whose zero means nothing.
   */
  readonly repetitionPenalty?: number;
  /** How many last tokens that concerns, those of the prompt included (default 64). */
  readonly repetitionWindow?: number;
  /**
   * No sequence of n tokens comes twice, in the prompt and after it (Paulus et al. 2018; default: they may). Sentence ends
   * may always come.
   */
  readonly uniqueNgrams?: number;
}

export class Constraints {
  /** By id: 0 where it may come, else −∞. */
  private readonly mask: Float64Array;
  private readonly logPenalty: number;
  private readonly window: number;
  private readonly uniqueNgrams: number | undefined;

  /** @throws ValueError for settings that make no sense, or where they leave no word at all */
  constructor(vocabulary: Vocabulary, tokenizer: Tokenizer, options: ConstraintOptions) {
    const { unknown = false, allow, deny = [], uniqueNgrams } = options;
    const { repetitionPenalty = 1, repetitionWindow = 64 } = options;
    if (!(repetitionPenalty >= 1 && Number.isFinite(repetitionPenalty)))
      throw new ValueError(`repetitionPenalty must be a number from 1, not ${repetitionPenalty}`);
    if (!(Number.isInteger(repetitionWindow) && repetitionWindow >= 0))
      throw new ValueError(`repetitionWindow must be a whole number from 0, not ${repetitionWindow}`);
    if (uniqueNgrams !== undefined && !(Number.isInteger(uniqueNgrams) && uniqueNgrams >= 1))
      throw new ValueError(`uniqueNgrams must be a whole number from 1, not ${uniqueNgrams}`);
    this.logPenalty = Math.log(repetitionPenalty);
    this.window = repetitionWindow;
    this.uniqueNgrams = uniqueNgrams;

    const idsOf = (tokens: Iterable<string>) =>
      Array.from(tokens, (token) => idOfToken(vocabulary, tokenizer, token)).filter((id) => id !== undefined);
    this.mask = new Float64Array(vocabulary.size);
    if (allow !== undefined) {
      this.mask.fill(-Infinity);
      for (const id of [...idsOf(allow), END_ID]) this.mask[id] = 0;
    }
    for (const id of idsOf(deny)) this.mask[id] = -Infinity;
    if (!unknown) this.mask[UNKNOWN_ID] = -Infinity;
    if (!this.mask.some((value, id) => value === 0 && id !== END_ID)) {
      throw new ValueError(
        'no word is left to generate: the vocabulary has none of the allowed words that is not denied',
      );
    }
  }

  /** Whether a token may come at all. */
  allows(id: number): boolean {
    return this.mask[id] === 0;
  }

  /** Logits as the constraints leave them: −∞ for what must not come after `ids`. */
  applyTo(logits: ArrayLike<number>, ids: readonly number[]): Float64Array {
    const result = this.mask.map((value, id) => value + logits[id]!);
    if (this.logPenalty > 0) {
      const recent = new Set(ids.slice(Math.max(0, ids.length - this.window)));
      recent.delete(END_ID);
      for (const id of recent) result[id]! -= this.logPenalty;
    }
    for (const id of this.completed(ids)) if (id !== END_ID) result[id] = -Infinity;
    return result;
  }

  /** The ids that would make the last n − 1 tokens a sequence which has come before. */
  private *completed(ids: readonly number[]): Generator<number> {
    if (this.uniqueNgrams === undefined) return;
    const before = this.uniqueNgrams - 1;
    const last = ids.length - before;
    for (let begin = 0; begin < last; begin++) {
      let same = 0;
      while (same < before && ids[begin + same] === ids[last + same]) same++;
      if (same === before) yield ids[begin + before]!;
    }
  }
}

/**
 * The id of a token that people name: as it stands, else as the tokeniser writes it, lower case where the model has only
 * that. Undefined where the vocabulary does not have it.
 *
 * @throws ValueError when it is more than one token, or none
 */
export function idOfToken(vocabulary: Vocabulary, tokenizer: Tokenizer, name: string): number | undefined {
  const id = vocabulary.idOf(name);
  if (id !== undefined) return id;
  const tokens = tokenizer.tokenize(name);
  if (tokens.length === 1) return vocabulary.idOf(tokens[0]!);
  const what = tokens.length === 0 ? 'no token' : `${tokens.length} tokens (${tokens.join(' | ')})`;
  throw new ValueError(`'${name}' is ${what} for this model: give one token at a time`);
}
