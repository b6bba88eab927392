import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expOfNegative } from '../../../src/models/classifier/direct.js';
import { likeliest } from '../../../src/models/classifier/ranking.js';
import { type ClassifierOptions, TextClassifier } from '../../../src/models/index.js';
import { makeCorpus, QUICK } from './corpus.js';

const settings: [string, ClassifierOptions, readonly ('animal' | 'fruit' | 'tool')[]][] = [
  ['softmax of means', {}, ['animal', 'fruit', 'tool']],
  ['softmax of sums, odd dimension', { pooling: 'sum', dimension: 5 }, ['animal', 'fruit', 'tool']],
  ['binary', { head: 'binary', dimension: 3 }, ['animal', 'tool']],
  ['multi-label', { head: 'multilabel' }, ['animal', 'fruit', 'tool']],
];

describe('the short way to probabilities', () => {
  it.each(settings)('gives what the program gives: %s', async (_, options, labels) => {
    const classifier = await TextClassifier.train(makeCorpus(60, 2, labels), {
      ...QUICK,
      ...options,
      epochs: 2,
    });
    expect(classifier.isDirect).toBe(true);
    const texts = [
      ...makeCorpus(20, 9, labels).map(({ text }) => text),
      '',
      'unheard',
      'cat',
      'cat '.repeat(300),
    ];
    const direct = classifier.probabilities(texts);
    const program = classifier.probabilitiesOf(classifier.encode(texts));
    expect(direct).toHaveLength(program.length);
    direct.forEach((value, i) => {
      expect(Math.abs(value - program[i]!)).toBeLessThan(1e-6);
    });
    const bytes = new TextEncoder().encode(texts[0]);
    expect([...classifier.bytesReader(bytes)(0, bytes.length)]).toEqual([
      ...direct.subarray(0, labels.length),
    ]);
  });

  it('is not taken through hidden layers', async () => {
    const classifier = await TextClassifier.train(makeCorpus(60), { ...QUICK, hidden: [4], epochs: 1 });
    expect(classifier.isDirect).toBe(false);
    expect(classifier.classify('a cat')).toHaveLength(3);
    const bytes = new TextEncoder().encode('a cat');
    expect([...classifier.bytesReader(bytes)(0, 5)]).toEqual([...classifier.probabilities(['a cat'])]);
  });

  it('sees new weights at once', async () => {
    const classifier = await TextClassifier.train(makeCorpus(60), { ...QUICK, epochs: 1 });
    const before = classifier.classify('cat')[0]!.score;
    const { weight } = classifier.network.output;
    classifier.workspace.write(
      weight,
      classifier.workspace.read(weight).map((value) => 3 * value),
    );
    expect(classifier.classify('cat')[0]!.score).not.toBe(before);
  });
});

describe('expOfNegative', () => {
  it('is eˣ to the last digits, and 0 far below', () => {
    fc.assert(
      fc.property(fc.double({ min: -699, max: 0, noNaN: true }), (x) => {
        expect(Math.abs(expOfNegative(x) / Math.exp(x) - 1)).toBeLessThan(1e-15 * (2 - x / 50));
      }),
    );
    expect(expOfNegative(0)).toBe(1);
    expect(expOfNegative(-701)).toBe(0);
    expect(expOfNegative(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(expOfNegative(Number.NaN)).toBeNaN();
  });
});

describe('the likeliest labels', () => {
  it('are the first of all sorted, equal ones in the order of the labels', () => {
    const scores = fc.array(
      fc.integer({ min: 0, max: 6 }).map((tenths) => tenths / 10),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 45 }), (values, top) => {
        const labels = values.map((_, i) => `label ${i}`);
        const all = values
          .map((score, i) => ({ label: labels[i]!, score }))
          .sort((a, b) => b.score - a.score);
        expect(likeliest(labels, [9, ...values], 1, top)).toEqual(all.slice(0, top));
        expect(likeliest(labels, values)).toEqual(all);
      }),
    );
  });
});
