import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cli, corpus, csv, Folder, labelledTexts, SMALL_LM, succeed } from './harness.js';

const folder = new Folder();
const data = folder.write('goods.csv', csv(labelledTexts()));
const test = folder.write('test.csv', csv(labelledTexts().slice(0, 20)));
const text = folder.write('corpus.txt', corpus());
const model = folder.at('goods.lexigrad');
const lm = folder.at('corpus.lexigrad');
const small = folder.at('small.lexigrad');
await succeed(['train', data, '-o', model, '--epochs', '3']);
await succeed(['train', text, '-o', lm, ...SMALL_LM]);
const sizeOf = (file: string) => statSync(file).size;

describe('compress', () => {
  it('makes a classifier small, tells what that cost, and leaves it usable', async () => {
    const { stdout } = await succeed(['compress', model, '--product', '--test', test, '-o', small]);
    expect(stdout).toMatch(
      /^wrote .*small\.lexigrad: .* → .* \(.* %\)\n {2}.*features? \(words named\), 8 bits a number/,
    );
    expect(stdout).toMatch(/test\.csv +before +after +difference\n +accuracy .* points\n +log loss/);
    expect(sizeOf(small)).toBeLessThan(sizeOf(model) / 3);
    expect((await succeed(['predict', small, 'where is my hammer now'])).stdout).toMatch(/^tool/);
    expect((await succeed(['info', small])).stdout).toContain('compression');
    expect((await succeed(['evaluate', small, test])).stdout).toContain('accuracy');
  });

  it('finds what fits a size, and prints what it tried', async () => {
    const { stdout, stderr } = await succeed(['compress', model, '--to', '4kB', '--data', data, '-o', small]);
    expect(sizeOf(small)).toBeLessThanOrEqual(4000);
    expect(stderr).toMatch(/trying what fits 4 kB/);
    expect(stderr).toMatch(/no names, 8 bits a number, from a table, .*accuracy .*log loss .*trained on/);
    expect(stdout).toContain('held-out examples of');
  });

  it('says the same to programs', async () => {
    const argv = ['compress', model, '--half', '--prune', '40', '--data', data, '-o', small, '--json'];
    const result = JSON.parse((await succeed(argv)).stdout);
    expect(result).toMatchObject({ output: small, kind: 'text-classifier', trials: [] });
    expect(result.bytes.after).toBe(sizeOf(small));
    expect(Object.keys(result.losses)).toEqual(['accuracy', 'log loss']);
  });

  it('stores a language model in 8 bits, and measures its perplexity', async () => {
    const { stdout } = await succeed(['compress', lm, '--test', text, '-o', small]);
    expect(stdout).toMatch(/perplexity +\d/);
    expect((await succeed(['next', small, 'where is my'])).stdout).not.toBe('');
    const { stderr } = await succeed(['compress', lm, '--half', '-o', small]);
    expect(stderr).toContain('nothing was measured');
  });

  it.each([
    [['--int8', '--half'], /--int8 and --half exclude each other/],
    [['--to', '3kB'], /--to needs --data/],
    [['--to', 'small', '--data', data], /as in 300kB/],
    [['--validation', test], /give both/],
    [['--prune', '0'], /whole number from 1/],
    [['-o', model], /would overwrite/],
  ])('refuses %j', async (flags, message) => {
    const { code, stderr } = await cli(['compress', model, ...flags]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('refuses what is for classifiers alone, and sizes that cannot be', async () => {
    const other = await cli(['compress', lm, '--product', '-o', small]);
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--product is for text classifiers'),
    });
    const tiny = await cli(['compress', model, '--to', '200', '--data', data, '-o', small]);
    expect(tiny).toMatchObject({ code: 1, stderr: expect.stringContaining('no model of 200 bytes') });
  });
});
