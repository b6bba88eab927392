/**
 * What linear layers can and cannot do: a stack of them is one of them, and a bias is one more weight.
 */
import { ShapeError, ValueError } from '../base/errors.js';
import { referenceEngine } from '../engine/reference/index.js';
import { Workspace } from '../program/index.js';
import type { Linear } from './layers.js';

/** The map x ↦ Wx + b. */
export interface Affine {
  readonly inputs: number;
  readonly outputs: number;
  /** W [outputs, inputs], row-major */
  readonly weight: Float64Array;
  /** b [outputs] */
  readonly bias: Float64Array;
}

/**
 * The one layer that a stack of linear layers is equal to. For two: W₂(W₁x + b₁) + b₂ = (W₂W₁)x + (W₂b₁ + b₂).
 * This is why a network needs non-linear activations: without them depth adds nothing.
 *
 * @param layers in the order in which they are applied.
 * @param workspace where their parameters are, with the values that they have now; default: their initial values.
 * @throws ValueError when there is no layer, or one has an activation; ShapeError when two do not fit together.
 * @example
 * collapseLinear([new Linear('first', 3, 5), new Linear('second', 5, 2)]);    // W [2, 3], b [2]
 */
export function collapseLinear(
  layers: readonly Linear[],
  workspace = new Workspace(referenceEngine),
): Affine {
  if (layers.length === 0) throw new ValueError('there is no layer to collapse: give at least one');
  for (const { name, activation } of layers) {
    if (activation !== 'linear') {
      throw new ValueError(
        `layer '${name}' cannot be collapsed with the others: its activation ${activation} is not linear, and ` +
          'that is what makes it worth having. Collapse the layers before and after it on their own.',
      );
    }
  }
  return layers
    .map((layer) => affineOf(layer, workspace))
    .reduce((first, second, i) => {
      if (first.outputs !== second.inputs) {
        const [before, after] = [layers[i - 1]!.name, layers[i]!.name];
        throw new ShapeError(
          `layer '${before}' has ${first.outputs} outputs, but layer '${after}' takes ${second.inputs} inputs`,
        );
      }
      return compose(first, second);
    });
}

/**
 * The bias as one more weight: with an input x₀ = 1 in front, Wx + b = W′x′ where W′ = [b W] and x′ = [1, x].
 *
 * @param weight W [outputs, inputs], row-major. @param bias b [outputs].
 * @returns W′ [outputs, 1 + inputs], row-major: the first column is b.
 * @throws ShapeError when the weights do not make a row for each bias.
 */
export function foldBias(weight: ArrayLike<number>, bias: ArrayLike<number>): Float64Array {
  const outputs = bias.length;
  const inputs = weight.length / outputs;
  if (!Number.isInteger(inputs)) {
    throw new ShapeError(`${weight.length} weights do not make ${outputs} rows, one for each bias`);
  }
  const folded = new Float64Array(outputs * (1 + inputs));
  for (let row = 0; row < outputs; row++) {
    folded[row * (1 + inputs)] = bias[row]!;
    for (let i = 0; i < inputs; i++) folded[row * (1 + inputs) + 1 + i] = weight[row * inputs + i]!;
  }
  return folded;
}

function affineOf({ inputs, outputs, weight, bias }: Linear, workspace: Workspace): Affine {
  return {
    inputs,
    outputs,
    weight: Float64Array.from(workspace.view(weight)),
    bias: bias === undefined ? new Float64Array(outputs) : Float64Array.from(workspace.view(bias)),
  };
}

/** `second` after `first`: W = W₂W₁, b = W₂b₁ + b₂ */
function compose(first: Affine, second: Affine): Affine {
  const { inputs } = first;
  const { outputs } = second;
  const weight = new Float64Array(outputs * inputs);
  const bias = Float64Array.from(second.bias);
  for (let row = 0; row < outputs; row++) {
    for (let middle = 0; middle < first.outputs; middle++) {
      const w = second.weight[row * second.inputs + middle]!;
      bias[row]! += w * first.bias[middle]!;
      for (let i = 0; i < inputs; i++) weight[row * inputs + i]! += w * first.weight[middle * inputs + i]!;
    }
  }
  return { inputs, outputs, weight, bias };
}
