/** Vocabularies: token ↔ number, with the counts of the text they were made from. */
import { FormatError, ValueError } from '../base/errors.js';

export interface VocabularyOptions {
  /** Tokens seen less often than this are left out. Default 1: all stay. */
  readonly minimumCount?: number;
  /** At most this many entries, special tokens included; the rarest are left out. Default: no limit. */
  readonly maximumSize?: number;
  /** Tokens that get the first ids, in this order, whatever their counts. Default: `['<unk>']`. */
  readonly specialTokens?: readonly string[];
  /** Which special token stands for unknown ones. Default: `<unk>` if it is among the special tokens, else none. */
  readonly unknownToken?: string;
}

/** What `JSON.stringify` makes of a vocabulary. `tokens[i]` has id i and was seen `counts[i]` times. */
export interface VocabularyJson {
  readonly tokens: readonly string[];
  readonly counts: readonly number[];
  /** How many of the first tokens are special. */
  readonly specialCount: number;
  readonly unknownToken: string | null;
}

export const UNKNOWN_TOKEN = '<unk>';

/**
 * An immutable vocabulary. Special tokens come first, then all others by falling count; equal counts are ordered by
 * UTF-16 code units, so the same text gives the same ids on every machine.
 *
 * @example
 * const vocabulary = new VocabularyBuilder().add(['a', 'rose', 'is', 'a', 'rose']).build();
 * vocabulary.encode(['a', 'tulip']);  // Int32Array [1, 0]: 0 is <unk>
 */
export class Vocabulary {
  readonly size: number;
  /** How many special tokens there are; they have the ids 0 … specialCount−1. */
  readonly specialCount: number;
  /** The id of the unknown token, or undefined when there is none. */
  readonly unknownId: number | undefined;
  /** How many tokens the text had: the sum of all counts, left-out tokens included when there is an unknown token. */
  readonly totalCount: number;
  private readonly tokens: readonly string[];
  private readonly counts: readonly number[];
  /** Token → id; made when it is first asked for. */
  private known: ReadonlyMap<string, number> | undefined;

  private constructor(json: VocabularyJson) {
    this.tokens = json.tokens;
    this.counts = json.counts;
    this.size = json.tokens.length;
    this.specialCount = json.specialCount;
    this.unknownId = json.unknownToken === null ? undefined : json.tokens.indexOf(json.unknownToken);
    this.totalCount = json.counts.reduce((sum, count) => sum + count, 0);
  }

  /**
   * Makes a vocabulary from token counts. The occurrences of tokens left out are counted for the unknown token.
   *
   * @throws ValueError when an option is out of range, or a special token is given twice.
   */
  static fromCounts(counts: ReadonlyMap<string, number>, options: VocabularyOptions = {}): Vocabulary {
    const {
      minimumCount = 1,
      maximumSize = Number.POSITIVE_INFINITY,
      specialTokens = [UNKNOWN_TOKEN],
    } = options;
    const unknownToken =
      options.unknownToken ?? (specialTokens.includes(UNKNOWN_TOKEN) ? UNKNOWN_TOKEN : null);
    checkOptions(minimumCount, maximumSize, specialTokens, unknownToken);

    const special = new Set(specialTokens);
    const ordinary = [...counts.keys()].filter((token) => !special.has(token));
    const ordinaryCounts = ordinary.map((token) => counts.get(token)!);
    const kept = rankTokens(ordinary, ordinaryCounts, {
      minimumCount,
      maximumSize: maximumSize - specialTokens.length,
    });
    const tokens = [...specialTokens, ...Array.from(kept, (i) => ordinary[i]!)];
    const tokenCounts = [
      ...specialTokens.map((token) => counts.get(token) ?? 0),
      ...Array.from(kept, (i) => ordinaryCounts[i]!),
    ];
    if (unknownToken !== null) {
      const all = sum(counts.values());
      tokenCounts[tokens.indexOf(unknownToken)]! += all - sum(tokenCounts);
    }
    return new Vocabulary({ tokens, counts: tokenCounts, specialCount: specialTokens.length, unknownToken });
  }

  /** A vocabulary without special tokens, of tokens that are all different and in their order. */
  static ordered(tokens: readonly string[], counts: readonly number[]): Vocabulary {
    return new Vocabulary({ tokens, counts, specialCount: 0, unknownToken: null });
  }

  /** @throws FormatError when `json` is not what `toJSON` gives. */
  static fromJSON(json: unknown): Vocabulary {
    const { tokens, counts, specialCount, unknownToken } = (json ?? {}) as Partial<VocabularyJson>;
    const sound =
      isArrayOf(tokens, (token): token is string => typeof token === 'string') &&
      isArrayOf(counts, (count): count is number => Number.isSafeInteger(count) && (count as number) >= 0) &&
      tokens.length === counts.length &&
      Number.isInteger(specialCount) &&
      specialCount! >= 0 &&
      specialCount! <= tokens.length &&
      (unknownToken === null || tokens.slice(0, specialCount).includes(unknownToken!));
    const vocabulary = sound
      ? new Vocabulary({ tokens, counts, specialCount: specialCount!, unknownToken: unknownToken! })
      : undefined;
    if (vocabulary === undefined || vocabulary.ids.size !== vocabulary.size)
      throw new FormatError('this is not a vocabulary: its tokens, counts and special tokens do not agree');
    return vocabulary;
  }

  toJSON(): VocabularyJson {
    const unknownToken = this.unknownId === undefined ? null : this.tokens[this.unknownId]!;
    return { tokens: this.tokens, counts: this.counts, specialCount: this.specialCount, unknownToken };
  }

  has(token: string): boolean {
    return this.ids.has(token);
  }

  /** The id of a token, or undefined when it is not in the vocabulary. */
  idOf(token: string): number | undefined {
    return this.ids.get(token);
  }

  /** @throws ValueError when there is no such id. */
  tokenOf(id: number): string {
    return this.tokens[this.checkedId(id)]!;
  }

  /** How often the token was seen. @throws ValueError when there is no such id. */
  countOf(id: number): number {
    return this.counts[this.checkedId(id)]!;
  }

  /** The tokens in the order of their ids. */
  entries(): readonly string[] {
    return this.tokens;
  }

  /** The ids of tokens. Unknown tokens get the unknown id; without an unknown token they are left out. */
  encode(tokens: readonly string[]): Int32Array {
    const ids = new Int32Array(tokens.length);
    let length = 0;
    for (const token of tokens) {
      const id = this.ids.get(token) ?? this.unknownId;
      if (id !== undefined) ids[length++] = id;
    }
    return length === ids.length ? ids : ids.slice(0, length);
  }

  /** The tokens of ids. @throws ValueError when an id is out of range. */
  decode(ids: ArrayLike<number>): string[] {
    return Array.from(ids, (id) => this.tokenOf(id));
  }

  /** How many of the tokens are not in the vocabulary (the unknown token itself counts as such). */
  countUnknown(tokens: readonly string[]): number {
    let unknown = 0;
    for (const token of tokens) {
      const id = this.ids.get(token);
      if (id === undefined || id === this.unknownId) unknown++;
    }
    return unknown;
  }

  private get ids(): ReadonlyMap<string, number> {
    if (this.known === undefined) {
      const ids = new Map<string, number>();
      for (let id = 0; id < this.tokens.length; id++) ids.set(this.tokens[id]!, id);
      this.known = ids;
    }
    return this.known;
  }

  private checkedId(id: number): number {
    if (!Number.isInteger(id) || id < 0 || id >= this.size) {
      throw new ValueError(`there is no token ${id}: the vocabulary has the ids 0 to ${this.size - 1}`);
    }
    return id;
  }
}

/** Counts tokens as they stream by, then builds a vocabulary. */
export class VocabularyBuilder {
  private readonly counts = new Map<string, number>();

  /** Counts each token once. Returns the builder. */
  add(tokens: Iterable<string>): this {
    for (const token of tokens) this.counts.set(token, (this.counts.get(token) ?? 0) + 1);
    return this;
  }

  /** How many different tokens have been seen. */
  get distinct(): number {
    return this.counts.size;
  }

  /** @throws ValueError as `Vocabulary.fromCounts` does. */
  build(options: VocabularyOptions = {}): Vocabulary {
    return Vocabulary.fromCounts(this.counts, options);
  }
}

/**
 * The places of tokens in a vocabulary's order: by falling count, equal counts by UTF-16 code units; without those seen
 * less often than `minimumCount`, and at most `maximumSize` of them.
 */
export function rankTokens(
  tokens: readonly string[],
  counts: readonly number[],
  { minimumCount, maximumSize }: { readonly minimumCount: number; readonly maximumSize: number },
): Int32Array {
  const least = Math.max(minimumCount, 1);
  const places = Int32Array.from(tokens.keys()).filter((i) => counts[i]! >= least);
  places.sort((a, b) => counts[b]! - counts[a]! || (tokens[a]! < tokens[b]! ? -1 : 1));
  return places.subarray(0, Math.min(places.length, Math.max(0, maximumSize)));
}

function checkOptions(
  minimumCount: number,
  maximumSize: number,
  specialTokens: readonly string[],
  unknownToken: string | null,
): void {
  if (!(minimumCount >= 0)) throw new ValueError(`minimumCount must be 0 or more, not ${minimumCount}`);
  if (!(maximumSize >= specialTokens.length)) {
    throw new ValueError(
      `maximumSize is ${maximumSize}, but the ${specialTokens.length} special tokens alone need more: raise it`,
    );
  }
  if (new Set(specialTokens).size !== specialTokens.length) {
    throw new ValueError(`a special token is given twice: ${specialTokens.join(', ')}`);
  }
  if (unknownToken !== null && !specialTokens.includes(unknownToken)) {
    throw new ValueError(`the unknown token ${unknownToken} must be one of the special tokens`);
  }
}

function isArrayOf<T>(value: unknown, holds: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(holds);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
