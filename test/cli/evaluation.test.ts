/** evaluate, audit and predict --explain as they are used. */
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/cli/format.js';
import { cli, corpus, csv, Folder, labelledTexts, SMALL_LM, succeed } from './harness.js';

const folder = new Folder();
const examples = Array.from({ length: 4 }, (_, i) =>
  labelledTexts().map(({ text, label }) => ({ text: `${text} ${['', 'today', 'again', 'soon'][i]}`, label })),
).flat();
const data = folder.write('goods.csv', csv(examples));
/** With mistakes in it. */
const test = folder.write(
  'test.csv',
  csv(labelledTexts().map((each, i) => (i % 7 === 0 ? { ...each, label: 'tool' } : each))),
);
const model = folder.at('goods.lexigrad');

beforeAll(async () => {
  await succeed(['train', data, '-o', model, '--epochs', '4', '--subwords', 'none']);
}, 60_000);

const json = async (argv: readonly string[], stdin = '') => JSON.parse((await succeed(argv, stdin)).stdout);

describe('evaluate', () => {
  it('tells everything in 80 columns', async () => {
    const { stdout } = await succeed(['evaluate', model, test, '--min-score', '0.9', '--bootstrap', '100']);
    for (const part of [
      '95 % interval',
      'By label',
      'Confusions',
      'calibration error',
      '← --min-score',
      'said fruit',
      'is tool',
      'Words that speak most',
    ])
      expect(stdout).toContain(part);
    const [, ...lines] = stdout.split('\n');
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
  });

  it('gives the same as one object', async () => {
    const report = await json([
      'evaluate',
      model,
      test,
      '--json',
      '--mistakes',
      '3',
      '--words',
      '2',
      '--min-score',
      '0.9',
      '--bootstrap',
      '50',
    ]);
    expect(report.accuracy).toBeGreaterThan(0.8);
    expect(report.intervals.accuracy.low).toBeLessThanOrEqual(report.accuracy);
    expect(report.calibration).toMatchObject({ temperature: expect.any(Number), bins: expect.any(Array) });
    expect(report.coverage[0].coverage).toBe(1);
    expect(report.abstaining.minimumScore).toBe(0.9);
    expect(report.mistakes).toHaveLength(3);
    expect(report.mistakes[0]).toMatchObject({
      predicted: ['fruit'],
      truth: ['tool'],
      line: expect.any(Number),
    });
    expect(report.words[0].words).toHaveLength(2);
  });

  it('writes a page', async () => {
    const page = folder.at('report.html');
    const { stderr } = await succeed(['evaluate', model, test, '--html', page, '--bootstrap', '0']);
    expect(stderr).toContain(`wrote ${page}`);
    const html = readFileSync(page, 'utf8');
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain('<mark class="for"');
  });

  it('measures several labels by thresholds of their own', async () => {
    const lines = examples.map(({ text, label }) => `__label__${label} __label__thing ${text}\n`).join('');
    const file = folder.write('several.txt', lines);
    const several = folder.at('several.lexigrad');
    await succeed(['train', file, '-o', several, '--epochs', '4']);
    const report = await json(['evaluate', several, file, '--json']);
    expect(report).toMatchObject({ exactMatch: expect.any(Number), microF1: expect.any(Number) });
    expect(Object.keys(report.thresholds)).toEqual(['fruit', 'thing', 'tool']);
    expect(report.ranked[0].precision).toBe(1);
    const { stdout } = await succeed(['evaluate', several, file]);
    expect(stdout).toContain('given from');
    expect(stdout).toContain('precision at 1');
    const { code, stderr } = await cli(['evaluate', several, file, '--min-score', '0.5']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('one label')]);
  });

  it('refuses pages that would overwrite what is read, and flags of other models', async () => {
    const refused = async (argv: readonly string[]) => {
      const { code, stderr } = await cli(argv);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refused(['evaluate', model, test, '--html', test])).toContain(`would overwrite ${test}`);
    expect(await refused(['evaluate', model, test, '--html', folder.path])).toContain('is a folder');
    expect(await refused(['evaluate', model, test, '--html', folder.at('no/page.html')])).toContain(
      'no such file or folder',
    );
    expect(await refused(['evaluate', model, test, '--min-score', '1.5'])).toContain('at most 1');
    const lines = folder.write('corpus.txt', corpus());
    const lm = folder.at('corpus.lexigrad');
    await succeed(['train', lines, '-o', lm, ...SMALL_LM]);
    expect(await refused(['evaluate', lm, lines, '--html', folder.at('lm.html')])).toContain(
      '--html is for text classifiers',
    );
    expect(existsSync(folder.at('lm.html'))).toBe(false);
  });
});

describe('audit', () => {
  it('finds that training and test data share texts', async () => {
    const { stdout } = await succeed(['audit', data, '--test', test]);
    expect(stdout).toMatch(/✗ 50 test texts of 50 also in the training data \(100.0 %\)/);
    const [, ...lines] = stdout.split('\n');
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
  });

  it('gives everything as one object, and as a page, with label errors', async () => {
    const page = folder.at('audit.html');
    const argv = ['audit', data, '--label-errors', '--folds', '2', '--html', page, '--json'];
    const { stdout, stderr } = await succeed(argv);
    expect(stderr).toContain('fold 2 of 2');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ data: { examples: 200 }, labelErrors: { folds: 2 }, empty: { count: 0 } });
    expect(report.findings.length).toBeGreaterThan(4);
    expect(readFileSync(page, 'utf8')).toContain('Findings');
  });

  it('refuses what it cannot look at', async () => {
    expect(await cli(['audit', model])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is a model'),
    });
    expect(await cli(['audit', folder.write('plain.txt', corpus())])).toMatchObject({ code: 1 });
    expect(await cli(['audit', data, '--folds', '3'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--label-errors'),
    });
  });
});

describe('predict', () => {
  it('marks words without colours, and with', async () => {
    const { stdout } = await succeed(['predict', model, 'my apple, my saw', '--label', 'fruit']);
    expect(stdout).toMatch(/apple⁺+/);
    expect(stdout).toMatch(/saw⁻+/);
    expect(stdout).toContain('strongest features by left out');
    expect(stdout).not.toContain('\x1b');
  });

  it('explains by the measure that is asked for, features too', async () => {
    const { explanation } = await json(['predict', model, 'my apple', '--method', 'integrated', '--json']);
    expect(explanation.words[1]).toMatchObject({
      token: 'apple',
      occlusion: expect.any(Number),
      gradient: expect.any(Number),
      integrated: expect.any(Number),
    });
    expect(explanation.ngrams.map(({ kind }: { kind: string }) => kind)).toContain('word');
    expect((await cli(['predict', model, 'a', '--method', 'magic'])).code).toBe(2);
  });

  it('abstains below the least score', async () => {
    const { stdout } = await succeed(['predict', model, '-', '--min-score', '0.9'], 'my apple\nqqq\n');
    expect(stdout).toMatch(/^fruit\t[01]\.\d+\tmy apple\n\(none\)\t0\.\d+\tqqq\n$/);
    expect(await json(['predict', model, 'qqq', '--min-score', '0.9', '--json'])).toMatchObject({
      label: null,
      score: expect.any(Number),
    });
    expect((await succeed(['predict', model, 'qqq', '--min-score', '0.9'])).stdout).toMatch(/^\(none\)/);
  });

  it('writes explanations as a page', async () => {
    const page = folder.at('why.html');
    await succeed(['predict', model, 'my <b>apple</b>', '--html', page]);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('&lt;');
    expect(html).not.toContain('<b>apple</b>');
    expect(await cli(['predict', model, '-', '--html', page])).toMatchObject({ code: 2 });
  });
});
