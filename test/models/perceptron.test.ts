import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError, FormatError, ValueError } from '../../src/base/errors.js';
import { readNumericRows } from '../../src/files/node/index.js';
import { Perceptron, type PerceptronExample } from '../../src/models/perceptron.js';
import { findSharedPoint } from '../../src/models/separability.js';

const CORNERS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;
const gate = (outputs: readonly number[]): PerceptronExample[] =>
  CORNERS.map((features, i) => ({ features, label: outputs[i]! }));
const AND = gate([0, 0, 0, 1]);
const OR = gate([0, 1, 1, 1]);
const XOR = gate([0, 1, 1, 0]);
const answers = (perceptron: Perceptron) => CORNERS.map((features) => perceptron.output(features));

describe('a perceptron with the textbook’s weights', () => {
  it('computes AND as x₁ + x₂ − 1', () => {
    expect(answers(new Perceptron({ weights: [1, 1], bias: -1 }))).toEqual([0, 0, 0, 1]);
  });

  it('computes OR as x₁ + x₂', () => {
    expect(answers(new Perceptron({ weights: [1, 1], bias: 0 }))).toEqual([0, 1, 1, 1]);
  });

  it('has a line as its decision boundary', () => {
    const and = new Perceptron({ weights: [1, 1], bias: -1 }).decisionBoundary();
    expect(and.line).toEqual({ a: 1, b: 1, c: -1, slope: -1, intercept: 1 });
    const vertical = new Perceptron({ weights: [2, 0], bias: -1 }).decisionBoundary();
    expect(vertical.line).toEqual({ a: 2, b: 0, c: -1 });
  });
});

describe('given weights to start from', () => {
  it('are kept where they make no mistake, and mended where they do', () => {
    const solved = { weights: [1, 1], bias: -1 };
    expect([...Perceptron.steps(AND, { start: solved })].at(-1)).toMatchObject(solved);
    const wrong = Perceptron.train(AND, { start: { weights: [-3, 2], bias: 1 } });
    expect(wrong.report?.converged).toBe(true);
    expect(answers(wrong)).toEqual([0, 0, 0, 1]);
    const first = [...Perceptron.steps(AND, { start: { weights: [5, 5], bias: 5 }, learningRate: 0.5 })].find(
      ({ mistake }) => mistake,
    );
    expect(first?.bias).toBe(4.5);
  });

  it('must fit the examples', () => {
    const start = (weights: number[], bias: number) => () => [
      ...Perceptron.steps(AND, { start: { weights, bias } }),
    ];
    expect(start([1], 0)).toThrow('the weights to start from: there must be 2, not 1');
    expect(start([1, Number.NaN], 0)).toThrow(ValueError);
    expect(start([1, 1], Infinity)).toThrow(ValueError);
  });
});

describe('the learning rule', () => {
  it.each([
    ['AND', AND],
    ['OR', OR],
  ] as const)('learns %s and says so', (_, examples) => {
    for (let seed = 1; seed <= 20; seed++) {
      const perceptron = Perceptron.train(examples, { seed });
      expect(answers(perceptron)).toEqual(examples.map(({ label }) => label));
      const report = perceptron.report!;
      expect(report).toMatchObject({ converged: true, separable: true });
      expect(report.mistakes).toHaveLength(report.epochs);
      expect(report.mistakes.at(-1)).toBe(0);
      expect(report.message).toMatch(/^converged: no mistake in epoch \d+/);
    }
  });

  it('never learns XOR, and proves that no perceptron can', () => {
    const { report } = Perceptron.train(XOR, { epochs: 50 });
    expect(report).toMatchObject({ converged: false, separable: false, epochs: 50 });
    expect(report!.proof!.point).toEqual([0.5, 0.5]);
    expect(report!.proof!.negative).toEqual({ points: [0, 3], weights: [0.5, 0.5] });
    expect(report!.proof!.positive).toEqual({ points: [1, 2], weights: [0.5, 0.5] });
    expect(report!.message).toMatch(/did not converge in 50 epochs.*not linearly separable.*\(0\.5, 0\.5\)/);
  });

  it('says when more epochs would do', () => {
    const examples = [0.5, 0.51].map((x, i) => ({ features: [x, x * x], label: i }));
    const { report } = Perceptron.train(examples, { epochs: 2 });
    expect(report).toMatchObject({ converged: false, separable: true });
    expect(report!.message).toMatch(/did not converge in 2 epochs.*allow more epochs/);
  });

  it('says that it does not know where there is too much to prove', () => {
    const examples = Array.from({ length: 9000 }, (_, i) => ({ features: [i % 7, i % 11], label: i % 2 }));
    const { report } = Perceptron.train(examples, { epochs: 2 });
    expect(report).toMatchObject({ converged: false, separable: undefined });
    expect(report!.message).toMatch(/did not converge in 2 epochs.*not known/);
  });

  it('finds a plane in three dimensions', () => {
    const corners = Array.from({ length: 8 }, (_, i) => [i & 1, (i >> 1) & 1, i >> 2]);
    const majority = corners.map((features) => ({
      features,
      label: features.reduce((a, b) => a + b) >= 2 ? 'many' : 'few',
    }));
    const perceptron = Perceptron.train(majority);
    for (const { features, label } of majority) expect(perceptron.predict(features)).toBe(label);
    const { weights, bias, line } = perceptron.decisionBoundary();
    expect(line).toBeUndefined();
    for (const { features, label } of majority) {
      expect(weights.reduce((sum, w, i) => sum + w * features[i]!, bias) > 0).toBe(label === 'many');
    }
  });

  it('changes w by η (y − ŷ) x after a mistake and not at all otherwise', () => {
    let weights = [0, 0];
    let bias = 0;
    for (const step of Perceptron.steps(OR, { learningRate: 0.5, seed: 4 })) {
      const x = CORNERS[step.example]!;
      const change = 0.5 * (step.target - step.output);
      weights = weights.map((w, i) => w + change * x[i]!);
      bias += change;
      expect(step.mistake).toBe(step.target !== step.output);
      expect([step.weights, step.bias]).toEqual([weights, bias]);
    }
    const learned = Perceptron.train(OR, { learningRate: 0.5, seed: 4 });
    expect([learned.weights, learned.bias]).toEqual([weights, bias]);
  });

  it('is the same for the same seed', () => {
    const path = (seed: number) => [...Perceptron.steps(AND, { seed })].map(({ example }) => example);
    expect(path(3)).toEqual(path(3));
    expect(path(3)).not.toEqual(path(4));
  });

  it('learns from rows of a file', async () => {
    const rows: PerceptronExample[] = [];
    for await (const row of await readNumericRows('examples/data/circles.csv')) rows.push(row);
    const { report, labels } = Perceptron.train(rows, { epochs: 5 });
    expect(labels).toEqual(['inner', 'outer']);
    expect(report).toMatchObject({ converged: false, separable: false });
  });
});

describe('separability', () => {
  const coordinates = fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 2 }), {
    minLength: 2,
    maxLength: 12,
  });

  it('is never denied to points on two sides of a line', () => {
    fc.assert(
      fc.property(
        coordinates,
        fc.integer({ min: -5, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (points, a, b) => {
          // Shifted by a half so that no point is on the line.
          const signs = points.map(([x, y]) => (a * x! + b * y! > 0.5 ? 1 : -1));
          expect(findSharedPoint(points, signs)).toBeUndefined();
        },
      ),
    );
  });

  it('is denied only with a proof that can be checked', () => {
    fc.assert(
      fc.property(coordinates, fc.nat(4095), (points, bits) => {
        const signs = points.map((_, i) => ((bits >> i) & 1 ? 1 : -1));
        const proof = findSharedPoint(points, signs);
        if (proof === undefined) {
          // Then the perceptron must find a line (Novikoff).
          if (new Set(signs).size < 2) return;
          const examples = points.map((features, i) => ({ features, label: signs[i]! }));
          expect(Perceptron.train(examples, { epochs: 20_000 }).report!.converged).toBe(true);
          return;
        }
        for (const [mixture, sign] of [
          [proof.negative, -1],
          [proof.positive, 1],
        ] as const) {
          expect(mixture.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
          expect(mixture.weights.every((weight) => weight > 0)).toBe(true);
          expect(mixture.points.every((i) => signs[i] === sign)).toBe(true);
          proof.point.forEach((value, axis) => {
            const mixed = mixture.points.reduce(
              (sum, p, i) => sum + mixture.weights[i]! * points[p]![axis]!,
              0,
            );
            expect(mixed).toBeCloseTo(value, 9);
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is decided exactly for decimals too', () => {
    const line = [0.1, 0.2, 0.3].map((x) => [x]);
    expect(findSharedPoint(line, [-1, -1, 1])).toBeUndefined();
    expect(findSharedPoint(line, [-1, 1, -1])!.point[0]).toBeCloseTo(0.2, 12);
    expect(findSharedPoint([[0.1], [0.1]], [-1, 1])!.point).toEqual([0.1]);
  });
});

describe('bad input', () => {
  it('is refused in examples, with the number of the example', () => {
    const withFeatures = (...features: number[]) => [...AND, { features, label: 1 }];
    expect(() => Perceptron.train([])).toThrow(DataError);
    expect(() => Perceptron.train(withFeatures(1, Number.NaN))).toThrow(/example 5: feature 2 is NaN/);
    expect(() => Perceptron.train(withFeatures(Infinity, 0))).toThrow(/example 5: feature 1 is Infinity/);
    expect(() => Perceptron.train(withFeatures(1))).toThrow(/example 5: there must be 2 features, not 1/);
    expect(() => Perceptron.train(gate([1, 1, 1, 1]))).toThrow(
      /two labels apart, but the examples have 1: 1/,
    );
    expect(() => Perceptron.train(gate([0, 1, 2, 1]))).toThrow(/have 3: 0, 1, 2/);
    expect(() => Perceptron.train([{ features: [], label: 0 }])).toThrow(DataError);
  });

  it('is refused in options, weights and questions', () => {
    expect(() => Perceptron.train(AND, { epochs: 0 })).toThrow(ValueError);
    expect(() => Perceptron.train(AND, { learningRate: 0 })).toThrow(ValueError);
    expect(() => Perceptron.train(AND, { seed: -1 })).toThrow(ValueError);
    expect(() => new Perceptron({ weights: [], bias: 0 })).toThrow(ValueError);
    expect(() => new Perceptron({ weights: [Number.NaN], bias: 0 })).toThrow(ValueError);
    expect(() => new Perceptron({ weights: [1], bias: 0, labels: ['a', 'a'] })).toThrow(ValueError);
    const and = new Perceptron({ weights: [1, 1], bias: -1 });
    expect(() => and.predict([1])).toThrow(/2 features, not 1/);
    expect(() => and.predict([1, Number.NaN])).toThrow(/feature 2 is NaN/);
    expect(() => new Perceptron({ weights: [0, 0], bias: 1 }).decisionBoundary()).toThrow(
      /all weights are 0/,
    );
  });
});

describe('as JSON', () => {
  it('comes back the same', () => {
    const learned = Perceptron.train(OR);
    const again = Perceptron.fromJSON(JSON.parse(JSON.stringify(learned)));
    expect(again.toJSON()).toEqual(learned.toJSON());
    expect(answers(again)).toEqual(answers(learned));
  });

  it.each([
    null,
    7,
    {},
    { weights: [], bias: 0, labels: ['a', 'b'] },
    { weights: ['1'], bias: 0, labels: ['a', 'b'] },
    { weights: [1], bias: null, labels: ['a', 'b'] },
    { weights: [1], bias: 0, labels: ['a'] },
  ])('is refused when it is something else: %j', (json) => {
    expect(() => Perceptron.fromJSON(json)).toThrow(FormatError);
  });
});
