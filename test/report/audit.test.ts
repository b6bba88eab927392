import { describe, expect, it } from 'vitest';
import { DataError, ValueError } from '../../src/base/errors.js';
import { auditExamples } from '../../src/report/audit.js';
import { auditFindings } from '../../src/report/findings.js';
import { findLabelErrors, suspectsOf } from '../../src/report/label-errors.js';
import { findNearDuplicates } from '../../src/report/near-duplicates.js';
import { makeCorpus, QUICK } from '../models/classifier/corpus.js';

describe('near duplicates', () => {
  const long = 'the quick brown fox jumps over the lazy dog and then goes home to sleep for a long while';
  it('are found whatever their case, signs and small changes', () => {
    const texts = [
      long,
      'something else entirely',
      `${long.toUpperCase()}!!`,
      long.replace('while', 'time'),
      '',
    ];
    expect([...findNearDuplicates(texts)]).toEqual([0, 1, 0, 0, 4]);
  });

  it('are not found among different texts, nor among empty ones', () => {
    const texts = makeCorpus(50).map(({ text }, i) => `${text} ${i ** 5} ${i ** 7}`);
    expect([...findNearDuplicates([...texts, '', '!', '?'])]).toEqual([...Array(53).keys()]);
  });

  it('need as much in common as is asked for', () => {
    const other = `${long}, where it dreams of bones`;
    expect([...findNearDuplicates([long, other])]).toEqual([0, 1]);
    expect([...findNearDuplicates([long, other], { similarity: 0.7 })]).toEqual([0, 0]);
    expect(() => findNearDuplicates([long], { similarity: 0 })).toThrow(ValueError);
  });

  it('work in Chinese, and in texts shorter than a run', () => {
    const texts = [
      '屏幕是16：9，玩游戏或是浏览网页时，字体都超小',
      '屏幕是16:9,玩游戏或是浏览网页时,字体都超小!',
      '好',
      '好！',
      '坏',
    ];
    expect([...findNearDuplicates(texts)]).toEqual([0, 0, 2, 2, 4]);
  });
});

describe('an audit', () => {
  const train = [
    { text: 'where is my parcel, it should have come on monday', label: 'shipping', line: 1 },
    { text: 'where is my  parcel, it should have come on monday', label: 'billing', line: 2 },
    { text: 'Where is my parcel? It should have come on Monday', label: 'shipping', line: 3 },
    { text: 'i was charged twice', label: 'billing', line: 4 },
    { text: 'i was charged twice', label: 'billing', line: 5 },
    { text: ' ', label: 'billing', line: 6 },
    { text: `endless ${'text '.repeat(200)}`, label: 'billing', line: 7 },
  ];
  const test = [
    { text: 'i was charged twice', label: 'billing', line: 1 },
    { text: 'where is my parcel? it should have come on monday!', label: 'billing', line: 2 },
    { text: 'a new question', label: 'returns', line: 3 },
  ];

  it('counts what repeats, contradicts, leaks, lacks and sticks out', async () => {
    const report = await auditExamples(train, test, { data: 'train.csv' });
    expect(report.exact).toMatchObject({ groups: 2, extraRows: 2, contradictions: 1 });
    expect(report.exact.listed[0]).toMatchObject({
      count: 2,
      lines: [1, 2],
      labels: ['shipping', 'billing'],
    });
    expect(report.near).toMatchObject({ groups: 1, extraRows: 2, contradictions: 1 });
    expect(report.near.listed[0]!.variant).toBe(train[2]!.text);
    expect(report.leaks).toMatchObject({ exact: 1, near: 1, otherLabel: 1 });
    expect(report.leaks!.listed[0]).toMatchObject({ line: 2, trainLine: 1, trainLabel: 'shipping' });
    expect(report.empty).toEqual({ count: 1, lines: [6] });
    expect(report.lengths).toMatchObject({ long: 1, limit: 500 });
    expect(report.labels.map(({ label, count, testCount }) => [label, count, testCount])).toEqual([
      ['billing', 5, 2],
      ['shipping', 2, 0],
      ['returns', 0, 1],
    ]);
  });

  it('says in sentences what to do, the problems first', async () => {
    const findings = auditFindings(await auditExamples(train, test));
    const titles = findings.map(({ kind, title }) => `${kind}: ${title}`);
    expect(titles[0]).toBe(
      'problem: 1 test text of 3 also in the training data (33.3 %), and 1 nearly so; 1 of them with another label',
    );
    expect(titles).toContain('problem: 1 text is empty');
    expect(titles).toContain('problem: 1 label only in the test data: returns');
    const order = findings.map(({ kind }) => ['problem', 'hint', 'fine'].indexOf(kind));
    expect(order).toEqual([...order].sort());
  });

  it('finds clean data clean, and rows in the order of their labels', async () => {
    const corpus = makeCorpus(90).map(({ text, label }, i) => ({
      text: `${text} ${i ** 5} ${i ** 7}`,
      label,
    }));
    const clean = auditFindings(await auditExamples(corpus, undefined));
    expect(clean.map(({ kind }) => kind)).toEqual(clean.map(() => 'fine'));
    const sorted = [...corpus].sort((a, b) => (a.label! < b.label! ? -1 : 1));
    const report = await auditExamples(sorted, undefined);
    expect(report.order.changes).toBe(2);
    expect(auditFindings(report)[0]!.title).toMatch(
      /ordered by label: it changes 2 times, shuffled about 59/,
    );
  });

  it('refuses to look at nothing', async () => {
    await expect(auditExamples([], undefined)).rejects.toThrow(DataError);
    await expect(auditExamples(train, [])).rejects.toThrow(/no test examples/);
  });
});

describe('label errors', () => {
  it('that were made on purpose are suspected, and nothing else', async () => {
    const corpus = makeCorpus(240).map((example, i) => ({ ...example, line: i + 1 }));
    const wrong = new Set([10, 50, 90, 130, 170, 210]);
    const spoiled = corpus.map((example, i) =>
      wrong.has(i) ? { ...example, label: example.label === 'fruit' ? 'tool' : 'fruit' } : example,
    );
    const folds: number[] = [];
    const report = await findLabelErrors(spoiled, {
      folds: 3,
      classifier: QUICK,
      onFold: (fold) => folds.push(fold),
    });
    expect(folds).toEqual([1, 2, 3]);
    // Nothing right is suspected, and half of what is wrong.
    expect(report.suspects.length).toBeGreaterThanOrEqual(3);
    for (const { line, label, suggested, score, suggestedScore } of report.suspects) {
      expect(wrong).toContain(line! - 1);
      expect(suggested).toBe(corpus[line! - 1]!.label);
      expect(label).not.toBe(suggested);
      expect(suggestedScore).toBeGreaterThan(score);
    }
    expect(report.accuracy).toBeGreaterThan(0.9);
  });

  it('are what the confident joint holds off its diagonal', () => {
    // Class 0 is believed from 0.8 on (mean of .9, .7), class 1 from 0.5 on (mean of .6, .6 and .3).
    const truth = [0, 0, 1, 1, 1];
    const probabilities = [0.9, 0.1, 0.7, 0.3, 0.4, 0.6, 0.4, 0.6, 0.7, 0.3];
    expect(suspectsOf(truth, probabilities, 2)).toEqual([]);
    const last = [...probabilities.slice(0, 8), 0.85, 0.15];
    expect(suspectsOf(truth, last, 2)).toMatchObject([{ example: 4, suggested: 0 }]);
  });

  it('need one label a text, and as many examples as folds', async () => {
    await expect(findLabelErrors([{ text: 'a', label: 'x' }], { folds: 2 })).rejects.toThrow(DataError);
    await expect(findLabelErrors(makeCorpus(9), { folds: 1 })).rejects.toThrow(ValueError);
    const several = makeCorpus(9).map(({ text }) => ({ text, labels: ['a', 'b'] }));
    await expect(findLabelErrors(several)).rejects.toThrow(/each text has one label/);
  });
});
