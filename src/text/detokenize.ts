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
  if (kind === 'characters') return tokens.join('');
  if (kind === 'whitespace') return tokens.join(' ');
  let text = '';
  let glued = true;
  const openQuotes = new Set<string>();
  for (const token of tokens) {
    const quote = token === '"' || token === "'";
    const closing = quote && openQuotes.has(token);
    const opening = quote && !closing;
    const leansLeft = closing || JOINS.test(token) || (!opening && LEANS_LEFT.test(token));
    text += glued || leansLeft || unspaced(text, token) ? token : ` ${token}`;
    glued = opening || JOINS.test(token) || LEANS_RIGHT.test(token);
    if (opening) openQuotes.add(token);
    if (closing) openQuotes.delete(token);
  }
  return text;
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
