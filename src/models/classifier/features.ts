/**
 * From text to the features that a classifier counts on: words, neighbouring words, pieces of words, and characters of
 * scripts that are written without spaces. Each feature knows which words of the text it came from, so that what the
 * network makes of it can be told in words.
 */
import {
  characterNgrams,
  createTokenizer,
  type Tokenizer,
  type TokenizerOptions,
  type TokenSpan,
} from '../../text/index.js';

export interface FeatureOptions {
  readonly tokenizer: TokenizerOptions;
  /** Longest sequence of words that is one feature; 1: words alone. */
  readonly wordNgrams: number;
  /** Shortest and longest pieces of words in characters, over `<word>`; null: none. */
  readonly subwords: readonly [number, number] | null;
  /** Longest sequence of Han, kana and Thai characters that is one feature, beside the words; 0: none. */
  readonly characterNgrams: number;
}

/** A feature as a string, and the tokens (first, one past the last) that it stands for. */
export interface Feature {
  readonly text: string;
  readonly begin: number;
  readonly end: number;
}

/** Scripts whose words are not set apart by spaces: segmentation is a guess there, characters are not. */
export const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+$/u;

/** Marks that keep the kinds of features apart; the marks cannot occur in tokens, which hold no white space. */
export const NGRAM_JOINT = ' ';
export const SUBWORD_MARK = '\t';
export const CHARACTER_MARK = '\n';

export class FeatureExtractor {
  readonly options: FeatureOptions;
  readonly tokenizer: Tokenizer;

  constructor(options: FeatureOptions) {
    this.options = options;
    this.tokenizer = createTokenizer(options.tokenizer);
  }

  /** Calls `take` with every feature of the text, in a fixed order. */
  forEach(tokens: readonly string[], take: (text: string, begin: number, end: number) => void): void {
    const { wordNgrams, subwords } = this.options;
    const characters = this.options.characterNgrams > 0;
    for (let begin = 0; begin < tokens.length; begin++) {
      let ngram = tokens[begin]!;
      take(ngram, begin, begin + 1);
      for (let end = begin + 2; end <= Math.min(tokens.length, begin + wordNgrams); end++) {
        ngram += NGRAM_JOINT + tokens[end - 1]!;
        take(ngram, begin, end);
      }
      // Scripts without spaces have their characters as features already.
      if (subwords !== null && !(characters && UNSPACED.test(tokens[begin]!))) {
        for (const piece of characterNgrams(tokens[begin]!, ...subwords))
          take(SUBWORD_MARK + piece, begin, begin + 1);
      }
    }
    if (characters) this.forEachCharacterNgram(tokens, take);
  }

  /** The features of a text with the places of its tokens, for explanations. */
  explainable(text: string): { tokens: TokenSpan[]; features: Feature[] } {
    const tokens = this.tokenizer.tokenizeWithOffsets(text);
    const features: Feature[] = [];
    this.forEach(
      tokens.map(({ token }) => token),
      (feature, begin, end) => features.push({ text: feature, begin, end }),
    );
    return { tokens, features };
  }

  /** Sequences of characters within runs of unspaced script, across the borders of words. */
  private forEachCharacterNgram(
    tokens: readonly string[],
    take: (text: string, begin: number, end: number) => void,
  ): void {
    const longest = this.options.characterNgrams;
    let run: { character: string; token: number }[] = [];
    const finishRun = () => {
      for (let i = 0; i < run.length; i++) {
        let ngram = CHARACTER_MARK;
        for (let length = 1; length <= longest && i + length <= run.length; length++) {
          const last = run[i + length - 1]!;
          ngram += last.character;
          take(ngram, run[i]!.token, last.token + 1);
        }
      }
      run = [];
    };
    tokens.forEach((token, index) => {
      if (UNSPACED.test(token)) for (const character of token) run.push({ character, token: index });
      else finishRun();
    });
    finishRun();
  }
}

const LETTER = /\p{L}/u;

function isAsciiLetter(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
}

/** Share of the letters of some texts that belong to unspaced scripts. */
export function unspacedShare(texts: Iterable<string>): number {
  let letters = 0;
  let unspaced = 0;
  for (const text of texts) {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      // Most characters of most texts need no table of Unicode.
      if (unit < 0x80) {
        if (isAsciiLetter(unit)) letters++;
        continue;
      }
      const character = String.fromCodePoint(text.codePointAt(i)!);
      if (character.length === 2) i++;
      if (!LETTER.test(character)) continue;
      letters++;
      if (UNSPACED.test(character)) unspaced++;
    }
  }
  return letters === 0 ? 0 : unspaced / letters;
}

/** Whether a feature is one word: not a sequence, not a piece. */
export function isSingleWord(feature: string): boolean {
  if (feature === NGRAM_JOINT) return true;
  return (
    !feature.includes(NGRAM_JOINT) && !feature.startsWith(SUBWORD_MARK) && !feature.startsWith(CHARACTER_MARK)
  );
}
