/**
 * Words drawn from the vocabulary to stand for all of it: each by itself, word v with the probability q_v, so that no
 * word comes twice and their number varies a little around K.
 *
 *   q_v = min(1, λ f_v^β)      λ such that Σ q_v = K
 *
 * With frequencies as skewed as those of words, the most frequent are in every draw (q = 1): for them nothing is left to
 * chance.
 */
import { ValueError } from '../../base/errors.js';
import { Random } from '../../base/random.js';

export class NegativeSampler {
  /** q by word */
  readonly rates: Float64Array;
  /** The words by falling q. */
  private readonly order: Int32Array;

  /**
   * @param counts how often each word occurs [V]; one is added, so that every word can be drawn
   * @param samples K, on average
   * @param power β
   * @param always words 0 … always − 1 are in every draw (default 1, so that no draw is empty)
   */
  constructor(counts: ArrayLike<number>, samples: number, power: number, always = 1) {
    if (!(samples >= 1)) throw new ValueError(`at least one word must be drawn, not ${samples}`);
    const weights = Float64Array.from(counts, (count, word) =>
      word < always ? Number.POSITIVE_INFINITY : (count + 1) ** power,
    );
    this.order = Int32Array.from(weights.keys()).sort((a, b) => weights[b]! - weights[a]! || a - b);
    this.rates = ratesOf(weights, this.order, samples);
  }

  /** A draw of words, in no order that means anything. The same (seed, stream) gives the same. */
  draw(seed: number, stream: string): Int32Array {
    const { order, rates } = this;
    const random = new Random(seed, stream);
    const drawn: number[] = [];
    // From each word straight to the next that a coin of the present rate would choose: rates fall, so this is at most
    // too many, and the rest is refused. A draw costs about K random numbers, not V (Miller & Hagberg 2011).
    let rate = 1;
    for (let place = 0; place < order.length; place++) {
      if (rate < 1) place += Math.floor(Math.log(1 - random.uniform()) / Math.log1p(-rate));
      if (place >= order.length) break;
      const word = order[place]!;
      const own = rates[word]!;
      if (own === rate || random.uniform() * rate < own) drawn.push(word);
      rate = own;
    }
    return Int32Array.from(drawn);
  }
}

/** min(1, λ w): the heaviest get 1 as long as their share of what is left would be more. */
function ratesOf(weights: Float64Array, order: Int32Array, samples: number): Float64Array {
  const rates = new Float64Array(weights.length).fill(1);
  let certain = 0;
  while (certain < order.length && weights[order[certain]!] === Number.POSITIVE_INFINITY) certain++;
  let rest = 0;
  for (let place = certain; place < order.length; place++) rest += weights[order[place]!]!;
  while (certain < order.length && weights[order[certain]!]! * (samples - certain) >= rest) {
    rest -= weights[order[certain]!]!;
    certain++;
  }
  // Where the certain ones fill the draw already, the others still come now and then.
  const scale = Math.max(samples - certain, 1) / rest;
  for (let place = certain; place < order.length; place++) {
    const word = order[place]!;
    rates[word] = Math.min(1, weights[word]! * scale);
  }
  return rates;
}
