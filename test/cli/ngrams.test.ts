/** N-gram models, mixtures and comparisons on the command line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, Folder, succeed } from './harness.js';

const folder = new Folder();
const file = (name: string) => join(folder.path, name);
const subjects = ['dog', 'cat', 'bird', 'cow'];
const lines = Array.from({ length: 200 }, (_, i) => {
  const [a, b] = [subjects[(i * 7) % 4]!, subjects[(i * 3 + (i >> 4)) % 4]!];
  return `the ${a} ${i % 3 === 0 ? 'eats' : 'sees'} the ${b}`;
});

beforeAll(async () => {
  folder.write('corpus.txt', `${lines.slice(0, 160).join('\n')}\n`);
  folder.write('valid.txt', `${lines.slice(160, 180).join('\n')}\n`);
  folder.write('test.txt', `${lines.slice(180).join('\n')}\nthe gnu sees the dog\n`);
  const lm = ['--order', '3', '--dimension', '8', '--hidden', '8', '--epochs', '2', '--hold-out', '0'];
  await succeed(['train', file('corpus.txt'), ...lm, '-o', file('lm.lexigrad')]);
  await succeed(['train', file('corpus.txt'), '--ngram', '--order', '3', '-o', file('counts.lexigrad')]);
}, 60_000);

describe('train --ngram', () => {
  it('says what was counted, and measures on data that are given', async () => {
    const { stdout, stderr } = await succeed([
      ...['train', file('corpus.txt'), '--ngram', '--test', file('test.txt'), '-o', file('five.lexigrad')],
    ]);
    expect(stderr).toMatch(/n-grams by length: 10 of 1, \d+ of 2.* of 5/);
    expect(stderr).toMatch(/bytes an n-gram/);
    expect(stdout).toMatch(/Test \(.*test\.txt\): perplexity [\d.]+ .* 1 unknown/);
    expect(stdout).not.toMatch(/undefined|NaN/);
  });

  it('counts the same with little memory, and with the vocabulary of another model', async () => {
    const json = async (...flags: string[]) =>
      JSON.parse(
        (
          await succeed([
            'train',
            file('corpus.txt'),
            '--ngram',
            '--json',
            ...flags,
            '-o',
            file('x.lexigrad'),
          ])
        ).stdout,
      );
    const whole = await json('--order', '3');
    const like = await json('--order', '3', '--like', file('lm.lexigrad'), '--memory', '1');
    expect(like.weights).toBe(whole.weights);
  });

  it('refuses flags of networks, and contradictions', async () => {
    const epochs = await cli(['train', file('corpus.txt'), '--ngram', '--epochs', '3']);
    expect(epochs).toMatchObject({ code: 2 });
    expect(epochs.stderr).toMatch(/--epochs is for .* trains an n-gram model/);
    const task = await cli(['train', file('corpus.txt'), '--ngram', '--task', 'classifier']);
    expect(task).toMatchObject({ code: 2, stderr: expect.stringMatching(/give one of them/) });
    const like = await cli(['train', file('corpus.txt'), '--like', 'x']);
    expect(like.stderr).toMatch(/--like is for an n-gram model/);
  });
});

describe('an n-gram model', () => {
  it('is used like a neural one', async () => {
    const model = file('counts.lexigrad');
    expect((await succeed(['next', model, 'the dog', '--top', '2'])).stdout).toMatch(/^sees +0/m);
    expect((await succeed(['score', model, 'the dog sees'])).stdout).toMatch(/4 tokens with the end/);
    expect((await succeed(['generate', model, 'the'])).stdout).toMatch(/^the /);
    const info = await succeed(['info', model]);
    expect(info.stdout).toMatch(/kind +ngram-model\n/);
    expect(info.stdout).toMatch(/bytes per ngram +\d/);
  });

  it('goes to ARPA and back', async () => {
    const { stdout } = await succeed(['export', file('counts.lexigrad'), file('counts.arpa')]);
    expect(stdout).toMatch(/wrote .*counts\.arpa: an ARPA file of \d+ n-grams/);
    expect(readFileSync(file('counts.arpa'), 'utf8')).toMatch(/^\\data\\\nngram 1=10\n/);
    await succeed(['export', file('counts.arpa'), file('back.lexigrad')]);
    const scores = await Promise.all(
      ['counts.lexigrad', 'counts.arpa', 'back.lexigrad'].map(
        async (name) =>
          JSON.parse((await succeed(['score', file(name), 'the cat', '--json'])).stdout).bits as number,
      ),
    );
    for (const bits of scores) expect(bits).toBeCloseTo(scores[0]!, 3);
    expect((await succeed(['info', file('counts.arpa')])).stdout).toMatch(/kind +arpa/);
    const network = await cli(['export', file('lm.lexigrad'), file('lm.arpa')]);
    expect(network).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/is a network, and ARPA files hold n-grams/),
    });
  });

  it('is refused with line and reason where an ARPA file is damaged', async () => {
    folder.write('bad.arpa', '\\data\\\nngram 1=2\n\n\\1-grams:\n-1\ta\n0.5\t</s>\n\\end\\\n');
    const { code, stderr } = await cli(['score', file('bad.arpa'), 'a']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/bad\.arpa:6: log₁₀ p is 0\.5, but no probability is above 1/);
  });
});

describe('evaluate', () => {
  it('tells all about a language model', async () => {
    const { stdout } = await succeed(['evaluate', file('counts.lexigrad'), file('test.txt')]);
    for (const part of [
      /perplexity [\d.]+ \([\d.]+ bits a token\) over 126 tokens, vocabulary 9, 1 unknown/,
      /21 sentences of \d+ characters in all, [\d.]+ bits a character/,
      /perplexity of the words that the model knows/,
      /among three: [\d.]+ %/,
      /keystrokes saved with three suggestions: [\d.]+ %/,
      /seen in training +tokens +share +perplexity/,
      /place in the sentence/,
    ])
      expect(stdout).toMatch(part);
    const json = JSON.parse(
      (await succeed(['evaluate', file('lm.lexigrad'), file('test.txt'), '--json'])).stdout,
    );
    expect(json).toMatchObject({ tokens: 126, oov: 1, crossSentences: false, sentences: 21 });
    expect(json.suggestions.words).toBe(105);
    expect(json.logProbabilities).toBeUndefined();
    const short = await succeed(['evaluate', file('lm.lexigrad'), file('test.txt'), '--no-suggestions']);
    expect(short.stdout).not.toMatch(/keystrokes/);
  });

  it('mixes models and caches, with weights fitted elsewhere', async () => {
    const mixing = ['--with', file('counts.lexigrad'), '--cache', '20', '--neural-cache', '30'];
    const run = ['evaluate', file('lm.lexigrad'), file('test.txt'), ...mixing, '--fit', file('valid.txt')];
    const { stdout, stderr } = await succeed(run);
    expect(stderr).toMatch(/weights fitted on .*valid\.txt: perplexity [\d.]+ on 119 tokens/);
    expect(stdout).toMatch(/mixed of +weight +perplexity alone/);
    for (const name of ['lm.lexigrad', 'counts.lexigrad', 'cache of 20 words', 'neural cache of 30 words'])
      expect(stdout).toContain(name);
    const json = JSON.parse((await succeed([...run, '--json'])).stdout);
    const weights = json.components.map(({ weight }: { weight: number }) => weight);
    expect(weights).toHaveLength(4);
    expect(weights.reduce((a: number, b: number) => a + b)).toBeCloseTo(1, 9);
    expect(json.components[3].flatness).toBeGreaterThan(0);
  });

  it('mixes by given weights', async () => {
    const run = [
      'evaluate',
      file('lm.lexigrad'),
      file('test.txt'),
      '--with',
      file('counts.lexigrad'),
      '--json',
    ];
    const { stdout } = await succeed([...run, '--weights', '0.25,0.75']);
    expect(JSON.parse(stdout).components.map(({ weight }: { weight: number }) => weight)).toEqual([
      0.25, 0.75,
    ]);
  });

  it.each([
    [['--cache', '10'], /needs weights: --fit FILE/],
    [['--fit', 'valid'], /nothing to mix/],
    [['--cache', '10', '--fit', 'valid', '--weights', '0.5,0.5'], /not both/],
    [['--cache', '10', '--fit', 'test'], /is the test data/],
    [['--cache', '10', '--weights', '0.5,0.6'], /sum to 1/],
    [['--neural-cache', '10', '--fit', 'valid'], /compares the states of a network/],
  ])('refuses %j', async (flags, message) => {
    const given = flags.map((flag) => (flag === 'valid' || flag === 'test' ? file(`${flag}.txt`) : flag));
    const outcome = await cli(['evaluate', file('counts.lexigrad'), file('test.txt'), ...given]);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.code).toBe(2);
  });
});

describe('compare', () => {
  it('puts two models side by side', async () => {
    const run = ['compare', file('counts.lexigrad'), file('lm.lexigrad'), file('test.txt')];
    const { stdout } = await succeed(run);
    expect(stdout).toMatch(/126 tokens/);
    expect(stdout).toMatch(/counts\.lexigrad +lm\.lexigrad/);
    expect(stdout).toMatch(/95 %, paired bootstrap/);
    const json = JSON.parse((await succeed([...run, '--json'])).stdout);
    expect(json.comparison).toMatchObject({ tokens: 126, leftOut: 0 });
    expect(json.a.perplexity / json.b.perplexity).toBeCloseTo(1 / json.comparison.ratio, 9);
  });

  it('refuses what is no model, and no data', async () => {
    const data = await cli(['compare', file('lm.lexigrad'), file('test.txt'), file('counts.lexigrad')]);
    expect(data).toMatchObject({ code: 2, stderr: expect.stringMatching(/the two models come first/) });
    const model = await cli(['compare', file('lm.lexigrad'), file('test.txt'), file('test.txt')]);
    expect(model.code).toBe(1);
  });
});
