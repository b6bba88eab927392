/** Cross-entropy losses from logits, one number for each example; take `mean` for the loss of a batch. */
import { ShapeError } from '../../base/errors.js';
import { broadcastShapes, formatShape, sameShape } from '../../base/shape.js';
import { apply, asNode, floatShape, type Node, type Op, type Operand } from '../node.js';
import { sigmoid } from './activations.js';
import { exp, multiply, negate, subtract } from './arithmetic.js';
import { logSumExp } from './reductions.js';
import { oneHot } from './rows.js';
import { expandAxis, sum, sumTo } from './structure.js';

/**
 * −ln softmax(z)[label] for each row: logits [n, C].
 *
 * @param target class ids [n] (i32), or distributions over classes [n, C] (f32, soft labels): −Σ y ln softmax(z)
 * @returns [n]
 */
export function softmaxCrossEntropy(logits: Node, target: Node): Node {
  if (target.dtype === 'i32') return apply(crossEntropyOp, [logits, target], {});
  if (!sameShape(logits.shape, target.shape)) {
    throw new ShapeError(
      `softmaxCrossEntropy: logits ${formatShape(logits.shape)} and target distributions ${formatShape(target.shape)} must have one shape`,
    );
  }
  // −Σ yᵢ (zᵢ − lse) = lse Σ yᵢ − Σ yᵢ zᵢ, whose gradient is aᵢ Σⱼ yⱼ − yᵢ
  return subtract(multiply(logSumExp(logits), sum(target, -1)), sum(multiply(target, logits), -1));
}

export const crossEntropyOp: Op = {
  name: 'crossEntropy',
  formula: 'L = −ln softmax(z)[label] = ln Σ eᶻ − z[label]',
  shape([logits, labels]) {
    checkLogits(logits!, labels!);
    return labels!.shape;
  },
  gradient(y, upstream) {
    const [logits, labels] = y.inputs as [Node, Node];
    return [crossEntropyGradient(logits, labels, upstream), undefined];
  },
};

/** ∂L/∂z = (softmax(z) − oneHot(label)) · g: the famous p − y. logits [n, C], labels [n], g [n] → [n, C]. */
export function crossEntropyGradient(logits: Node, labels: Node, g: Node): Node {
  return apply(crossEntropyGradientOp, [logits, logSumExp(logits), labels, g], {});
}

export const crossEntropyGradientOp: Op = {
  name: 'crossEntropyGradient',
  formula: 'y = (e^(z − lse) − oneHot(label)) g',
  shape: ([logits]) => logits!.shape,
  gradient(y, upstream) {
    const [logits, lse, labels, g] = y.inputs as [Node, Node, Node, Node];
    const probability = exp(subtract(logits, expandAxis(lse, 1)));
    const throughExp = multiply(multiply(upstream, expandAxis(g, 1)), probability);
    const error = subtract(probability, oneHot(labels, logits.shape[1] as number));
    return [throughExp, negate(sum(throughExp, 1)), undefined, sum(multiply(upstream, error), 1)];
  },
};

/** −y ln σ(z) − (1−y) ln(1−σ(z)) for each element; targets y from 0 to 1, of the logits' shape or broadcasting to it. */
export function binaryCrossEntropy(logits: Operand, targets: Operand): Node {
  return apply(binaryCrossEntropyOp, [asNode(logits), asNode(targets)], {});
}

export const binaryCrossEntropyOp: Op = {
  name: 'binaryCrossEntropy',
  formula: 'L = −y ln σ(z) − (1−y) ln(1−σ(z))',
  shape: ([z, y]) =>
    broadcastShapes(
      floatShape(z!, 'binaryCrossEntropy'),
      floatShape(y!, 'binaryCrossEntropy'),
      'binaryCrossEntropy',
    ),
  // ∂L/∂z = σ(z) − y;  ∂L/∂y = ln(1−σ) − ln σ = −z
  gradient(loss, upstream) {
    const [z, y] = loss.inputs as [Node, Node];
    return [
      sumTo(multiply(upstream, subtract(sigmoid(z), y)), z.shape),
      sumTo(negate(multiply(upstream, z)), y.shape),
    ];
  },
};

function checkLogits(logits: Node, labels: Node): void {
  floatShape(logits, 'crossEntropy');
  if (
    labels.dtype !== 'i32' ||
    logits.rank !== 2 ||
    labels.rank !== 1 ||
    logits.shape[0] !== labels.shape[0]
  ) {
    throw new ShapeError(
      `crossEntropy: needs logits [n, classes] and integer labels [n], but got ${formatShape(logits.shape)} and ` +
        `${labels.dtype} ${formatShape(labels.shape)}`,
    );
  }
}
