/**
 * The learning-rate range test (Smith 2015, "Cyclical learning rates for training neural networks"): train a little
 * while the rate climbs from far too small to far too large, and look where the loss falls fastest.
 */
import { NumericError, ValueError } from '../base/errors.js';
import { backward } from '../graph/backward.js';
import type { Node, ParameterNode } from '../graph/node.js';
import { Optimizer, type OptimizerOptions } from '../optim/index.js';
import type { Workspace } from '../program/index.js';
import type { Batch, BatchSource } from './batches.js';

export interface RangeFinderOptions {
  readonly workspace: Workspace;
  /** A scalar: the mean loss of a batch. */
  readonly loss: Node;
  readonly parameters: readonly ParameterNode[];
  readonly source: BatchSource;
  /** The optimiser that will be used; its learning rate does not matter. */
  readonly optimizer?: OptimizerOptions;
  /** The first rate, default 1e-7. */
  readonly from?: number;
  /** The last rate, default 10. */
  readonly to?: number;
  /** How many, each larger than the one before by the same factor; default 100. */
  readonly steps?: number;
  /** Seed of dropout (default 1). */
  readonly seed?: number;
}

export interface RangePoint {
  readonly learningRate: number;
  /** Of the batch, before the step with this rate. */
  readonly loss: number;
  /** Exponential moving average of the losses so far. */
  readonly smoothed: number;
}

export interface LearningRateRange {
  /** Where the smoothed loss falls most steeply over the logarithm of the rate: a good rate to start from. */
  readonly suggestion: number;
  /** A tenth of the rate at which the smoothed loss was lowest: the cautious choice. */
  readonly cautious: number;
  readonly curve: readonly RangePoint[];
  /** Whether the loss exploded before the last rate was reached. */
  readonly diverged: boolean;
}

const SMOOTHING = 0.98;
/** The sweep ends when the smoothed loss is this many times the best one. */
const EXPLOSION = 4;
/** Fewer points give no slope worth the name. */
const FEWEST_STEPS = 10;

/**
 * Finds a learning rate by trying. The weights are afterwards what they were, whatever happens; the optimiser that will
 * train the model is not touched.
 *
 * @throws ValueError for a range that makes no sense; NumericError when the very first losses are not finite.
 * @example
 * const { suggestion } = await findLearningRate({ workspace, loss, parameters, source });
 */
export async function findLearningRate(options: RangeFinderOptions): Promise<LearningRateRange> {
  const { workspace, parameters } = options;
  checkOptions(options);
  const held = parameters.map((node) => workspace.read(node));
  try {
    const { curve, diverged } = await sweep(options);
    return { ...suggestionsOf(curve), curve, diverged };
  } finally {
    parameters.forEach((node, i) => {
      workspace.write(node, held[i]!);
    });
  }
}

async function sweep(options: RangeFinderOptions): Promise<{ curve: RangePoint[]; diverged: boolean }> {
  const { workspace, loss, parameters, source, from = 1e-7, to = 10, steps = 100, seed = 1 } = options;
  // With the base rate 1, the schedule's factor is the rate.
  const optimizer = new Optimizer({ ...options.optimizer, learningRate: 1 });
  const updates = optimizer.updates(parameters, backward(loss, parameters));
  const program = workspace.compile({ outputs: { loss }, updates });
  const curve: RangePoint[] = [];
  let average = 0;
  let best = Infinity;
  for await (const { feeds } of endlessBatches(source, steps)) {
    const step = curve.length;
    const learningRate = from * (to / from) ** (step / (steps - 1));
    program.run({ ...feeds, ...optimizer.feeds(step + 1, learningRate) }, { seed, step });
    const value = program.scalar('loss');
    if (!Number.isFinite(value)) return { curve, diverged: true };
    average = SMOOTHING * average + (1 - SMOOTHING) * value;
    const smoothed = average / (1 - SMOOTHING ** (step + 1));
    curve.push({ learningRate, loss: value, smoothed });
    if (smoothed > EXPLOSION * best) return { curve, diverged: true };
    best = Math.min(best, smoothed);
  }
  return { curve, diverged: false };
}

/** So many batches, from as many epochs as that takes. */
async function* endlessBatches(source: BatchSource, count: number): AsyncGenerator<Batch> {
  let given = 0;
  for (let epoch = 0; ; epoch++) {
    const before = given;
    for await (const batch of source.batches(epoch, 0)) {
      if (given === count) return;
      given++;
      yield batch;
    }
    if (given === before) throw new ValueError('the source gives no batches: is the data empty?');
  }
}

function suggestionsOf(curve: readonly RangePoint[]): { suggestion: number; cautious: number } {
  if (curve.length < 3) {
    throw new NumericError(
      'the loss is not finite at the smallest learning rates: look for NaN in the data or weights, or begin lower',
    );
  }
  const lowest = curve.reduce((best, point, i) => (point.smoothed < curve[best]!.smoothed ? i : best), 0);
  const slope = (i: number) =>
    (curve[i + 1]!.smoothed - curve[i - 1]!.smoothed) /
    (Math.log(curve[i + 1]!.learningRate) - Math.log(curve[i - 1]!.learningRate));
  let steepest = 1;
  for (let i = 2; i < Math.min(lowest + 1, curve.length - 1); i++)
    if (slope(i) < slope(steepest)) steepest = i;
  const cautious = curve[lowest]!.learningRate / 10;
  // Where the loss never fell there is no slope to go by.
  return { suggestion: slope(steepest) < 0 ? curve[steepest]!.learningRate : cautious, cautious };
}

function checkOptions({ parameters, from = 1e-7, to = 10, steps = 100 }: RangeFinderOptions): void {
  if (parameters.length === 0) throw new ValueError('there is nothing to train: every parameter is frozen');
  if (!(from > 0 && to > from && to < Infinity)) {
    throw new ValueError(`the learning rates must rise from above 0, not from ${from} to ${to}`);
  }
  if (!(Number.isInteger(steps) && steps >= FEWEST_STEPS)) {
    throw new ValueError(`steps must be a whole number from ${FEWEST_STEPS}, not ${steps}`);
  }
}
