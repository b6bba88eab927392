/** The full softmax: p(w) = exp(z_w) / Z, Z = Σ exp(z_v) over all V words. */
import type { InputNode, Node, ParameterNode } from '../../graph/node.js';
import { add, multiply, square } from '../../graph/ops/arithmetic.js';
import { softmaxCrossEntropy } from '../../graph/ops/losses.js';
import { logSumExp } from '../../graph/ops/reductions.js';
import type { OutputLayer, TargetFeeder } from './output-layer.js';
import { WordScores } from './scores.js';

/**
 * −ln p(target), and α (ln Z)² beside it: with Z kept near 1, scores can be used as log-probabilities without computing
 * the other V − 1 (self-normalisation, Devlin et al. 2014, with α = 0.1).
 */
export class SoftmaxOutput implements OutputLayer {
  readonly scores: WordScores;
  /** α */
  readonly selfNormalization: number;

  /**
   * @param weights [V, width] for each state
   * @param selfNormalization α (default 0)
   */
  constructor(name: string, weights: readonly ParameterNode[], selfNormalization = 0) {
    this.scores = new WordScores(name, weights);
    this.selfNormalization = selfNormalization;
  }

  get parameters(): readonly ParameterNode[] {
    return [this.scores.bias];
  }

  logits(states: readonly Node[]): Node {
    return this.scores.all(states);
  }

  trainingLoss(states: readonly Node[], target: InputNode): Node {
    const logits = this.logits(states);
    const surprisal = softmaxCrossEntropy(logits, target);
    const alpha = this.selfNormalization;
    return alpha === 0 ? surprisal : add(surprisal, multiply(square(logSumExp(logits)), alpha));
  }

  feeder(): TargetFeeder {
    return (target) => ({ target });
  }

  biases(frequencies: ArrayLike<number>): ReadonlyMap<ParameterNode, Float32Array> {
    return new Map([[this.scores.bias, Float32Array.from(frequencies, Math.log)]]);
  }
}
