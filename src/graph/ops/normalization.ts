/** Layer normalisation, and dropout. */
import { ShapeError, ValueError } from '../../base/errors.js';
import { streamId } from '../../base/random.js';
import { formatShape } from '../../base/shape.js';
import { apply, floatShape, type Node, type Op } from '../node.js';
import { add, divide, multiply, sqrt, square, subtract } from './arithmetic.js';
import { mean } from './reductions.js';
import { sumTo } from './structure.js';

/**
 * Layer normalisation over the last axis (Ba, Kiros & Hinton 2016): gain · (x − μ) / √(σ² + ε) + bias.
 * x […, d], gain [d], bias [d] → […, d].
 */
export function layerNorm(x: Node, gain: Node, bias: Node, epsilon = 1e-5): Node {
  return apply(layerNormOp, [x, gain, bias], { epsilon });
}

export const layerNormOp: Op<{ readonly epsilon: number }> = {
  name: 'layerNorm',
  formula: 'y = gain (x − μ) / √(σ² + ε) + bias',
  shape([x, gain, bias]) {
    const width = floatShape(x!, 'layerNorm').at(-1);
    for (const vector of [gain!, bias!]) {
      if (vector.rank !== 1 || vector.shape[0] !== width) {
        throw new ShapeError(
          `layerNorm: gain and bias must be [${width}] for x ${formatShape(x!.shape)}, but one is ${formatShape(vector.shape)}`,
        );
      }
    }
    return x!.shape;
  },
  // With x̂ the normalised x and g′ = gain · g:  ∂L/∂x = (g′ − mean(g′) − x̂ mean(g′ x̂)) / √(σ² + ε)
  gradient(y, upstream) {
    const [x, gain, bias] = y.inputs as [Node, Node, Node];
    const centred = subtract(x, mean(x, -1, true));
    const deviation = sqrt(add(mean(square(centred), -1, true), y.attributes.epsilon));
    const normalized = divide(centred, deviation);
    const scaled = multiply(upstream, gain);
    const alongX = multiply(normalized, mean(multiply(scaled, normalized), -1, true));
    return [
      divide(subtract(subtract(scaled, mean(scaled, -1, true)), alongX), deviation),
      sumTo(multiply(upstream, normalized), gain.shape),
      sumTo(upstream, bias.shape),
    ];
  },
};

/**
 * Inverted dropout (Srivastava et al. 2014): while training, each element is 0 with probability `rate` and else
 * divided by 1 − rate; in inference programs it is x itself.
 *
 * The mask is a function of (seed, step, stream, position): the gradient draws the same one again.
 *
 * @param stream tells this dropout's masks from others'; give each layer its own name.
 */
export function dropout(x: Node, rate: number, stream: string | number = 'dropout'): Node {
  if (!(rate >= 0 && rate < 1))
    throw new ValueError(`dropout: the rate must be from 0 to below 1, not ${rate}`);
  if (rate === 0) return x;
  return apply(dropoutOp, [x], {
    rate,
    stream: typeof stream === 'string' ? streamId(stream) : stream,
  });
}

export const dropoutOp: Op<{ readonly rate: number; readonly stream: number }> = {
  name: 'dropout',
  formula: 'y = x mask / (1 − rate)',
  shape: ([x]) => floatShape(x!, 'dropout'),
  gradient: (y, upstream) => [dropout(upstream, y.attributes.rate, y.attributes.stream)],
};
