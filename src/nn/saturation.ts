/**
 * Saturation and vanishing gradients, measured.
 *
 * Where f is flat, f′(z) is almost 0, and the chain rule multiplies whatever comes from above by it: a saturated unit
 * learns nothing, and in a deep stack of such units the gradient shrinks from layer to layer until the first layers
 * learn nothing either.
 */
import { ValueError } from '../base/errors.js';
import { referenceEngine } from '../engine/reference/index.js';
import { backward, backwardAll } from '../graph/backward.js';
import type { Node } from '../graph/node.js';
import { zerosLike } from '../graph/ops/arithmetic.js';
import { sum } from '../graph/ops/structure.js';
import { neededFeeds } from '../program/evaluate.js';
import { type Feeds, Workspace } from '../program/index.js';
import { type Activation, activate } from './activations.js';

export interface MeasureOptions {
  /** Where the parameters are, with the values that they have now. Default: a new one, with their initial values. */
  readonly workspace?: Workspace;
}

export interface SaturationOptions extends MeasureOptions {
  /** A unit is saturated where |f′(z)| is at most this part of the largest |f′| there is; default 0.05. */
  readonly threshold?: number;
}

export interface Saturation {
  /** The part of all units, over all examples, that is saturated: 0 … 1. */
  readonly share: number;
  /** The same for each unit of the layer: 1 is a unit that learns from no example (a dead ReLU, say). */
  readonly units: readonly number[];
  /** Mean of |f′(z)| over all units and examples. */
  readonly meanDerivative: number;
}

/** The steepest slope of each activation. That of GELU and SiLU lies above 1, near z = 1.5 and z = 2.4. */
const steepest: Record<Activation, number> = {
  linear: 1,
  sigmoid: 0.25,
  tanh: 1,
  relu: 1,
  leakyRelu: 1,
  gelu: 1.129,
  silu: 1.0998,
  softplus: 1,
  step: 0,
};

/**
 * How saturated a layer is.
 *
 * @param z weighted sums of its units, [units] or [batch, units].
 * @param activation f; of `step` every unit is saturated, which is why gradient descent cannot train one.
 * @param feeds what the inputs of the graph are.
 * @throws ValueError for a threshold outside 0 … 1, or when there is no example.
 */
export function saturation(
  z: Node,
  activation: Activation,
  feeds: Feeds = {},
  options: SaturationOptions = {},
): Saturation {
  const { threshold = 0.05, workspace } = options;
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new ValueError(`saturation: the threshold must lie from 0 to 1, not ${threshold}`);
  }
  // The sum hands 1 down to each unit, so its gradient is f′(z) itself.
  const [slopes] = backward(sum(activate(z, activation)), [z]);
  const [values] = measure([slopes], feeds, workspace);
  if (values!.length === 0) throw new ValueError('saturation: there are no examples to measure');
  const limit = threshold * steepest[activation];
  const width = z.rank === 0 ? 1 : (z.shape.at(-1) as number);
  const flat = new Array<number>(width).fill(0);
  values!.forEach((slope, i) => {
    if (Math.abs(slope) <= limit) flat[i % width]!++;
  });
  const examples = values!.length / width;
  return {
    share: flat.reduce((total, count) => total + count, 0) / values!.length,
    units: flat.map((count) => count / examples),
    meanDerivative: values!.reduce((total, slope) => total + Math.abs(slope), 0) / values!.length,
  };
}

/** The gradient that reaches one layer. */
export interface LayerFlow {
  /** ‖∂L/∂a[i]‖, the root of the sum of squares over all units and examples. */
  readonly norm: number;
  /** The root of the mean of squares: to compare layers of different widths. */
  readonly rootMeanSquare: number;
}

/**
 * How much gradient reaches each layer.
 *
 * @param loss a scalar. @param layerOutputs a[1] … a[n], on the way to the loss.
 * @param feeds what the inputs of the graph are.
 * @returns for each of `layerOutputs`, in the same order; zeros where the loss does not depend on one.
 * @throws ShapeError when the loss is not a scalar.
 */
export function gradientFlow(
  loss: Node,
  layerOutputs: readonly Node[],
  feeds: Feeds = {},
  { workspace }: MeasureOptions = {},
): LayerFlow[] {
  const { gradients } = backwardAll(loss, layerOutputs);
  const nodes = layerOutputs.map((output) => gradients.get(output) ?? zerosLike(output));
  return measure(nodes, feeds, workspace).map((values) => {
    const squares = values.reduce((total, value) => total + value * value, 0);
    return { norm: Math.sqrt(squares), rootMeanSquare: Math.sqrt(squares / Math.max(1, values.length)) };
  });
}

/** Values of nodes, in float64, row-major. */
function measure(
  nodes: readonly Node[],
  feeds: Feeds,
  workspace: Workspace = new Workspace(referenceEngine),
): Float64Array[] {
  const outputs = Object.fromEntries(nodes.map((node, i) => [String(i), node]));
  const program = workspace.compile({ outputs });
  program.run(neededFeeds(program, feeds));
  return nodes.map((_, i) => Float64Array.from(program.view(String(i))));
}
