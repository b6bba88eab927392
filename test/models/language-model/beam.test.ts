import { describe, expect, it } from 'vitest';
import { wasmEngine } from '../../../src/engine/wasm/index.js';
import { beamSearch } from '../../../src/models/language-model/inference/beam.js';
import { createTokenizer, Vocabulary } from '../../../src/text/index.js';
import { architectures, untrained } from './helpers-inference.js';

const TOKENS = ['<unk>', '</s>', 'a', 'b', 'c'];
const vocabulary = Vocabulary.fromJSON({
  ...{ tokens: TOKENS, counts: TOKENS.map(() => 1), specialCount: 2, unknownToken: '<unk>' },
});
const tokenizer = createTokenizer({ kind: 'whitespace' });

/** p(next | last word); the greedy first step, a, leads to the worse text. */
const CHAIN: Readonly<Record<string, readonly number[]>> = {
  '': [0, 0, 0.5, 0.4, 0.1],
  a: [0, 0.3, 0.25, 0.25, 0.2],
  b: [0, 0.9, 0.05, 0.05, 0],
  c: [0, 0.1, 0.3, 0.3, 0.3],
};
const chain = {
  ...{ vocabulary, tokenizer },
  logitsAfter: (ids: readonly number[]) =>
    CHAIN[ids.length === 0 ? '' : TOKENS[ids.at(-1)!]!]!.map((p) => Math.log(p)),
};

describe('beam search', () => {
  it('finds the likeliest text, which going word by word misses', () => {
    const greedy = beamSearch(chain, { beams: 1 });
    expect(greedy).toMatchObject([{ text: 'a', tokens: ['a'], ended: true, finish: 'end' }]);
    expect(greedy[0]!.logProbability).toBeCloseTo(Math.log(0.5 * 0.3), 12);
    const wide = beamSearch(chain, { beams: 2 });
    expect(wide.map(({ text }) => text)).toEqual(['b', 'a']);
    expect(wide[0]!.logProbability).toBeCloseTo(Math.log(0.4 * 0.9), 12);
  });

  it('with beams for all of them finds the best of all texts', () => {
    // Every text of up to three words, by hand.
    const all: { text: string; p: number }[] = [];
    const grow = (words: string[], p: number) => {
      const next = CHAIN[words.at(-1) ?? '']!;
      if (words.length > 0) all.push({ text: words.join(' '), p: p * next[1]! });
      if (words.length < 3) for (const i of [2, 3, 4]) grow([...words, TOKENS[i]!], p * next[i]!);
    };
    grow([], 1);
    all.sort((a, b) => b.p - a.p);
    const found = beamSearch(chain, { beams: 100, maximumTokens: 4 }).filter(({ ended }) => ended);
    found.slice(0, 5).forEach(({ text, logProbability }, i) => {
      expect(text).toBe(all[i]!.text);
      expect(logProbability).toBeCloseTo(Math.log(all[i]!.p), 10);
    });
  });

  it('prefers longer texts by a length penalty, and heeds constraints, prompts and the limit', () => {
    const short = beamSearch(chain, { beams: 3, maximumTokens: 6 })[0]!;
    const long = beamSearch(chain, { beams: 3, maximumTokens: 6, lengthPenalty: 2 })[0]!;
    expect(long.tokens.length).toBeGreaterThan(short.tokens.length);
    expect(beamSearch(chain, { beams: 3, deny: ['b'] }).some(({ tokens }) => tokens.includes('b'))).toBe(
      false,
    );
    expect(beamSearch(chain, { prompt: 'b', beams: 2 })[0]).toMatchObject({
      text: 'b',
      continuation: '',
      tokens: [],
    });
    expect(beamSearch(chain, { maximumTokens: 1 })[0]).toMatchObject({
      tokens: ['a'],
      ended: false,
      finish: 'length',
    });
    expect(beamSearch(chain, { maximumTokens: 0, prompt: 'c' })[0]).toMatchObject({
      text: 'c',
      tokens: [],
      ended: false,
    });
  });

  it('is what generate does with beams, all beginnings in one run', () => {
    const lm = untrained(architectures['presets base and best']!, 60, wasmEngine({ threads: 1 }));
    const options = { prompt: 'w7', maximumTokens: 5 };
    const [best, ...others] = lm.beamSearch({ ...options, beams: 3 });
    expect(others).toHaveLength(2);
    expect(lm.generate({ ...options, beams: 3 })).toEqual(best);
    // One by one gives the same.
    const { vocabulary, tokenizer } = lm;
    const logitsAfter = (ids: readonly number[]) =>
      lm.distribution(ids.map((id) => vocabulary.tokenOf(id)).join(' ')).map(Math.log);
    const slow = beamSearch({ vocabulary, tokenizer, logitsAfter }, { ...options, beams: 3 });
    expect(slow[0]!.text).toBe(best!.text);
    expect(slow[0]!.logProbability).toBeCloseTo(best!.logProbability, 3);
    // What it says of its text is what scoring says.
    if (best!.ended) return;
    const scored = lm.score(best!.text).tokens.slice(1, -1);
    expect(scored.reduce((sum, { logProbability }) => sum + logProbability, 0)).toBeCloseTo(
      best!.logProbability,
      3,
    );
  });

  it('refuses what makes no sense', () => {
    const lm = untrained(architectures.textbook!, 30, wasmEngine({ threads: 1 }));
    expect(() => beamSearch(chain, { beams: 0 })).toThrow(/beams must be a whole number from 1/);
    expect(() => beamSearch(chain, { lengthPenalty: -1 })).toThrow(/lengthPenalty/);
    expect(() => beamSearch(chain, { maximumTokens: 1.5 })).toThrow(/maximumTokens/);
    expect(() => lm.generate({ beams: 2, temperature: 0.5, stop: ['x'] })).toThrow(
      /leave out temperature, stop/,
    );
    expect(() => [...lm.generateTokens({ beams: 2 })]).toThrow(/cannot stream/);
  });
});
