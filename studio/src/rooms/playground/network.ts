/**
 * The network of this room as the library's graph:
 *   a₀ = the chosen features of x,   aₗ = gₗ(Wₗ aₗ₋₁ + bₗ),   P(1) = σ(z),   z = the output layer's sum
 */
import {
  absolute,
  add,
  binaryCrossEntropy,
  concat,
  constant,
  divide,
  dropout,
  input,
  mean,
  multiply,
  type Node,
  type ParameterNode,
  reshape,
  sigmoid,
  slice,
  square,
  subtract,
  sum,
} from 'lexigrad/graph';
import { Linear } from 'lexigrad/nn';
import type { FeatureName, HiddenLayer, Penalty } from './settings.js';

export interface NetworkShape {
  readonly features: readonly FeatureName[];
  readonly layers: readonly HiddenLayer[];
  readonly seed: number;
}

export interface Regularization {
  readonly dropout: number;
  readonly penalty: Penalty;
  readonly strength: number;
}

export interface PlayNetwork {
  readonly layers: readonly Linear[];
  /** In the order in which the address lists their values: weight and bias of each layer. */
  readonly parameters: readonly ParameterNode[];
  /** What leaves each layer, [point, units]: the features first, the logit last. */
  readonly activations: readonly Node[];
  /** [point] */
  readonly logits: Node;
  readonly probabilities: Node;
  /** Mean cross-entropy over the points. */
  readonly loss: Node;
  /** The loss with penalty: what training makes small. */
  readonly objective: Node;
}

const NONE: Regularization = { dropout: 0, penalty: 'none', strength: 0 };

/** @param scale centre and half width of both axes, where x comes in units of its own. */
export function buildNetwork(
  shape: NetworkShape,
  { dropout: rate, penalty, strength }: Regularization = NONE,
  scale: readonly number[] = [0, 0, 1, 1],
): PlayNetwork {
  const x = input('x', ['point', 2]);
  const y = input('y', ['point']);
  const layers = layersOf(shape);
  const activations: Node[] = [featuresOf(scaled(x, scale), shape.features)];
  layers.forEach((layer, i) => {
    const before = activations.at(-1)!;
    const thinned = i === 0 ? before : dropout(before, rate, `dropout${i}`);
    activations.push(layer.forward(thinned));
  });
  const logits = reshape(activations.at(-1)!, ['point']);
  const loss = mean(binaryCrossEntropy(logits, y));
  return {
    layers,
    parameters: layers.flatMap(({ parameters }) => parameters),
    activations,
    logits,
    probabilities: sigmoid(logits),
    loss,
    objective: penalised(loss, layers, penalty, strength),
  };
}

export function layersOf({ features, layers, seed }: NetworkShape): Linear[] {
  const widths = [features.length, ...layers.map(([units]) => units), 1];
  return widths.slice(1).map((units, i) => {
    const activation = layers[i]?.[1] ?? 'linear';
    const name = i < layers.length ? `hidden${i + 1}` : 'output';
    return new Linear(name, widths[i]!, units, { activation, seed });
  });
}

/** How many weights and biases there are. */
export function weightCount({ features, layers }: Omit<NetworkShape, 'seed'>): number {
  const widths = [features.length, ...layers.map(([units]) => units), 1];
  return widths.slice(1).reduce((total, units, i) => total + units * (widths[i]! + 1), 0);
}

/** Where the incoming weights and the bias of a unit stand in the list of all. */
export function placesOf(widths: readonly number[], layer: number, unit: number) {
  const begin = widths.slice(1, layer).reduce((sum, units, i) => sum + units * (widths[i]! + 1), 0);
  const inputs = widths[layer - 1]!;
  return {
    weights: Array.from({ length: inputs }, (_, i) => begin + unit * inputs + i),
    bias: begin + widths[layer]! * inputs + unit,
  };
}

function scaled(x: Node, [centerX, centerY, halfX, halfY]: readonly number[]): Node {
  if (centerX === 0 && centerY === 0 && halfX === 1 && halfY === 1) return x;
  return divide(subtract(x, constant([centerX!, centerY!])), constant([halfX!, halfY!]));
}

function featuresOf(x: Node, names: readonly FeatureName[]): Node {
  if (names.join() === 'x1,x2') return x;
  const x1 = slice(x, 1, 0, 1);
  const x2 = slice(x, 1, 1, 2);
  const made: Readonly<Record<FeatureName, () => Node>> = {
    x1: () => x1,
    x2: () => x2,
    x1x1: () => square(x1),
    x2x2: () => square(x2),
    x1x2: () => multiply(x1, x2),
  };
  return concat(
    names.map((name) => made[name]()),
    1,
  );
}

/** L1: λ Σ|w|; L2: ½ λ Σw². Biases are spared. Weight decay is the optimiser's, not part of the loss. */
function penalised(loss: Node, layers: readonly Linear[], penalty: Penalty, strength: number): Node {
  if (penalty !== 'l1' && penalty !== 'l2') return loss;
  const sizes = layers.map(({ weight }) => (penalty === 'l1' ? sum(absolute(weight)) : sum(square(weight))));
  return add(loss, multiply(penalty === 'l1' ? strength : strength / 2, sizes.reduce(add)));
}
