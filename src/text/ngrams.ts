/**
 * N-gram features: sequences of words, and pieces of words. As strings, or hashed into a fixed number of buckets so
 * that no table of n-grams has to be kept (Weinberger et al. 2009, "Feature hashing for large scale multitask
 * learning"; Bojanowski et al. 2017, "Enriching word vectors with subword information").
 */
import { ValueError } from '../base/errors.js';

const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const SPACE = 0x20;

/** 32-bit FNV-1a over the UTF-8 bytes of a text: h ← (h xor byte) · 16777619, from h = 2166136261. */
export function fnv1a32(text: string): number {
  return hashOnto(FNV_BASIS, text);
}

/**
 * All sequences of 2 to `order` neighbouring tokens, each joined by spaces; for each start the shorter ones first.
 *
 * @example
 * wordNgrams(['not', 'so', 'good'], 3); // ['not so', 'not so good', 'so good']
 */
export function wordNgrams(tokens: readonly string[], order: number): string[] {
  const ngrams: string[] = [];
  for (let start = 0; start < tokens.length; start++) {
    let ngram = tokens[start]!;
    const end = Math.min(tokens.length, start + order);
    for (let next = start + 1; next < end; next++) {
      ngram += ` ${tokens[next]}`;
      ngrams.push(ngram);
    }
  }
  return ngrams;
}

/**
 * The buckets of `wordNgrams(tokens, order)`, in the same order: `fnv1a32(ngram) % buckets`, without making the
 * strings.
 *
 * @throws ValueError when buckets is not a whole number from 1 to 2³¹−1.
 */
export function wordNgramBuckets(tokens: readonly string[], order: number, buckets: number): Int32Array {
  checkBuckets(buckets);
  const found: number[] = [];
  for (let start = 0; start < tokens.length; start++) {
    const end = Math.min(tokens.length, start + order);
    if (end <= start + 1) continue;
    let hash = hashOnto(FNV_BASIS, tokens[start]!);
    for (let next = start + 1; next < end; next++) {
      hash = hashOnto(hashByte(hash, SPACE), tokens[next]!);
      found.push(hash % buckets);
    }
  }
  return Int32Array.from(found);
}

/**
 * All pieces of `<token>` that are `minimum` to `maximum` code points long; for each start the shorter ones first.
 * The marks < and > tell beginnings and ends of words from middles; a mark alone is no piece.
 *
 * @example
 * characterNgrams('where', 3, 3); // ['<wh', 'whe', 'her', 'ere', 're>']
 */
export function characterNgrams(token: string, minimum: number, maximum: number): string[] {
  const characters = ['<', ...token, '>'];
  const last = characters.length - 1;
  const ngrams: string[] = [];
  for (let start = 0; start <= last; start++) {
    let ngram = '';
    for (let length = 1; length <= maximum && start + length <= characters.length; length++) {
      ngram += characters[start + length - 1];
      const markAlone = length === 1 && (start === 0 || start === last);
      if (length >= minimum && !markAlone) ngrams.push(ngram);
    }
  }
  return ngrams;
}

/**
 * The buckets of `characterNgrams(token, minimum, maximum)`, in the same order: `fnv1a32(ngram) % buckets`.
 *
 * @throws ValueError when buckets is not a whole number from 1 to 2³¹−1.
 */
export function characterNgramBuckets(
  token: string,
  minimum: number,
  maximum: number,
  buckets: number,
): Int32Array {
  checkBuckets(buckets);
  return Int32Array.from(characterNgrams(token, minimum, maximum), (ngram) => fnv1a32(ngram) % buckets);
}

function checkBuckets(buckets: number): void {
  if (!Number.isInteger(buckets) || buckets < 1 || buckets > 0x7fffffff) {
    throw new ValueError(`the number of buckets must be a whole number from 1 to 2^31-1, not ${buckets}`);
  }
}

function hashByte(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
}

/** Goes on hashing with the UTF-8 bytes of a text; half of a surrogate pair counts as U+FFFD, as encoders do. */
function hashOnto(hash: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      hash = hashByte(hash, code);
      continue;
    }
    if (code < 0x800) {
      hash = hashByte(hash, 0xc0 | (code >> 6));
    } else {
      if (code >= 0xd800 && code <= 0xdfff) {
        code = text.codePointAt(i)!;
        if (code > 0xffff) i++;
        else code = 0xfffd;
      }
      if (code > 0xffff) {
        hash = hashByte(hash, 0xf0 | (code >> 18));
        hash = hashByte(hash, 0x80 | ((code >> 12) & 0x3f));
      } else {
        hash = hashByte(hash, 0xe0 | (code >> 12));
      }
      hash = hashByte(hash, 0x80 | ((code >> 6) & 0x3f));
    }
    hash = hashByte(hash, 0x80 | (code & 0x3f));
  }
  return hash;
}
