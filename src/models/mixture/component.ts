/** The opinions that a mixture mixes. */
import type { TokenPredictor } from '../language-model/predictor.js';

/** One opinion on the next word, formed along a text of ids. */
export interface MixtureComponent {
  /** For reports: `n-grams`, `cache of 500 words`. */
  readonly name: string;
  /** p(w_t | the words before) of each id [tokens]; NaN where the component has nothing to go by yet. */
  targetProbabilities(ids: Int32Array): Float64Array;
  /**
   * p(· | the words before) [V] of each position from `from` on, the one after the last id included; undefined where
   * the component has nothing to go by yet. Each is overwritten by the next.
   */
  distributions(ids: Int32Array, from?: number): Generator<Float64Array | undefined>;
}

/** A language model as a component. */
export function modelComponent(name: string, predictor: TokenPredictor): MixtureComponent {
  return {
    name,
    targetProbabilities: (ids) => predictor.targetProbabilities(ids),
    distributions: (ids, from) => predictor.distributions(ids, from),
  };
}
