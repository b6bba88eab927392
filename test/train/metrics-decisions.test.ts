/** Metrics of decisions that may be several, may be withheld, and are uncertain. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumericError, ValueError } from '../../src/base/errors.js';
import { Random } from '../../src/base/random.js';
import {
  bootstrap,
  classificationIntervals,
  coverageAt,
  coverageCurve,
  MultiLabelReport,
  multiLabelIntervals,
  rankedScores,
} from '../../src/train/metrics.js';

describe('MultiLabelReport', () => {
  const labels = ['late', 'broken', 'rude'];
  const truth = [1, 0, 1, 0, 1, 0, 0, 0, 0];
  const probabilities = [0.9, 0.2, 0.4, 0.1, 0.8, 0.3, 0.2, 0.6, 0.1];

  it('counts by hand', () => {
    const report = new MultiLabelReport(truth, probabilities, labels, [0.5, 0.5, 0.5]);
    // Given: {late}, {broken}, {broken}; true: {late, rude}, {broken}, {}.
    expect(report.accuracy).toBeCloseTo(1 / 3, 12);
    expect(report.scores.micro).toMatchObject({ precision: 2 / 3, recall: 2 / 3 });
    expect(report.scores.classes.map(({ f1 }) => f1)).toEqual([1, 2 / 3, 0]);
    expect(report.ranked).toEqual([
      { k: 1, precision: 2 / 3, recall: 2 / 3 },
      { k: 3, precision: 3 / 9, recall: 1 },
    ]);
    const losses = truth.map((y, i) => -Math.log(y === 1 ? probabilities[i]! : 1 - probabilities[i]!));
    expect(report.logLoss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / 9, 12);
    expect(report.rocAuc).toBeCloseTo(1, 12);
    expect(report.toJSON()).toMatchObject({ examples: 3, thresholds: { late: 0.5 }, exactMatch: 1 / 3 });
  });

  it('follows the thresholds of each label', () => {
    const report = new MultiLabelReport(truth, probabilities, labels, [0.5, 0.7, 0.35]);
    expect(report.accuracy).toBe(1);
    expect(report.scores.macro.f1).toBe(1);
  });

  it('refuses what does not fit', () => {
    expect(() => new MultiLabelReport([1, 0], [0.5], ['a', 'b'], [0.5, 0.5])).toThrow(ValueError);
    expect(() => new MultiLabelReport([1, 0], [0.5, 0.5], ['a', 'b'], [0.5])).toThrow(
      /2 labels need as many/,
    );
    expect(() => new MultiLabelReport([], [], ['a'], [0.5])).toThrow(/no examples/);
    expect(() => new MultiLabelReport([1], [Number.NaN], ['a'], [0.5])).toThrow(NumericError);
  });

  it('ranks as many labels as there are', () => {
    expect(rankedScores([0, 1], [0.5, 0.5], 2)).toEqual([{ k: 1, precision: 0, recall: 0 }]);
    expect(rankedScores([0, 0], [0.1, 0.2], 2)[0]!.recall).toBe(0);
  });
});

describe('coverage', () => {
  const right = [true, true, false, true, false];
  const confidence = [0.9, 0.8, 0.7, 0.7, 0.5];

  it('counts what is answered, and how much of that is right', () => {
    expect(coverageAt(right, confidence, 0.75)).toEqual({ minimumScore: 0.75, coverage: 0.4, accuracy: 1 });
    expect(coverageAt(right, confidence, 0.95)).toEqual({
      minimumScore: 0.95,
      coverage: 0,
      accuracy: undefined,
    });
  });

  it('answers or refuses equal confidences together', () => {
    expect(coverageCurve(right, confidence, [1, 0.6, 0.2])).toEqual([
      { minimumScore: 0.5, coverage: 1, accuracy: 0.6 },
      { minimumScore: 0.7, coverage: 0.8, accuracy: 0.75 },
      { minimumScore: 0.9, coverage: 0.2, accuracy: 1 },
    ]);
  });

  it('begins with everything, and reaches each wanted share', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1 }),
        (list) => {
          const curve = coverageCurve(
            list.map(([yes]) => yes),
            list.map(([, score]) => score),
          );
          expect(curve[0]!.coverage).toBe(1);
          for (const point of curve.slice(1)) expect(point.coverage).toBeLessThan(1);
        },
      ),
    );
    expect(() => coverageCurve([true], [1], [0])).toThrow(ValueError);
    expect(() => coverageAt([], [], 0)).toThrow(/no examples/);
  });
});

describe('bootstrap', () => {
  const random = new Random(1, 'test');
  const truth = Array.from({ length: 500 }, () => random.below(3));
  const predicted = truth.map((id) => (random.uniform() < 0.8 ? id : (id + 1) % 3));

  it('gives the interval that the binomial distribution gives for accuracy', () => {
    const accuracy = truth.filter((id, i) => id === predicted[i]).length / truth.length;
    const { accuracy: interval, macroF1 } = classificationIntervals(truth, predicted, 3);
    const half = 1.96 * Math.sqrt((accuracy * (1 - accuracy)) / truth.length);
    expect(interval.low).toBeCloseTo(accuracy - half, 1.7);
    expect(interval.high).toBeCloseTo(accuracy + half, 1.7);
    expect(macroF1.low).toBeLessThan(macroF1.high);
  });

  it('is the same for a seed, and another for another; wider for a higher level', () => {
    const at = (options: object) =>
      classificationIntervals(truth, predicted, 3, { samples: 300, ...options }).macroF1;
    expect(at({ seed: 4 })).toEqual(at({ seed: 4 }));
    expect(at({ seed: 4 })).not.toEqual(at({ seed: 5 }));
    const [narrow, wide] = [at({ level: 0.5 }), at({ level: 0.99 })];
    expect(wide.high - wide.low).toBeGreaterThan(narrow.high - narrow.low);
  });

  it('of several labels surrounds what is measured', () => {
    const rows = Array.from({ length: 200 }, () => [1, random.below(2)]).flat();
    const given = rows.map((y) => (random.uniform() < 0.9 ? y : 1 - y));
    const intervals = multiLabelIntervals(rows, given, 2, { samples: 300 });
    const exact =
      rows.filter((_, i) => i % 2 === 0 && rows[i] === given[i] && rows[i + 1] === given[i + 1]).length / 200;
    expect(intervals.exactMatch.low).toBeLessThan(exact);
    expect(intervals.exactMatch.high).toBeGreaterThan(exact);
    expect(intervals.microF1.high).toBeLessThanOrEqual(1);
  });

  it('refuses options that make no sense', () => {
    const measure = () => ({ x: 0 });
    expect(() => bootstrap(0, measure)).toThrow(/no examples/);
    expect(() => bootstrap(3, measure, { samples: 0 })).toThrow(ValueError);
    expect(() => bootstrap(3, measure, { level: 1 })).toThrow(/between 0 and 1/);
  });
});
