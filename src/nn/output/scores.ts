/** One score for each word: z = Σ Wₖ xₖ + b. All of them, or only those of some words. */
import { type Node, type ParameterNode, parameter } from '../../graph/node.js';
import { add, multiply } from '../../graph/ops/arithmetic.js';
import { matmul } from '../../graph/ops/matrix.js';
import { gather } from '../../graph/ops/rows.js';
import { reshape, sum } from '../../graph/ops/structure.js';

/**
 * Rows of the weights belong to words, so scores of few words read few rows, and by `gather` their gradients are
 * row-sparse. Only the gradient of b, one number a word, is dense.
 */
export class WordScores {
  /** Wₖ [V, width of state k]; may be shared with other layers. */
  readonly weights: readonly ParameterNode[];
  /** b [V] */
  readonly bias: ParameterNode;
  readonly size: number;

  constructor(name: string, weights: readonly ParameterNode[]) {
    this.weights = weights;
    this.size = weights[0]!.shape[0] as number;
    this.bias = parameter(`${name}/bias`, [this.size], 0);
  }

  /** [batch, V] */
  all(states: readonly Node[]): Node {
    return add(
      this.summed(states, (x, weight) => matmul(x, weight, { transposeB: true })),
      this.bias,
    );
  }

  /** The scores of the same words for every state: ids [n] → [batch, n] */
  ofShared(states: readonly Node[], ids: Node): Node {
    const products = this.summed(states, (x, weight) => matmul(x, gather(weight, ids), { transposeB: true }));
    return add(products, this.biasOf(ids));
  }

  /** The score of one word for each state: ids [batch] → [batch] */
  ofEach(states: readonly Node[], ids: Node): Node {
    const products = this.summed(states, (x, weight) => sum(multiply(x, gather(weight, ids)), 1));
    return add(products, this.biasOf(ids));
  }

  private biasOf(ids: Node): Node {
    return reshape(gather(reshape(this.bias, [this.size, 1]), ids), ids.shape);
  }

  private summed(states: readonly Node[], product: (x: Node, weight: ParameterNode) => Node): Node {
    return states.map((x, k) => product(x, this.weights[k]!)).reduce((a, b) => add(a, b));
  }
}
