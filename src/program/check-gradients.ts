/**
 * Gradient checking: is what `backward` says the slope that the function really has?
 *
 * Each element of each input or parameter is moved a little to both sides, and the central difference
 * (L(x + ε) − L(x − ε)) / 2ε, computed in float64 on the reference engine, is held against the gradient.
 */
import { ShapeError, ValueError } from '../base/errors.js';
import { Random } from '../base/random.js';
import { type Axis, type AxisSizes, axisSize } from '../base/shape.js';
import { referenceEngine } from '../engine/reference/index.js';
import { backward } from '../graph/backward.js';
import { constant, InputNode, input, type Node, ParameterNode, topologicalOrder } from '../graph/node.js';
import { add, dimension, multiply } from '../graph/ops/arithmetic.js';
import { reshape, sum } from '../graph/ops/structure.js';
import { evaluate, neededFeeds } from './evaluate.js';
import type { Feeds } from './feeds.js';
import { Workspace } from './workspace.js';

export interface GradientCheckOptions {
  /** How far each element is moved (default 1e-6). */
  readonly epsilon?: number;
  /** Absolute tolerance (default 1e-5). */
  readonly atol?: number;
  /** Relative tolerance (default 1e-3): |analytic − numeric| may be atol + rtol · |numeric|. */
  readonly rtol?: number;
  /** Checks the gradient of v · gradient for random v as well: the second derivatives (default false). */
  readonly secondOrder?: boolean;
  /** Seed of the random weights and of dropout masks (default 0). */
  readonly seed?: number;
}

/** One element of a gradient, as `backward` gives it and as the difference quotient does. */
export interface GradientComparison {
  /** Name of the input or parameter. */
  readonly node: string;
  /** Which element of it, row-major. */
  readonly index: number;
  readonly analytic: number;
  readonly numeric: number;
}

export interface GradientCheck {
  readonly ok: boolean;
  /** The element that differs most in terms of the tolerance; undefined where there is nothing to compare. */
  readonly worst: GradientComparison | undefined;
  /** One sentence for people. */
  readonly message: string;
}

/**
 * Compares `backward` with central differences, element by element.
 *
 * A function whose value is not a scalar is reduced to one by random weights, which makes a wrong gradient of any
 * element show. Dropout drops, with the same mask in every evaluation. Keep away from kinks (ReLU at 0, ties of a
 * maximum): there the two sides differ, and no gradient agrees with both.
 *
 * @param f the function: any node of floats
 * @param wrt the inputs and parameters whose gradients are checked; others stay fixed
 * @param feeds values of all inputs
 * @throws ValueError when `wrt` holds integers, or nodes that are neither inputs nor parameters.
 * @example
 * const x = input('x', ['batch', 3]);
 * checkGradients(sigmoid(x), [x], { x: [0.1, -0.2, 0.3] }).ok;    // true
 */
export function checkGradients(
  f: Node,
  wrt: readonly (InputNode | ParameterNode)[],
  feeds: Feeds = {},
  options: GradientCheckOptions = {},
): GradientCheck {
  if (f.dtype !== 'f32') {
    throw new ShapeError('checkGradients: the function must be of floats, but is of integers');
  }
  wrt.forEach(checkVariable);
  const variables = reached(f, wrt);
  const weights = new RandomWeights(axisSizesOf(f, variables, feeds), options.seed ?? 0);
  const loss = weights.reduce(f, 'the output');
  const first = compare(loss, variables, { ...feeds, ...weights.feeds }, options);
  if (options.secondOrder !== true || !isClose(first)) return verdict(first, 'gradient');

  // v · ∇L, whose gradient is the product of v with the matrix of second derivatives.
  const slope = backward(loss, variables)
    .map((gradient, i) => weights.reduce(gradient, `the gradient of ${variables[i]!.name}`))
    .reduce(add, constant(0));
  return verdict(compare(slope, variables, { ...feeds, ...weights.feeds }, options), 'second derivative');
}

type Variable = InputNode | ParameterNode;

function checkVariable(node: Variable): void {
  if (!(node instanceof InputNode || node instanceof ParameterNode)) {
    throw new ValueError(
      'checkGradients: only inputs and parameters can be moved; give those that f depends on',
    );
  }
  if (node.dtype !== 'f32') {
    throw new ValueError(
      `checkGradients: '${node.name}' is of integers (ids or labels), which have no gradient; leave it out`,
    );
  }
}

/** Those of the variables that f depends on; all others have the gradient 0. */
function reached(f: Node, variables: readonly Variable[]): Variable[] {
  const order = new Set<Node>(topologicalOrder([f]));
  return variables.filter((variable) => order.has(variable));
}

/** The sizes that the symbolic axes of f and its variables have with these feeds. */
function axisSizesOf(f: Node, variables: readonly Variable[], feeds: Feeds): AxisSizes {
  const axes = [f, ...variables].flatMap(({ shape }) => shape).filter((axis) => typeof axis === 'string');
  const sizes = Object.fromEntries(axes.map((axis) => [axis, dimension(axis)]));
  const values = evaluate<string>({ ...sizes, 'the output': f }, feeds);
  return Object.fromEntries(axes.map((axis) => [axis, values[axis]![0]!]));
}

/** Makes scalars of values: Σ y · w₁ · w₂ ⋯, with a vector of random weights along each axis, fed as an input. */
class RandomWeights {
  readonly feeds: Record<string, number[]> = {};
  private readonly sizes: AxisSizes;
  private readonly random: Random;

  constructor(sizes: AxisSizes, seed: number) {
    this.sizes = sizes;
    this.random = new Random(seed, 'gradient check');
  }

  reduce(y: Node, what: string): Node {
    const weighted = y.shape.reduce<Node>((product, axis, i) => {
      const name = `weights along axis ${i} of ${what}`;
      this.feeds[name] = Array.from({ length: axisSize(axis, this.sizes) }, () => this.weight());
      const onesAfter = new Array<Axis>(y.rank - 1 - i).fill(1);
      return multiply(product, reshape(input(name, [axis]), [axis, ...onesAfter]));
    }, y);
    return sum(weighted);
  }

  /** From 0.5 to 1.5, so that no element is lost, with either sign. */
  private weight(): number {
    return (0.5 + this.random.uniform()) * (this.random.below(2) === 0 ? 1 : -1);
  }
}

interface Comparison extends GradientComparison {
  /** The difference as a multiple of what is tolerated. */
  readonly excess: number;
}

/** The gradient of a scalar by `backward` and by central differences: the element that differs most. */
function compare(
  loss: Node,
  wrt: readonly Variable[],
  feeds: Feeds,
  { epsilon = 1e-6, atol = 1e-5, rtol = 1e-3, seed = 0 }: GradientCheckOptions,
): Comparison | undefined {
  const workspace = new Workspace(referenceEngine);
  const variables = reached(loss, wrt);
  const gradients = backward(loss, variables);
  const gradientProgram = workspace.compile({
    outputs: { loss, ...Object.fromEntries(gradients.map((gradient, i) => [String(i), gradient])) },
    training: true,
  });
  const lossProgram = workspace.compile({ outputs: { loss }, training: true });
  const lossAt = (variable: Variable, values: Float64Array): number => {
    const isParameter = variable instanceof ParameterNode;
    if (isParameter) workspace.write(variable, values);
    const moved = isParameter ? feeds : { ...feeds, [variable.name]: values };
    lossProgram.run(neededFeeds(lossProgram, moved), { seed });
    return lossProgram.scalar('loss');
  };

  gradientProgram.run(neededFeeds(gradientProgram, feeds), { seed });
  let worst: Comparison | undefined;
  variables.forEach((variable, v) => {
    const gradient = gradientProgram.read(String(v));
    const values = startingValues(variable, feeds, workspace);
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      values[index] = value + epsilon;
      const above = lossAt(variable, values);
      values[index] = value - epsilon;
      const below = lossAt(variable, values);
      values[index] = value;
      const analytic = gradient[index]!;
      const numeric = (above - below) / (2 * epsilon);
      const difference = Math.abs(analytic - numeric) / (atol + rtol * Math.abs(numeric));
      const excess = Number.isNaN(difference) ? Infinity : difference;
      if (worst === undefined || excess > worst.excess) {
        worst = { node: variable.name, index, analytic, numeric, excess };
      }
    }
    if (variable instanceof ParameterNode) workspace.write(variable, values);
  });
  return worst;
}

function startingValues(variable: Variable, feeds: Feeds, workspace: Workspace): Float64Array {
  if (variable instanceof ParameterNode) return Float64Array.from(workspace.read(variable));
  const fed = feeds[variable.name]!;
  return typeof fed === 'number' ? Float64Array.of(fed) : Float64Array.from(fed);
}

function isClose(worst: Comparison | undefined): boolean {
  return worst === undefined || worst.excess <= 1;
}

function verdict(worst: Comparison | undefined, what: string): GradientCheck {
  if (worst === undefined)
    return { ok: true, worst, message: `nothing to compare: no ${what} depends on a variable` };
  const { excess: _, ...comparison } = worst;
  const { node, index, analytic, numeric } = comparison;
  const ok = isClose(worst);
  const figures = `${analytic} by backward and ${numeric} by central differences`;
  return {
    ok,
    worst: comparison,
    message: ok
      ? `every ${what} agrees; the worst is that of ${node}[${index}]: ${figures}`
      : `the ${what} of ${node}[${index}] is wrong: ${figures}`,
  };
}
