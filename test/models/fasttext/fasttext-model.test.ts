/** fastText models without fastText: hashes, order, features, and what is refused. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, NumericError, ValueError } from '../../../src/base/errors.js';
import { type DenseMatrix, encodeFastText } from '../../../src/files/fasttext/index.js';
import { readWordVectors } from '../../../src/files/node/word-vectors.js';
import { TextClassifier } from '../../../src/models/classifier/classifier.js';
import { BestLabels } from '../../../src/models/fasttext/best.js';
import { forEachSequence, hashBytes } from '../../../src/models/fasttext/hash.js';
import { FastTextModel, fastTextFromClassifier } from '../../../src/models/fasttext/index.js';
import { splitWords } from '../../../src/models/fasttext/text-reader.js';
import { fnv1a32 } from '../../../src/text/ngrams.js';
import { made } from '../../files/fasttext/make.js';

const encode = (text: string) => new TextEncoder().encode(text);
const modelOf = (...given: Parameters<typeof made>) => new FastTextModel(made(...given));

describe('hashes', () => {
  it('are FNV-1a with bytes sign-extended', () => {
    expect(hashBytes(encode('where')) >>> 0).toBe(fnv1a32('where'));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        let hash = 2166136261n;
        for (const byte of bytes) {
          const extended = BigInt.asUintN(32, BigInt.asIntN(8, BigInt(byte)));
          hash = BigInt.asUintN(32, (hash ^ extended) * 16777619n);
        }
        return BigInt(hashBytes(bytes) >>> 0) === hash;
      }),
    );
  });

  it('of sequences are exact in 64 bits, for any number of buckets', () => {
    const hash = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(
        fc.array(hash, { maxLength: 5 }),
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        fc.integer({ min: 1, max: 5 }),
        (hashes, buckets, longest) => {
          const expected: number[] = [];
          hashes.forEach((first, i) => {
            let h = BigInt.asUintN(64, BigInt(first));
            for (const next of hashes.slice(i + 1, i + longest)) {
              h = BigInt.asUintN(64, h * 116049371n + BigInt(next));
              expected.push(Number(h % BigInt(buckets)));
            }
          });
          const found: number[] = [];
          forEachSequence(hashes, longest, buckets, (bucket) => found.push(bucket));
          expect(found).toEqual(expected);
        },
      ),
    );
  });
});

describe('the best of many', () => {
  it('are the best, in falling order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 })),
        fc.integer({ min: 1, max: 8 }),
        (scores, limit) => {
          const best = new BestLabels(limit);
          scores.forEach((score, label) => {
            if (!best.refuses(score)) best.add({ label, score });
          });
          const found = best.sorted();
          expect(found.map(({ score }) => score)).toEqual(scores.toSorted((a, b) => b - a).slice(0, limit));
          expect(new Set(found.map(({ label }) => label)).size).toBe(found.length);
          for (const { label, score } of found) expect(scores[label]).toBe(score);
        },
      ),
    );
  });
});

describe('a model', () => {
  it('splits at ASCII white space and the byte 0 alone', () => {
    expect(splitWords(' a\tb\vc\fd\re\nf\0g  h\u00a0i\u3000j ')).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
      'f',
      'g',
      'h\u00a0i\u3000j',
    ]);
  });

  it('averages words, pairs and the end of the line', () => {
    // Two words, two pairs, and a </s> that is known: five rows.
    const model = modelOf();
    const { input } = model.content;
    const pairs: number[] = [];
    forEachSequence(
      ['good', 'bad', '</s>'].map((word) => hashBytes(encode(word))),
      2,
      4,
      (bucket) => pairs.push(3 + bucket),
    );
    const sum = new Float32Array(3);
    for (const row of [0, 1, 2, ...pairs]) input.addRow(row, sum);
    expect([...model.textVector('good  bad\n')]).toEqual(
      [...sum].map((value) => Math.fround(value * Math.fround(1 / 5))),
    );
    expect(model.textVector('__label__yes good __label__new bad')).toEqual(model.textVector('good bad'));
    expect(model.textVector('good bad </s> good')).toEqual(model.textVector('good bad'));
  });

  it('gives no label where it knows nothing', () => {
    const model = modelOf({ words: ['good'], settings: { wordNgrams: 1, bucket: 0 } });
    expect(model.predict('unheard of')).toEqual([]);
    expect(model.classify('')).toEqual([]);
    expect([...model.probabilities(['unheard of'])]).toEqual([0.5, 0.5]);
  });

  it('gives scores of P + 10⁻⁵, and probabilities without', () => {
    const model = modelOf();
    const [first] = model.predict('good');
    const probabilities = model.probabilities(['good']);
    expect(first!.score).toBeCloseTo(Math.max(...probabilities) + 1e-5, 6);
    expect(probabilities[0]! + probabilities[1]!).toBeCloseTo(1, 12);
    expect(model.predict('good', { top: 9, threshold: 0.5 })).toHaveLength(1);
  });

  it.each(['hs', 'ns', 'softmax', 'ova'] as const)(
    'with the loss %s ranks labels by their probabilities',
    (loss) => {
      const model = modelOf({
        labels: ['__label__a', '__label__b', '__label__c', '__label__d', '__label__e'],
        settings: { loss },
      });
      const probabilities = model.probabilities(['good bad good']);
      for (const { label, score } of model.classify('good bad good')) {
        // A table of sigmoids has steps of 1/32: up to 0.008.
        expect(Math.abs(score - probabilities[model.labels.indexOf(label)]!)).toBeLessThan(0.008);
      }
      if (loss === 'hs' || loss === 'softmax')
        expect(probabilities.reduce((sum, p) => sum + p)).toBeCloseTo(1, 9);
    },
  );

  it('survives a tree of any counts', () => {
    const content = made({
      labels: Array.from({ length: 3000 }, (_, i) => `__label__${i}`),
      settings: { loss: 'hs' },
    });
    content.dictionary.counts.fill(Number.MAX_SAFE_INTEGER);
    expect(new FastTextModel(content).predict('good', { top: 3 })).toHaveLength(3);
    content.dictionary.counts.forEach((_, i) => {
      content.dictionary.counts[i] = 2 ** Math.max(0, 50 - i);
    });
    expect(new FastTextModel(content).probabilities(['good']).reduce((sum, p) => sum + p)).toBeCloseTo(1, 9);
  });

  it('of version 11 with labels has no pieces of words', () => {
    const settings = { minn: 2, maxn: 3 };
    expect(
      modelOf({ settings, version: 12 })
        .subwords('good')
        .map(({ text }) => text),
    ).toContain('<go');
    expect(modelOf({ settings, version: 11 }).subwords('good')).toEqual([]);
    const vectors = modelOf({ labels: [], version: 11, settings: { ...settings, model: 'sg' } });
    expect(vectors.subwords('good')).not.toEqual([]);
  });

  it('has the pieces of a word in characters, not bytes', () => {
    const model = modelOf({ settings: { minn: 1, maxn: 2 } });
    expect(model.subwords('é你').map(({ text }) => text)).toEqual(['<é', 'é', 'é你', '你', '你>']);
    expect(model.subwords('</s>')).toEqual([]);
  });

  it('leaves out buckets that were pruned', () => {
    const kept = new Map([[2, 0]]);
    const model = modelOf({ quantized: true, kept, settings: { minn: 2, maxn: 3 } });
    for (const { row } of model.subwords('somewhere')) expect(row).toBe(3);
  });

  it('keeps its labels as they are where they would be confused without prefix', () => {
    expect(modelOf({ labels: ['__label__a', '__label__b'] }).labels).toEqual(['a', 'b']);
    expect(modelOf({ labels: ['__label__a', 'a'] }).labels).toEqual(['__label__a', 'a']);
  });

  it('refuses what it cannot do, with the way out', () => {
    const vectors = modelOf({ labels: [], settings: { model: 'sg' } });
    expect(() => vectors.predict('good')).toThrow(/trained without labels.*Use neighbors/);
    expect(() => vectors.wordVector('unheard')).toThrow(/no vector for 'unheard'.*no pieces of words/);
    expect(() => modelOf().predict('good', { top: 0 })).toThrow(ValueError);
    const content = made();
    (content.input as DenseMatrix).values.fill(Number.NaN);
    expect(() => new FastTextModel(content).predict('good')).toThrow(NumericError);
    const spoilt = made({ settings: { loss: 'hs' } });
    (spoilt.output as DenseMatrix).values.fill(Number.NaN);
    expect(() => new FastTextModel(spoilt).predict('good')).toThrow(NumericError);
    expect(() => new FastTextModel(spoilt).probabilities(['good'])).toThrow(NumericError);
  });

  it('finds neighbours and analogies, and never the words asked about', () => {
    const words = Array.from({ length: 30 }, (_, i) => `w${i}`);
    const model = modelOf({ words, labels: [], settings: { model: 'sg', bucket: 9, minn: 1, maxn: 2 } });
    expect(model.neighbors('w3', 5).map(({ word }) => word)).not.toContain('w3');
    expect(model.neighbors('w3', 5)).toHaveLength(5);
    expect(model.analogy('w1', 'w2', 'w3', 40)).toHaveLength(27);
    expect(model.wordVectors(['w1', 'unheard']).words).toEqual(['w1', 'unheard']);
    expect(model.wordVectors().vectorOf('w7')).toEqual(model.wordVector('w7'));
    expect([model.has('w1'), model.has('unheard')]).toEqual([true, false]);
  });

  it('is read from bytes and refused by name', async () => {
    const bytes = encodeFastText(made());
    expect((await FastTextModel.fromBytes(bytes)).toBytes()).toEqual(bytes);
    await expect(FastTextModel.fromBytes(bytes.slice(0, 99), 'cut.bin')).rejects.toThrow(FormatError);
    await expect(FastTextModel.load('/nowhere/model.bin')).rejects.toThrow(/no such file/);
  });
});

const gensim = fileURLToPath(new URL('../../../../shared/data/vectors/gensim/', import.meta.url));

describe.skipIf(!existsSync(gensim))('real models', () => {
  it.each([
    ['lee_fasttext', 1e-4],
    ['crime-and-punishment', 1e-4],
    ['pang_lee_polarity_fasttext', 1e-4],
  ])('%s gives the vectors of the .vec file beside it', async (name, tolerance) => {
    const model = await FastTextModel.load(`${gensim}${name}.bin`);
    const expected = await readWordVectors(`${gensim}${name}.vec`);
    const common = expected.words.filter((word) => model.has(word));
    expect(common.length).toBeGreaterThan(0.9 * expected.size);
    const gaps = common.map((word) => {
      const vector = model.wordVector(word);
      return Math.max(...expected.vectorOf(word)!.map((value, i) => Math.abs(value - vector[i]!)));
    });
    expect(Math.max(...gaps)).toBeLessThan(tolerance);
  });

  it('a classifier of film reviews tells them apart', async () => {
    const model = await FastTextModel.load(`${gensim}pang_lee_polarity_fasttext.bin`);
    expect([...model.labels].sort()).toEqual(['neg', 'pos']);
    expect(
      model
        .classify('a film')
        .map(({ score }) => score)
        .reduce((sum, score) => sum + score),
    ).toBeCloseTo(1.00002, 5);
  });
});

describe('a classifier that fastText cannot hold', () => {
  const examples = ['good day', 'fine day', 'good work', 'fine work', 'good food'].flatMap((text) => [
    { text, label: 'yes' },
    { text: `not ${text}`, label: 'no' },
  ]);

  it.each([
    ['hidden layers', { hidden: [4] }, /hidden layers/],
    ['another pooling', { pooling: 'max' as const }, /pooling is max/],
    ['characters as tokens', { tokenizer: { kind: 'characters' as const } }, /tokens are characters/],
    [
      'hand-built features',
      { features: [{ kind: 'length' as const, of: 'words' as const }] },
      /hand-built features/,
    ],
    ['runs of characters', { characterNgrams: 2 }, /runs of characters/],
    ['hashed pairs', { buckets: 64, wordNgrams: 2 }, /hashed by another function/],
  ])('for its %s says so', async (_, options, message) => {
    const classifier = await TextClassifier.train(examples, {
      subwords: null,
      epochs: 1,
      holdOut: 0,
      ...options,
    });
    expect(() => fastTextFromClassifier(classifier)).toThrow(message);
    expect(() => fastTextFromClassifier(classifier)).toThrow(ValueError);
  });

  it('converts the others, and says what changes', async () => {
    const spaced = examples.map(({ text, label }) => ({ text, label: `my ${label}` }));
    const classifier = await TextClassifier.train(spaced, { subwords: [3, 4], epochs: 1, holdOut: 0 });
    const { content, notes } = fastTextFromClassifier(classifier);
    expect(notes.join('\n')).toMatch(
      /labels have no white space in fastText: __label__my_no, __label__my_yes/,
    );
    const model = await FastTextModel.fromBytes(encodeFastText(content));
    const scores = new Map(classifier.classify('not good food').map(({ label, score }) => [label, score]));
    for (const { label, score } of model.classify('not good food'))
      expect(Math.abs(score - 1e-5 - scores.get(label.replace('_', ' '))!)).toBeLessThan(1e-3);
  });
});
