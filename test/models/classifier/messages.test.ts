/** The classifier on the customer messages: real enough to show that it works, in two languages. */
import { describe, expect, it } from 'vitest';
import { readExamples } from '../../../src/files/node/index.js';
import { type Example, TextClassifier } from '../../../src/models/index.js';

const messages: Example[] = [];
for await (const { text, label } of await readExamples('examples/data/messages.csv'))
  messages.push({ text, label });
const isTest = (_: Example, i: number) => i % 5 === 0;
const test = messages.filter(isTest);
const rest = messages.filter((example, i) => !isTest(example, i));

describe('customer messages', async () => {
  const classifier = await TextClassifier.train(rest);

  it('are sorted better than by naive Bayes, whose accuracy is 0.67', async () => {
    const report = await classifier.evaluate(test);
    expect(report.examples).toBe(336);
    expect(report.accuracy).toBeGreaterThan(0.7);
    expect(report.scores.macro.f1).toBeGreaterThan(0.7);
    expect(classifier.labels).toHaveLength(8);
  });

  it('are explained in both languages, down to the place of each word', () => {
    for (const text of ['my parcel never arrived, where is it?', '手机用半天就没电，才买两个月']) {
      const { words } = classifier.explain(text);
      expect(words.length).toBeGreaterThan(4);
      for (const { token, start, end } of words) expect(text.slice(start, end).toLowerCase()).toBe(token);
      expect(words.some(({ gradient }) => gradient > 0)).toBe(true);
    }
  });

  it('come out the same after saving and loading', () => {
    const loaded = TextClassifier.fromBytes(classifier.toBytes());
    const texts = test.map(({ text }) => text);
    expect(loaded.probabilities(texts)).toEqual(classifier.probabilities(texts));
  });
});
