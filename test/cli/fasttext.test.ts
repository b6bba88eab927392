/** fastText's models on the command line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeFastText } from '../../src/files/fasttext/index.js';
import { made } from '../files/fasttext/make.js';
import { cli, csv, Folder, labelledTexts, succeed } from './harness.js';

const folder = new Folder();
const at = (name: string) => `${folder.path}/${name}`;

beforeAll(() => {
  writeFileSync(
    at('labels.bin'),
    encodeFastText(made({ settings: { wordNgrams: 1, bucket: 0 }, words: ['good', 'bad'] })),
  );
  const words = ['good', 'Bad', 'fine', 'poor'];
  writeFileSync(
    at('pieces.bin'),
    encodeFastText(made({ words, labels: [], settings: { model: 'sg', minn: 2, maxn: 3 } })),
  );
  writeFileSync(at('cut.bin'), encodeFastText(made()).slice(0, 90));
  writeFileSync(at('data.csv'), 'text,label\ngood,yes\nbad,no\ngood bad,yes\n');
});

describe('predict', () => {
  it('labels texts with the scores of fastText', async () => {
    const { stdout } = await succeed(['predict', at('labels.bin'), 'good', '--json']);
    const { label, score, scores } = JSON.parse(stdout);
    expect(['yes', 'no']).toContain(label);
    expect(scores.yes + scores.no).toBeCloseTo(1.00002, 5);
    expect(score).toBe(Math.max(scores.yes, scores.no));
  });

  it('says where the model knows nothing', async () => {
    expect((await succeed(['predict', at('labels.bin'), 'strange'])).stdout).toMatch(
      /\(none\).*knows nothing/,
    );
    expect((await succeed(['predict', at('labels.bin'), '-'], 'strange\n')).stdout).toBe(
      '(none)\t0.0000\tstrange\n',
    );
    const { stdout } = await succeed(['predict', at('labels.bin'), 'strange', '--json']);
    expect(JSON.parse(stdout).label).toBe(null);
  });

  it('refuses models without labels, damaged ones, and explanations', async () => {
    const vectors = await cli(['predict', at('pieces.bin'), 'good']);
    expect([vectors.code, vectors.stderr]).toEqual([1, expect.stringMatching(/trained without labels/)]);
    const cut = await cli(['predict', at('cut.bin'), 'good']);
    expect([cut.code, cut.stderr]).toEqual([1, expect.stringMatching(/cut\.bin: the file ends too early/)]);
    const explained = await cli(['predict', at('labels.bin'), 'good', '--explain']);
    expect([explained.code, explained.stderr]).toEqual([
      2,
      expect.stringMatching(/is a fastText model: --explain/),
    ]);
  });
});

describe('evaluate, info, neighbors', () => {
  it('measures accuracy, and P@k as fastText does', async () => {
    const { stdout } = await succeed(['evaluate', at('labels.bin'), at('data.csv'), '--json']);
    const { accuracy, precisionAt, recallAt } = JSON.parse(stdout);
    expect(precisionAt).toEqual([accuracy, 0.5]);
    expect(recallAt).toEqual([accuracy, 1]);
    expect((await succeed(['evaluate', at('labels.bin'), at('data.csv')])).stdout).toMatch(
      /as fasttext test counts: P@1/,
    );
    const refused = await cli(['evaluate', at('labels.bin'), at('data.csv'), '--min-score', '0.9']);
    expect(refused.code).toBe(2);
    expect((await cli(['evaluate', at('data.csv'), at('labels.bin')])).stderr).toMatch(
      /the model comes first/,
    );
  });

  it('tells what is in a file', async () => {
    const { stdout } = await succeed(['info', at('labels.bin')]);
    expect(stdout).toMatch(/fasttext-supervised[\s\S]*2 labels: yes, no[\s\S]*word ngrams 1/);
  });

  it('finds neighbours, of unknown words by their pieces', async () => {
    expect((await succeed(['neighbors', at('pieces.bin'), 'good'])).stdout.split('\n')).toHaveLength(4);
    expect(
      (await succeed(['neighbors', at('pieces.bin'), 'goodish', '--top', '2'])).stdout.split('\n'),
    ).toHaveLength(3);
    expect((await cli(['neighbors', at('labels.bin'), 'strange'])).stderr).toMatch(/no vector for 'strange'/);
  });

  it('is named where it cannot be used', async () => {
    const { code, stderr } = await cli(['next', at('labels.bin'), 'good']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/a fastText model: .*predict, evaluate, neighbors/),
    ]);
  });
});

describe('export', () => {
  it('writes classifiers as fastText models and vectors as .vec', async () => {
    writeFileSync(at('train.csv'), csv(labelledTexts()));
    await succeed(['train', at('train.csv'), '-o', at('own.lexigrad'), '--epochs', '2']);
    const { stdout, stderr } = await succeed(['export', at('own.lexigrad'), at('own.bin')]);
    expect(stdout).toMatch(/own\.bin: a fastText model of [\d,]+ features and 2 labels, /);
    expect(stderr).toMatch(/note: fastText splits texts at spaces/);
    const own = JSON.parse((await succeed(['predict', at('own.lexigrad'), 'a new wrench', '--json'])).stdout);
    const converted = JSON.parse(
      (await succeed(['predict', at('own.bin'), 'a new wrench', '--json'])).stdout,
    );
    expect(converted.label).toBe(own.label);
    expect(converted.score).toBeCloseTo(own.score, 3);
    await succeed(['export', at('pieces.bin'), at('pieces.vec'), '--json']);
    expect(readFileSync(at('pieces.vec'), 'utf8')).toMatch(/^4 3\ngood /);
  });

  it('refuses endings it does not know, and models onto themselves', async () => {
    const strange = await cli(['export', at('labels.bin'), at('x.txt')]);
    expect([strange.code, strange.stderr]).toEqual([
      2,
      expect.stringMatching(/'\.txt' says nothing known; use \.bin/),
    ]);
    expect((await cli(['export', at('labels.bin'), at('labels.bin')])).stderr).toMatch(/the model itself/);
    expect((await cli(['export', at('labels.bin'), at('again.bin')])).stderr).toMatch(
      /a fastText model already/,
    );
  });
});
