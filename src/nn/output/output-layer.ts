/**
 * What stands between the state of a network and the next word: a distribution over a vocabulary of V words.
 *
 * The full softmax computes V scores for each training example, which for V = 10,000 is nine tenths of all work. The
 * layers here compute fewer while training. What they predict is always the exact distribution.
 */
import type { InputNode, Node, ParameterNode } from '../../graph/node.js';
import type { Feeds } from '../../program/index.js';
import type { WordScores } from './scores.js';

export const outputNames = ['softmax', 'adaptive', 'sampled', 'nce', 'classes'] as const;
/**
 * - softmax   all V scores
 * - adaptive  frequent words at full width, rare ones in clusters of smaller width (Grave et al. 2017)
 * - sampled   softmax over the target and a drawn part of the vocabulary (Bengio & Senécal 2003, Jean et al. 2015)
 * - nce       noise-contrastive estimation: is it the text's word, or drawn? (Gutmann & Hyvärinen 2010)
 * - classes   p(class) · p(word | class), all at full width (Goodman 2001)
 */
export type OutputName = (typeof outputNames)[number];

/** What a training step is fed in place of its targets [batch]. @param draw names the batch: another name, another draw */
export type TargetFeeder = (targets: Int32Array, draw: string) => Feeds;

/**
 * States are one or several values [batch, width] that the output reads side by side: the last layer, and behind it
 * what direct connections start from.
 */
export interface OutputLayer {
  /** Those of its own, without what is shared with other layers. */
  readonly parameters: readonly ParameterNode[];
  /** The scores of single words, where the layer has one for each. */
  readonly scores?: WordScores;
  /** ln p(w | state) + a constant of the row, for every word: [batch, V]. Its softmax is the exact distribution. */
  logits(states: readonly Node[]): Node;
  /** What training makes small, for each example [batch]. @param target ids [batch]; not every layer reads it */
  trainingLoss(states: readonly Node[], target: InputNode): Node;
  /**
   * Makes what `trainingLoss` needs to be fed.
   *
   * @param counts of the words in the training text [V]
   */
  feeder(counts: ArrayLike<number>, seed: number): TargetFeeder;
  /** Values of the biases with which a state of zeros predicts words by their frequency. @param frequencies [V], above 0 */
  biases(frequencies: ArrayLike<number>): ReadonlyMap<ParameterNode, Float32Array>;
}
