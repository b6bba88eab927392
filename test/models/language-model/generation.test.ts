import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Generated,
  type GenerateOptions,
  LanguageModel,
  NgramLanguageModel,
} from '../../../src/models/index.js';
import { openingOf, type WordSource, writeText } from '../../../src/models/language-model/generation.js';
import { createTokenizer, Vocabulary } from '../../../src/text/index.js';

const WORDS = ['a', 'b', 'c', 'cab', ',', '"'];
const vocabulary = Vocabulary.fromCounts(new Map(WORDS.map((word, i) => [word, 100 - i])), {
  specialTokens: ['<unk>', '</s>'],
});

/** A model that says what is likely: the weights of words after the words so far. */
function model(weights: (words: string[]) => Record<string, number>, kind: 'words' | 'characters' = 'words') {
  const source: WordSource = {
    vocabulary,
    tokenizer: createTokenizer({ kind }),
    logitsAfter: (ids) => {
      const given = weights(ids.map((each) => vocabulary.tokenOf(each)));
      return vocabulary.entries().map((word) => Math.log(given[word] ?? 0));
    },
  };
  return source;
}

/** A model that says one thing after the other, whatever came before. */
const script = (...words: string[]) => {
  let turn = 0;
  return model(() => ({ [words[turn++ % words.length]!]: 1 }));
};

function write(source: WordSource, options: GenerateOptions = {}): { pieces: string[]; whole: Generated } {
  const steps = writeText(source, options);
  const pieces: string[] = [];
  for (;;) {
    const { done, value } = steps.next();
    if (done) {
      // What a stream shows is the text, whatever was withheld in between.
      expect(openingOf(source, options) + pieces.join('')).toBe(value.text);
      return { pieces, whole: value };
    }
    pieces.push(value.text);
  }
}

const even = Object.fromEntries(WORDS.map((word) => [word, 1]));

describe('the end of a text', () => {
  it('is that of the sentence', () => {
    const { whole, pieces } = write(script('a', ',', 'b', '</s>'), { prompt: 'c' });
    expect(whole).toEqual({
      ...{ text: 'c a, b', continuation: ' a, b', tokens: ['a', ',', 'b'], ended: true, finish: 'end' },
    });
    expect(pieces).toEqual([' a', ',', ' b', '']);
  });

  it('is that of the last sentence, where there are to be several', () => {
    const { whole } = write(script('a', '"', 'b', '</s>'), { sentences: 3 });
    expect(whole).toMatchObject({ text: 'a "b\na "b\na "b', ended: true });
    expect(write(script('a', '</s>'), { sentences: 9, maximumTokens: 4 }).whole).toMatchObject({
      ...{ text: 'a\na', finish: 'length', tokens: ['a', 'a'] },
    });
  });

  it('is the number of tokens', () => {
    expect(write(script('a'), { maximumTokens: 3 }).whole).toMatchObject({
      ...{ text: 'a a a', ended: false, finish: 'length' },
    });
    expect(write(script('a'), { maximumTokens: 0 }).whole.text).toBe('');
  });

  it('is a stop string, also one of several tokens, of which nothing is shown', () => {
    const { whole, pieces } = write(script('a', 'b', 'c', 'a'), { stop: ['zz', 'b c'] });
    expect(whole).toMatchObject({ text: 'a ', finish: 'stop', ended: false });
    expect(pieces).toEqual(['a', ' ', '']);
  });

  it('is not what only begins like a stop string: that is shown later', () => {
    const { whole, pieces } = write(script('a', 'b', 'cab', '</s>'), { stop: ['b c a'] });
    expect(whole.text).toBe('a b cab');
    expect(pieces).toEqual(['a', ' ', 'b ca', 'b']);
    expect(write(script('a', 'b'), { stop: ['b c'], maximumTokens: 2 }).whole.text).toBe('a b');
  });

  it('is a stop token', () => {
    expect(write(script('a', 'cab', 'c'), { stopTokens: ['C'] }).whole).toMatchObject({
      ...{ text: 'a cab', tokens: ['a', 'cab'], finish: 'stop' },
    });
  });

  it('comes where nothing is left to go on with, and what was withheld is shown', () => {
    const source = model((words) => ({ b: words.length < 2 ? 1 : 0 }));
    expect(write(source, { stop: ['b b b'] }).whole).toMatchObject({ text: 'b b', finish: 'exhausted' });
    expect(
      write(
        model(() => even),
        { uniqueNgrams: 1 },
      ).whole,
    ).toMatchObject({ finish: 'exhausted' });
  });
});

describe('constraints', () => {
  const drawn = (options: GenerateOptions, weights = even) =>
    new Set(
      write(
        model(() => weights),
        { maximumTokens: 60, ...options },
      ).whole.tokens,
    );

  it('allow some words and the end', () => {
    expect(drawn({ allow: ['a', 'B', 'unheard'] })).toEqual(new Set(['a', 'b']));
    const { whole } = write(script('</s>'), { allow: ['a'] });
    expect(whole.ended).toBe(true);
  });

  it('deny others', () => {
    expect(drawn({ deny: ['a', 'cab', ',', '"'] })).toEqual(new Set(['b', 'c']));
    const { tokens, ended } = write(
      model(() => ({ '</s>': 9, a: 1 })),
      { deny: ['</s>'] },
    ).whole;
    expect({ count: tokens.length, ended }).toEqual({ count: 50, ended: false });
  });

  it('keep <unk> out unless it is asked for', () => {
    const weights = { '<unk>': 99, a: 1 };
    expect(drawn({}, weights)).toEqual(new Set(['a']));
    expect(drawn({ unknown: true }, weights)).toContain('<unk>');
  });

  it('make what came lately so many times less likely', () => {
    const first = (options: GenerateOptions) =>
      Array.from({ length: 3000 }, (_, seed) => {
        const settings = { ...options, prompt: 'a b', maximumTokens: 1, seed };
        return writeText(
          model(() => ({ a: 3, c: 1 })),
          settings,
        ).next().value as { token: string };
      }).filter(({ token }) => token === 'a').length / 3000;
    // 3 : 1, then 1 : 1; the standard deviation of the shares is below 0.01.
    expect(first({})).toBeCloseTo(0.75, 1);
    expect(Math.abs(first({ repetitionPenalty: 3 }) - 0.5)).toBeLessThan(0.04);
    expect(Math.abs(first({ repetitionPenalty: 3, repetitionWindow: 1 }) - 0.75)).toBeLessThan(0.04);
  });

  it('let no n tokens in a row come twice, the prompt included', () => {
    for (const uniqueNgrams of [2, 3]) {
      const { tokens } = write(
        model(() => even),
        { prompt: 'a b a', uniqueNgrams, seed: 5 },
      ).whole;
      const all = ['a', 'b', 'a', ...tokens];
      const grams = all.slice(uniqueNgrams - 1).map((_, i) => all.slice(i, i + uniqueNgrams).join(' '));
      expect(new Set(grams).size).toBe(grams.length);
      expect(tokens.length).toBeGreaterThan(10);
    }
  });
});

describe('a word typed halfway', () => {
  it('is finished first', () => {
    const options = { prompt: 'b Ca', completeWord: true, maximumTokens: 2 } as const;
    const { whole, pieces } = write(
      model(() => even),
      options,
    );
    expect(whole.text).toMatch(/^b cab/);
    expect(pieces[0]).toBe(' cab');
  });

  it('is none where a space follows, or where the tokens are characters', () => {
    const written = (prompt: string, kind?: 'characters') =>
      write(
        model(() => ({ b: 1 }), kind),
        { prompt, completeWord: true, maximumTokens: 1 },
      ).whole.text;
    expect(written('ca ')).toBe('ca b');
    expect(written('ca', 'characters')).toBe('cab');
  });
});

describe('settings that make no sense are refused', () => {
  it.each<[GenerateOptions, RegExp]>([
    [{ maximumTokens: -1 }, /maximumTokens must be a whole number from 0/],
    [{ sentences: 0 }, /sentences must be a whole number from 1/],
    [{ stop: [''] }, /a stop string must not be empty/],
    [{ stopTokens: ['a b'] }, /'a b' is 2 tokens \(a \| b\)/],
    [{ deny: [''] }, /'' is no token/],
    [{ allow: ['zebra'] }, /no word is left to generate/],
    [{ allow: ['a'], deny: ['a'] }, /no word is left to generate/],
    [{ repetitionPenalty: 0.5 }, /repetitionPenalty must be a number from 1/],
    [{ repetitionWindow: 1.5 }, /repetitionWindow must be a whole number/],
    [{ uniqueNgrams: 0 }, /uniqueNgrams must be a whole number from 1/],
    [{ prompt: 'cax', completeWord: true }, /no allowed word of the vocabulary begins with 'cax'/],
    [{ prompt: 'ca', completeWord: true, deny: ['cab'] }, /no allowed word/],
  ])('%o', (options, message) => {
    expect(() =>
      writeText(
        model(() => even),
        options,
      ).next(),
    ).toThrow(message);
  });
});

describe('models of both kinds', () => {
  const lines = ['the dog gets fed', 'the dog gets wet', 'the cat gets fed', 'a cat sleeps'];
  let network: LanguageModel;
  let counts: NgramLanguageModel;
  beforeAll(async () => {
    const small = { order: 3, dimension: 8, hidden: [8], epochs: 3, minimumCount: 1 } as const;
    network = await LanguageModel.train([...lines, ...lines, ...lines], small);
    counts = await NgramLanguageModel.train(lines, { like: network });
  });

  it('stream what they generate', async () => {
    for (const lm of [network, counts]) {
      const options = { prompt: 'the', seed: 3, topP: 0.9 };
      const stream = lm.generateStream(options);
      let text = 'the';
      for (;;) {
        const { done, value } = await stream.next();
        if (done) {
          expect(value).toEqual(lm.generate(options));
          expect(text).toBe(value.text);
          break;
        }
        text += value.text;
      }
    }
  });

  it('generate several texts, each by a seed of its own', () => {
    for (const lm of [network, counts]) {
      const texts = [...lm.generateSeveral(3, { seed: 5 })];
      expect(texts).toEqual([5, 6, 7].map((seed) => lm.generate({ seed })));
    }
  });

  it('complete words, with probabilities among those that begin so', () => {
    for (const lm of [network, counts]) {
      const found = lm.next('the dog gets f', { completeWord: true });
      expect(found.map(({ token }) => token)).toEqual(['fed']);
      expect(found[0]!.probability).toBeCloseTo(1, 6);
      const several = lm.next('THE d', { completeWord: true, top: 9 });
      expect(several.every(({ token }) => token.startsWith('d'))).toBe(true);
      expect(lm.next('the xyz', { completeWord: true })).toEqual([]);
      expect(lm.next('the ', { completeWord: true })).toEqual(lm.next('the'));
      expect(lm.next('<', { completeWord: true })).toEqual([]);
    }
  });
});
