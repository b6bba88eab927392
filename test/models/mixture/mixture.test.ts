import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DataError, ValueError } from '../../../src/base/errors.js';
import { encodeCorpus } from '../../../src/models/language-model/corpus.js';
import { LanguageModel } from '../../../src/models/language-model/language-model.js';
import { predictorOf } from '../../../src/models/language-model/predictor.js';
import { fitWeights } from '../../../src/models/mixture/expectation-maximization.js';
import { MixtureModel, type MixtureParts } from '../../../src/models/mixture/mixture.js';
import { NeuralCache } from '../../../src/models/mixture/neural-cache.js';
import { UnigramCache } from '../../../src/models/mixture/unigram-cache.js';
import { NgramLanguageModel } from '../../../src/models/ngram/language-model.js';

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
const subjects = ['dog', 'cat', 'bird', 'cow'];
const verbs = ['eats', 'sees', 'likes', 'hears'];
const lines = Array.from({ length: 120 }, (_, i) => {
  const [subject, verb] = [subjects[(i * 7) % 4]!, verbs[(i * 5 + (i >> 3)) % 4]!];
  return `the ${subject} ${verb} the ${subjects[(i * 3 + 1) % 4]!}`;
});
const heldOut = [
  'the dog eats the cow',
  'the cow eats the dog',
  'the cow eats the cow',
  'the dog hears the cow',
];

let lm: LanguageModel;
let counts: NgramLanguageModel;
let parts: MixtureParts;
let ids: Int32Array;

beforeAll(async () => {
  lm = await LanguageModel.train(lines, { order: 3, dimension: 8, hidden: [8], epochs: 2, holdOut: 0 });
  counts = await NgramLanguageModel.train(lines, { order: 3, like: lm });
  parts = {
    models: [
      { name: 'network', model: lm },
      { name: 'counts', model: counts },
    ],
    cache: 6,
    neuralCache: { model: lm, length: 9 },
  };
  ids = (await encodeCorpus(heldOut, lm.tokenizer, lm.vocabulary)).ids;
});

describe('fitWeights', () => {
  it('finds the maximum of the likelihood', () => {
    const column = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(column, column, (a, b) => {
        const fit = fitWeights([Float64Array.from(a), Float64Array.from(b)]);
        expect(sum(fit.weights)).toBeCloseTo(1, 9);
        const natsAt = (weight: number) =>
          -sum(a.map((p, t) => Math.log(weight * p + (1 - weight) * b[t]!))) / a.length;
        expect(fit.nats).toBeCloseTo(natsAt(fit.weights[0]!), 9);
        for (let weight = 0; weight <= 1; weight += 0.05) {
          expect(fit.nats).toBeLessThan(natsAt(weight) + 1e-4);
        }
      }),
    );
  });

  it('gives all weight to a component that is always better', () => {
    const fit = fitWeights([Float64Array.of(0.9, 0.8, 0.9), Float64Array.of(0.1, 0.2, 0.1)]);
    expect(fit.weights[0]).toBeGreaterThan(0.999);
  });

  it('leaves out words on which a component has no opinion', () => {
    const fit = fitWeights([Float64Array.of(0.5, 0.1, 0.2), Float64Array.of(Number.NaN, 0.3, 0.1)]);
    expect(fit.tokens).toBe(2);
  });

  it('refuses what cannot be fitted', () => {
    expect(() => fitWeights([])).toThrow(ValueError);
    expect(() => fitWeights([Float64Array.of(Number.NaN)])).toThrow(/too little text/);
    expect(() => fitWeights([Float64Array.of(0), Float64Array.of(0)])).toThrow(DataError);
  });
});

describe('the caches', () => {
  it('count the last words, and have no opinion before the first', () => {
    const cache = new UnigramCache(3, 4);
    const text = Int32Array.of(2, 2, 3, 2, 0, 2);
    const targets = cache.targetProbabilities(text);
    expect(targets[0]).toBeNaN();
    expect([...targets].slice(1)).toEqual([1, 0, 2 / 3, 0, 1 / 3]);
    const last = [...cache.distributions(text, 6)];
    expect(last).toEqual([Float64Array.of(1 / 3, 0, 2 / 3, 0)]);
    expect([...cache.distributions(new Int32Array(0))]).toEqual([undefined]);
  });

  it('by states: at flatness 0 the unigram cache, else nearer states count more', () => {
    const flat = new NeuralCache(lm, 5, 0);
    const plain = new UnigramCache(5, lm.vocabulary.size).targetProbabilities(ids);
    const probabilities = flat.targetProbabilities(ids);
    for (let i = 1; i < ids.length; i++) expect(probabilities[i]).toBeCloseTo(plain[i]!, 6);
    const steep = new NeuralCache(lm, 5, 4).targetProbabilities(ids);
    expect(steep.some((value, i) => Math.abs(value - plain[i]!) > 1e-3)).toBe(true);
  });

  it('refuse lengths and flatnesses that make no sense', () => {
    expect(() => new UnigramCache(0, 4)).toThrow(/whole number of words from 1/);
    expect(() => new NeuralCache(lm, 1.5, 0)).toThrow(ValueError);
    expect(() => new NeuralCache(lm, 5, -1)).toThrow(/flatness/);
  });
});

describe('MixtureModel', () => {
  it('has distributions that sum to one, and give what the targets say', () => {
    const mixture = MixtureModel.of(parts, [0.4, 0.3, 0.2, 0.1], 2);
    const targets = mixture.targetProbabilities(ids);
    let position = 0;
    for (const distribution of mixture.distributions(ids)) {
      expect(sum(distribution)).toBeCloseTo(1, 5);
      if (position < ids.length) expect(targets[position]).toBeCloseTo(distribution[ids[position]!]!, 6);
      position++;
    }
    expect(position).toBe(ids.length + 1);
    const tail = [...mixture.distributions(ids, ids.length)];
    expect(tail).toHaveLength(1);
    expect(sum(tail[0]!)).toBeCloseTo(1, 5);
  });

  it('is on the fitted text at least as good as each of its parts', () => {
    const { mixture, fit } = MixtureModel.fit(parts, ids);
    expect(sum(mixture.weights)).toBeCloseTo(1, 9);
    const natsOf = (probabilities: Float64Array) =>
      -sum(probabilities.slice(1).map(Math.log)) / (ids.length - 1);
    expect(natsOf(mixture.targetProbabilities(ids))).toBeCloseTo(fit.nats, 6);
    for (const { model } of parts.models) {
      expect(fit.nats).toBeLessThan(natsOf(predictorOf(model).targetProbabilities(ids)) + 1e-4);
    }
  });

  it('answers as a language model does', async () => {
    const mixture = MixtureModel.of({ ...parts, neuralCache: undefined }, [0.5, 0.4, 0.1]);
    expect(sum(mixture.distribution('the dog'))).toBeCloseTo(1, 5);
    expect(mixture.next('the dog')).toHaveLength(5);
    expect(mixture.score('the dog eats').tokens).toHaveLength(4);
    expect(mixture.generate({ prompt: 'the', seed: 2 })).toEqual(
      mixture.generate({ prompt: 'the', seed: 2 }),
    );
    expect((await mixture.perplexity(heldOut)).tokens).toBe(ids.length);
  });

  it('lets the first model speak where no part with weight has an opinion', () => {
    const mixture = MixtureModel.of({ models: parts.models, cache: 3 }, [0, 0, 1]);
    const [first] = mixture.targetProbabilities(ids);
    expect(first).toBeCloseTo(predictorOf(lm).targetProbabilities(ids)[0]!, 9);
  });

  it('refuses weights that are none, and models that do not fit', async () => {
    expect(() => MixtureModel.of(parts, [0.5, 0.5])).toThrow(
      /2 weights for 4 components \(network, counts, cache/,
    );
    expect(() => MixtureModel.of(parts, [0.5, 0.5, 0.5, -0.5])).toThrow(/sum to/);
    expect(() => MixtureModel.of({ models: [] }, [])).toThrow(ValueError);
    const strange = await NgramLanguageModel.train(['quite other words', 'quite other words']);
    const models = [parts.models[0]!, { name: 'strange', model: strange }];
    expect(() => MixtureModel.of({ models }, [0.5, 0.5])).toThrow(
      /strange does not have the vocabulary.*--like/,
    );
  });
});
