/**
 * Tokenisers: text → tokens. A tokeniser is known by its options alone, which are plain JSON, so that a model file
 * holds them and a loaded model splits text exactly as the trained one did.
 */
import { ValueError } from '../base/errors.js';
import { isAscii, RUNS, splitGraphemes, splitWords } from './segments.js';

/**
 * - `words`: words of any language (`Intl.Segmenter`); punctuation and emoji are tokens, white space is dropped.
 * - `whitespace`: whatever stands between white space; for corpora that are tokenised already.
 * - `characters`: Unicode code points. Code points rather than grapheme clusters: their number stays small, any
 *   text can be spelt with them (a flag or a family emoji is a sequence of common signs, not one rare sign), and
 *   joining the tokens gives the text again. A line end (LF, CR, CR LF) is one `\n` token, any other white space
 *   one space token.
 */
export type TokenizerKind = 'words' | 'whitespace' | 'characters';

/** How to split and tidy text. Plain JSON. */
export interface TokenizerOptions {
  readonly kind: TokenizerKind;
  /** Lower-case tokens. Default: true for words, false for the others. */
  readonly lowercase?: boolean;
  /** Bring text to Unicode normalisation form C, so that é is é however it was typed. Default true. */
  readonly normalize?: boolean;
  /** Replace numbers (`42`, `3,000.50`) by `<number>`. Default false. Not for characters. */
  readonly foldNumbers?: boolean;
  /** Replace web addresses by `<url>` and e-mail addresses by `<email>`. Default false. Not for characters. */
  readonly foldUrls?: boolean;
}

/** A token and the part of the original text it came from: UTF-16 units `start` up to, not including, `end`. */
export interface TokenSpan {
  readonly token: string;
  readonly start: number;
  readonly end: number;
}

export interface Tokenizer {
  /** The options with every default filled in. */
  readonly options: Required<TokenizerOptions>;
  tokenize(text: string): string[];
  /**
   * The same tokens with their places, for explanations. Where normalisation changed a run of text in a way that
   * cannot be traced back, the tokens of that run all get the place of the whole run.
   */
  tokenizeWithOffsets(text: string): TokenSpan[];
}

export const NUMBER_TOKEN = '<number>';
export const URL_TOKEN = '<url>';
export const EMAIL_TOKEN = '<email>';

/** A part of a normalised run and the token it becomes; an empty token is dropped. */
interface Piece {
  readonly source: string;
  readonly token: string;
}

const NUMBER = /^\p{Nd}+(?:['.,:;]\p{Nd}+)*$/u;
const INVISIBLE = /^[\p{Cc}\p{Cf}]+$/u;
// The lengths are bounded (RFC 5321, RFC 1035) so that hostile text cannot make the search quadratic.
const ADDRESS =
  /((?:https?:\/\/|www\.)[\x21-\x7e]*[\w/])|([\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,63})/gi;

const CACHE_SIZE = 65_536;
const LONGEST_CACHED = 32;

/**
 * Makes a tokeniser.
 *
 * @example
 * createTokenizer({ kind: 'words' }).tokenize("Don't panic: 3.5 GB! 你好");
 * // ["don't", 'panic', ':', '3.5', 'gb', '!', '你好']
 *
 * @throws ValueError for an unknown kind or option, or one that the kind does not have.
 */
export function createTokenizer(options: TokenizerOptions): Tokenizer {
  const complete = completeOptions(options);
  return complete.kind === 'characters' ? new CharacterTokenizer(complete) : new RunTokenizer(complete);
}

function completeOptions(options: TokenizerOptions): Required<TokenizerOptions> {
  const { kind } = options;
  if (kind !== 'words' && kind !== 'whitespace' && kind !== 'characters') {
    throw new ValueError(`there is no tokenizer '${kind}': use words, whitespace or characters`);
  }
  const complete: Required<TokenizerOptions> = {
    kind,
    lowercase: options.lowercase ?? kind === 'words',
    normalize: options.normalize ?? true,
    foldNumbers: options.foldNumbers ?? false,
    foldUrls: options.foldUrls ?? false,
  };
  for (const [name, value] of Object.entries(options)) {
    if (!(name in complete)) throw new ValueError(`a tokenizer has no option '${name}'`);
    if (name !== 'kind' && value !== undefined && typeof value !== 'boolean') {
      throw new ValueError(`the tokenizer option '${name}' must be true or false, not ${value}`);
    }
  }
  if (kind === 'characters' && (complete.foldNumbers || complete.foldUrls)) {
    throw new ValueError('a character tokenizer cannot fold numbers or addresses: leave the option out');
  }
  return complete;
}

/** Words and whitespace: the text is cut at white space, and each run is split on its own. */
class RunTokenizer implements Tokenizer {
  readonly options: Required<TokenizerOptions>;
  // Words repeat, so most runs have been split before.
  private readonly cache = new Map<string, readonly string[]>();

  constructor(options: Required<TokenizerOptions>) {
    this.options = options;
  }

  tokenize(text: string): string[] {
    const tokens: string[] = [];
    for (const run of text.match(RUNS) ?? []) {
      for (const token of this.runTokens(run)) tokens.push(token);
    }
    return tokens;
  }

  tokenizeWithOffsets(text: string): TokenSpan[] {
    const spans: TokenSpan[] = [];
    for (const match of text.matchAll(RUNS)) {
      const run = match[0];
      const normalized = this.normalized(run);
      for (const { token, start, end } of placePieces(this.pieces(normalized), normalized, run)) {
        if (token !== '') spans.push({ token, start: match.index + start, end: match.index + end });
      }
    }
    return spans;
  }

  private runTokens(run: string): readonly string[] {
    if (run.length > LONGEST_CACHED) return this.splitRun(run);
    let tokens = this.cache.get(run);
    if (tokens === undefined) {
      tokens = this.splitRun(run);
      if (this.cache.size >= CACHE_SIZE) this.cache.clear();
      this.cache.set(run, tokens);
    }
    return tokens;
  }

  private splitRun(run: string): string[] {
    const tokens: string[] = [];
    for (const { token } of this.pieces(this.normalized(run))) if (token !== '') tokens.push(token);
    return tokens;
  }

  private normalized(run: string): string {
    return this.options.normalize && !isAscii(run) ? run.normalize('NFC') : run;
  }

  /** Pieces that, joined by their sources, give the run. */
  private pieces(run: string): Piece[] {
    const pieces: Piece[] = [];
    let position = 0;
    if (this.options.foldUrls) {
      for (const match of run.matchAll(ADDRESS)) {
        this.addPieces(run.slice(position, match.index), pieces);
        pieces.push({ source: match[0], token: match[1] === undefined ? EMAIL_TOKEN : URL_TOKEN });
        position = match.index + match[0].length;
      }
    }
    this.addPieces(position === 0 ? run : run.slice(position), pieces);
    return pieces;
  }

  private addPieces(text: string, pieces: Piece[]): void {
    if (text === '') return;
    if (this.options.kind === 'whitespace') {
      pieces.push({ source: text, token: this.fold(text) });
    } else {
      for (const word of splitWords(text)) pieces.push({ source: word, token: this.fold(word) });
    }
  }

  private fold(word: string): string {
    if (INVISIBLE.test(word)) return '';
    if (this.options.foldNumbers && NUMBER.test(word)) return NUMBER_TOKEN;
    return this.options.lowercase ? word.toLowerCase() : word;
  }
}

const CHARACTERS = /\r\n|[\s\S]/gu;
const LINE_END = /[\r\n]/;
const WHITE_SPACE = /\s/;

class CharacterTokenizer implements Tokenizer {
  readonly options: Required<TokenizerOptions>;

  constructor(options: Required<TokenizerOptions>) {
    this.options = options;
  }

  tokenize(text: string): string[] {
    return this.characters(this.options.normalize ? text.normalize('NFC') : text).map(({ token }) => token);
  }

  tokenizeWithOffsets(text: string): TokenSpan[] {
    const normalized = this.options.normalize ? text.normalize('NFC') : text;
    return placePieces(this.characters(normalized), normalized, text);
  }

  private characters(text: string): Piece[] {
    return (text.match(CHARACTERS) ?? []).map((source) => {
      if (LINE_END.test(source)) return { source, token: '\n' };
      if (WHITE_SPACE.test(source)) return { source, token: ' ' };
      return { source, token: this.options.lowercase ? source.toLowerCase() : source };
    });
  }
}

/** Gives pieces, whose sources make up `normalized`, their places in the original text. */
function placePieces(pieces: readonly Piece[], normalized: string, original: string): TokenSpan[] {
  const trace = normalized === original ? undefined : traceNormalization(original);
  const traceable = trace === undefined || trace.normalized === normalized;
  let position = 0;
  return pieces.map(({ source, token }) => {
    const from = position;
    position += source.length;
    if (!traceable) return { token, start: 0, end: original.length };
    return { token, start: trace?.starts[from] ?? from, end: trace?.ends[position - 1] ?? position };
  });
}

/**
 * Normalises a text grapheme by grapheme, and notes for each UTF-16 unit of the result where the grapheme it came
 * from starts and ends. In rare cases the result differs from the text normalised as a whole.
 */
function traceNormalization(original: string): { normalized: string; starts: number[]; ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  let normalized = '';
  let position = 0;
  for (const grapheme of splitGraphemes(original)) {
    const form = grapheme.normalize('NFC');
    for (let i = 0; i < form.length; i++) {
      starts.push(form === grapheme ? position + i : position);
      ends.push(form === grapheme ? position + i + 1 : position + grapheme.length);
    }
    normalized += form;
    position += grapheme.length;
  }
  return { normalized, starts, ends };
}
