/**
 * The tokens of a text as hashes, without a string for each.
 *
 * A text is hashed to 64 bits in two halves, each a polynomial in its UTF-16 units modulo 2³²: h(s) = Σ sᵢ B^(n−1−i). Such
 * a hash of two texts one after the other follows from the hashes of both, h(s t) = h(s) B^|t| + h(t), so sequences of
 * words cost a multiplication each. Of a million features two share a hash with probability 3 · 10⁻⁸.
 */

import { characterNgrams, type Tokenizer } from '../../text/index.js';
import { AsciiScanner } from '../../text/scan.js';
import { CHARACTER_MARK, type FeatureOptions, SUBWORD_MARK, UNSPACED } from './features.js';

export const BASE_HIGH = 0x01000193;
export const BASE_LOW = 0x9e3779b1 | 0;

/** Tokens whose pieces are kept; when they are too many, all are forgotten. */
const CACHE_SIZE = 200_000;
/** Powers of the bases that are kept: most tokens are shorter. */
const POWERS = 64;
const POWERS_HIGH = powersOf(BASE_HIGH);
const POWERS_LOW = powersOf(BASE_LOW);

const CHARACTERS = Array.from({ length: 128 }, (_, unit) => String.fromCharCode(unit));

const NO_PIECES = new Int32Array(0);
const NO_CHARACTERS: readonly string[] = [];

/** What cannot be told from a token's hash alone, and is dear to find. */
interface TokenParts {
  /** Hashes of the token's pieces, high and low in turn. */
  readonly pieces: Int32Array;
  /** Its characters, where it is of an unspaced script; else empty. */
  readonly characters: readonly string[];
}

const NO_PARTS: TokenParts = { pieces: NO_PIECES, characters: NO_CHARACTERS };

/** Hashes the tokens of one text after the other; the arrays are used again for each. */
export class TokenHashes {
  /** How many tokens the last text had. */
  count = 0;
  high = new Int32Array(256);
  low = new Int32Array(256);
  /** B^|token|; where there are sequences of tokens */
  powerHigh = new Int32Array(256);
  powerLow = new Int32Array(256);
  /** Pieces and characters of each token; no entries where tokens have none. */
  parts: TokenParts[] = [];
  private readonly options: FeatureOptions;
  private readonly tokenizer: Tokenizer;
  private readonly scanner: AsciiScanner | undefined;
  private readonly encoder = new TextEncoder();
  private bytes = new Uint8Array(4096);
  private readonly cache = new Map<string, TokenParts>();
  /** The tokens of the last text as strings, or undefined where they were scanned. */
  private strings: readonly string[] | undefined;
  private scanned: Uint8Array = this.bytes;

  constructor(options: FeatureOptions, tokenizer: Tokenizer) {
    this.options = options;
    this.tokenizer = tokenizer;
    // Pieces of words are made of strings; in ASCII there is no unspaced script.
    this.scanner = options.subwords === null ? AsciiScanner.for(tokenizer.options) : undefined;
  }

  readText(text: string): void {
    if (this.scanner !== undefined) {
      if (text.length > this.bytes.length) this.bytes = new Uint8Array(2 * text.length);
      const { read, written } = this.encoder.encodeInto(text, this.bytes);
      if (read === written && read === text.length && this.scanBytes(this.bytes, 0, written)) return;
    }
    this.readTokens(this.tokenizer.tokenize(text));
  }

  /** The same for UTF-8 bytes[begin … end). @param decode makes their text, where bytes are not enough */
  readBytes(bytes: Uint8Array, begin: number, end: number, decode: () => string): void {
    if (!this.scanBytes(bytes, begin, end)) this.readTokens(this.tokenizer.tokenize(decode()));
  }

  /** For tokens that are at hand as strings. */
  readTokens(tokens: readonly string[]): void {
    const { subwords, characterNgrams: characters } = this.options;
    const count = tokens.length;
    this.reserve(count);
    this.count = count;
    this.strings = tokens;
    const hasParts = subwords !== null || characters > 0;
    if (this.parts.length > 0) this.parts = [];
    for (let i = 0; i < count; i++) {
      const token = tokens[i]!;
      this.high[i] = polynomial(token, BASE_HIGH);
      this.low[i] = polynomial(token, BASE_LOW);
      this.powerHigh[i] = powerOf(BASE_HIGH, POWERS_HIGH, token.length);
      this.powerLow[i] = powerOf(BASE_LOW, POWERS_LOW, token.length);
      if (hasParts) this.parts.push(this.partsOf(token));
    }
  }

  /** Token i of the last text, as a string. */
  tokenAt(i: number): string {
    if (this.strings !== undefined) return this.strings[i]!;
    const { starts, ends, fold } = this.scanner!;
    const [start, end] = [starts[i]!, ends[i]!];
    let token = '';
    for (let at = start; at < end; at++) token += CHARACTERS[fold[this.scanned[at]!]!]!;
    return token;
  }

  private scanBytes(bytes: Uint8Array, begin: number, end: number): boolean {
    const { scanner } = this;
    if (scanner === undefined || !scanner.scan(bytes, begin, end)) return false;
    const { count, starts, ends, fold } = scanner;
    this.reserve(count);
    this.count = count;
    this.strings = undefined;
    this.scanned = bytes;
    if (this.parts.length > 0) this.parts = [];
    const { high, low, powerHigh, powerLow } = this;
    const { lowercase } = scanner;
    for (let i = 0; i < count; i++) {
      const start = starts[i]!;
      const stop = ends[i]!;
      let h = 0;
      let l = 0;
      if (lowercase) {
        for (let at = start; at < stop; at++) {
          const unit = fold[bytes[at]!]!;
          h = (Math.imul(h, BASE_HIGH) + unit) | 0;
          l = (Math.imul(l, BASE_LOW) + unit) | 0;
        }
      } else {
        for (let at = start; at < stop; at++) {
          h = (Math.imul(h, BASE_HIGH) + bytes[at]!) | 0;
          l = (Math.imul(l, BASE_LOW) + bytes[at]!) | 0;
        }
      }
      high[i] = h;
      low[i] = l;
    }
    if (this.options.wordNgrams === 1) return true;
    for (let i = 0; i < count; i++) {
      powerHigh[i] = powerOf(BASE_HIGH, POWERS_HIGH, ends[i]! - starts[i]!);
      powerLow[i] = powerOf(BASE_LOW, POWERS_LOW, ends[i]! - starts[i]!);
    }
    return true;
  }

  private reserve(count: number): void {
    if (count <= this.high.length) return;
    this.high = new Int32Array(2 * count);
    this.low = new Int32Array(2 * count);
    this.powerHigh = new Int32Array(2 * count);
    this.powerLow = new Int32Array(2 * count);
  }

  private partsOf(token: string): TokenParts {
    const known = this.cache.get(token);
    if (known !== undefined) return known;
    if (this.cache.size >= CACHE_SIZE) this.cache.clear();
    const { subwords, characterNgrams: characters } = this.options;
    const unspaced = characters > 0 && UNSPACED.test(token);
    const parts: TokenParts = unspaced
      ? { pieces: NO_PIECES, characters: [...token] }
      : subwords === null
        ? NO_PARTS
        : { pieces: hashAll(characterNgrams(token, ...subwords)), characters: NO_CHARACTERS };
    this.cache.set(token, parts);
    return parts;
  }
}

/** h(text), continued from the hash of what stands before it. */
export function polynomial(text: string, base: number, before = 0): number {
  let hash = before;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, base) + text.charCodeAt(i)) | 0;
  return hash;
}

/** Marks the hashes of characters, so that they differ from words of one character. */
export const CHARACTER_UNIT = CHARACTER_MARK.charCodeAt(0);

function hashAll(pieces: readonly string[]): Int32Array {
  const hashes = new Int32Array(2 * pieces.length);
  pieces.forEach((piece, i) => {
    hashes[2 * i] = polynomial(SUBWORD_MARK + piece, BASE_HIGH);
    hashes[2 * i + 1] = polynomial(SUBWORD_MARK + piece, BASE_LOW);
  });
  return hashes;
}

function powersOf(base: number): Int32Array {
  const powers = new Int32Array(POWERS);
  let power = 1;
  for (let i = 0; i < POWERS; i++) {
    powers[i] = power;
    power = Math.imul(power, base);
  }
  return powers;
}

function powerOf(base: number, powers: Int32Array, exponent: number): number {
  if (exponent < POWERS) return powers[exponent]!;
  let power = powers[POWERS - 1]!;
  for (let i = POWERS - 1; i < exponent; i++) power = Math.imul(power, base);
  return power;
}
