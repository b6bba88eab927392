import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/base/errors.js';
import {
  characterNgramBuckets,
  characterNgrams,
  fnv1a32,
  wordNgramBuckets,
  wordNgrams,
} from '../../src/text/ngrams.js';

describe('fnv1a32', () => {
  it('gives the published values', () => {
    expect(fnv1a32('')).toBe(0x811c9dc5);
    expect(fnv1a32('a')).toBe(0xe40c292c);
    expect(fnv1a32('foobar')).toBe(0xbf9cf968);
  });

  it('hashes the UTF-8 bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\ud800', 'a\udc00b', '\ud800\ud800')),
        (text) => {
          let hash = 0x811c9dc5;
          for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
          expect(fnv1a32(text)).toBe(hash);
        },
      ),
    );
  });
});

describe('word n-grams', () => {
  it('are all sequences of 2 to n tokens', () => {
    expect(wordNgrams(['not', 'so', 'good'], 3)).toEqual(['not so', 'not so good', 'so good']);
    expect(wordNgrams(['one'], 3)).toEqual([]);
    expect(wordNgrams(['a', 'b'], 1)).toEqual([]);
  });

  it('hash as their strings do', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' })),
        fc.integer({ min: 1, max: 4 }),
        (tokens, order) => {
          const buckets = wordNgramBuckets(tokens, order, 1000);
          expect([...buckets]).toEqual(wordNgrams(tokens, order).map((ngram) => fnv1a32(ngram) % 1000));
        },
      ),
    );
  });
});

describe('character n-grams', () => {
  it('mark the ends of the word', () => {
    expect(characterNgrams('where', 3, 3)).toEqual(['<wh', 'whe', 'her', 'ere', 're>']);
    expect(characterNgrams('ab', 1, 2)).toEqual(['<a', 'a', 'ab', 'b', 'b>']);
    expect(characterNgrams('', 1, 3)).toEqual(['<>']);
  });

  it('never cut a code point', () => {
    expect(characterNgrams('𠮷野', 2, 2)).toEqual(['<𠮷', '𠮷野', '野>']);
  });

  it('hash as their strings do', () => {
    const expected = characterNgrams('où', 2, 3).map((ngram) => fnv1a32(ngram) % 7);
    expect([...characterNgramBuckets('où', 2, 3, 7)]).toEqual(expected);
  });

  it('refuse a wrong number of buckets', () => {
    expect(() => characterNgramBuckets('a', 1, 2, 0)).toThrow(ValueError);
    expect(() => wordNgramBuckets(['a'], 2, 1.5)).toThrow(ValueError);
  });
});
