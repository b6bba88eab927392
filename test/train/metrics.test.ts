import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumericError, ValueError } from '../../src/base/errors.js';
import {
  accuracy,
  ClassificationReport,
  calibration,
  classScores,
  confusionMatrix,
  logLoss,
  mostProbable,
  multiLabelScores,
  PerplexityReport,
  rocAuc,
  rocAucMacro,
} from '../../src/train/metrics.js';

const labels = ['urgent', 'normal', 'spam'];
/** The three-class example of Jurafsky & Martin, "Speech and language processing", chapter 4, transposed. */
const mailCounts = [
  [8, 5, 3],
  [10, 60, 30],
  [1, 50, 200],
];

describe('accuracy and the confusion matrix', () => {
  it('count what is right, and what is taken for what', () => {
    const truth = [0, 0, 1, 2];
    const predicted = [0, 1, 1, 0];
    expect(accuracy(truth, predicted)).toBe(0.5);
    expect(confusionMatrix(truth, predicted, labels)).toEqual({
      labels,
      counts: [
        [1, 1, 0],
        [0, 1, 0],
        [1, 0, 0],
      ],
    });
  });

  it('refuse what cannot be measured', () => {
    expect(() => accuracy([], [])).toThrow(/no examples/);
    expect(() => accuracy([1], [1, 2])).toThrow(ValueError);
    expect(() => confusionMatrix([3], [0], labels)).toThrow(/example 0 has the class id 3.*0 … 2/);
    expect(() => confusionMatrix([0], [0.5], labels)).toThrow(/predictions/);
  });
});

describe('classScores', () => {
  it('gives the textbook figures', () => {
    const { classes, macro, micro } = classScores({ labels, counts: mailCounts });
    expect(classes.map(({ precision }) => precision)).toEqual([8 / 19, 60 / 115, 200 / 233]);
    expect(classes.map(({ recall }) => recall)).toEqual([8 / 16, 60 / 100, 200 / 251]);
    expect(classes.map(({ support }) => support)).toEqual([16, 100, 251]);
    expect(macro.precision).toBeCloseTo(0.6, 2);
    expect(micro.precision).toBeCloseTo(268 / 367, 12);
    expect(micro.f1).toBeCloseTo(268 / 367, 12);
  });

  it('weights by support', () => {
    const { weighted } = classScores({ labels, counts: mailCounts });
    expect(weighted.recall).toBeCloseTo(268 / 367, 12);
    expect(weighted.precision).toBeCloseTo((16 * (8 / 19) + 100 * (60 / 115) + 251 * (200 / 233)) / 367, 12);
  });

  it('gives 0 for 0/0, and leaves classes that never occur out of the macro mean', () => {
    const { classes, macro } = classScores(confusionMatrix([0, 0, 1], [0, 0, 0], labels));
    expect(classes[1]).toEqual({ label: 'normal', precision: 0, recall: 0, f1: 0, support: 1 });
    expect(macro.f1).toBeCloseTo(0.8 / 2, 12);
  });

  it('holds that micro scores are the accuracy, and F1 lies between precision and recall', () => {
    const pairs = fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 1 });
    fc.assert(
      fc.property(pairs, (examples) => {
        const truth = examples.map(([id]) => id);
        const predicted = examples.map(([, id]) => id);
        const { micro, classes, weighted } = classScores(confusionMatrix(truth, predicted, labels));
        const right = accuracy(truth, predicted);
        expect(micro).toEqual({ precision: right, recall: right, f1: right });
        expect(weighted.recall).toBeCloseTo(right, 12);
        for (const { precision, recall, f1 } of classes) {
          expect(f1).toBeLessThanOrEqual(Math.max(precision, recall) + 1e-12);
          expect(f1).toBeGreaterThanOrEqual(Math.min(precision, recall) - 1e-12);
        }
      }),
    );
  });
});

describe('multiLabelScores', () => {
  it('counts sets of labels', () => {
    const truth = [1, 0, 1, /**/ 0, 1, 0, /**/ 0, 0, 0];
    const predicted = [1, 0, 0, /**/ 0, 1, 0, /**/ 0, 0, 1];
    const scores = multiLabelScores(truth, predicted, labels);
    expect(scores.exactMatch).toBeCloseTo(1 / 3, 12);
    expect(scores.micro).toEqual({ precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 });
    expect(scores.macro.f1).toBeCloseTo(2 / 3, 12);
    expect(scores.classes.map(({ support }) => support)).toEqual([1, 1, 1]);
  });

  it('takes booleans, and refuses rows that are not complete', () => {
    expect(multiLabelScores([true, false], [true, false], ['a', 'b']).exactMatch).toBe(1);
    expect(() => multiLabelScores([1, 0, 1], [1, 0, 1], ['a', 'b'])).toThrow(/rows of 2/);
    expect(() => multiLabelScores([], [], ['a'])).toThrow(/no examples/);
  });
});

describe('mostProbable', () => {
  it('takes the first of equals', () => {
    expect([...mostProbable([0.2, 0.8, 0.5, 0.5], 2)]).toEqual([1, 0]);
  });

  it('refuses NaN, also in the first place', () => {
    expect(() => mostProbable([Number.NaN, 1], 2)).toThrow(NumericError);
  });
});

describe('rocAuc', () => {
  it('gives figures worked by hand', () => {
    expect(rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBe(0.75);
    expect(rocAuc([1, 0], [3, 3])).toBe(0.5);
    expect(rocAuc([1, 1, 0, 0], [2, 1, 1, 0])).toBe(3.5 / 4);
  });

  it('is not defined for one class alone', () => {
    expect(rocAuc([1, 1], [0, 1])).toBeUndefined();
    expect(rocAucMacro([1, 1], [0.5, 0.5, 0.1, 0.9], 2)).toBeUndefined();
  });

  it('is the part of pairs in the right order, ties one half', () => {
    const examples = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -3, max: 3 })), { minLength: 1 });
    fc.assert(
      fc.property(examples, (list) => {
        const above = list.filter(([isPositive]) => isPositive).map(([, score]) => score);
        const below = list.filter(([isPositive]) => !isPositive).map(([, score]) => score);
        const pairs = above.flatMap((a) => below.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
        const area = rocAuc(
          list.map(([isPositive]) => isPositive),
          list.map(([, score]) => score),
        );
        if (pairs.length === 0) expect(area).toBeUndefined();
        else expect(area).toBeCloseTo(pairs.reduce((sum: number, pair) => sum + pair, 0) / pairs.length, 12);
      }),
    );
  });

  it('is, for two classes, the same one against the rest', () => {
    const positive = [0.1, 0.4, 0.35, 0.8];
    const probabilities = positive.flatMap((p) => [1 - p, p]);
    expect(rocAucMacro([0, 0, 1, 1], probabilities, 2)).toBeCloseTo(0.75, 12);
  });

  it('refuses NaN', () => {
    expect(() => rocAuc([0, 1], [Number.NaN, 1])).toThrow(NumericError);
  });
});

describe('logLoss', () => {
  it('is the mean surprise', () => {
    expect(logLoss([0, 1], [0.5, 0.5, 0.75, 0.25], 2)).toBeCloseTo((Math.log(2) + Math.log(4)) / 2, 12);
  });

  it('stays finite after a sure mistake', () => {
    expect(logLoss([0], [0, 1], 2)).toBeCloseTo(15 * Math.LN10, 9);
  });

  it('refuses logits, NaN and truth without a class', () => {
    expect(() => logLoss([0], [2.5, -1], 2)).toThrow(/softmax/);
    expect(() => logLoss([0], [Number.NaN, 1], 2)).toThrow(NumericError);
    expect(() => logLoss([2], [0.5, 0.5], 2)).toThrow(/class id 2/);
    expect(() => logLoss([0, 1], [0.5, 0.5], 2)).toThrow(ValueError);
  });
});

describe('calibration', () => {
  it('compares confidence and accuracy by bin', () => {
    const probabilities = [0.9, 0.1, 0.8, 0.2, 0.4, 0.6];
    const { error, bins } = calibration([0, 1, 1], probabilities, 2, 5);
    expect(bins.map(({ count }) => count)).toEqual([0, 0, 1, 1, 1]);
    expect(bins[3]).toEqual({ low: 0.6, high: 0.8, count: 1, confidence: 0.8, accuracy: 0 });
    expect(error).toBeCloseTo((0.4 + 0.8 + 0.1) / 3, 12);
  });

  it('has 15 bins unless told otherwise, and at least one', () => {
    expect(calibration([0], [1, 0], 2).bins).toHaveLength(15);
    expect(() => calibration([0], [1, 0], 2, 0)).toThrow(/bins/);
  });

  it('never counts an example twice, and errs by 0 … 1', () => {
    const confidences = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(confidences, (list) => {
        const truth = list.map((_, i) => i % 2);
        const { error, bins } = calibration(
          truth,
          list.flatMap((p) => [p, 1 - p]),
          2,
        );
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(list.length);
        expect(error).toBeGreaterThanOrEqual(0);
        expect(error).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('ClassificationReport', () => {
  it('gathers everything, and gives it as plain data', () => {
    const report = new ClassificationReport([0, 1, 1], [0.9, 0.1, 0.8, 0.2, 0.4, 0.6], ['no', 'yes']);
    const json = JSON.parse(JSON.stringify(report));
    expect(json).toMatchObject({ examples: 3, confusion: report.confusion.counts, rocAuc: 1 });
    expect(json.accuracy).toBeCloseTo(2 / 3, 12);
    expect(json.macroF1).toBeCloseTo(2 / 3, 12);
    expect(json.logLoss).toBeCloseTo(-(Math.log(0.9) + Math.log(0.2) + Math.log(0.6)) / 3, 12);
    expect(json.classes[1]).toEqual({ label: 'yes', precision: 1, recall: 0.5, f1: 2 / 3, support: 2 });
  });

  it('leaves ROC-AUC out where one class alone occurs', () => {
    expect(new ClassificationReport([0], [1, 0], ['no', 'yes']).toJSON()).not.toHaveProperty('rocAuc');
  });

  it('refuses empty and ill-fitting input', () => {
    expect(() => new ClassificationReport([], [], ['no', 'yes'])).toThrow(ValueError);
    expect(() => new ClassificationReport([0], [1, 0, 0], ['no', 'yes'])).toThrow(/rows of 2/);
    expect(() => new ClassificationReport([0, 1], [1, 0], ['no', 'yes'])).toThrow(/2 true values but 1/);
  });
});

describe('PerplexityReport', () => {
  it('turns nats into perplexity and bits', () => {
    const report = PerplexityReport.of([Math.log(1 / 2), Math.log(1 / 8)], { oov: 1 });
    expect(report.perplexity).toBeCloseTo(4, 12);
    expect(report.bitsPerToken).toBeCloseTo(2, 12);
    expect(report.oovRate).toBe(0.5);
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({ tokens: 2, oov: 1 });
  });

  it('says what it was measured on', () => {
    const report = new PerplexityReport(1000 * Math.log(50), 1000, {
      oov: 12,
      vocabularySize: 10000,
      crossSentences: false,
    });
    expect(String(report)).toBe(
      'perplexity 50.00 (5.644 bits a token) over 1,000 tokens, vocabulary 10,000, 12 unknown (1.20 %), ' +
        'context stops at sentence ends',
    );
  });

  it('is infinite where a token had no probability, and refuses NaN, no tokens, too many unknown', () => {
    expect(PerplexityReport.of([Number.NEGATIVE_INFINITY]).perplexity).toBe(Number.POSITIVE_INFINITY);
    expect(() => PerplexityReport.of([Number.NaN])).toThrow(NumericError);
    expect(() => PerplexityReport.of([])).toThrow(/at least one token/);
    expect(() => new PerplexityReport(1, 1, { oov: 2 })).toThrow(ValueError);
  });

  it('is V for a uniform guess', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 50 }), (size, tokens) => {
        const report = PerplexityReport.of(new Array(tokens).fill(-Math.log(size)));
        expect(report.perplexity / size).toBeCloseTo(1, 9);
      }),
    );
  });
});
