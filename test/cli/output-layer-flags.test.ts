import { describe, expect, it } from 'vitest';
import { LanguageModel } from '../../src/models/index.js';
import { cli, corpus, Folder, SMALL_LM, succeed } from './harness.js';

const folder = new Folder();
const text = folder.write('text.txt', corpus());
const model = folder.at('lm.lexigrad');
const train = (...flags: string[]) => ['train', text, '-o', model, ...SMALL_LM, ...flags];

describe('the output layer of a language model', () => {
  it.each([
    [
      ['adaptive', '--cutoffs', '6,12'],
      /adaptive softmax, clusters from 6, 12 \(\d+, tied\)/,
      { cutoffs: [6, 12] },
    ],
    [['classes', '--classes', '3', '--no-tied'], /softmax of 3 classes \(\d+\)/, { output: 'classes' }],
    [['sampled', '--samples', '9'], /sampled softmax with 9 words drawn \(\d+, tied\)/, { samples: 9 }],
    [['nce'], /nce with 1,000 words drawn/, { samples: 1000 }],
    [
      ['softmax', '--self-normalization', '0.1'],
      /softmax, self-normalised by 0.1/,
      { selfNormalization: 0.1 },
    ],
  ] as const)('is %j, is told, and works', async (flags, told, config) => {
    const { stderr } = await succeed(train('--output-layer', ...flags));
    expect(stderr).toMatch(told);
    expect((await LanguageModel.load(model)).config).toMatchObject(config);
    expect((await succeed(['next', model, 'i bought a'])).stdout).toMatch(/0\.\d/);
    expect((await succeed(['evaluate', model, text])).stdout).toMatch(/perplexity/);
    expect((await succeed(['info', model])).stdout).toMatch(new RegExp(`output +${flags[0]}\n`));
  });

  it('is described by the step that it computes', async () => {
    const { stdout, stderr } = await succeed(train('--output-layer', 'adaptive', '--describe'));
    expect(stdout + stderr).toMatch(/update output\/cluster1\/bias/);
  });

  it.each([
    [2, ['--output-layer', 'tree'], /Allowed choices are softmax, adaptive, sampled, nce, classes/],
    [2, ['--cutoffs', '5,3'], /whole numbers that rise/],
    [2, ['--samples', '20'], /--samples is for --output-layer sampled or nce, but here it is softmax/],
    [
      2,
      ['--output-layer', 'classes', '--direct'],
      /--direct is for --output-layer softmax or sampled or nce/,
    ],
    [1, ['--output-layer', 'adaptive', '--cutoffs', '500'], /begin at word 500, but the vocabulary has only/],
  ])('is refused with %i for %j', async (expected, flags, message) => {
    const { code, stderr } = await cli(train(...flags));
    expect(code).toBe(expected);
    expect(stderr).toMatch(message);
  });
});
