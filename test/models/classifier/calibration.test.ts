import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, ValueError } from '../../../src/base/errors.js';
import { Random } from '../../../src/base/random.js';
import { decodeModel, encodeModel } from '../../../src/files/index.js';
import {
  checkCalibration,
  fitTemperature,
  fitThresholds,
  uncalibrated,
  withTemperature,
} from '../../../src/models/classifier/calibration.js';
import { TextClassifier } from '../../../src/models/classifier/classifier.js';
import { decide } from '../../../src/models/classifier/decision.js';
import { logLoss } from '../../../src/train/metrics.js';
import { makeCorpus, QUICK } from './corpus.js';

const softmax = (row: readonly number[]) => {
  const powers = row.map((z) => Math.exp(z - Math.max(...row)));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
};

/** Logits of a model that is too sure by a factor: labels are drawn from softmax(z), and the logits are z · factor. */
function sample(count: number, classes: number, factor: number, seed: number) {
  const random = new Random(seed, 'sample');
  const logits: number[] = [];
  const truth: number[] = [];
  for (let i = 0; i < count; i++) {
    const z = Array.from({ length: classes }, () => 2 * random.normal());
    logits.push(...z.map((value) => value * factor));
    let [left, label] = [random.uniform(), 0];
    for (const p of softmax(z).slice(0, -1)) {
      left -= p;
      if (left < 0) break;
      label++;
    }
    truth.push(label);
  }
  return { logits, truth };
}

describe('the temperature', () => {
  it.each([0.5, 1, 3])('finds by how much a model is too sure: %d', (factor) => {
    const { logits, truth } = sample(4000, 3, factor, 1);
    expect(fitTemperature(logits, truth, 'softmax', 3) / factor).toBeCloseTo(1, 1);
  });

  it('has the least log loss of all', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.double({ min: 0.4, max: 3, noNaN: true }),
        (seed, factor) => {
          const { logits, truth } = sample(300, 3, factor, seed);
          const lossAt = (temperature: number) => {
            const rows = truth.map((_, i) =>
              softmax(logits.slice(3 * i, 3 * i + 3).map((z) => z / temperature)),
            );
            // The loss that is minimised: each target gives up 1/(n + 1).
            const given = 1 / (truth.length + 1);
            const even = rows.flat().reduce((sum, p) => sum - Math.log(p) / 3, 0) / truth.length;
            return (1 - given) * logLoss(truth, rows.flat(), 3) + given * even;
          };
          const best = fitTemperature(logits, truth, 'softmax', 3);
          for (const other of [0.9, 0.99, 1.01, 1.1])
            expect(lossAt(best)).toBeLessThanOrEqual(lossAt(best * other) + 1e-12);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('is the same for two classes, whether there are two logits or one', () => {
    const { logits, truth } = sample(500, 2, 2, 3);
    const differences = truth.map((_, i) => logits[2 * i + 1]! - logits[2 * i]!);
    const one = fitTemperature(differences, truth, 'binary', 1);
    expect(one).toBeCloseTo(fitTemperature(logits, truth, 'softmax', 2), 6);
    expect(fitTemperature(differences, truth, 'multilabel', 1)).toBeCloseTo(one, 6);
  });

  it('stays finite where there is no mistake, and refuses what does not fit', () => {
    const logits = Array.from({ length: 50 }, () => [3, -3]).flat();
    const temperature = fitTemperature(logits, new Array(50).fill(0), 'softmax', 2);
    expect(temperature).toBeGreaterThan(0.5);
    expect(fitTemperature([0, 0], [0], 'softmax', 2)).toBeGreaterThan(0);
    expect(() => fitTemperature([], [], 'softmax', 2)).toThrow(ValueError);
    expect(() => fitTemperature([1, 2], [0, 1], 'softmax', 2)).toThrow(/2 logits need 1 targets, not 2/);
  });

  it('can be taken back', () => {
    const { logits, truth } = sample(20, 4, 1, 5);
    const at = (temperature: number) =>
      truth.flatMap((_, i) => softmax(logits.slice(4 * i, 4 * i + 4).map((z) => z / temperature)));
    withTemperature(at(2.5), 4, 2.5, false).forEach((p, i) => {
      expect(p).toBeCloseTo(at(1)[i]!, 10);
    });
    const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
    const [half] = withTemperature([sigmoid(0.6 / 2)], 1, 2, true);
    expect(half).toBeCloseTo(sigmoid(0.6), 12);
  });
});

describe('thresholds', () => {
  it('are those of the best F1 for each label', () => {
    const random = new Random(1, 'thresholds');
    const truth = Array.from({ length: 400 }, () => (random.uniform() < 0.3 ? 1 : 0));
    // Positives score about 0.3: a threshold of 0.5 would miss most.
    const scores = truth.map((y) => Math.min(1, Math.max(0, 0.1 + 0.2 * y + 0.08 * random.normal())));
    const f1 = (threshold: number) => {
      const given = scores.map((score) => score >= threshold);
      const both = given.filter((yes, i) => yes && truth[i] === 1).length;
      return (2 * both) / (given.filter(Boolean).length + truth.filter((y) => y === 1).length);
    };
    const [threshold] = fitThresholds(scores, truth, 1);
    const best = Math.max(...Array.from({ length: 101 }, (_, i) => f1(i / 100)));
    expect(f1(threshold!)).toBeGreaterThanOrEqual(best);
    expect(f1(0.5)).toBeLessThan(best / 2);
  });

  it('of rare labels are shared, and 0.5 without any positive', () => {
    // Ten examples, two labels: the first has six positives above 0.7, the second one at 0.6.
    const scores = Array.from({ length: 10 }, (_, i) => [i < 6 ? 0.8 : 0.1, i === 0 ? 0.6 : 0.2]).flat();
    const truth = Array.from({ length: 10 }, (_, i) => [i < 6 ? 1 : 0, i === 0 ? 1 : 0]).flat();
    const [own, shared] = fitThresholds(scores, truth, 2);
    expect(own).toBeCloseTo(0.45, 6);
    expect(shared).toBeCloseTo(0.4, 6);
    expect(fitThresholds([0.2, 0.9], [0, 0], 1)).toEqual([0.5]);
  });
});

describe('a trained classifier', () => {
  const corpus = makeCorpus(300);

  it('is calibrated on what was held out, and keeps that in its file', async () => {
    const classifier = await TextClassifier.train(corpus, QUICK);
    const { calibration } = classifier;
    expect(calibration).toMatchObject({ examples: 30, thresholds: [] });
    expect(calibration.temperature).not.toBe(1);
    const loaded = TextClassifier.fromBytes(classifier.toBytes());
    expect(loaded.calibration).toEqual(calibration);
    expect(loaded.classify('a cat')).toEqual(classifier.classify('a cat'));
  });

  it('says the same labels as without, and its logits are those of the same training divided by T', async () => {
    const plain = await TextClassifier.train(corpus, { ...QUICK, calibrate: false });
    const calibrated = await TextClassifier.train(corpus, QUICK);
    expect(plain.calibration).toEqual(uncalibrated('softmax', 3));
    const texts = plain.encode(['a cat here', 'my nice hammer', '']);
    const [before, after] = [plain.logitsOf(texts), calibrated.logitsOf(texts)];
    before.forEach((logit, i) => {
      expect(after[i]! * calibrated.calibration.temperature).toBeCloseTo(logit, 3);
    });
  });

  it('is left alone with few held-out examples', async () => {
    const classifier = await TextClassifier.train(makeCorpus(60), QUICK);
    expect(classifier.calibration).toMatchObject({ temperature: 1, examples: 0 });
  });

  it('with several labels learns thresholds, and decides by them', async () => {
    const several = corpus.map(({ text, label }) => ({
      text,
      labels: label === 'tool' ? [] : [label!, 'living'],
    }));
    const classifier = await TextClassifier.train(several, QUICK);
    expect(classifier.calibration.thresholds).toHaveLength(3);
    expect([...classifier.decide('the cat is nice').labels].sort()).toEqual(['animal', 'living']);
    expect(classifier.decide('my saw').label).toBeNull();
    const report = await classifier.evaluate(several);
    expect(report).toMatchObject({ kind: 'multi-label', examples: 300 });
    expect(report.accuracy).toBeGreaterThan(0.9);
    expect(report.scores.micro.f1).toBeGreaterThan(0.9);
  });

  it('from a damaged file is refused; one from before calibration is not', async () => {
    const bytes = (await TextClassifier.train(makeCorpus(60), QUICK)).toBytes();
    const model = decodeModel(bytes);
    const config = model.config as Record<string, unknown>;
    const changed = (calibration: unknown) =>
      encodeModel({
        ...model,
        config: { ...config, calibration },
        tensors: Object.fromEntries(model.tensors),
      });
    for (const bad of [
      null,
      { temperature: -1, thresholds: [], examples: 3 },
      { temperature: 1, thresholds: [0.5], examples: 3 },
    ])
      expect(() => TextClassifier.fromBytes(changed(bad))).toThrow(FormatError);
    expect(checkCalibration(undefined, 'softmax', 3)).toEqual(uncalibrated('softmax', 3));
  });
});

describe('deciding', () => {
  const scores = [
    { label: 'b', score: 0.6 },
    { label: 'a', score: 0.4 },
  ];
  it('gives the likeliest label, or none below the least score', () => {
    const decider = { labels: ['a', 'b'], calibration: { thresholds: [] } };
    expect(decide(scores, decider)).toEqual({ label: 'b', labels: ['b'], score: 0.6 });
    expect(decide(scores, decider, 0.6).label).toBe('b');
    expect(decide(scores, decider, 0.61)).toEqual({ label: null, labels: [], score: 0.6 });
  });

  it('gives all labels above their thresholds, where there may be several', () => {
    const decider = { labels: ['a', 'b'], calibration: { thresholds: [0.3, 0.5] } };
    expect(decide(scores, decider).labels).toEqual(['b', 'a']);
    expect(decide(scores, decider, 0.5).labels).toEqual(['b']);
    expect(decide(scores, { ...decider, calibration: { thresholds: [0.3, 0.7] } })).toMatchObject({
      label: 'a',
      labels: ['a'],
    });
  });
});
