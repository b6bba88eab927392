/**
 * Training on the target and words drawn for the whole batch: their scores are one matrix product [batch, d] × [d, K].
 * S is the draw, q_v the rate at which v is drawn (see `NegativeSampler`), z̃_v = z_v − ln q_v.
 *
 *   sampled   L = ln Σ exp(z̃_v) − z̃_t           v over S and the target t
 *   nce       L = softplus(−z̃_t) + Σ softplus(z̃_v)   v over S
 *
 * Sampled: given that t is one of S ∪ {t}, and how these came about, p(t) ∝ exp(z_t) / q_t; so the loss is least where
 * z is ln p up to a constant, whatever the rates. With all q = 1 it is the full softmax. NCE learns z = ln p itself, the
 * constant included, so Z ≈ 1 without being computed.
 */
import { type InputNode, input, type Node, type ParameterNode } from '../../graph/node.js';
import { softplus } from '../../graph/ops/activations.js';
import { add, negate, subtract } from '../../graph/ops/arithmetic.js';
import { logSumExp } from '../../graph/ops/reductions.js';
import { concat, expandAxis, sum } from '../../graph/ops/structure.js';
import { NegativeSampler } from './negatives.js';
import type { OutputLayer, TargetFeeder } from './output-layer.js';
import { WordScores } from './scores.js';

/** Added to the score of a target that is drawn already, so that it does not count twice. */
const COUNTED_ALREADY = -1e30;
/** β: words are drawn by f^β. */
const FREQUENCY_POWER = 0.75;

export interface SampledOptions {
  /** Which loss */
  readonly loss: 'sampled' | 'nce';
  /** K: how many words are drawn for a batch, on average. */
  readonly samples: number;
  /** Words 0 … always − 1 are in every draw (default 1). */
  readonly always?: number;
}

export class SampledOutput implements OutputLayer {
  readonly scores: WordScores;
  readonly options: SampledOptions;
  private readonly drawn = input('drawn', ['drawn'], 'i32');
  /** ln q of the drawn words, and of the targets */
  private readonly drawnRates = input('drawn/log-rates', ['drawn']);
  private readonly targetRates = input('target/log-rates', ['batch']);
  /** 0, or COUNTED_ALREADY where the target is among the drawn */
  private readonly targetMask = input('target/mask', ['batch']);

  /** @param weights [V, width] for each state */
  constructor(name: string, weights: readonly ParameterNode[], options: SampledOptions) {
    this.scores = new WordScores(name, weights);
    this.options = options;
  }

  get parameters(): readonly ParameterNode[] {
    return [this.scores.bias];
  }

  logits(states: readonly Node[]): Node {
    return this.scores.all(states);
  }

  trainingLoss(states: readonly Node[], target: InputNode): Node {
    const others = subtract(this.scores.ofShared(states, this.drawn), this.drawnRates);
    const own = subtract(this.scores.ofEach(states, target), this.targetRates);
    if (this.options.loss === 'nce') return add(softplus(negate(own)), sum(softplus(others), 1));
    const pair = [logSumExp(others), add(own, this.targetMask)].map((x) => expandAxis(x, 1));
    return subtract(logSumExp(concat(pair)), own);
  }

  feeder(counts: ArrayLike<number>, seed: number): TargetFeeder {
    const { samples, loss, always } = this.options;
    const sampler = new NegativeSampler(counts, samples, FREQUENCY_POWER, always);
    const logRates = sampler.rates.map(Math.log);
    const ratesOf = (ids: Int32Array) => Float32Array.from(ids, (id) => logRates[id]!);
    return (target, draw) => {
      const drawn = sampler.draw(seed, `negatives/${draw}`);
      const feeds = {
        target,
        drawn,
        'drawn/log-rates': ratesOf(drawn),
        'target/log-rates': ratesOf(target),
      };
      if (loss === 'nce') return feeds;
      const among = new Set(drawn);
      return {
        ...feeds,
        'target/mask': Float32Array.from(target, (id) => (among.has(id) ? COUNTED_ALREADY : 0)),
      };
    };
  }

  biases(frequencies: ArrayLike<number>): ReadonlyMap<ParameterNode, Float32Array> {
    return new Map([[this.scores.bias, Float32Array.from(frequencies, Math.log)]]);
  }
}
