import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError, ValueError } from '../../../src/base/errors.js';
import { findDiscounts } from '../../../src/models/ngram/discounts.js';
import { NgramModel } from '../../../src/models/ngram/ngram.js';

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

describe('findDiscounts', () => {
  it('follows the formulas', () => {
    // n1 … n4 = 8, 4, 2, 1, so Y = 8/16.
    const counts = [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 9];
    const { one, two, more, kind } = findDiscounts(counts);
    expect([one, two, more]).toEqual([0.5, 2 - 3 * 0.5 * (2 / 4), 3 - 4 * 0.5 * (1 / 2)]);
    expect(kind).toBe('modified');
  });

  it('falls back to one discount where counts of counts are degenerate', () => {
    expect(findDiscounts([1, 1, 2])).toEqual({ one: 0.5, two: 0.5, more: 0.5, kind: 'absolute' });
    expect(findDiscounts([5, 5, 5])).toEqual({ one: 0.75, two: 0.75, more: 0.75, kind: 'absolute' });
    expect(findDiscounts([])).toMatchObject({ one: 0.75, kind: 'absolute' });
  });

  it('never takes more than there is', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 })), (counts) => {
        const { one, two, more } = findDiscounts(counts);
        for (const [discount, most] of [
          [one, 1],
          [two, 2],
          [more, 3],
        ] as const) {
          expect(discount).toBeGreaterThan(0);
          expect(discount).toBeLessThanOrEqual(most);
        }
      }),
    );
  });
});

/** Sentences over the ids 0 … 5, with 6 as the end. */
const corpora = fc.array(fc.array(fc.nat(5), { maxLength: 12 }), { minLength: 1, maxLength: 30 });
const endId = 6;
const vocabularySize = 7;

/** The model of the file head written as plainly as can be, over strings; one discount, sentences apart. */
function plainModel(
  sentences: readonly (readonly number[])[],
  order: number,
  discountsOf: readonly number[][],
) {
  const seen = new Map<string, number>();
  const followed = new Map<string, Set<string>>();
  for (const words of sentences) {
    const padded = [vocabularySize, ...words, endId];
    for (let end = 1; end < padded.length; end++) {
      for (let begin = Math.max(0, end - order + 1); begin <= end; begin++) {
        const ngram = padded.slice(begin, end + 1).join(' ');
        seen.set(ngram, (seen.get(ngram) ?? 0) + 1);
        if (begin === 0) continue;
        if (!followed.has(ngram)) followed.set(ngram, new Set());
        followed.get(ngram)!.add(String(padded[begin - 1]));
      }
    }
  }
  const countOf = (ngram: readonly number[]): number => {
    const isLongest = ngram.length === order || ngram[0] === vocabularySize;
    const key = ngram.join(' ');
    return (isLongest ? seen.get(key) : followed.get(key)?.size) ?? 0;
  };
  return function probability(context: readonly number[], id: number): number {
    const ids = Array.from({ length: vocabularySize }, (_, word) => word);
    const counts = ids.map((word) => countOf([...context, word]));
    const shorter = context.length === 0 ? 1 / vocabularySize : probability(context.slice(1), id);
    const total = sum(counts);
    if (total === 0) return shorter;
    const discount = (count: number): number =>
      count === 0 ? 0 : discountsOf[context.length]![Math.min(count, 3) - 1]!;
    const backoff = sum(counts.map(discount)) / total;
    return (counts[id]! - discount(counts[id]!)) / total + backoff * shorter;
  };
}

describe('NgramModel', () => {
  it('gives figures worked by hand', () => {
    // Bigrams of "a b", "a b": <s> a ×2, a b ×2, b </s> ×2; all counts 2, so D = 0.75 for bigrams. Unigrams have the
    // continuation counts a 1, b 1, </s> 1: D = 0.75, γ = 3 · 0.75 / 3 = 0.75.
    const model = NgramModel.train(
      [
        [0, 1],
        [0, 1],
      ],
      { order: 2, vocabularySize: 4, endId: 2 },
    );
    const unigram = 0.25 / 3 + 0.75 / 4;
    expect(model.probability([], 1)).toBeCloseTo(unigram, 6);
    expect(model.probability([], 3)).toBeCloseTo(0.75 / 4, 6);
    expect(model.probability([0], 1)).toBeCloseTo(1.25 / 2 + (0.75 / 2) * unigram, 6);
    expect(model.probability([4], 0)).toBeCloseTo(1.25 / 2 + (0.75 / 2) * unigram, 6);
    expect(model.probability([2], 0)).toBeCloseTo(unigram, 6);
    expect(model.logProbability([], 1)).toBeCloseTo(Math.log(unigram), 6);
    expect(model.discounts.map(({ kind }) => kind)).toEqual(['absolute', 'absolute']);
  });

  it('is the plain definition, faster', () => {
    const contexts = fc.array(fc.nat(5), { maxLength: 3 });
    fc.assert(
      fc.property(
        corpora,
        contexts,
        fc.integer({ min: 1, max: 4 }),
        fc.nat(6),
        (corpus, context, order, id) => {
          const model = NgramModel.train(corpus, { order, vocabularySize, endId });
          const discounts = model.discounts.map(({ one, two, more }) => [one, two, more]);
          const expected = plainModel(
            corpus,
            order,
            discounts,
          )(context.slice(Math.max(0, context.length - order + 1)), id);
          expect(model.probability(context, id)).toBeCloseTo(expected, 6);
        },
      ),
    );
  });

  it('sums to 1 over the vocabulary after any context, and leaves no id without probability', () => {
    const options = fc.record({ order: fc.integer({ min: 1, max: 5 }), crossSentences: fc.boolean() });
    const contexts = fc.array(fc.nat(7), { maxLength: 6 });
    fc.assert(
      fc.property(corpora, options, contexts, fc.boolean(), (corpus, choice, words, hasEnd) => {
        fc.pre(hasEnd || corpus.some((sentence) => sentence.length > 0));
        const model = NgramModel.train(corpus, {
          ...choice,
          vocabularySize,
          endId: hasEnd ? endId : undefined,
        });
        const context = words.filter((id) => id < vocabularySize || id === model.startId);
        const distribution = model.distribution(context);
        expect(sum(distribution)).toBeCloseTo(1, 6);
        expect(Math.min(...distribution)).toBeGreaterThan(0);
        for (const [id, probability] of distribution.entries()) {
          expect(model.probability(context, id)).toBeCloseTo(probability, 12);
        }
      }),
    );
  });

  it('starts every sentence afresh, unless context crosses sentences', () => {
    const sentences = [
      [0, 1],
      [2, 3],
    ];
    const options = { order: 4, vocabularySize: 5, endId: 4 };
    const apart = NgramModel.train(sentences, options);
    const stream = NgramModel.train(sentences, { ...options, crossSentences: true });
    expect(apart.startId).toBe(5);
    expect(stream.startId).toBe(4);
    expect(apart.probability([0, 1, 4], 2)).toBe(apart.probability([], 2));
    expect(stream.probability([0, 1, 4], 2)).toBeGreaterThan(stream.probability([], 2));
    expect(apart.probability([5], 2)).toBeGreaterThan(apart.probability([], 2));
  });

  it('scores sentences word by word, their ends included', () => {
    const sentences = [Int32Array.of(0, 1, 0), Int32Array.of(), Int32Array.of(1)];
    for (const crossSentences of [false, true]) {
      const model = NgramModel.train(sentences, {
        order: 3,
        vocabularySize: 3,
        endId: 2,
        unknownId: 1,
        crossSentences,
      });
      const start = model.startId!;
      const spelled = crossSentences
        ? [[2, 0, 1, 0, 2, 2, 1, 2]]
        : [
            [start, 0, 1, 0, 2],
            [start, 2],
            [start, 1, 2],
          ];
      const nats = sum(
        spelled.flatMap((ids) => ids.slice(1).map((id, i) => -model.logProbability(ids.slice(0, i + 1), id))),
      );
      const report = model.perplexity(sentences);
      expect(report).toMatchObject({ tokens: 7, oov: 2, vocabularySize: 3, crossSentences });
      expect(report.nats).toBeCloseTo(nats, 10);
      expect(report.perplexity).toBeCloseTo(Math.exp(nats / 7), 10);
    }
  });

  it('neither counts nor scores ends without an endId', () => {
    const model = NgramModel.train([[0, 1]], { order: 2, vocabularySize: 2 });
    expect(model.perplexity([[0, 1], [0]]).tokens).toBe(3);
    expect(model.ngramCounts).toEqual([3, 2]);
  });

  it('learns a cycle nearly by heart', () => {
    const cycle = Array.from({ length: 600 }, (_, i) => i % 3);
    const model = NgramModel.train([cycle], { order: 3, vocabularySize: 3 });
    expect(model.perplexity([cycle.slice(0, 300)]).perplexity).toBeLessThan(1.02);
  });

  it('refuses impossible options, ids and empty corpora', () => {
    const train = (options: object, sentences: number[][] = [[0, 1]]): unknown =>
      NgramModel.train(sentences, { order: 2, vocabularySize: 3, ...options });
    expect(() => train({ order: 0 })).toThrow(/order must be/);
    expect(() => train({ order: 1.5 })).toThrow(ValueError);
    expect(() => train({ vocabularySize: 0 })).toThrow(/vocabularySize must be/);
    expect(() => train({ endId: 3 })).toThrow(/endId is 3; it must be one of the ids 0 … 2/);
    expect(() => train({ unknownId: -1 })).toThrow(/unknownId/);
    expect(() => train({}, [[0], [1, 3]])).toThrow(/sentence 2, word 2 has the id 3/);
    expect(() => train({ endId: 1 })).toThrow(/word 2 is the sentence end/);
    expect(() => train({}, [])).toThrow(DataError);
    expect(() => train({}, [[]])).toThrow(/empty/);
    const model = NgramModel.train([[0, 1]], { order: 2, vocabularySize: 3 });
    expect(() => model.probability([], 3)).toThrow(/ids are 0 … 2/);
    expect(() => model.probability([0, 7], 0)).toThrow(/context\[1\] has the id 7/);
    expect(() => model.perplexity([[9]])).toThrow(/sentence 1, word 1/);
    expect(() => model.perplexity([])).toThrow(/at least one token/);
  });
});

const ptb = new URL('../../../../shared/data/lm/ptb/', import.meta.url);
const hasPtb = existsSync(ptb);

describe.skipIf(!hasPtb)(`the Penn Treebank${hasPtb ? '' : ' (skipped: no ../shared/data/lm/ptb)'}`, () => {
  it('has the published perplexity of a 5-gram', { timeout: 120_000 }, () => {
    const ids = new Map([['</s>', 0]]);
    const idOf = (word: string): number => {
      if (!ids.has(word)) ids.set(word, ids.size);
      return ids.get(word)!;
    };
    const read = (split: string): number[][] =>
      readFileSync(new URL(`ptb.${split}.txt`, ptb), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => line.trim().split(/\s+/).map(idOf));
    const corpus = read('train');
    expect(ids.size).toBe(10_000);
    const options = { order: 5, vocabularySize: ids.size, endId: 0, unknownId: ids.get('<unk>')! };
    const model = NgramModel.train(corpus, options);
    const test = model.perplexity(read('test'));
    expect(test.tokens).toBe(82_430);
    expect(Math.abs(test.perplexity - 141.2)).toBeLessThan(0.3);
    expect(Math.abs(model.perplexity(read('valid')).perplexity - 148.0)).toBeLessThan(0.3);
    expect(sum(model.distribution([idOf('of'), idOf('the')]))).toBeCloseTo(1, 6);
    const ngrams = sum(model.ngramCounts);
    expect(model.byteLength / ngrams).toBeLessThan(16);
  });
});
