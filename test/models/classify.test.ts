import { beforeAll, describe, expect, it } from 'vitest';
import { FormatError } from '../../src/base/errors.js';
import { encodeModel } from '../../src/files/index.js';
import { Classifier } from '../../src/models/classify.js';
import { storeWeights } from '../../src/models/compression/storage.js';
import { type ClassifierOptions, TextClassifier } from '../../src/models/index.js';
import { activationNames } from '../../src/nn/index.js';
import { LABELS, makeCorpus, QUICK } from './classifier/corpus.js';

const counted = [
  { kind: 'lexicon', words: ['cat', 'dog'] },
  { kind: 'log', of: { kind: 'length', of: 'words' } },
] as const;

const settings: [string, ClassifierOptions][] = [
  ['means', {}],
  ['sums, odd dimension', { pooling: 'sum', dimension: 5 }],
  ['largest', { pooling: 'max' }],
  ['means and largest', { pooling: 'mean+max', dimension: 3 }],
  ['pieces of words in buckets', { buckets: 512, subwords: [2, 3], wordNgrams: 3 }],
  ['multi-label', { head: 'multilabel' }],
  ['hand-built features alone', { embeddings: false, features: counted }],
  ['hand-built features beside words, two hidden layers', { features: counted, hidden: [5, 4] }],
  ...activationNames
    // Nothing is learned through a step.
    .filter((activation) => activation !== 'step')
    .map((activation): [string, ClassifierOptions] => [`hidden ${activation}`, { hidden: [6], activation }]),
];

const TEXTS = [
  ...makeCorpus(30, 9).map(({ text }) => text),
  '',
  'unheard',
  'cat',
  '猫 cat',
  'pear '.repeat(400),
];

describe('lexigrad/classify', () => {
  it.each(settings)('says what TextClassifier says: %s', async (_, options) => {
    const trained = await TextClassifier.train(makeCorpus(60), { ...QUICK, ...options, epochs: 2 });
    expectSame(Classifier.fromBytes(trained.toBytes()), trained);
  });

  it('says the same of two labels with a single unit', async () => {
    const corpus = makeCorpus(60, 1, ['animal', 'tool']);
    const trained = await TextClassifier.train(corpus, { ...QUICK, head: 'binary', epochs: 2 });
    const classifier = Classifier.fromBytes(trained.toBytes());
    expectSame(classifier, trained);
    expect(classifier.decide('a saw', 0.99999)).toEqual(trained.decide('a saw', 0.99999));
  });

  it('reads packed weights', async () => {
    const trained = await TextClassifier.train(makeCorpus(60), { ...QUICK, epochs: 2 });
    const packed = encodeModel(storeWeights(trained.toModel(), 'int8'));
    expectSame(Classifier.fromBytes(packed), TextClassifier.fromBytes(packed));
  });

  describe('what it refuses', () => {
    let trained: TextClassifier;
    beforeAll(async () => {
      trained = await TextClassifier.train(makeCorpus(60), { ...QUICK, hidden: [3], epochs: 1 });
    });

    it('names a file that is something else', () => {
      const text = new TextEncoder().encode('text,label\n');
      expect(() => Classifier.fromBytes(text, 'data.csv')).toThrow(/data\.csv.*text file/s);
      const other = encodeModel({ ...trained.toModel(), kind: 'language-model' });
      expect(() => Classifier.fromBytes(other)).toThrow(
        'this model is a language-model, not a text classifier',
      );
    });

    it('names a layer that is missing or of another shape', () => {
      const { tensors, ...rest } = trained.toModel();
      const { 'hidden1/bias': bias, ...others } = tensors as Record<string, { data: Float32Array }>;
      const without = encodeModel({ ...rest, tensors: others } as never);
      expect(() => Classifier.fromBytes(without)).toThrow(FormatError);
      expect(() => Classifier.fromBytes(without)).toThrow("no float tensor 'hidden1/bias'");
      const longer = { dtype: 'F32', shape: [4], data: new Float32Array(4) };
      const wrong = encodeModel({ ...rest, tensors: { ...others, 'hidden1/bias': longer } } as never);
      expect(() => Classifier.fromBytes(wrong)).toThrow("'hidden1/bias' has the shape [4]");
      expect(bias!.data).toHaveLength(3);
    });

    it('never reads past a file that is cut short', () => {
      const bytes = trained.toBytes();
      for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / 40))
        expect(() => Classifier.fromBytes(bytes.subarray(0, length))).toThrow(FormatError);
    });
  });
});

function expectSame(classifier: Classifier, trained: TextClassifier): void {
  expect(classifier.labels).toEqual(trained.labels);
  expect(classifier.labels.every((label) => (LABELS as string[]).includes(label))).toBe(true);
  const expected = trained.probabilities(TEXTS);
  classifier.probabilities(TEXTS).forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5);
  });
  for (const text of TEXTS) {
    expect(classifier.classify(text).map(({ label }) => label)).toEqual(
      trained.classify(text).map(({ label }) => label),
    );
    expect(classifier.decide(text).label).toBe(trained.decide(text).label);
  }
  expect(classifier.classifyBatch(TEXTS, 1)).toHaveLength(TEXTS.length);
}
