/** next --explain and generate, as people use them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/cli/format.js';
import { LanguageModel } from '../../src/models/index.js';
import { cli, corpus, Folder, SMALL_LM, succeed } from './harness.js';

const folder = new Folder();
const lines = folder.write('corpus.txt', corpus());
const lm = folder.at('corpus.lexigrad');
const counts = folder.at('counts.lexigrad');

beforeAll(async () => {
  await succeed(['train', lines, '-o', lm, ...SMALL_LM]);
  await succeed(['train', lines, '-o', counts, '--ngram', '--like', lm]);
});

describe('next --explain', () => {
  it('tells it in 80 columns', async () => {
    const { stdout, stderr } = await succeed(['next', lm, 'where is my zebra', '--corpus', lines]);
    expect(Math.max(...stdout.split('\n').map(displayWidth))).toBeLessThanOrEqual(80);
    for (const part of [
      ...['why ', 'left out', 'gradient', 'integrated', 'zebra (<unk>)', 'nearest to'],
      ...['the network and the n-grams:', 'different contexts'],
    ])
      expect(stdout).toContain(part);
    expect(stderr).toContain('not in the vocabulary: zebra');
    expect(stdout.endsWith('\n')).toBe(true);
  });

  it('tells programs the same numbers as the library', async () => {
    const argv = ['next', lm, 'the apple', '--word', 'is', '--corpus', lines, '--ngram', counts, '--json'];
    const told = JSON.parse((await succeed(argv)).stdout);
    const model = await LanguageModel.load(lm);
    expect(told).toMatchObject(JSON.parse(JSON.stringify(model.explain('the apple', 'is'))));
    expect(told.word).toBe('is');
    expect(told.opinions[0]).toEqual({
      token: expect.any(String),
      network: expect.any(Number),
      ngrams: expect.any(Number),
    });
    expect(told.evidence.withWord).toEqual(['<s>', 'the', 'apple']);
    expect(told.nearest).toHaveLength(5);
    expect(told.nearest[0].tokens).toEqual(['the', 'apple']);
    expect(told.index.positions).toBe(told.index.corpusPositions);
  });

  it.each([
    [['next', lm, 'a', '--explain', '--complete'], 2, /--complete finishes a word/],
    [['next', lm, 'a', '--word', 'zebra'], 1, /'zebra' is not in the vocabulary/],
    [['next', lm, 'a', '--ngram', lm], 2, /--ngram needs an n-gram model/],
    [['next', counts, 'a', '--explain'], 2, /--explain is for networks/],
    [['next', lm, 'a', '--corpus', folder.at('missing.txt')], 1, /missing\.txt: there is no such file/],
  ])('%s is refused', async (argv, code, message) => {
    const outcome = await cli(argv);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stdout).toBe('');
  });
});

describe('next --complete', () => {
  it('tells what a half-typed word may become', async () => {
    const { stdout, stderr } = await succeed(['next', lm, 'the ch', '--complete']);
    expect(stdout).toMatch(/^cherry {2}1\.0000/);
    expect(stderr).not.toContain('not in the vocabulary');
    const none = await succeed(['next', lm, 'the xyz', '--complete']);
    expect(none.stdout).toBe('');
    expect(none.stderr).toContain('no word of the vocabulary begins so');
  });
});

describe('generate', () => {
  it('streams the text that the library generates', async () => {
    const model = await LanguageModel.load(lm);
    const options = { seed: 4, sentences: 2, minP: 0.01, repetitionPenalty: 2, uniqueNgrams: 3 };
    const { stdout } = await succeed([
      ...['generate', lm, 'where is', '--seed', '4', '--sentences', '2', '--min-p', '0.01'],
      ...['--repetition-penalty', '2', '--unique-ngrams', '3', '--count', '2'],
    ]);
    const texts = [...model.generateSeveral(2, { ...options, prompt: 'where is' })].map(({ text }) => text);
    expect(stdout).toBe(texts.map((text) => `${text}\n`).join(''));
  });

  it('keeps to lists of tokens, from files too', async () => {
    const list = folder.write('list.txt', 'Apple\n\npear\nzebra\n');
    const { stdout, stderr } = await succeed([
      ...['generate', lm, '--allow', `@${list}`, '--allow', 'my', '--deny', '</s>', '--max-tokens', '30'],
    ]);
    expect(new Set(stdout.trim().split(' '))).toEqual(new Set(['apple', 'pear', 'my']));
    expect(stderr).toContain('not in the vocabulary, among the allowed tokens: zebra');
  });

  it('ends before stops, and says why in JSON', async () => {
    const argv = ['generate', lm, 'the', '--stop-token', 'is', '--allow', 'is', '--deny', '</s>', '--json'];
    const [text] = JSON.parse((await succeed(argv)).stdout);
    expect(text).toEqual({
      ...{ text: 'the', continuation: '', tokens: [], ended: false, finish: 'stop', seed: 1 },
    });
  });

  it.each([
    [['--deny', 'my apple'], /'my apple' is 2 tokens/],
    [['--allow', 'zebra'], /no word is left to generate/],
    [['--complete'], /no allowed word of the vocabulary begins with 'xyz'/],
  ])('refuses %s, and writes nothing', async (flags, message) => {
    const outcome = await cli(['generate', lm, 'xyz', ...flags]);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stdout).toBe('');
  });
});
