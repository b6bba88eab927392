import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, ValueError } from '../../src/base/errors.js';
import { readWordVectors, writeWordVectors } from '../../src/files/node/word-vectors.js';
import { parseWordVectors, type WordVectorOptions } from '../../src/files/read-word-vectors.js';
import { WordVectors } from '../../src/files/word-vectors.js';
import { VocabularyBuilder } from '../../src/text/vocabulary.js';

const parse = (text: string, options?: WordVectorOptions) =>
  parseWordVectors([new TextEncoder().encode(text)], options);

/** word2vec binary, with or without a line end after each vector. */
function binary(words: readonly string[], values: readonly number[][], lineEnds: boolean): Uint8Array {
  const parts = [Buffer.from(`${words.length} ${values[0]!.length}\n`)];
  words.forEach((word, i) => {
    parts.push(Buffer.from(`${word} `), Buffer.from(Float32Array.from(values[i]!).buffer));
    if (lineEnds) parts.push(Buffer.from('\n'));
  });
  return new Uint8Array(Buffer.concat(parts));
}

describe('text formats', () => {
  it('GloVe: no first line', async () => {
    const vectors = await parse('the 0.5 -1\nof 2e-1 3\n');
    expect(vectors.words).toEqual(['the', 'of']);
    expect([...vectors.vectorOf('of')!]).toEqual([Math.fround(0.2), 3]);
    expect(vectors.problems).toEqual([]);
  });

  it('word2vec and .vec: a first line with sizes, spaces at line ends', async () => {
    const vectors = await parse('2 3\nthe 1 2 3 \nи 4 5 6 \n');
    expect(vectors.dimension).toBe(3);
    expect([...vectors.vectorOf('и')!]).toEqual([4, 5, 6]);
    expect(vectors.problems).toEqual([]);
  });

  it('words with spaces and words that are numbers', async () => {
    const vectors = await parse('. . 1 2\nat name@x.y 3 4\n1 5 6\n2 1/2 7 8\n');
    expect(vectors.words).toEqual(['. .', 'at name@x.y', '1', '2 1/2']);
  });

  it('report what they get over', async () => {
    const met: number[] = [];
    const vectors = await parse('6 2\na 1 2\na 3 4\nb 1\nc 1 x\nd 1 NaN\n\ne 5 6\n', {
      onProblem: ({ line }) => met.push(line),
    });
    expect(vectors.words).toEqual(['a', 'e']);
    expect([...vectors.vectorOf('a')!]).toEqual([1, 2]);
    expect(vectors.problems.map(({ line }) => line)).toEqual([3, 4, 5, 6, 1]);
    expect(met).toEqual([3, 4, 5, 6, 1]);
    expect(vectors.problems.at(-1)!.what).toMatch(/promises 6 vectors, but 3/);
  });

  it('report a word that is not UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('a 1 2\n'), Buffer.from([0xe9]), Buffer.from(' 1 2\nb 3 4\n')]);
    const vectors = await parseWordVectors([bytes]);
    expect(vectors.words).toEqual(['a', 'b']);
    expect(vectors.problems).toEqual([{ line: 2, what: expect.stringMatching(/UTF-8/) }]);
  });
});

describe('binary format', () => {
  const words = ['the', '北京', 'new'];
  const values = [
    [1, 2.5],
    [-3, 1e-30],
    [0, 4],
  ];

  it.each([true, false])('with line ends: %s', async (lineEnds) => {
    const bytes = binary(words, values, lineEnds);
    const cut = Array.from({ length: Math.ceil(bytes.length / 3) }, (_, i) =>
      bytes.subarray(3 * i, 3 * i + 3),
    );
    const vectors = await parseWordVectors(cut);
    expect(vectors.words).toEqual(words);
    expect(vectors.vectors).toEqual(Float32Array.from(values.flat()));
    expect(vectors.problems).toEqual([]);
  });

  it('cut short', async () => {
    const vectors = await parseWordVectors([binary(words, values, true).subarray(0, -4)]);
    expect(vectors.words).toEqual(['the', '北京']);
    expect(vectors.problems.map(({ what }) => what).join()).toMatch(/file ends.*promises 3/);
  });

  it('with a first line that promises the moon', async () => {
    const bytes = Buffer.concat([
      Buffer.from('999999999999 2\na '),
      Buffer.from(Float32Array.of(1, 2).buffer),
    ]);
    const vectors = await parseWordVectors([bytes]);
    expect(vectors.size).toBe(1);
  });
});

describe('what is kept', () => {
  const text = '3 1\na 1\nb 2\nc 3\n';

  it('is the vocabulary, with its counts', async () => {
    const vocabulary = new VocabularyBuilder().add(['c', 'c', 'a', 'z']).build();
    const vectors = await parse(text, { vocabulary });
    expect(vectors.words).toEqual(['a', 'c']);
    expect(vectors.counts).toEqual([1, 2]);
    expect((await parse(text, { vocabulary: new Set(['b']) })).words).toEqual(['b']);
    expect((await parse(text, { vocabulary: new Set(['q']) })).size).toBe(0);
  });

  it('is no more than the maximum, without complaint', async () => {
    const vectors = await parse(text, { maximum: 2 });
    expect(vectors.words).toEqual(['a', 'b']);
    expect(vectors.problems).toEqual([]);
  });
});

describe('other files are refused', () => {
  it.each([
    ['', /no word vectors/],
    ['3 2\n', /no word vectors/],
    ['just\nwords\n', /no word vectors/],
    ['\0\x01\x02\x03', /binary file/],
  ])('%j', async (text, message) => {
    await expect(parse(text, { file: 'v' })).rejects.toThrow(FormatError);
    await expect(parse(text, { file: 'v' })).rejects.toThrow(message);
  });

  it('a fastText model', async () => {
    const bytes = Uint8Array.of(0xba, 0x16, 0x4f, 0x2f, 12, 0, 0, 0);
    await expect(parseWordVectors([bytes])).rejects.toThrow(/fastText model/);
  });
});

describe('writing', () => {
  it('keeps every float32 value and every word', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lexigrad-'));
    const path = join(folder, 'v.vec');
    const value = fc.float({ noNaN: true, noDefaultInfinity: true });
    const word = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => /^[^\s\0]+( [^\s\0]+)*$/.test(text));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(word, { minLength: 1 }),
        fc.array(value, { minLength: 2, maxLength: 2 }),
        async (words, row) => {
          fc.pre(!words[0]!.startsWith('\ufeff'));
          const written = new WordVectors({
            words,
            dimension: 2,
            vectors: Float32Array.from(words.flatMap(() => row)),
          });
          await writeWordVectors(path, written);
          const read = await readWordVectors(path);
          expect(read.words).toEqual(words);
          // −0 is written as 0.
          expect([...read.vectors].map((x) => x + 0)).toEqual([...written.vectors].map((x) => x + 0));
        },
      ),
      { numRuns: 30 },
    );
    expect((await readFile(path, 'utf8')).split('\n')[0]).toMatch(/^\d+ 2$/);
    const bad = new WordVectors({ words: ['a\nb'], dimension: 1, vectors: Float32Array.of(1) });
    await expect(writeWordVectors(path, bad)).rejects.toThrow(ValueError);
    await rm(folder, { recursive: true });
  });
});

describe('neighbors and analogies', () => {
  const table = new WordVectors({
    words: ['man', 'woman', 'king', 'queen', 'zero'],
    dimension: 3,
    vectors: Float32Array.of(1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0),
  });

  it('come by cosine, without the word itself', () => {
    expect(table.neighbors('king', 2).map(({ word }) => word)).toEqual(['man', 'queen']);
    expect(table.neighbors('king', 1)[0]!.similarity).toBeCloseTo(Math.SQRT1_2);
    expect(table.neighbors([0, 0, 5], 5)).toHaveLength(5);
    expect(table.similarity('man', 'zero')).toBe(0);
    expect(table.neighbors('king', 0)).toEqual([]);
  });

  it('king is to man as queen is to woman', () => {
    expect(table.analogy('man', 'king', 'woman', 1)[0]!.word).toBe('queen');
  });

  it('are the best of all, in order', () => {
    const coordinate = fc.integer({ min: -3, max: 3 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 30 }),
        fc.nat(12),
        (rows, count) => {
          const vectors = new WordVectors({
            words: rows.map((_, i) => `w${i}`),
            dimension: 2,
            vectors: Float32Array.from(rows.flat()),
          });
          const all = rows.map(([x, y], i) => ({
            word: `w${i}`,
            similarity: x === 0 && y === 0 ? 0 : (2 * x + y) / (Math.sqrt(5) * Math.hypot(x, y)),
          }));
          const best = all.sort((a, b) => b.similarity - a.similarity).slice(0, count);
          const found = vectors.neighbors([2, 1], count);
          expect(found).toHaveLength(best.length);
          for (const [i, { similarity }] of found.entries())
            expect(similarity).toBeCloseTo(best[i]!.similarity, 12);
        },
      ),
    );
  });

  it('refuse what is not there', () => {
    expect(() => table.neighbors('prince')).toThrow(/no vector for 'prince'/);
    expect(() => table.neighbors([1])).toThrow(ValueError);
    expect(() => new WordVectors({ words: ['a', 'a'], dimension: 1, vectors: new Float32Array(2) })).toThrow(
      /twice/,
    );
    expect(() => new WordVectors({ words: ['a'], dimension: 2, vectors: new Float32Array(1) })).toThrow(
      ValueError,
    );
  });
});
