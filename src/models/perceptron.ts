/**
 * The perceptron (Rosenblatt 1958): one unit with a binary output and no non-linearity but a threshold.
 *
 *   z = w · x + b,   ŷ = 1 if z > 0, else 0
 *
 * It learns from its mistakes alone: w ← w + η (y − ŷ) x, b ← b + η (y − ŷ). Where a hyperplane separates the classes
 * it finds one after finitely many mistakes (Novikoff 1962). Where none does, as for XOR, it never stops making them,
 * and the report says so, with the proof.
 */
import { DataError, FormatError, NumericError, ValueError } from '../base/errors.js';
import { Random } from '../base/random.js';
import { type ConvergenceReport, convergenceReport } from './perceptron-report.js';

export type { ConvergenceReport } from './perceptron-report.js';

export interface PerceptronExample {
  /** x: as many numbers as every other example has. */
  readonly features: readonly number[];
  /** One of two labels. */
  readonly label: string | number;
}

export interface PerceptronOptions {
  /** Passes over the examples at most, default 100. It stops at the first pass without a mistake. */
  readonly epochs?: number;
  /** η, default 1. Starting from zero weights it scales w and b and changes nothing else. */
  readonly learningRate?: number;
  /** Seed of the order of the examples in each pass, default 1. */
  readonly seed?: number;
  /** Weights and bias to begin with, default all 0. */
  readonly start?: { readonly weights: readonly number[]; readonly bias: number };
}

/** The weights after one example was looked at. */
export interface PerceptronStep {
  /** From 0 */
  readonly epoch: number;
  /** Which example, by its place in the list. */
  readonly example: number;
  /** y and ŷ */
  readonly target: 0 | 1;
  readonly output: 0 | 1;
  /** Whether ŷ was wrong, so that the weights were changed. */
  readonly mistake: boolean;
  readonly weights: readonly number[];
  readonly bias: number;
}

/** Where w · x + b = 0. */
export interface Hyperplane {
  /** w, at right angles to it */
  readonly weights: readonly number[];
  readonly bias: number;
  /** In the plane: the line a x₁ + b x₂ + c = 0, and x₂ = slope x₁ + intercept unless it is vertical. */
  readonly line?: {
    readonly a: number;
    readonly b: number;
    readonly c: number;
    readonly slope?: number;
    readonly intercept?: number;
  };
}

export interface PerceptronWeights {
  readonly weights: readonly number[];
  readonly bias: number;
  /** The labels that 0 and 1 stand for; default '0' and '1'. */
  readonly labels?: readonly [string, string];
}

/**
 * @example
 * const and = new Perceptron({ weights: [1, 1], bias: -1 });       // x₁ + x₂ − 1
 * and.predict([1, 1]);                                             // '1'
 *
 * const learned = Perceptron.train([{ features: [0, 0], label: 0 }, …]);
 * learned.report?.message;    // 'converged: no mistake in epoch 6; …'
 */
export class Perceptron {
  readonly weights: readonly number[];
  readonly bias: number;
  readonly labels: readonly [string, string];
  /** How training went; undefined for given weights. */
  readonly report: ConvergenceReport | undefined;

  /** @throws ValueError when there are no weights, or one is not finite. */
  constructor({ weights, bias, labels = ['0', '1'] }: PerceptronWeights, report?: ConvergenceReport) {
    if (weights.length === 0) throw new ValueError('a perceptron needs at least one weight');
    const broken = [...weights, bias].find((value) => !Number.isFinite(value));
    if (broken !== undefined)
      throw new ValueError(`the weights of a perceptron must be finite numbers, not ${broken}`);
    if (labels[0] === labels[1])
      throw new ValueError(`a perceptron needs two different labels, not '${labels[0]}' twice`);
    this.weights = weights;
    this.bias = bias;
    this.labels = labels;
    this.report = report;
  }

  /**
   * Learns from labelled examples, starting from zero weights unless others are given. The labels, in order, stand for 0 and 1.
   *
   * @throws DataError when there are no examples, they have other than two labels, or a feature is missing or not
   * finite (it says which); ValueError for an option out of range.
   */
  static train(examples: readonly PerceptronExample[], options: PerceptronOptions = {}): Perceptron {
    const { epochs } = checkOptions(options);
    const { labels, targets } = checkExamples(examples);
    const mistakes: number[] = [];
    let { weights, bias } = startOf(examples, options);
    for (const step of Perceptron.steps(examples, options)) {
      mistakes[step.epoch] = (mistakes[step.epoch] ?? 0) + (step.mistake ? 1 : 0);
      ({ weights, bias } = step);
    }
    const points = examples.map(({ features }) => features);
    return new Perceptron(
      { weights, bias, labels },
      convergenceReport(mistakes, epochs, points, targets, labels),
    );
  }

  /** The same training, step by step, to look at or to draw. Throws as `train`. */
  static *steps(
    examples: readonly PerceptronExample[],
    options: PerceptronOptions = {},
  ): Generator<PerceptronStep> {
    const { epochs, learningRate, seed } = checkOptions(options);
    const { targets } = checkExamples(examples);
    let { weights, bias } = startOf(examples, options);
    for (let epoch = 0; epoch < epochs; epoch++) {
      let mistakes = 0;
      for (const example of new Random(seed, `perceptron/${epoch}`).shuffle([...examples.keys()])) {
        const x = examples[example]!.features;
        const target = targets[example]!;
        const output = threshold(weightedSum(weights, bias, x));
        const mistake = output !== target;
        if (mistake) {
          const change = learningRate * (target - output);
          weights = weights.map((weight, i) => weight + change * x[i]!);
          bias += change;
          mistakes++;
          checkFinite(weights, epoch, learningRate);
        }
        yield { epoch, example, target, output, mistake, weights, bias };
      }
      if (mistakes === 0) return;
    }
  }

  /** z = w · x + b. @throws ValueError when x has another number of features, or one is not finite. */
  activation(features: readonly number[]): number {
    const problem = featureProblem(features, this.weights.length);
    if (problem !== undefined) throw new ValueError(problem);
    return weightedSum(this.weights, this.bias, features);
  }

  /** ŷ: 1 if z > 0, else 0. */
  output(features: readonly number[]): 0 | 1 {
    return threshold(this.activation(features));
  }

  /** The label that ŷ stands for. */
  predict(features: readonly number[]): string {
    return this.labels[this.output(features)];
  }

  /** Where the output changes. @throws ValueError when all weights are 0: the output is the same everywhere. */
  decisionBoundary(): Hyperplane {
    const { weights, bias } = this;
    if (weights.every((weight) => weight === 0)) {
      throw new ValueError(
        'there is no decision boundary: all weights are 0, so the output is the same everywhere',
      );
    }
    if (weights.length !== 2) return { weights, bias };
    const [a, b] = weights as [number, number];
    const line = b === 0 ? { a, b, c: bias } : { a, b, c: bias, slope: 0 - a / b, intercept: 0 - bias / b };
    return { weights, bias, line };
  }

  /** Plain data; the report is not part of it. */
  toJSON(): Required<PerceptronWeights> {
    return { weights: this.weights, bias: this.bias, labels: this.labels };
  }

  /** @throws FormatError when it is not what `toJSON` gave. */
  static fromJSON(json: unknown): Perceptron {
    const { weights, bias, labels } = (json ?? {}) as Partial<PerceptronWeights>;
    const isSound =
      Array.isArray(weights) &&
      weights.length > 0 &&
      [...weights, bias].every(Number.isFinite) &&
      Array.isArray(labels) &&
      labels.length === 2 &&
      labels.every((label) => typeof label === 'string') &&
      labels[0] !== labels[1];
    if (!isSound)
      throw new FormatError('this is not a perceptron: it must have weights, a bias and two labels');
    return new Perceptron({ weights, bias: bias!, labels });
  }
}

function weightedSum(weights: readonly number[], bias: number, x: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * x[i]!, bias);
}

function threshold(z: number): 0 | 1 {
  return z > 0 ? 1 : 0;
}

function startOf(
  examples: readonly PerceptronExample[],
  { start }: PerceptronOptions,
): { weights: readonly number[]; bias: number } {
  const width = examples[0]!.features.length;
  if (start === undefined) return { weights: new Array<number>(width).fill(0), bias: 0 };
  if (start.weights.length !== width)
    throw new ValueError(`the weights to start from: there must be ${width}, not ${start.weights.length}`);
  if (![...start.weights, start.bias].every(Number.isFinite))
    throw new ValueError('the weights and the bias to start from must be finite numbers');
  return { weights: start.weights, bias: start.bias };
}

function checkOptions(options: PerceptronOptions): Required<Omit<PerceptronOptions, 'start'>> {
  const { epochs = 100, learningRate = 1, seed = 1 } = options;
  if (!(Number.isInteger(epochs) && epochs >= 1)) {
    throw new ValueError(`epochs must be a whole number from 1, not ${epochs}`);
  }
  if (!(learningRate > 0 && learningRate < Infinity)) {
    throw new ValueError(`learningRate must be above 0, not ${learningRate}`);
  }
  return { epochs, learningRate, seed };
}

function checkExamples(examples: readonly PerceptronExample[]): {
  labels: [string, string];
  targets: (0 | 1)[];
} {
  if (examples.length === 0) throw new DataError('there are no examples to train on');
  const width = examples[0]!.features.length;
  if (width === 0) throw new DataError('example 1 has no features: give at least one number');
  examples.forEach(({ features }, i) => {
    const problem = featureProblem(features, width);
    if (problem !== undefined) throw new DataError(`example ${i + 1}: ${problem}`);
  });
  const own = examples.map(({ label }) => String(label));
  const labels = [...new Set(own)].sort();
  if (labels.length !== 2) {
    throw new DataError(
      `a perceptron tells two labels apart, but the examples have ${labels.length}: ${labels.slice(0, 10).join(', ')}`,
    );
  }
  return { labels: labels as [string, string], targets: own.map((label) => (label === labels[1] ? 1 : 0)) };
}

function featureProblem(features: readonly number[], width: number): string | undefined {
  if (features.length !== width) return `there must be ${width} features, not ${features.length}`;
  const broken = features.findIndex((value) => !Number.isFinite(value));
  return broken < 0 ? undefined : `feature ${broken + 1} is ${features[broken]}, not a finite number`;
}

function checkFinite(weights: readonly number[], epoch: number, learningRate: number): void {
  if (weights.every(Number.isFinite)) return;
  throw new NumericError(
    `the weights are no longer finite in epoch ${epoch + 1}: the features are too large for the learning rate ` +
      `${learningRate}. Scale the features down.`,
  );
}
