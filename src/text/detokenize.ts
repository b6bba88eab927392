/** Tokens → text to show to people. */
import type { TokenizerKind } from './tokenizer.js';

/** Signs that lean on the word before them. */
const LEANS_LEFT = /^[\p{Pe}\p{Pf}.,;:!?%‰°…、。，；：！？·々]/u;
/** Signs that lean on the word after them. */
const LEANS_RIGHT = /[\p{Ps}\p{Pi}¿¡$£€¥#@]$/u;
/** Signs that stand between two words without spaces. */
const JOINS = /^(?:[-‐‑/\\_+=&*^~|]|\/\/)$/;
/** Scripts that are written without spaces between words, and their punctuation. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u3000-\u303f\uff00-\uffef]/u;

/**
 * Joins tokens for display. For `words`, spaces before punctuation are left out, straight quotes open and close in
 * turn, and scripts written without spaces get none; what the text looked like before is a guess, and a good one for
 * prose. For `whitespace` the tokens are joined by spaces, for `characters` by nothing.
 *
 * @example
 * detokenize(['well', ',', 'yes', '!'], 'words'); // 'well, yes!'
 */
export function detokenize(tokens: readonly string[], kind: TokenizerKind): string {
  const detokenizer = new Detokenizer(kind);
  return tokens.map((token) => detokenizer.add(token)).join('');
}

/**
 * The same token by token, for text that is shown while it is made: a token never changes what stands before it.
 *
 * @example
 * const detokenizer = new Detokenizer('words');
 * ['well', ',', 'yes'].map((token) => detokenizer.add(token)); // ['well', ',', ' yes']
 */
export class Detokenizer {
  private readonly kind: TokenizerKind;
  private isEmpty = true;
  /** Whether the next token stands close to the last. */
  private glued = true;
  private lastToken = '';
  private readonly openQuotes = new Set<string>();

  constructor(kind: TokenizerKind) {
    this.kind = kind;
  }

  /** What the text grows by: the token, and the space before it where there is one. */
  add(token: string): string {
    const isFirst = this.isEmpty;
    this.isEmpty = false;
    if (this.kind === 'characters') return token;
    if (this.kind === 'whitespace') return isFirst ? token : ` ${token}`;
    return this.isClose(token) ? token : ` ${token}`;
  }

  /** Whether a token stands close to the one before; remembers what it does to the next. */
  private isClose(token: string): boolean {
    const { glued, lastToken, openQuotes } = this;
    const quote = token === '"' || token === "'";
    const closing = quote && openQuotes.has(token);
    const opening = quote && !closing;
    const leansLeft = closing || JOINS.test(token) || (!opening && LEANS_LEFT.test(token));
    this.glued = opening || JOINS.test(token) || LEANS_RIGHT.test(token);
    this.lastToken = token;
    if (opening) openQuotes.add(token);
    if (closing) openQuotes.delete(token);
    return glued || leansLeft || unspaced(lastToken, token);
  }
}

function unspaced(before: string, after: string): boolean {
  return UNSPACED.test(lastCharacter(before)) || UNSPACED.test(firstCharacter(after));
}

function firstCharacter(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0x20);
}

function lastCharacter(text: string): string {
  const low = text.charCodeAt(text.length - 1);
  const isPair = low >= 0xdc00 && low <= 0xdfff;
  return text.slice(isPair ? -2 : -1);
}
