/** fastText files as bytes: what is written is read again, and what is damaged is refused before memory is taken. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, ValueError } from '../../../src/base/errors.js';
import {
  decodeFastText,
  encodeFastText,
  type FastTextContent,
  isFastText,
} from '../../../src/files/fasttext/index.js';
import { anyContent, made } from './make.js';

const folder = fileURLToPath(new URL('../../../../shared/data/vectors/gensim/', import.meta.url));
const present = existsSync(folder);
if (!present) console.warn(`no files in ${folder}: the tests that read them are skipped`);

function decode(bytes: Uint8Array, file?: string): Promise<FastTextContent> {
  return decodeFastText([bytes], { size: bytes.length, ...(file === undefined ? {} : { file }) });
}

/** In pieces of a few bytes, as a slow network gives them. */
async function* dribble(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

/** The file with a number written over it. */
function patched(bytes: Uint8Array, write: (view: DataView) => void): Uint8Array {
  const copy = bytes.slice();
  write(new DataView(copy.buffer));
  return copy;
}

/** Where the dictionary begins: magic, version, twelve i32, one f64. */
const DICTIONARY = 64;

describe('a fastText file', () => {
  it('is read as it was written, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(anyContent, async (content) => {
        const bytes = encodeFastText(content);
        const read = await decode(bytes);
        expect(read.settings).toEqual(content.settings);
        expect(read.dictionary).toEqual(content.dictionary);
        // Comparing the matrices number by number would take seconds; their bytes say the same.
        expect(Buffer.compare(encodeFastText(read), bytes)).toBe(0);
        expect(isFastText(bytes.subarray(0, 56))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('is the same however its bytes arrive', async () => {
    const content = made({ quantized: true, kept: new Map([[7, 0]]) });
    const bytes = encodeFastText(content);
    for (const size of [1, 3, 1000]) {
      expect(await decodeFastText(dribble(bytes, size), { size: bytes.length })).toEqual(content);
    }
  });

  it('cut short anywhere is refused', async () => {
    for (const content of [
      made(),
      made({ quantized: true, kept: new Map([[7, 0]]) }),
      made({ version: 0 }),
    ]) {
      const bytes = encodeFastText(content);
      for (let length = 0; length < bytes.length; length += length < 300 ? 1 : 997) {
        await expect(decode(bytes.slice(0, length), 'x.bin'), `${length} bytes`).rejects.toThrow(FormatError);
      }
    }
  });

  it('that ends before its stream said so is refused', async () => {
    const bytes = encodeFastText(made());
    for (const length of [30, 70, 90, bytes.length - 1]) {
      const reading = decodeFastText([bytes.slice(0, length)], { size: bytes.length });
      await expect(reading).rejects.toThrow(/the file ends within .*cut short/);
    }
  });

  it('with any byte changed is read or refused with a FormatError', async () => {
    const bytes = encodeFastText(made({ quantized: true, kept: new Map([[7, 0]]) }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const changed = patched(bytes, (view) => {
            for (const [at, value] of changes) view.setUint8(at, value);
          });
          const problem = await decode(changed).then(
            () => undefined,
            (error: unknown) => error,
          );
          if (problem !== undefined) expect(problem).toBeInstanceOf(FormatError);
        },
      ),
      { numRuns: 500 },
    );
  });

  const bytes = encodeFastText(made());
  const matrix = bytes.length - 2 * 3 * 4 - 16 - 1 - 7 * 3 * 4 - 16;
  const lies: readonly (readonly [string, (view: DataView) => void, RegExp])[] = [
    ['a later version', (view) => view.setInt32(4, 13, true), /version 13; versions 11 and 12 can be read/],
    ['another magic number', (view) => view.setInt32(0, 1, true), /not a fastText model/],
    ['no dimension', (view) => view.setInt32(8, 0, true), /dim 0, .*dim must be 1 to 65536/],
    ['an unknown loss', (view) => view.setInt32(32, 9, true), /loss 9/],
    ['a negative bucket', (view) => view.setInt32(40, -1, true), /bucket -1.*negative/],
    ['2³¹−1 entries', (view) => view.setInt32(DICTIONARY, 0x7fffffff, true), /do not agree/],
    [
      '2³¹−1 words',
      (view) => {
        view.setInt32(DICTIONARY, 0x7fffffff, true);
        view.setInt32(DICTIONARY + 4, 0x7ffffffd, true);
      },
      /a dictionary of 2,147,483,647 entries would take 21,474,836,470 bytes, and \d+ are left/,
    ],
    ['negative words', (view) => view.setInt32(DICTIONARY + 4, -1, true), /do not agree/],
    [
      '2⁶² kept buckets',
      (view) => view.setBigInt64(DICTIONARY + 20, 1n << 62n, true),
      /kept buckets|NaN kept/,
    ],
    ['a type that is none', (view) => view.setInt8(DICTIONARY + 28 + 13, 7), /entry 1 .* type 7/],
    [
      '2⁶² rows',
      (view) => view.setBigInt64(matrix, 1n << 62n, true),
      /input matrix says 4611686018427387904 × 3/,
    ],
    [
      'a billion rows',
      (view) => view.setBigInt64(matrix, 1_000_000_000n, true),
      /would take 12,000,000,000 bytes/,
    ],
    ['other columns', (view) => view.setBigInt64(matrix + 8, 4n, true), /its rows must have 3 numbers/],
  ];
  it.each(lies)('that claims %s is refused', async (_, lie, message) => {
    const problem = decode(patched(bytes, lie), 'x.bin');
    await expect(problem).rejects.toThrow(FormatError);
    await expect(problem).rejects.toThrow(message);
    await expect(problem).rejects.toThrow(/^x\.bin: /);
  });

  it('with bytes after its end is refused', async () => {
    await expect(decode(Uint8Array.of(...bytes, 0))).rejects.toThrow(/1 bytes follow/);
  });

  it('that is pruned without being quantised is refused, as fastText does', async () => {
    const content = made({ kept: new Map([[1, 0]]) });
    await expect(decode(encodeFastText(content))).rejects.toThrow(/pruned, but .* not quantised/);
  });

  it('with a kept bucket that points nowhere is refused', async () => {
    const content = made({ quantized: true, kept: new Map([[1, 5]]) });
    await expect(decode(encodeFastText(content))).rejects.toThrow(/points to row 5 of the 1/);
  });

  it('with fewer buckets than its settings is refused', async () => {
    const content = made();
    const lying = { ...content, settings: { ...content.settings, bucket: 5 } };
    await expect(decode(encodeFastText(lying))).rejects.toThrow(/3 words and 5 buckets need 8/);
  });

  it('is not made of parts that do not fit', () => {
    const content = made();
    expect(() => encodeFastText({ ...content, settings: { ...content.settings, dim: 4 } })).toThrow(
      ValueError,
    );
    const { input } = made({ quantized: true });
    expect(() => encodeFastText({ ...content, output: input })).toThrow(/only beside a quantised input/);
  });

  it('is told from texts, other binaries and noise', () => {
    for (const text of [
      '2747 10\nthe ',
      'the 0.1 0.2 0.3 0.4',
      `${'the quick brown fox jumps over '.repeat(3)}`,
    ])
      expect(isFastText(new TextEncoder().encode(text))).toBe(false);
    expect(isFastText(new Uint8Array(56))).toBe(false);
    expect(isFastText(Uint8Array.of(0xba, 0x16))).toBe(false);
    fc.assert(fc.property(fc.uint8Array({ minLength: 56, maxLength: 56 }), (noise) => !isFastText(noise)));
  });
});

describe.skipIf(!present)('real fastText files', () => {
  const files = present ? readdirSync(folder).filter((name) => name.endsWith('.bin')) : [];

  it.each(files.filter((name) => name !== 'euclidean_vectors.bin'))(
    '%s is read, and written as it was',
    async (name) => {
      const bytes = readFileSync(`${folder}${name}`);
      const content = await decode(bytes, name);
      expect(Buffer.compare(encodeFastText(content), bytes)).toBe(0);
      expect(content.dictionary.wordCount).toBeGreaterThan(20);
    },
  );

  it('a word2vec file is refused', async () => {
    const bytes = readFileSync(`${folder}euclidean_vectors.bin`);
    await expect(decode(bytes, 'euclidean_vectors.bin')).rejects.toThrow(/not a fastText model/);
  });
});
