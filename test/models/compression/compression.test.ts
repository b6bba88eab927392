/** Whole models made small. */
import { describe, expect, it } from 'vitest';
import { DataError, FormatError, ValueError } from '../../../src/base/errors.js';
import { decodeModel, encodeModel, type Tensor } from '../../../src/files/index.js';
import { ClassifierCompressor, type TableStorage } from '../../../src/models/compression/compressor.js';
import { foldEmbeddings } from '../../../src/models/compression/fold.js';
import { compressClassifier, compressWeights, storeWeights } from '../../../src/models/compression/index.js';
import {
  type ClassifierOptions,
  FeedforwardNetwork,
  LanguageModel,
  TextClassifier,
} from '../../../src/models/index.js';
import { makeCorpus, QUICK } from '../classifier/corpus.js';

const corpus = makeCorpus(120);
const fresh = makeCorpus(60, 2);
const texts = fresh.map(({ text }) => text);
const train = (options: ClassifierOptions = {}) => TextClassifier.train(corpus, { ...QUICK, ...options });
const plain = await train();

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe('folding', () => {
  it('needs one number less than there are labels, and changes nothing', async () => {
    const { classifier } = await compressClassifier(plain, { storage: 'half' });
    expect(classifier.config.dimension).toBe(2);
    expect(largestDifference(classifier.probabilities(texts), plain.probabilities(texts))).toBeLessThan(2e-3);
  });

  it.each([
    ['two labels', { head: 'softmax' }, 1],
    ['a binary head', { head: 'binary' }, 1],
    ['several labels', { head: 'multilabel' }, 2],
    ['hand-built features', { features: [{ kind: 'length', of: 'words' }] }, 1],
  ] as const)('with %s', async (_, options, dimension) => {
    const two = makeCorpus(60, 1, ['animal', 'tool']);
    const classifier = await TextClassifier.train(two, {
      ...QUICK,
      epochs: 2,
      ...options,
    } as ClassifierOptions);
    const small = await compressClassifier(classifier, { storage: 'half' });
    expect(small.classifier.config.dimension).toBe(dimension);
    expect(
      largestDifference(small.classifier.probabilities(texts), classifier.probabilities(texts)),
    ).toBeLessThan(4e-3);
  });

  it('is not tried where it cannot be: hidden layers, other pooling, few dimensions', async () => {
    for (const options of [{ hidden: [4] }, { pooling: 'max' }, { dimension: 2 }] as ClassifierOptions[]) {
      expect(foldEmbeddings(await train({ ...options, epochs: 1 }))).toBeUndefined();
    }
  });
});

describe('a small classifier', () => {
  it('of any storage says nearly the same, in a fraction of the bytes', async () => {
    for (const storage of ['int8', 'product'] as const) {
      const { bytes, classifier } = await compressClassifier(plain, { storage, names: 'all' });
      expect(bytes).toBeLessThan(plain.toBytes().length / 2);
      expect(largestDifference(classifier.probabilities(texts), plain.probabilities(texts))).toBeLessThan(
        0.02,
      );
    }
  });

  it('classifies, explains and is saved without a single name', async () => {
    const { classifier, content } = await compressClassifier(plain, { storage: 'product', names: 'none' });
    expect(classifier.vocabulary.size).toBe(0);
    expect(classifier.classify('the owl is here')[0]!.label).toBe('animal');
    const { words } = classifier.explain('the owl is here', 'animal');
    const strongest = [...words].sort((a, b) => b.occlusion - a.occlusion)[0]!;
    expect(strongest.token).toBe('owl');
    expect(() => classifier.wordVectors()).toThrow(/compressed without them/);
    const again = TextClassifier.fromBytes(classifier.toBytes());
    expect(again.probabilities(texts)).toEqual(classifier.probabilities(texts));
    expect(decodeModel(encodeModel(content)).packed!.get('embedding/table')!.kind).toBe('product');
  });

  it('lists its words where they keep their names', async () => {
    const { classifier } = await compressClassifier(plain, { storage: 'product' });
    expect(classifier.wordVectors().words).toContain('owl');
    expect(classifier.vocabulary.has('the owl')).toBe(false);
    expect(classifier.index.size).toBeGreaterThan(classifier.vocabulary.size);
  });

  it('of features in buckets keeps the buckets that matter', async () => {
    const hashed = await train({ buckets: 4096 });
    const { classifier } = await compressClassifier(hashed, { features: 60, examples: corpus });
    expect(classifier.config.buckets).toBe(4096);
    expect(classifier.index.size).toBeLessThanOrEqual(60);
    expect(accuracyOf(classifier)).toBeGreaterThan(0.9);
  });

  it('with hidden layers packs their matrices, too', async () => {
    const deep = await train({ hidden: [200], dimension: 40, epochs: 3 });
    const { content, classifier } = await compressClassifier(deep);
    expect(content.packing).toEqual({ 'embedding/table': 'int8', 'hidden1/weight': 'int8' });
    expect(largestDifference(classifier.probabilities(texts), deep.probabilities(texts))).toBeLessThan(0.03);
  });

  it('of few features is trained on, and is the same each time', async () => {
    const options = { features: 24, storage: 'product', examples: corpus } as const;
    const [one, two] = [await compressClassifier(plain, options), await compressClassifier(plain, options)];
    expect(encodeModel(one.content)).toEqual(encodeModel(two.content));
    expect(one.classifier.index.size).toBeLessThanOrEqual(24);
    expect(one.quality!.after.loss).toBeLessThan(0.3);
    const untrained = await compressClassifier(plain, { ...options, examples: undefined });
    expect(accuracyOf(one.classifier)).toBeGreaterThanOrEqual(accuracyOf(untrained.classifier));
  });

  it('of a given size is found by trying', async () => {
    const size = 2600;
    const { bytes, trials, quality } = await compressClassifier(plain, { size, examples: corpus });
    expect(bytes).toBeLessThanOrEqual(size);
    expect(trials.length).toBeGreaterThan(4);
    expect(trials.filter(({ retrained }) => retrained)).toHaveLength(2);
    expect(quality!.after.accuracy).toBeGreaterThan(0.8);
  });

  it('has about the size that was foretold', async () => {
    const compressor = new ClassifierCompressor(plain, undefined, 1);
    for (const storage of [
      { kind: 'half' },
      { kind: 'int8' },
      { kind: 'product', width: 2, norms: true },
    ] as TableStorage[]) {
      const plan = { features: 50, names: 'words', storage } as const;
      const { bytes } = await compressor.build(plan);
      expect(compressor.sizeOf(plan)).toBeGreaterThanOrEqual(bytes);
      expect(compressor.sizeOf(plan)).toBeLessThan(bytes + 300);
    }
  });

  it('leaves the given one alone', async () => {
    const before = plain.hash;
    await compressClassifier(plain, { features: 20, examples: corpus });
    expect(plain.hash).toBe(before);
  });

  it('can be made smaller again', async () => {
    const { classifier } = await compressClassifier(plain, { storage: 'product' });
    const again = await compressClassifier(classifier, { storage: 'product', names: 'none', features: 40 });
    expect(again.classifier.index.size).toBeLessThanOrEqual(40);
    expect(accuracyOf(again.classifier)).toBeGreaterThan(0.8);
  });
});

function accuracyOf(classifier: TextClassifier): number {
  return (
    fresh.filter(({ text, label }) => classifier.classify(text)[0]!.label === label).length / fresh.length
  );
}

describe('refusals', () => {
  it('of options that make no sense', async () => {
    await expect(compressClassifier(plain, { features: 0 })).rejects.toThrow(
      /features must be a whole number/,
    );
    await expect(compressClassifier(plain, { size: 5000 })).rejects.toThrow(/give `examples`/);
    await expect(compressClassifier(plain, { size: 100, examples: corpus })).rejects.toThrow(
      /no model of 100 bytes/,
    );
    await expect(compressClassifier(plain, { examples: corpus.slice(0, 1) })).rejects.toThrow(DataError);
    const bare = await train({ embeddings: false, features: [{ kind: 'length', of: 'words' }], epochs: 1 });
    await expect(compressClassifier(bare)).rejects.toThrow(ValueError);
  });

  it('of files whose parts contradict each other', async () => {
    const { content } = await compressClassifier(plain, { storage: 'product' });
    const changed = (name: string, tensor: Tensor | undefined) => {
      const tensors = new Map(content.tensors as ReadonlyMap<string, Tensor>);
      if (tensor === undefined) tensors.delete(name);
      else tensors.set(name, tensor);
      return () => TextClassifier.fromBytes(encodeModel({ ...content, tensors }));
    };
    expect(changed('vocabulary', undefined)).toThrow(/compact vocabulary.*is missing/);
    expect(changed('buckets', undefined)).toThrow(FormatError);
    const empty: Tensor = { dtype: 'U8', shape: [0], data: new Uint8Array(0) };
    expect(changed('vocabulary', empty)).toThrow(/'embedding\/table' has the shape/);
    expect(changed('buckets', empty)).toThrow(FormatError);
    expect(changed('embedding/table', empty)).toThrow(/needs U8 codes/);
  });
});

describe('other models', () => {
  it('language models keep their perplexity in a quarter of the bytes', async () => {
    const lines = corpus.map(({ text }) => text);
    const lm = await LanguageModel.train(lines, {
      order: 3,
      dimension: 32,
      hidden: [32],
      epochs: 3,
      batchSize: 16,
    });
    const before = (await lm.perplexity(texts)).perplexity;
    for (const [storage, most] of [
      ['half', 1e-3],
      ['int8', 1e-2],
    ] as const) {
      const { content } = compressWeights(lm, storage);
      const small = LanguageModel.fromBytes(encodeModel(content));
      const after = (await small.perplexity(texts)).perplexity;
      expect(Math.abs(after / before - 1)).toBeLessThan(most);
    }
    const floats = Object.values(lm.toModel().tensors).reduce((sum, { data }) => sum + 4 * data.length, 0);
    const packed = [...(storeWeights(lm.toModel(), 'int8').tensors as Map<string, Tensor>).values()];
    const bytes = packed.reduce((sum, { dtype, data }) => sum + data.length * (dtype === 'I8' ? 1 : 2), 0);
    expect(bytes).toBeLessThan(0.35 * floats);
  });

  it('feedforward networks say the same', () => {
    const xor = FeedforwardNetwork.fromWeights({
      activation: 'relu',
      layers: [
        {
          weight: [
            [1, 1],
            [1, 1],
          ],
          bias: [0, -1],
        },
        { weight: [[1, -2]], bias: [-0.5] },
      ],
    });
    const small = FeedforwardNetwork.fromBytes(encodeModel(compressWeights(xor, 'int8').content));
    expect(small.predict([1, 0])[0]!.label).toBe(xor.predict([1, 0])[0]!.label);
    expect(small.predict([1, 1])[0]!.label).toBe(xor.predict([1, 1])[0]!.label);
  });
});
