import { beforeAll, describe, expect, it } from 'vitest';
import { DataError, ValueError } from '../../../src/base/errors.js';
import {
  compareOpinions,
  LanguageModel,
  type LanguageModelOptions,
  NgramLanguageModel,
  ngramEvidence,
} from '../../../src/models/index.js';

const subjects = ['the cat', 'the dog', 'a bird', 'my horse'];
const verbs = ['sleeps', 'eats', 'runs', 'sings'];
const lines = subjects.flatMap((s) => verbs.flatMap((v) => [`${s} ${v} here`, `${s} ${v} at home`]));
const small = { order: 4, dimension: 8, hidden: [12], dropout: 0, epochs: 6, minimumCount: 1 } as const;
const train = (options: LanguageModelOptions = {}) =>
  LanguageModel.train([...lines, ...lines], {
    ...{ ...small, batchSize: 16, optimizer: { learningRate: 0.02 } },
    ...options,
  });

let lm: LanguageModel;
beforeAll(async () => {
  // The output layer has weights of its own, so that an embedding can be changed in the context alone.
  lm = await train({ tied: false });
});

/** log₂ p of a word while the embedding of a context word is multiplied by a factor. */
function bitsWith(word: string, factor: number, text: string, next: string): number {
  const { table } = lm.network;
  const before = lm.workspace.read(table);
  const id = lm.vocabulary.idOf(word)!;
  const { dimension } = lm.config;
  lm.workspace.write(
    table,
    before.map((value, i) => (Math.floor(i / dimension) === id ? value * factor : value)),
  );
  const p = lm.distribution(text)[lm.vocabulary.idOf(next)!]!;
  lm.workspace.write(table, before);
  return Math.log2(p);
}

describe('contributions', () => {
  it('explain the likeliest word, or the one that is asked for', () => {
    const [first] = lm.next('my horse eats at');
    const why = lm.explain('my horse eats at');
    expect(why).toMatchObject({ word: 'home', rank: 1 });
    expect(why.probability).toBeCloseTo(first!.probability, 5);
    expect(why.words.map(({ token }) => token)).toEqual(['horse', 'eats', 'at']);
    expect(why.unseen).toEqual(['my']);
    expect(why.bits).toBeCloseTo(Math.log2(first!.probability), 4);
    const other = lm.explain('my horse eats at', 'Here');
    expect(other.word).toBe('here');
    expect(other.rank).toBeGreaterThan(1);
    const tokens = lm.next('my horse eats at').map(({ token }) => token);
    expect(other.next.map(({ token }) => token)).toEqual(tokens);
  });

  it('left out: what is lost with an embedding of zeros', () => {
    const why = lm.explain('the cat sleeps', 'at');
    for (const { token, occlusion } of why.words) {
      expect(occlusion).toBeCloseTo(why.bits - bitsWith(token, 0, 'the cat sleeps', 'at'), 3);
    }
  });

  it('gradient × input: the slope along the embedding', () => {
    const step = 1 / 64;
    for (const { token, gradient } of lm.explain('the cat sleeps', 'at').words) {
      const rise =
        bitsWith(token, 1 + step, 'the cat sleeps', 'at') - bitsWith(token, 1 - step, 'the cat sleeps', 'at');
      expect(Math.abs(gradient - rise / (2 * step))).toBeLessThan(0.01);
    }
  });

  it.each<[string, LanguageModelOptions]>([
    ['the textbook network', {}],
    ['an output of its own', { tied: false }],
    ['direct connections', { tied: false, directConnections: true }],
    [
      'far words, blocks, layer norm',
      { farWords: 4, blocks: 1, normalization: 'before', activation: 'gelu' },
    ],
    ['layer norm after, running context', { blocks: 1, normalization: 'after', context: 'running' }],
    ['characters', { tokenizer: { kind: 'characters' } }],
    ['adaptive softmax', { output: 'adaptive', cutoffs: [4, 8], tied: false }],
    ['classes', { output: 'classes', tied: false }],
  ])('integrated gradients are complete: %s', async (_name, options) => {
    const model = await train({ epochs: 2, ...options });
    for (const text of ['', 'my', 'the cat sleeps', 'a zebra eats']) {
      const { words, bits, originBits } = model.explain(text);
      const sum = words.reduce((total, { integrated }) => total + integrated, 0);
      const whole = bits - originBits;
      expect(Math.abs(sum - whole)).toBeLessThan(2e-3 * Math.max(1, Math.abs(whole)));
    }
  });

  it('tell what is before the text as one word, and which words are unknown', () => {
    const { words } = lm.explain('zebra');
    expect(words).toMatchObject([
      { token: '</s>', places: 2, unknown: false },
      { token: 'zebra', places: 1, unknown: true },
    ]);
    expect(lm.explain('').words).toMatchObject([{ token: '</s>', places: 3 }]);
  });

  it('tell the words with the nearest embeddings, without <unk> and </s>', () => {
    const { similar } = lm.explain('the cat', 'sleeps');
    const nearest = lm.wordVectors().neighbors('sleeps', 9);
    expect(similar).toEqual(nearest.filter(({ word }) => !word.startsWith('<')).slice(0, 5));
  });

  it('refuse words that cannot be predicted', () => {
    expect(() => lm.explain('the', 'zebra')).toThrow(ValueError);
    expect(() => lm.explain('the', 'zebra')).toThrow(/'zebra' is not in the vocabulary/);
    expect(() => lm.explain('the', 'at home')).toThrow(/'at home' is 2 tokens/);
  });
});

describe('the nearest contexts', () => {
  it('are found in order, each once, with what came next', async () => {
    const index = await lm.contextIndex(lines);
    const found = index.nearest('the cat', 4);
    expect(found[0]!.tokens).toEqual(['the', 'cat']);
    expect(found[0]!.similarity).toBeCloseTo(1, 5);
    expect(found[0]!.next).toHaveLength(4);
    expect(found[0]!.next.every(({ count }) => count === 2)).toBe(true);
    const similarities = found.map(({ similarity }) => similarity);
    expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
    // Four beginnings, …: all different contexts of three words, counted by hand.
    const contexts = new Set(
      lines.flatMap((line) => {
        const words = ['</s>', '</s>', '</s>', ...line.split(' ')];
        return words.slice(2).map((_, i) => words.slice(i, i + 3).join(' '));
      }),
    );
    expect(index.size).toBe(contexts.size);
    expect(index.positions).toBe(index.corpusPositions);
  });

  it('are those that all cosines say', async () => {
    const index = await lm.contextIndex(lines);
    const all = index.nearest('a bird', index.size);
    expect(index.nearest('a bird', 3)).toEqual(all.slice(0, 3));
    expect(all).toHaveLength(index.size);
    // Likeness is mutual.
    const [, , third] = all;
    const back = index.nearest(third!.tokens.join(' '), index.size);
    const original = back.find(({ tokens }) => tokens.join(' ') === 'a bird')!;
    expect(original.similarity).toBeCloseTo(third!.similarity, 5);
  });

  it('are looked for at evenly spread places where there are too many', async () => {
    const index = await lm.contextIndex(lines, { maximumPositions: 10 });
    expect(index.positions).toBe(10);
    expect(index.corpusPositions).toBeGreaterThan(100);
    expect(index.size).toBeLessThanOrEqual(10);
  });

  it('are found whatever the output layer', async () => {
    for (const output of ['adaptive', 'classes', 'sampled'] as const) {
      const model = await train({ output, tied: output === 'sampled', epochs: 1 });
      const [first] = (await model.contextIndex(lines)).nearest('my horse', 1);
      expect(first!.tokens).toEqual(['my', 'horse']);
    }
  });

  it('need text', async () => {
    await expect(lm.contextIndex(['', ' '])).rejects.toThrow(DataError);
    await expect(lm.contextIndex(lines, { maximumPositions: 0 })).rejects.toThrow(/maximumPositions/);
  });
});

describe('two opinions', () => {
  it('are told side by side, the word in any case', async () => {
    const counts = await NgramLanguageModel.train([...lines, 'the cat purrs'], { order: 3, minimumCount: 1 });
    const opinions = compareOpinions(lm, counts, 'the cat', { top: 2, word: 'home' });
    const of = (token: string) => opinions.find((each) => each.token === token)!;
    expect(of('home').second).toBeCloseTo(
      counts.distribution('the cat')[counts.vocabulary.idOf('home')!]!,
      9,
    );
    const sums = opinions.map(({ first = 0, second = 0 }) => first + second);
    expect(sums).toEqual([...sums].sort((a, b) => b - a));
    expect(
      compareOpinions(lm, counts, 'the cat', { word: 'purrs' }).find(({ token }) => token === 'purrs'),
    ).toMatchObject({
      first: undefined,
      second: expect.any(Number),
    });
  });

  it('of counts rest on the longest end that was seen', async () => {
    const counts = await NgramLanguageModel.train(lines, { order: 3, minimumCount: 1 });
    expect(ngramEvidence(counts, 'the cat', 'sleeps')).toEqual({
      context: ['the', 'cat'],
      withWord: ['the', 'cat'],
    });
    expect(ngramEvidence(counts, 'my cat', 'sleeps')).toEqual({ context: ['cat'], withWord: ['cat'] });
    expect(ngramEvidence(counts, 'the cat', 'home')).toEqual({ context: ['the', 'cat'], withWord: [] });
    expect(ngramEvidence(counts, 'the', 'cat').context).toEqual(['<s>', 'the']);
    expect(ngramEvidence(counts, 'the cat', 'zebra').withWord).toBeUndefined();
  });
});
