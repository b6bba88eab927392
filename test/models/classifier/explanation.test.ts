import { beforeAll, describe, expect, it } from 'vitest';
import { TextClassifier } from '../../../src/models/classifier/classifier.js';
import { describeNgram, type Explanation } from '../../../src/models/classifier/explanation.js';
import type { ClassifierOptions } from '../../../src/models/classifier/options.js';
import { makeCorpus, QUICK } from './corpus.js';

const TEXTS = ['the cat was here', 'my hammer, my plum', 'nice', 'qqq the'];
const corpus = makeCorpus();
const total = (parts: readonly { readonly integrated: number }[]) =>
  parts.reduce((sum, { integrated }) => sum + integrated, 0);

const cases: [string, ClassifierOptions][] = [
  ['no hidden layer', {}],
  ['tanh', { hidden: [6], activation: 'tanh' }],
  ['two layers of ReLU', { hidden: [6, 5], activation: 'relu' }],
  ['the maximum', { hidden: [6], pooling: 'max' }],
  [
    'mean and maximum, with hand-built features',
    { hidden: [6], activation: 'gelu', pooling: 'mean+max', features: [{ kind: 'length', of: 'words' }] },
  ],
  ['a binary head', { head: 'binary', hidden: [4], activation: 'sigmoid' }],
  ['buckets', { buckets: 64, hidden: [4], wordNgrams: 2 }],
];

describe.each(cases)('explanations with %s', (_, options) => {
  let classifier: TextClassifier;
  beforeAll(async () => {
    const examples = options.head === 'binary' ? makeCorpus(60, 3, ['animal', 'tool']) : corpus;
    classifier = await TextClassifier.train(examples, { ...QUICK, subwords: [3, 3], ...options });
  });

  const each = (check: (explanation: Explanation) => void) => {
    for (const text of TEXTS) for (const label of classifier.labels) check(classifier.explain(text, label));
  };

  it('are complete: integrated gradients sum to the logit less the one without embeddings', () => {
    each(({ logit, origin, words, ngrams, features }) => {
      const whole = logit - origin;
      const tolerance = 2e-3 * Math.max(1, Math.abs(whole));
      expect(Math.abs(total(words) + total(features) - whole)).toBeLessThan(tolerance);
      expect(Math.abs(total(ngrams) + total(features) - whole)).toBeLessThan(tolerance);
    });
  });

  it('tell what leaving each feature out does, as encoding without it does', () => {
    const text = TEXTS[0]!;
    const label = classifier.labels[0]!;
    const { ngrams, logit } = classifier.explain(text, label);
    const encoded = classifier.encode([text]);
    expect(ngrams).toHaveLength(encoded.ids.length);
    const at = 2;
    const ids = encoded.ids.filter((_, i) => i !== at);
    const without = classifier.logitsOf({ ...encoded, ids, starts: Int32Array.of(0, ids.length) });
    const expected = options.head === 'binary' ? -without[0]! : without[0]!;
    expect(logit - ngrams[at]!.occlusion).toBeCloseTo(expected, 5);
  });

  it('place every feature in the text', () => {
    each(({ text, ngrams }) => {
      for (const { ngram, kind, start, end } of ngrams) {
        const place = text.slice(start, end).toLowerCase();
        if (kind === 'word') expect(place).toBe(ngram);
        if (kind === 'piece') expect(`<${place}>`).toContain(ngram);
        if (kind === 'words') expect(place.replace(/\s+/g, ' ').startsWith(ngram.split(' ')[0]!)).toBe(true);
      }
    });
  });
});

describe('explanations', () => {
  it('differ between gradient and integrated gradients where units saturate', async () => {
    const classifier = await TextClassifier.train(corpus, {
      ...QUICK,
      hidden: [4],
      activation: 'tanh',
      epochs: 20,
    });
    const { words } = classifier.explain('the cat is a cat');
    const cat = words.find(({ token }) => token === 'cat')!;
    expect(cat.integrated).toBeGreaterThan(1.2 * cat.gradient);
  });

  it('see characters in Chinese', async () => {
    const examples = Array.from({ length: 40 }, (_, i) => ({
      text: i % 2 === 0 ? `房间很好${i}` : `早餐太差${i}`,
      label: i % 2 === 0 ? '好' : '差',
    }));
    const classifier = await TextClassifier.train(examples, { ...QUICK, characterNgrams: 2 });
    const { text, ngrams, words } = classifier.explain('房间太差', '差');
    const pair = ngrams.find(({ ngram, kind }) => kind === 'characters' && ngram === '太差')!;
    expect(text.slice(pair.start, pair.end)).toContain('太差');
    expect(pair.gradient).toBeGreaterThan(0);
    expect(words.at(-1)!.occlusion).toBeGreaterThan(words[0]!.occlusion);
  });

  it('name the kinds of features', () => {
    expect(describeNgram('cat')).toEqual({ ngram: 'cat', kind: 'word' });
    expect(describeNgram('a cat')).toEqual({ ngram: 'a cat', kind: 'words' });
    expect(describeNgram('\t<ca')).toEqual({ ngram: '<ca', kind: 'piece' });
    expect(describeNgram('\n太差')).toEqual({ ngram: '太差', kind: 'characters' });
  });
});
