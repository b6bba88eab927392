import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, ValueError } from '../../src/base/errors.js';
import { Vocabulary, VocabularyBuilder } from '../../src/text/vocabulary.js';

const counts = new Map([
  ['b', 3],
  ['a', 3],
  ['c', 5],
  ['once', 1],
  ['</s>', 4],
]);

describe('Vocabulary', () => {
  it('puts special tokens first, then falling counts, then code-unit order', () => {
    const vocabulary = Vocabulary.fromCounts(counts, { specialTokens: ['<unk>', '<s>', '</s>'] });
    expect(vocabulary.entries()).toEqual(['<unk>', '<s>', '</s>', 'c', 'a', 'b', 'once']);
    expect(vocabulary.unknownId).toBe(0);
    expect(vocabulary.countOf(2)).toBe(4);
  });

  it('gives the unknown token the counts of what it stands for', () => {
    const vocabulary = Vocabulary.fromCounts(counts, { minimumCount: 3, maximumSize: 3 });
    expect(vocabulary.entries()).toEqual(['<unk>', 'c', '</s>']);
    expect(vocabulary.countOf(0)).toBe(3 + 3 + 1);
    expect(vocabulary.totalCount).toBe(16);
  });

  it('encodes unknown tokens as the unknown id, or leaves them out when there is none', () => {
    const open = Vocabulary.fromCounts(counts);
    expect([...open.encode(['c', 'zebra'])]).toEqual([1, 0]);
    expect(open.countUnknown(['c', 'zebra', '<unk>'])).toBe(2);
    const closed = Vocabulary.fromCounts(counts, { specialTokens: [] });
    expect([...closed.encode(['zebra', 'c'])]).toEqual([0]);
    expect(closed.decode([0])).toEqual(['c']);
  });

  it('does not mind tokens named like properties', () => {
    const vocabulary = new VocabularyBuilder().add(['__proto__', 'constructor', 'toString']).build();
    expect(vocabulary.idOf('__proto__')).toBe(1);
    expect(vocabulary.idOf('hasOwnProperty')).toBeUndefined();
  });

  it('is the same whatever the order of counting, and survives JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 2 })), (tokens) => {
        const vocabulary = new VocabularyBuilder().add(tokens).build({ minimumCount: 2 });
        const again = new VocabularyBuilder().add([...tokens].reverse()).build({ minimumCount: 2 });
        expect(again.toJSON()).toEqual(vocabulary.toJSON());
        const loaded = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)));
        expect(loaded.toJSON()).toEqual(vocabulary.toJSON());
        expect(vocabulary.totalCount).toBe(tokens.length);
        const known = tokens.filter((token) => vocabulary.has(token));
        expect(vocabulary.decode(vocabulary.encode(known))).toEqual(known);
      }),
    );
  });

  it('refuses options and ids out of range', () => {
    expect(() => Vocabulary.fromCounts(counts, { minimumCount: -1 })).toThrow(ValueError);
    expect(() => Vocabulary.fromCounts(counts, { maximumSize: 0 })).toThrow(/special tokens/);
    expect(() => Vocabulary.fromCounts(counts, { specialTokens: ['x', 'x'] })).toThrow(/twice/);
    expect(() => Vocabulary.fromCounts(counts, { unknownToken: 'x' })).toThrow(ValueError);
    expect(() => Vocabulary.fromCounts(counts).tokenOf(99)).toThrow(/0 to 5/);
  });

  it('refuses JSON that is no vocabulary', () => {
    const good = Vocabulary.fromCounts(counts).toJSON();
    for (const bad of [
      null,
      [],
      { ...good, tokens: ['a'] },
      { ...good, tokens: good.tokens.map(() => 'same') },
      { ...good, counts: good.counts.map(() => -1) },
      { ...good, specialCount: 99 },
      { ...good, unknownToken: 'c' },
      { ...good, unknownToken: undefined },
    ]) {
      expect(() => Vocabulary.fromJSON(bad)).toThrow(FormatError);
    }
  });
});
