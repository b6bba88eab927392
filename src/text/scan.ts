/**
 * Where the tokens of ASCII text are, straight from its bytes: no string is made and no regular expression run. For all
 * other text, and for the options that rewrite tokens, there is the tokeniser, which gives the same tokens; a test holds
 * the two together.
 */
import type { TokenizerOptions } from './tokenizer.js';

/** What a byte is to the rules of UAX #29, as far as ASCII goes (see ASCII_WORDS in segments.ts). */
const kind = { other: 0, letter: 1, digit: 2, lowLine: 3, space: 4, control: 5, beyond: 6 } as const;

const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => kindOf(byte));
/** Each byte in lower case, and as it is. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte,
);
const SAME = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** Between these two are all signs of ASCII that can be seen. */
const [SPACE, DELETE] = [0x20, 0x7f];
const [APOSTROPHE, COMMA, FULL_STOP, COLON, SEMICOLON] = [0x27, 0x2c, 0x2e, 0x3a, 0x3b];

function kindOf(byte: number): number {
  if (byte >= 0x80) return kind.beyond;
  const sign = String.fromCharCode(byte);
  if (/[A-Za-z]/.test(sign)) return kind.letter;
  if (/[0-9]/.test(sign)) return kind.digit;
  if (sign === '_') return kind.lowLine;
  if (/\s/.test(sign)) return kind.space;
  return /\p{Cc}/u.test(sign) ? kind.control : kind.other;
}

/** Finds the tokens of one text after the other; the arrays are used again for each. */
export class AsciiScanner {
  /** How many tokens the last text had. */
  count = 0;
  /** Token i is the bytes starts[i] … ends[i]−1. */
  starts = new Int32Array(256);
  ends = new Int32Array(256);
  /** What each byte counts as: its lower case where the tokeniser lowers. */
  readonly fold: Uint8Array;
  readonly lowercase: boolean;
  private readonly scanTokens: (bytes: Uint8Array, begin: number, end: number) => boolean;

  private constructor(lowercase: boolean, words: boolean) {
    this.lowercase = lowercase;
    this.fold = lowercase ? LOWER : SAME;
    this.scanTokens = words ? this.scanWords : this.scanRuns;
  }

  /** A scanner for a tokeniser's complete options; undefined where there is none. */
  static for(options: Required<TokenizerOptions>): AsciiScanner | undefined {
    if (options.kind === 'characters' || options.foldNumbers || options.foldUrls) return undefined;
    return new AsciiScanner(options.lowercase, options.kind === 'words');
  }

  /**
   * Finds the tokens of bytes[begin … end).
   *
   * @returns false where the tokeniser must be asked: bytes beyond ASCII, or words that versions of Unicode split
   * differently.
   */
  scan(bytes: Uint8Array, begin: number, end: number): boolean {
    this.count = 0;
    // No text has more tokens than bytes.
    if (end - begin > this.starts.length) {
      this.starts = new Int32Array(2 * (end - begin));
      this.ends = new Int32Array(2 * (end - begin));
    }
    return this.scanTokens(bytes, begin, end);
  }

  private scanRuns(bytes: Uint8Array, begin: number, end: number): boolean {
    const { starts, ends } = this;
    let count = 0;
    let at = begin;
    while (at < end) {
      if (KINDS[bytes[at]!] === kind.space) {
        at++;
        continue;
      }
      const start = at;
      let isVisible = false;
      for (; at < end; at++) {
        const byte = bytes[at]!;
        if (byte > SPACE && byte < DELETE) {
          isVisible = true;
          continue;
        }
        if (KINDS[byte] === kind.space) break;
        if (byte > DELETE) return false;
      }
      starts[count] = start;
      ends[count] = at;
      // The tokeniser drops what cannot be seen.
      if (isVisible) count++;
    }
    this.count = count;
    return true;
  }

  private scanWords(bytes: Uint8Array, begin: number, end: number): boolean {
    const { starts, ends } = this;
    let count = 0;
    let at = begin;
    while (at < end) {
      const found = KINDS[bytes[at]!]!;
      if (found === kind.space || found === kind.control) {
        at++;
        continue;
      }
      if (found === kind.beyond) return false;
      starts[count] = at++;
      if (found !== kind.other) {
        for (;;) {
          while (at < end && isWordPart(KINDS[bytes[at]!]!)) at++;
          if (at + 1 >= end) break;
          const before = KINDS[bytes[at - 1]!]!;
          const after = KINDS[bytes[at + 1]!]!;
          if (before !== after) break;
          if (before === kind.letter && bytes[at] === COLON) return false;
          if (!joins(bytes[at]!, before)) break;
          at++;
        }
      }
      ends[count++] = at;
    }
    this.count = count;
    return true;
  }
}

function isWordPart(found: number): boolean {
  return found >= kind.letter && found <= kind.lowLine;
}

/** Whether a sign joins two letters, or two digits. */
function joins(sign: number, between: number): boolean {
  if (between !== kind.letter && between !== kind.digit) return false;
  if (sign === APOSTROPHE || sign === FULL_STOP) return true;
  return between === kind.digit && (sign === COMMA || sign === SEMICOLON);
}
