import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, ValueError } from '../../../src/base/errors.js';
import { decodeModel, type LoadedModel, type ModelContent } from '../../../src/files/index.js';
import { BucketCounter, BucketSet, bucketOf } from '../../../src/models/classifier/buckets.js';
import { TextClassifier } from '../../../src/models/index.js';
import { makeCorpus, QUICK } from './corpus.js';

const hashes = fc.array(fc.tuple(fc.integer(), fc.integer()), { maxLength: 60 });

describe('buckets', () => {
  it('have ranks in their order, and none where they are not used', () => {
    fc.assert(
      fc.property(hashes, fc.integer({ min: 1, max: 100 }), (all, buckets) => {
        const counter = new BucketCounter(buckets);
        const used = new Set(all.map(([high, low]) => counter.add(high, low)));
        const set = counter.finish();
        const sorted = [...used].sort((a, b) => a - b);
        expect(set.size).toBe(used.size);
        for (let bucket = 0; bucket < buckets; bucket++)
          expect(set.rankOf(bucket)).toBe(sorted.indexOf(bucket));
        const again = BucketSet.fromTensor(set.toTensor().data, buckets);
        expect(again.toTensor()).toEqual(set.toTensor());
      }),
    );
  });

  it('count those that hold more than one feature, once each', () => {
    fc.assert(
      fc.property(hashes, fc.integer({ min: 1, max: 20 }), (all, buckets) => {
        const counter = new BucketCounter(buckets);
        const inBucket = new Map<number, Set<number>>();
        for (const [high, low] of [...all, ...all]) {
          const bucket = bucketOf(high, low, buckets);
          expect(counter.add(high, low)).toBe(bucket);
          inBucket.set(bucket, (inBucket.get(bucket) ?? new Set()).add(high === 0 ? 1 : high));
        }
        expect(counter.shared).toBe([...inBucket.values()].filter((features) => features.size > 1).length);
      }),
    );
  });

  it('refuse bits that are not theirs', () => {
    for (const data of [undefined, new Float32Array(2), Int32Array.of(1), Int32Array.of(0, 1 << 9)])
      expect(() => BucketSet.fromTensor(data, 40, 'm.lexigrad')).toThrow(FormatError);
    expect(BucketSet.fromTensor(Int32Array.of(0, 1 << 7), 40).rankOf(39)).toBe(0);
  });
});

describe('a classifier with buckets', async () => {
  const corpus = makeCorpus();
  const options = { ...QUICK, wordNgrams: 3, subwords: [2, 3], buckets: 300 } as const;
  const classifier = await TextClassifier.train(corpus, options);

  it('learns, counts words alone, and tells how full its buckets are', async () => {
    expect((await classifier.evaluate(corpus)).accuracy).toBeGreaterThan(0.95);
    expect(classifier.vocabulary.entries().every((feature) => /^\w+$/.test(feature))).toBe(true);
    const { buckets, usedBuckets, sharedBuckets, features } = classifier.record.data as Record<
      string,
      number
    >;
    expect(buckets).toBe(300);
    expect(usedBuckets).toBeLessThanOrEqual(300);
    expect(sharedBuckets).toBeGreaterThan(0);
    expect(features).toBe(classifier.vocabulary.size + usedBuckets!);
  });

  it('comes back the same from its file, and explains itself', () => {
    const again = TextClassifier.fromBytes(classifier.toBytes());
    for (const { text } of corpus.slice(0, 9))
      expect(again.classify(text)).toEqual(classifier.classify(text));
    expect(again.toBytes()).toEqual(classifier.toBytes());
    const { words } = again.explain(corpus[0]!.text);
    expect(words.some(({ occlusion }) => occlusion !== 0)).toBe(true);
  });

  it('is refused when its file does not say which buckets are used', () => {
    const model = decodeModel(classifier.toBytes());
    const without = (change: (tensors: Map<string, unknown>) => void): ModelContent => {
      const tensors = new Map(model.tensors);
      change(tensors);
      return { ...model, tensors };
    };
    const wrong = [
      without((tensors) => tensors.delete('buckets')),
      without((tensors) => tensors.set('buckets', { dtype: 'I32', shape: [1], data: Int32Array.of(1) })),
    ];
    for (const content of wrong) {
      expect(() => TextClassifier.fromModel(content as LoadedModel, { file: 'm.lexigrad' })).toThrow(
        'm.lexigrad: the model file does not tell which of its 300 buckets are used',
      );
    }
  });

  it.each([0, 1.5, -3, 2 ** 29])('cannot have %s buckets', async (buckets) => {
    await expect(TextClassifier.train(corpus, { ...QUICK, buckets })).rejects.toThrow(ValueError);
  });
});
