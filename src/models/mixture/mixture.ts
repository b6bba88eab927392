/**
 * Linear interpolation of language models: p(w) = Σ_k λ_k p_k(w).
 *
 * Networks generalise, counts remember, caches follow the text at hand: mixed, they are better than the best of them.
 */
import { ValueError } from '../../base/errors.js';
import type { Tokenizer, Vocabulary } from '../../text/index.js';
import type { LanguageModel } from '../language-model/language-model.js';
import { predictorOf, type TokenPredictor } from '../language-model/predictor.js';
import { WordModel } from '../language-model/word-model.js';
import { type MixtureComponent, modelComponent } from './component.js';
import { type FittedWeights, fitWeights } from './expectation-maximization.js';
import { NeuralCache } from './neural-cache.js';
import { UnigramCache } from './unigram-cache.js';

/** What may be mixed with a model. */
export interface MixtureParts {
  /** Other models, with names for reports. They must have the vocabulary and tokeniser of the first. */
  readonly models: readonly { readonly name: string; readonly model: LanguageModel | TokenPredictor }[];
  /** Words that a unigram cache remembers; without it there is none. */
  readonly cache?: number;
  /** Words that a neural cache remembers, compared by the states of this model. */
  readonly neuralCache?: { readonly model: LanguageModel; readonly length: number };
}

export interface MixtureFit {
  readonly mixture: MixtureModel;
  readonly fit: FittedWeights;
}

/**
 * @example
 * const parts = { models: [{ name: 'network', model: lm }, { name: 'n-grams', model: counts }], cache: 500 };
 * const { mixture } = MixtureModel.fit(parts, validation.ids);
 * await mixture.perplexity(testLines);
 */
export class MixtureModel extends WordModel {
  readonly vocabulary: Vocabulary;
  readonly tokenizer: Tokenizer;
  readonly crossSentences: boolean;
  readonly components: readonly MixtureComponent[];
  /** λ, one a component; sums to 1. Where a component has nothing to go by yet, the others share its weight. */
  readonly weights: readonly number[];

  /**
   * @param main the model whose vocabulary and tokeniser all share
   * @throws ValueError for weights that are not one a component, not from 0, or do not sum to 1
   */
  constructor(main: TokenPredictor, components: readonly MixtureComponent[], weights: readonly number[]) {
    super();
    if (weights.length !== components.length) {
      const names = components.map(({ name }) => name).join(', ');
      throw new ValueError(
        `there are ${weights.length} weights for ${components.length} components (${names}): give one for each`,
      );
    }
    const sum = weights.reduce((total, weight) => total + weight, 0);
    if (!weights.every((weight) => weight >= 0) || Math.abs(sum - 1) > 1e-6)
      throw new ValueError(`weights must be from 0 and sum to 1: ${weights.join(', ')} sum to ${sum}`);
    this.vocabulary = main.vocabulary;
    this.tokenizer = main.tokenizer;
    this.crossSentences = main.crossSentences;
    this.components = components;
    this.weights = weights.map((weight) => weight / sum);
  }

  /**
   * Mixes with given weights, in the order: models, cache, neural cache.
   *
   * @param flatness θ of the neural cache
   */
  static of(parts: MixtureParts, weights: readonly number[], flatness = 0): MixtureModel {
    return new MixtureModel(mainOf(parts), componentsOf(parts, flatness), weights);
  }

  /**
   * Fits the weights, and the flatness of a neural cache, to a text that no component was trained on.
   *
   * @param ids a text as `encodeCorpus` gives it
   * @throws ValueError when the models do not share their vocabulary; DataError when there is too little text
   */
  static fit(parts: MixtureParts, ids: Int32Array): MixtureFit {
    const main = mainOf(parts);
    const components = componentsOf(parts, 0);
    const last = components.at(-1);
    if (!(last instanceof NeuralCache)) {
      const fit = fitWeights(components.map((component) => component.targetProbabilities(ids)));
      return { mixture: new MixtureModel(main, components, fit.weights), fit };
    }
    const others = components.slice(0, -1).map((component) => component.targetProbabilities(ids));
    const flatnesses = last.flatnessesFor(ids);
    const fits = last
      .targetProbabilitiesFor(ids, flatnesses)
      .map((column, i) => ({ flatness: flatnesses[i]!, fit: fitWeights([...others, column]) }));
    const best = fits.reduce((a, b) => (b.fit.nats < a.fit.nats ? b : a));
    return { mixture: MixtureModel.of(parts, best.fit.weights, best.flatness), fit: best.fit };
  }

  targetProbabilities(ids: Int32Array): Float64Array {
    const columns = this.components.map((component) => component.targetProbabilities(ids));
    return Float64Array.from(ids, (_, t) => {
      const shares = this.shares(columns.map((column) => !Number.isNaN(column[t]!)));
      return columns.reduce((sum, column, k) => sum + (shares[k]! > 0 ? shares[k]! * column[t]! : 0), 0);
    });
  }

  *distributions(ids: Int32Array, from = 0): Generator<Float64Array> {
    const readings = this.components.map((component) => component.distributions(ids, from));
    const mixed = new Float64Array(this.vocabulary.size);
    for (let position = from; position <= ids.length; position++) {
      mixed.fill(0);
      const opinions = readings.map((reading) => reading.next().value as Float64Array | undefined);
      const shares = this.shares(opinions.map((opinion) => opinion !== undefined));
      for (const [k, opinion] of opinions.entries()) {
        if (opinion === undefined || shares[k] === 0) continue;
        for (let id = 0; id < mixed.length; id++) mixed[id]! += shares[k]! * opinion[id]!;
      }
      yield mixed;
    }
  }

  /** The weights of those that have an opinion, which sum to 1. Without any weight, the first model speaks. */
  private shares(hasOpinion: readonly boolean[]): number[] {
    const present = this.weights.map((weight, k) => (hasOpinion[k] ? weight : 0));
    const sum = present.reduce((total, weight) => total + weight, 0);
    return present.map((weight, k) => (sum > 0 ? weight / sum : k === 0 ? 1 : 0));
  }
}

function mainOf({ models }: MixtureParts): TokenPredictor {
  const [main, ...others] = models;
  if (main === undefined) throw new ValueError('a mixture needs at least one model');
  const predictor = predictorOf(main.model);
  for (const { name, model } of others) checkSame(predictor, name, model);
  return predictor;
}

function componentsOf({ models, cache, neuralCache }: MixtureParts, flatness: number): MixtureComponent[] {
  const { size } = models[0]!.model.vocabulary;
  return [
    ...models.map(({ name, model }) => modelComponent(name, predictorOf(model))),
    ...(cache === undefined ? [] : [new UnigramCache(cache, size)]),
    ...(neuralCache === undefined ? [] : [new NeuralCache(neuralCache.model, neuralCache.length, flatness)]),
  ];
}

/** What ids mean. */
type Words = Pick<TokenPredictor, 'tokenizer' | 'vocabulary'>;

/** @throws ValueError when ids do not mean the same in both models */
function checkSame(main: Words, name: string, other: Words): void {
  const [ours, theirs] = [main.vocabulary.entries(), other.vocabulary.entries()];
  const isSame = ours.length === theirs.length && ours.every((token, id) => token === theirs[id]);
  if (!isSame) {
    const different = ours.findIndex((token, id) => token !== theirs[id]);
    const where =
      ours.length === theirs.length
        ? `word ${different} is '${ours[different]}' in one and '${theirs[different]}' in the other`
        : `one has ${ours.length} words and the other ${theirs.length}`;
    throw new ValueError(
      `${name} does not have the vocabulary of the first model (${where}), so they cannot be mixed: ` +
        'train the n-gram model with the vocabulary of the other (option like, flag --like)',
    );
  }
  const kinds = [main, other].map(({ tokenizer }) => JSON.stringify(tokenizer.options));
  if (kinds[0] !== kinds[1])
    throw new ValueError(
      `${name} splits text by another tokeniser (${kinds[1]}) than the first (${kinds[0]})`,
    );
}
