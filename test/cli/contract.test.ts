/** What scripts rely on: forms, orders, streams and exit codes. */
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, corpus, csv, Folder, labelledTexts, SMALL_LM, succeed } from './harness.js';

const folder = new Folder();
const data = folder.write('goods.csv', csv(labelledTexts()));
const lines = folder.write('corpus.txt', corpus());
const classifier = folder.at('goods.lexigrad');
const lm = folder.at('corpus.lexigrad');

beforeAll(async () => {
  await succeed(['train', data, '-o', classifier, '--epochs', '5']);
  await succeed(['train', lines, '-o', lm, ...SMALL_LM]);
});

describe('train', () => {
  it('prints one JSON object on stdout and everything else on stderr', async () => {
    const output = folder.at('json.lexigrad');
    const argv = ['train', data, '--test', data, '-o', output, '--epochs', '3', '--seed', '7', '--json'];
    const { stdout, stderr } = await succeed(argv);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ model: output, task: 'classifier', stopped: 'finished' });
    expect(report.results.validation.examples).toBe(5);
    expect(report.results.test).toMatchObject({ accuracy: expect.any(Number), macroF1: expect.any(Number) });
    expect(report.history).toHaveLength(3);
    expect(report.weights).toMatch(/^[0-9a-f]{16}$/);
    expect(report.settings).toMatchObject({ seed: 7, epochs: 3 });
    for (const name of ['seconds', 'peakMemoryBytes', 'bytes', 'parameters'])
      expect(report[name]).toBeGreaterThan(0);
    expect(stderr).toContain('epoch 3/3');
    expect(stderr).toContain('50 texts of the 50 in the test data also stand in the training data');
  });

  it('says what it found, what it chose and what it reached', async () => {
    const { stdout, stderr } = await succeed([
      'train',
      data,
      '-o',
      folder.at('said.lexigrad'),
      '--epochs',
      '2',
    ]);
    for (const part of ['engine: wasm', 'csv', 'label column: label', '2 labels: fruit 25, tool 25']) {
      expect(stderr).toContain(part);
    }
    expect(stderr).toContain('validation: 5 texts held out (10.0 %, of each label alike, seed 1)');
    for (const part of ['Validation (10.0 % of', 'precision', 'weights', 'said.lexigrad', 'Next:']) {
      expect(stdout).toContain(part);
    }
  });

  it('takes none for pieces of words, and says so in the model', async () => {
    const output = folder.at('words.lexigrad');
    await succeed(['train', data, '-o', output, '--epochs', '1', '--subwords', 'none']);
    const { stdout } = await succeed(['info', output, '--json']);
    expect(JSON.parse(stdout).subwords).toBeNull();
  });

  it('gives the same file for the same seed, and another for another', async () => {
    const train = async (name: string, seed: string) => {
      await succeed(['train', data, '-o', folder.at(name), '--epochs', '2', '--seed', seed]);
      return readFileSync(folder.at(name));
    };
    const first = await train('a.lexigrad', '5');
    expect((await train('b.lexigrad', '5')).equals(first)).toBe(true);
    expect((await train('c.lexigrad', '6')).equals(first)).toBe(false);
  });

  it('reports perplexity with what it takes to compare it', async () => {
    const output = folder.at('lm.lexigrad');
    const { stdout, stderr } = await succeed([
      'train',
      lines,
      '--test',
      lines,
      '-o',
      output,
      '--json',
      ...SMALL_LM,
    ]);
    const { results, task } = JSON.parse(stdout);
    expect(task).toBe('lm');
    expect(results.test).toMatchObject({ tokens: expect.any(Number), oov: 0, crossSentences: false });
    expect(results.test.perplexity).toBeGreaterThan(1);
    expect(results.validation.tokens).toBeGreaterThan(0);
    expect(stderr).toContain('context stops at sentence ends');
  });

  it('trains a network on a table of numbers', async () => {
    const xor = folder.write('xor.csv', 'x1,x2,label\n0,0,no\n0,1,yes\n1,0,yes\n1,1,no\n');
    const output = folder.at('xor.lexigrad');
    const { stdout } = await succeed(['train', xor, '-o', output, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ task: 'network', results: { training: { accuracy: 1 } } });
    const predicted = await succeed(['predict', output, '-', '--json'], '1,0\n1,1\n');
    expect(
      predicted.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).label),
    ).toEqual(['yes', 'no']);
    const evaluated = await succeed(['evaluate', output, xor, '--json']);
    expect(JSON.parse(evaluated.stdout).accuracy).toBe(1);
  });

  it('leaves no checkpoint behind when it has finished', () => {
    expect(existsSync(classifier)).toBe(true);
    expect(existsSync(`${classifier}.checkpoint`)).toBe(false);
  });

  it('describes and profiles a training step', async () => {
    const argv = ['train', data, '-o', folder.at('d.lexigrad'), '--epochs', '1', '--describe', '--profile'];
    const { stderr } = await succeed(argv);
    expect(stderr).toMatch(/kernel +operation +shape/);
    expect(stderr).toMatch(/kernel +operation +calls/);
  });

  it('starts from the embeddings of a language model', async () => {
    const argv = [
      'train',
      data,
      '-o',
      folder.at('e.lexigrad'),
      '--epochs',
      '1',
      '--embeddings',
      lm,
      '--json',
    ];
    const { stderr, stdout } = await succeed([...argv, '--freeze-embeddings']);
    expect(stderr).toMatch(/embeddings: .* has 8 numbers for each of \d+ words of the \d+ in the data/);
    expect(JSON.parse(stdout).settings.freezeEmbeddings).toBe(true);
  });

  it('takes hand-built features alone', async () => {
    const features = folder.write('features.json', '[{"kind":"lexicon","words":["apple","pear"]}]');
    const argv = ['train', data, '-o', folder.at('f.lexigrad'), '--features', features, '--no-embeddings'];
    expect((await succeed(argv)).stderr).toContain('hand-built features: words in {apple, pear}');
  });

  it('learns several labels a text', async () => {
    const both = labelledTexts().map(({ text, label }) => `__label__${label} __label__thing ${text}\n`);
    const file = folder.write('several.txt', both.join(''));
    const output = folder.at('several.lexigrad');
    const { stdout } = await succeed(['train', file, '-o', output, '--epochs', '3', '--json']);
    expect(JSON.parse(stdout).results.validation).toMatchObject({
      exactMatch: expect.any(Number),
      thresholds: { fruit: 0.5, thing: 0.5, tool: 0.5 },
    });
    const predicted = await succeed(['predict', output, 'an apple', '--json']);
    expect(JSON.parse(predicted.stdout).labels).toContain('thing');
  });
});

describe('predict', () => {
  it('prints one object a line, in order, empty lines too', async () => {
    const texts = ['a pear', '', 'this saw', '苹果', 'x'.repeat(2000), '"quoted", too'];
    const { stdout, stderr } = await succeed(['predict', classifier, '-', '--json'], `${texts.join('\n')}\n`);
    const objects = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects.map(({ text }) => text)).toEqual(texts);
    for (const { label, score, scores } of objects) {
      expect(scores[label]).toBe(score);
      expect(Object.keys(scores).sort()).toEqual(['fruit', 'tool']);
      expect(scores.fruit + scores.tool).toBeCloseTo(1, 5);
    }
    expect(objects[0].label).toBe('fruit');
    expect(objects[2].label).toBe('tool');
    expect(stderr).toBe('');
  });

  it('keeps the order of many lines, and needs no last line end', async () => {
    const texts = Array.from({ length: 3000 }, (_, i) => `line ${i} apple`);
    const { stdout } = await succeed(['predict', classifier, '-', '--json'], texts.join('\n'));
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).text),
    ).toEqual(texts);
  });

  it('gives label, probability and text between tabs', async () => {
    const { stdout } = await succeed(['predict', classifier, '-', '--top', '2'], 'a pear\n');
    expect(stdout).toMatch(/^fruit\t0\.\d{4}\ttool\t0\.\d{4}\ta pear\n$/);
  });

  it('explains a label, also one that was asked for', async () => {
    const { stdout } = await succeed(['predict', classifier, 'my apple', '--explain']);
    expect(stdout).toContain('why fruit');
    expect(stdout).toMatch(/apple +\+/);
    const { stdout: asked } = await succeed(['predict', classifier, 'my apple', '--label', 'tool', '--json']);
    const { explanation } = JSON.parse(asked);
    expect(explanation.label).toBe('tool');
    expect(explanation.words.map(({ token }: { token: string }) => token)).toEqual(['my', 'apple']);
  });
});

describe('the other commands', () => {
  it('evaluate prints one object', async () => {
    const { stdout } = await succeed(['evaluate', classifier, data, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      examples: 50,
      accuracy: expect.any(Number),
      macroF1: expect.any(Number),
    });
    const perplexity = await succeed(['evaluate', lm, lines, '--json']);
    expect(JSON.parse(perplexity.stdout)).toMatchObject({
      perplexity: expect.any(Number),
      tokens: expect.any(Number),
    });
  });

  it('next prints an array of tokens with probabilities, the likeliest first', async () => {
    const tokens = JSON.parse((await succeed(['next', lm, 'i bought', '--json', '--top', '4'])).stdout);
    expect(tokens).toHaveLength(4);
    expect(Object.keys(tokens[0])).toEqual(['token', 'probability']);
    expect(tokens[0].probability).toBeGreaterThanOrEqual(tokens[1].probability);
    expect((await succeed(['next', lm, 'i bought'])).stdout.split('\n')[0]).toMatch(/^\S+ +0\.\d{4}/);
  });

  it('generate gives the same texts for the same seed', async () => {
    const argv = ['generate', lm, 'i bought', '--count', '2', '--max-tokens', '5', '--seed', '3'];
    const first = JSON.parse((await succeed([...argv, '--json'])).stdout);
    expect(first).toHaveLength(2);
    expect(first[0]).toMatchObject({
      text: expect.stringMatching(/^i bought/),
      tokens: expect.any(Array),
      seed: 3,
    });
    const lines = (await succeed(argv)).stdout.trimEnd().split('\n');
    expect(lines).toEqual(first.map(({ text }: { text: string }) => text));
  });

  it('score tells the bits of each token, and sums them', async () => {
    const { stdout } = await succeed(['score', lm, 'i bought a zebra', '--json']);
    const { tokens, bits, perplexity } = JSON.parse(stdout);
    expect(tokens.map(({ token }: { token: string }) => token)).toEqual([
      'i',
      'bought',
      'a',
      'zebra',
      '</s>',
    ]);
    expect(tokens[3].unknown).toBe(true);
    const sum = tokens.reduce((total: number, { surprisal }: { surprisal: number }) => total + surprisal, 0);
    expect(bits).toBeCloseTo(sum, 6);
    expect(perplexity).toBeCloseTo(2 ** (sum / 5), 6);
    const streamed = await succeed(['score', lm, '-', '--json'], 'a\nb c\n');
    expect(
      streamed.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).text),
    ).toEqual(['a', 'b c']);
    expect(streamed.stderr).toContain('in all:');
    expect((await succeed(['score', lm, 'a pear'])).stdout).toMatch(/\d bits over 3 tokens with the end/);
  });

  it('neighbors finds words in models and in files of vectors', async () => {
    const found = JSON.parse((await succeed(['neighbors', lm, 'Apple', '--top', '3', '--json'])).stdout);
    expect(found).toHaveLength(3);
    const vectors = folder.write('v.vec', '4 2\nman 1 0\nking 1 1\nwoman 0 1\nqueen 0 2\n');
    const analogy = await succeed(['neighbors', vectors, '--analogy', 'man', 'king', 'woman', '--json']);
    expect(JSON.parse(analogy.stdout)[0].word).toBe('queen');
  });

  it('info tells about the installation and about models', async () => {
    const installed = JSON.parse((await succeed(['info', '--json'])).stdout);
    expect(installed).toMatchObject({
      lexigrad: expect.any(String),
      cores: expect.any(Number),
      engine: expect.any(String),
    });
    const facts = JSON.parse((await succeed(['info', classifier, '--json'])).stdout);
    expect(facts).toMatchObject({
      kind: 'text-classifier',
      labels: ['fruit', 'tool'],
      dimension: expect.any(Number),
    });
    expect(facts.multiplyAddsPerPrediction).toBeGreaterThan(0);
    expect(JSON.parse((await succeed(['info', lm, '--json'])).stdout)).toMatchObject({
      kind: 'language-model',
      order: 3,
    });
    expect((await succeed(['info', lm])).stdout).toMatch(/multiply adds per prediction +\d/);
  });
});

describe('help', () => {
  const commands = [
    'train',
    'predict',
    'evaluate',
    'audit',
    'next',
    'generate',
    'score',
    'neighbors',
    'info',
  ];

  it('is what lexigrad alone prints', async () => {
    const { code, stdout } = await cli([]);
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ +${command} `, 'm'));
  });

  it.each(commands)('%s --help has examples and common flags', async (command) => {
    const { code, stdout } = await cli([command, '--help']);
    expect(code).toBe(0);
    for (const part of ['Examples:', `$ lexigrad ${command}`, '--json', '--debug'])
      expect(stdout).toContain(part);
    expect((await cli(['help', command])).stdout).toBe(stdout);
  });

  it('shows the version', async () => {
    expect((await cli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('a terminal', () => {
  it('gets a line that is redrawn, and colours', async () => {
    const argv = ['train', data, '-o', folder.at('tty.lexigrad'), '--epochs', '2'];
    const { stderr } = await cli(argv, { terminal: true });
    expect(stderr).toContain('\r\x1b[2K');
    expect(stderr).toContain('\x1b[32m');
    expect((await cli(argv)).stderr).not.toContain('\x1b');
  });
});
