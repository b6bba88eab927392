import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DataError, FormatError, NumericError, ValueError } from '../../../src/base/errors.js';
import { referenceEngine } from '../../../src/engine/index.js';
import { decodeModel, WordVectors } from '../../../src/files/index.js';
import { LanguageModel, type LanguageModelOptions, TextClassifier } from '../../../src/models/index.js';
import type { Checkpoint } from '../../../src/train/checkpoint.js';

const subjects = ['the cat', 'the dog', 'a bird', 'my horse'];
const verbs = ['sleeps', 'eats', 'runs', 'sings'];
const places = ['at home', 'in the park', 'here', 'all day'];
/** 64 sentences, each three times. */
const lines = [1, 2, 3].flatMap(() =>
  subjects.flatMap((s) => verbs.flatMap((v) => places.map((p) => `${s} ${v} ${p}`))),
);
const small = { dimension: 12, hidden: [16], epochs: 3, holdOut: 0.1, batchSize: 32 } as const;
const thorough = { ...small, epochs: 15, optimizer: { learningRate: 0.01 }, dropout: 0 };

let lm: LanguageModel;
beforeAll(async () => {
  lm = await LanguageModel.train(lines, thorough);
});

describe('a trained language model', () => {
  it('gives distributions that sum to one', () => {
    for (const text of ['', 'the cat', 'the cat sleeps in the', 'never seen']) {
      const sum = lm.distribution(text).reduce((total, p) => total + p, 0);
      expect(sum).toBeCloseTo(1, 5);
    }
  });

  it('expects what follows in its corpus', () => {
    const next = lm.next('the cat', { top: 4 });
    expect(next.map(({ token }) => token).sort()).toEqual([...verbs].sort());
    expect(next[0]!.probability).toBeGreaterThanOrEqual(next[1]!.probability);
    expect(lm.next('the cat sleeps at home')[0]!.token).toBe('</s>');
  });

  it('scores every token and the end, consistently with next', () => {
    const score = lm.score('the cat sleeps');
    expect(score.tokens.map(({ token }) => token)).toEqual(['the', 'cat', 'sleeps', '</s>']);
    const p = lm.distribution('the cat')[lm.vocabulary.idOf('sleeps')!]!;
    expect(score.tokens[2]!.logProbability).toBeCloseTo(Math.log(p), 4);
    expect(score.tokens[2]!.surprisal).toBeCloseTo(-Math.log2(p), 4);
    const sum = score.tokens.reduce((total, { logProbability }) => total + logProbability, 0);
    expect(score.logProbability).toBeCloseTo(sum, 10);
    expect(score.perplexity).toBeCloseTo(Math.exp(-sum / 4), 8);
  });

  it('marks words that it does not know', () => {
    const { tokens } = lm.score('the zebra sleeps');
    expect(tokens.map(({ unknown }) => unknown)).toEqual([false, true, false, false]);
  });

  it('reports perplexity with tokens, unknown words and vocabulary', async () => {
    const report = await lm.perplexity(['the cat sleeps here', '', 'a zebra eats']);
    expect(report).toMatchObject({
      tokens: 9,
      oov: 1,
      vocabularySize: lm.vocabulary.size,
      crossSentences: false,
    });
    const nats = ['the cat sleeps here', 'a zebra eats'].reduce(
      (sum, text) => sum - lm.score(text).logProbability,
      0,
    );
    expect(report.perplexity).toBeCloseTo(Math.exp(nats / 9), 5);
  });

  it('is far better than chance and than the frequencies alone', async () => {
    const { perplexity } = await lm.perplexity(lines);
    expect(perplexity).toBeLessThan(5);
  });
});

describe('generation', () => {
  it('is the same for the same seed and differs between seeds', () => {
    const texts = [1, 1, 2, 3, 4].map((seed) => lm.generate({ seed }).text);
    expect(texts[0]).toBe(texts[1]);
    expect(new Set(texts).size).toBeGreaterThan(1);
  });

  it('takes the likeliest at temperature 0', () => {
    const [first] = lm.generate({ prompt: 'the cat', temperature: 0, maximumTokens: 1 }).tokens;
    expect(first).toBe(lm.next('the cat')[0]!.token);
    expect(lm.generate({ prompt: 'the cat', topK: 1, maximumTokens: 1, seed: 9 }).tokens).toEqual([first]);
  });

  it('never makes up <unk> unless it is told that it may', () => {
    for (let seed = 0; seed < 30; seed++)
      expect(lm.generate({ seed, temperature: 3 }).tokens).not.toContain('<unk>');
  });

  it('stops at the end of the sentence or at the limit, and says which', () => {
    expect(lm.generate({ prompt: 'the cat sleeps at home', temperature: 0 }).ended).toBe(true);
    expect(lm.generate({ prompt: 'the cat', maximumTokens: 1, temperature: 0 })).toMatchObject({
      ended: false,
    });
  });

  it('keeps to topP', () => {
    const likely = lm.next('the cat', { top: 4 }).map(({ token }) => token);
    for (let seed = 0; seed < 20; seed++) {
      expect(likely).toContain(
        lm.generate({ prompt: 'the cat', topP: 0.5, maximumTokens: 1, seed }).tokens[0],
      );
    }
  });

  it.each([
    [{ temperature: -1 }, /temperature must be 0 or more/],
    [{ topK: 0 }, /topK must be a whole number from 1/],
    [{ topP: 0 }, /topP must be above 0/],
  ])('refuses %o', (options, message) => {
    expect(() => lm.generate(options)).toThrow(message);
  });
});

describe('kinds of models', () => {
  const kinds: [string, LanguageModelOptions][] = [
    ['separate output embeddings', { tied: false }],
    ['direct connections', { directConnections: true }],
    ['no hidden layer, direct connections', { hidden: [], directConnections: true, tied: false }],
    ['two hidden layers of relu', { hidden: [16, 16], activation: 'relu' }],
    ['bigrams', { order: 2 }],
    ['running context', { context: 'running' }],
    ['characters', { tokenizer: { kind: 'characters' }, order: 6 }],
  ];
  it.each(kinds)('%s: trains, sums to one, survives saving', async (_name, options) => {
    const model = await LanguageModel.train(lines, { ...small, ...options });
    const sum = model.distribution('the c').reduce((total, p) => total + p, 0);
    expect(sum).toBeCloseTo(1, 5);
    const history = model.record.history!;
    expect(history.at(-1)!.trainLoss).toBeLessThan(history[0]!.trainLoss);
    const again = LanguageModel.fromBytes(model.toBytes());
    expect(again.next('the cat')).toEqual(model.next('the cat'));
  });

  it('a running context sees the sentence before, a sentence context does not', async () => {
    const running = await LanguageModel.train(lines, { ...small, context: 'running', epochs: 1 });
    const [alone] = [await running.perplexity(['the cat sleeps here'])];
    const after = await running.perplexity(['my horse runs all day', 'the cat sleeps here']);
    const first = await running.perplexity(['my horse runs all day']);
    expect(after.nats - first.nats).not.toBeCloseTo(alone!.nats, 5);
    const apart = await lm.perplexity(['my horse runs all day', 'the cat sleeps here']);
    const sum =
      (await lm.perplexity(['my horse runs all day'])).nats +
      (await lm.perplexity(['the cat sleeps here'])).nats;
    expect(apart.nats).toBeCloseTo(sum, 5);
  });
});

describe('training E', () => {
  const vectors = new WordVectors({
    words: ['cat', 'dog', 'sleeps'],
    dimension: 12,
    vectors: Float32Array.from({ length: 36 }, (_, i) => Math.sin(i)),
  });

  it('frozen, leaves the pretrained vectors bit for bit as they were', async () => {
    const model = await LanguageModel.train(lines, {
      hidden: [16],
      epochs: 1,
      tied: false,
      pretrained: vectors,
      freezeEmbeddings: true,
    });
    for (const word of vectors.words)
      expect(model.wordVectors().vectorOf(word)).toEqual(vectors.vectorOf(word));
  });

  it('learned, moves them', async () => {
    const model = await LanguageModel.train(lines, { hidden: [16], epochs: 1, pretrained: vectors });
    expect(model.wordVectors().vectorOf('cat')).not.toEqual(vectors.vectorOf('cat'));
  });

  it('gives embeddings that a classifier can start from', async () => {
    const examples = lines.map((text) => ({ text, label: text.includes('cat') ? 'cat' : 'other' }));
    const classifier = await TextClassifier.train(examples, {
      pretrained: lm.wordVectors(),
      freezeEmbeddings: true,
      epochs: 20,
      optimizer: { learningRate: 0.1 },
    });
    expect(classifier.wordVectors().vectorOf('cat')).toEqual(lm.wordVectors().vectorOf('cat'));
    expect(classifier.classify('the cat runs')[0]!.label).toBe('cat');
  });
});

describe('reproducibility', () => {
  it('the same seed gives the same bytes, another seed others', async () => {
    const [a, b, c] = [await train(1), await train(1), await train(2)];
    expect(Buffer.from(a.toBytes()).equals(Buffer.from(b.toBytes()))).toBe(true);
    expect(c.hash).not.toBe(a.hash);
  });

  const train = (seed: number) => LanguageModel.train(lines, { ...small, dropout: 0.2, epochs: 2, seed });

  it('stopped and resumed, it ends with the bytes of an uninterrupted run', async () => {
    const options = { ...small, dropout: 0.2 };
    const whole = await LanguageModel.train(lines, options);
    for (const stopAt of [1, 7, 25]) {
      const saved: Checkpoint[] = [];
      const controller = new AbortController();
      await LanguageModel.train(lines, {
        ...options,
        signal: controller.signal,
        saveCheckpoint: (checkpoint) => void saved.push(structuredClone(checkpoint)),
        onEvent: (event) => {
          if (event.kind === 'step' && event.step === stopAt) controller.abort();
        },
      });
      const resumed = await LanguageModel.train(lines, { ...options, resume: saved.at(-1)! });
      expect(resumed.hash, `stopped at step ${stopAt}`).toBe(whole.hash);
      expect(resumed.record.history).toEqual(whole.record.history);
    }
  });

  it('on the reference engine comes to nearly the same model', async () => {
    const few = lines.slice(0, 40);
    const options = { dimension: 4, hidden: [5], epochs: 1, batchSize: 16, holdOut: 0, minimumCount: 1 };
    const fast = await LanguageModel.train(few, options);
    const slow = await LanguageModel.train(few, { ...options, engine: referenceEngine });
    const [a, b] = [fast.distribution('the cat'), slow.distribution('the cat')];
    a.forEach((p, id) => {
      expect(p).toBeCloseTo(b[id]!, 4);
    });
  });
});

describe('files', () => {
  it('saves and loads whole', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lexigrad-'));
    const path = join(folder, 'model.lexigrad');
    await lm.save(path);
    const again = await LanguageModel.load(path);
    expect(again.hash).toBe(lm.hash);
    expect(again.record).toEqual(JSON.parse(JSON.stringify(lm.record)));
    expect(existsSync(path)).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it('refuses another kind of model, and damage', async () => {
    expect(() => TextClassifier.fromBytes(lm.toBytes(), { file: 'x.lexigrad' })).toThrow(
      /language-model, not a text classifier/,
    );
    expect(() => LanguageModel.fromBytes(lm.toBytes().slice(0, 2000))).toThrow(FormatError);
    const model = decodeModel(lm.toBytes());
    const without = new Map([...model.tensors].filter(([name]) => name !== 'output/bias'));
    expect(() => LanguageModel.fromModel({ ...model, tensors: without })).toThrow(
      /no float tensor 'output\/bias'/,
    );
    const wrong = structuredClone(model.config) as { languageModel: { order: number } };
    wrong.languageModel.order = 6;
    expect(() => LanguageModel.fromModel({ ...model, config: wrong })).toThrow(/has the shape/);
    wrong.languageModel.order = 1e9;
    expect(() => LanguageModel.fromModel({ ...model, config: wrong })).toThrow(/the file holds \d+ numbers/);
    expect(() => LanguageModel.fromModel({ ...model, config: { languageModel: null } })).toThrow(FormatError);
  });
});

describe('refusals', () => {
  it.each<[string, string[], LanguageModelOptions, RegExp]>([
    ['no text', ['', '  '], {}, /every line is empty/],
    ['too few words', ['one two', 'three four'], {}, /different words occur at least 2 times/],
    ['a bad order', lines, { order: 1 }, /order must be a whole number from 2, not 1/],
    ['a bad dropout', lines, { dropout: 1 }, /dropout must be from 0 to below 1/],
    ['an unknown activation', lines, { activation: 'sine' as 'tanh' }, /there is no activation 'sine'/],
  ])('%s', async (_name, text, options, message) => {
    await expect(LanguageModel.train(text, options)).rejects.toThrow(message);
  });

  it('empty validation data, and a top of 0', async () => {
    await expect(LanguageModel.train(lines, small, [''])).rejects.toThrow(DataError);
    expect(() => lm.next('the', { top: 0 })).toThrow(ValueError);
  });

  it('divergence names the step', async () => {
    const options = { ...small, optimizer: { kind: 'sgd', learningRate: 1e30 }, clip: 1e30 } as const;
    await expect(LanguageModel.train(lines, options)).rejects.toThrow(NumericError);
    await expect(LanguageModel.train(lines, options)).rejects.toThrow(/at step \d+/);
  });
});

const ptb = new URL('../../../../shared/data/lm/ptb/ptb.test.txt', import.meta.url);
describe.skipIf(!existsSync(ptb))('Penn Treebank (skipped where ../shared is absent)', () => {
  it('has the published 82,430 test tokens and 10,000 types, and learns from a little of it', async () => {
    const read = (split: string) =>
      readFileSync(new URL(`ptb.${split}.txt`, ptb), 'utf8')
        .split('\n')
        .filter((line) => line !== '');
    const model = await LanguageModel.train(read('test').slice(0, 300), {
      tokenizer: { kind: 'whitespace' },
      epochs: 1,
      hidden: [32],
      dimension: 16,
    });
    const report = await model.perplexity(read('test'));
    expect(report.tokens).toBe(82_430);
    // The corpus writes <unk> itself; what a full vocabulary lacks of the test is nothing.
    const marked = await model.perplexity(['the <unk> of <unk>']);
    expect(marked.oov).toBe(0);
  });
});
