/** Model files of text classifiers: whole ones come back the same, damaged and hostile ones are refused. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FormatError, LexigradError } from '../../../src/base/errors.js';
import { referenceEngine } from '../../../src/engine/index.js';
import { encodeModel } from '../../../src/files/index.js';
import { type ClassifierOptions, TextClassifier } from '../../../src/models/index.js';
import { expectClose } from '../../close.js';
import { makeCorpus, QUICK } from './corpus.js';

const corpus = makeCorpus(60);
const texts = [...makeCorpus(30, 9).map(({ text }) => text), '', 'Unseen words: 你好'];

const kinds: Record<string, ClassifierOptions> = {
  'a plain one': {},
  'hidden layers and mean+max': { hidden: [6, 4], pooling: 'mean+max', activation: 'gelu' },
  subwords: { subwords: [2, 3], characterNgrams: 2 },
  'hand-built features alone': {
    embeddings: false,
    features: [
      { kind: 'lexicon', words: ['cat', 'dog'] },
      { kind: 'log', of: { kind: 'length', of: 'characters' } },
    ],
  },
  'hand-built features beside embeddings': { features: [{ kind: 'regex', pattern: '\\d+' }] },
};

describe.each(Object.entries(kinds))('a saved classifier: %s', (_, options) => {
  it('comes back the same', async () => {
    const classifier = await TextClassifier.train(corpus, { ...QUICK, ...options, epochs: 2 });
    const bytes = classifier.toBytes();
    const loaded = TextClassifier.fromBytes(bytes);
    expect(loaded.toBytes()).toEqual(bytes);
    expect(loaded.probabilities(texts)).toEqual(classifier.probabilities(texts));
    expect(loaded.explain(texts[0]!)).toEqual(classifier.explain(texts[0]!));
    expect(loaded.record).toEqual(classifier.record);
    expect(loaded.hash).toBe(classifier.hash);
    const elsewhere = TextClassifier.fromBytes(bytes, { engine: referenceEngine }).probabilities(texts);
    expectClose(elsewhere, classifier.probabilities(texts), 4);
  });
});

it('is saved to disk and loaded again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lexigrad-'));
  try {
    const classifier = await TextClassifier.train(corpus, { ...QUICK, epochs: 1 });
    const path = join(folder, 'model.lexigrad');
    await classifier.save(path);
    expect((await TextClassifier.load(path)).hash).toBe(classifier.hash);
    await expect(TextClassifier.load(join(folder, 'other.lexigrad'))).rejects.toThrow(LexigradError);
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe('damaged and hostile files', async () => {
  const model = (await TextClassifier.train(corpus, { ...QUICK, epochs: 1 })).toModel();
  const config = model.config as Record<'classifier' | 'vocabulary' | 'handBuilt', Record<string, unknown>>;
  const load = (changes: object) => () =>
    TextClassifier.fromBytes(encodeModel({ ...model, config: { ...config, ...changes } }));
  const withClassifier = (changes: object) => load({ classifier: { ...config.classifier, ...changes } });

  it.each<[object, RegExp]>([
    [{ dimension: 2_000_000_000 }, /needs \d+ weights, but the file holds \d+/],
    [{ dimension: 0 }, /not sound/],
    [{ hidden: [1_000_000, 1_000_000] }, /needs \d+ weights/],
    [{ hidden: ['8'] }, /not sound/],
    [{ labels: ['a', 'a'] }, /not sound/],
    [{ labels: ['animal', 'fruit'] }, /shape/],
    [{ labels: [] }, /not sound/],
    [{ head: 'binary' }, /not sound/],
    [{ pooling: 'median' }, /not sound/],
    [{ activation: '__proto__' }, /not sound/],
    [{ dropout: 'half' }, /not sound/],
    [{ wordDropout: 1 }, /not sound/],
    [{ tokenizer: null }, /not sound/],
    [{ tokenizer: { kind: 'magic' } }, /not sound/],
    [{ subwords: [5, 3] }, /not sound/],
    [{ embeddings: false }, /no features at all/],
  ])('are refused for a configuration with %j', (changes, message) => {
    expect(withClassifier(changes)).toThrow(FormatError);
    expect(withClassifier(changes)).toThrow(message);
  });

  it.each<[unknown]>([
    [{ specs: [{ kind: 'length', of: 'words' }], means: [], deviations: [] }],
    [{ specs: 'all', means: [], deviations: [] }],
    [{ specs: [null], means: [0], deviations: [1] }],
    [{ specs: [{ value: 1 }], means: [0], deviations: [1] }],
    [{ specs: [{ kind: 'regex', pattern: '(' }], means: [0], deviations: [1] }],
    [{ specs: [{ kind: 'lexicon', words: 'cat' }], means: [0], deviations: [1] }],
    [{ specs: [{ kind: 'log', of: {} }], means: [0], deviations: [1] }],
    [{ specs: [{ kind: 'length', of: 'words' }], means: [0], deviations: [0] }],
  ])('are refused for hand-built features %j', (handBuilt) => {
    expect(load({ handBuilt })).toThrow(FormatError);
  });

  it('are refused for a vocabulary or tensors that are not theirs', () => {
    expect(load({ vocabulary: null })).toThrow(FormatError);
    expect(load({ vocabulary: { ...config.vocabulary, tokens: ['one'] } })).toThrow(FormatError);
    expect(load({ classifier: undefined })).toThrow(FormatError);
    const encode = (changes: object) => () => TextClassifier.fromBytes(encodeModel({ ...model, ...changes }));
    expect(encode({ config: null })).toThrow(FormatError);
    expect(encode({ tensors: {} })).toThrow(FormatError);
    expect(encode({ kind: 'language-model' })).toThrow(/is a language-model, not a text classifier/);
  });

  it('never give anything but a refusal when bytes are cut off or changed', () => {
    const bytes = encodeModel(model);
    for (let i = 0; i < 60; i++) {
      const cut = bytes.slice(0, Math.floor((bytes.length * i) / 60));
      expect(() => TextClassifier.fromBytes(cut)).toThrow(FormatError);
      const changed = bytes.slice();
      changed[Math.floor((4000 * i) / 60)]! ^= 0xff;
      try {
        TextClassifier.fromBytes(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(LexigradError);
      }
    }
  });
});
