/**
 * A vocabulary in few bytes: tokens in alphabetical order, each as how much of its beginning it shares with the one before
 * (front coding), then the rest; and how often it was seen.
 *
 *   for each token   shared bytes, further bytes, the further bytes themselves (UTF-8), count
 *
 * Numbers take seven bits a byte. As JSON the same takes two to four times as much.
 */
import { FormatError } from '../../base/errors.js';
import type { Tensor } from '../../files/index.js';
import { Vocabulary } from '../../text/index.js';
import { ByteReader, ByteWriter } from './bits.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Tokens of all together more bytes than so many times the file's are damage: a small file must not ask for endless memory. */
const LARGEST_RATIO = 64;

/**
 * The tensor of a vocabulary; undefined where its order would be lost, which is every order but the alphabetical, or its
 * tokens, which is what happens to halves of characters in UTF-8.
 */
export function compactVocabulary(vocabulary: Vocabulary): Tensor | undefined {
  const tokens = vocabulary.entries();
  const isOrdered = tokens.every((token, i) => i === 0 || tokens[i - 1]! < token);
  if (vocabulary.specialCount > 0 || !isOrdered || !tokens.every(isWellFormed)) return undefined;
  const writer = new ByteWriter();
  let before = new Uint8Array(0);
  let total = 0;
  for (const [id, token] of tokens.entries()) {
    const bytes = encoder.encode(token);
    let shared = 0;
    while (shared < before.length && before[shared] === bytes[shared]) shared++;
    writer.number(shared);
    writer.number(bytes.length - shared);
    writer.append(bytes.subarray(shared));
    writer.number(vocabulary.countOf(id));
    total += bytes.length;
    before = bytes;
  }
  const data = writer.finish();
  return total > LARGEST_RATIO * data.length ? undefined : { dtype: 'U8', shape: [data.length], data };
}

/** @throws FormatError when the bytes are not what `compactVocabulary` gives */
export function readCompactVocabulary(tensor: Tensor | undefined, file?: string): Vocabulary {
  const fail = (what: string): never => {
    throw new FormatError(`the compact vocabulary in the model file ${what}: it is damaged`, { file });
  };
  if (tensor?.dtype !== 'U8') return fail('is missing');
  const reader = new ByteReader(tensor.data);
  const tokens: string[] = [];
  const counts: number[] = [];
  let before = new Uint8Array(0);
  let total = 0;
  while (!reader.isAtEnd) {
    const shared = reader.number();
    const further = reader.number();
    const rest = further === undefined ? undefined : reader.take(further);
    const count = reader.number();
    if (shared === undefined || rest === undefined || count === undefined)
      return fail(`ends in the middle of token ${tokens.length}`);
    if (shared > before.length)
      fail(`has a token ${tokens.length} that shares ${shared} bytes with one of ${before.length}`);
    total += shared + rest.length;
    if (total > LARGEST_RATIO * tensor.data.length) fail('has tokens of endless length');
    const bytes = new Uint8Array(shared + rest.length);
    bytes.set(before.subarray(0, shared));
    bytes.set(rest, shared);
    const token = text(bytes) ?? fail(`has a token ${tokens.length} that is not UTF-8`);
    if (tokens.length > 0 && !(tokens.at(-1)! < token)) fail(`is not in order at token ${tokens.length}`);
    tokens.push(token);
    counts.push(count);
    before = bytes;
  }
  return Vocabulary.ordered(tokens, counts);
}

/** Whether no half of a surrogate pair stands alone. */
function isWellFormed(token: string): boolean {
  return !/\p{Surrogate}/u.test(token);
}

function text(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
