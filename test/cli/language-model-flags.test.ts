import { describe, expect, it } from 'vitest';
import { LanguageModel } from '../../src/models/index.js';
import { cli, corpus, Folder, SMALL_LM, succeed } from './harness.js';

const folder = new Folder();
const text = folder.write('text.txt', corpus());
const model = folder.at('lm.lexigrad');
const train = (...flags: string[]) => ['train', text, '-o', model, ...SMALL_LM, ...flags];

describe('the architecture of a language model', () => {
  it('is what the flags say, and is told', async () => {
    const flags = ['--far-words', '6', '--decays', '0.5,0.9', '--fixed-kernels', '--blocks', '1'];
    const more = ['--normalization', 'before', '--embedding-dropout', '0.3', '--word-dropout', '0.2'];
    const { stderr } = await succeed(train(...flags, ...more, '--average', '0.9', '--preset', 'small'));
    expect(stderr).toMatch(
      /with 2 fixed kernels over 6 words more → .* → 1 residual block → layer norm before each/,
    );
    const lm = await LanguageModel.load(model);
    expect(lm.config).toMatchObject({
      ...{ farWords: 6, decays: [0.5, 0.9], learnedKernels: false, blocks: 1 },
      ...{ normalization: 'before', embeddingDropout: 0.3, wordDropout: 0.2, activation: 'gelu' },
    });
    expect(lm.record.settings).toMatchObject({ preset: 'small' });
    const info = await succeed(['info', model]);
    expect(info.stdout).toMatch(/far words +6\n/);
    expect(info.stdout).toMatch(/multiply adds per prediction +[1-9]/);
  });

  it('is refused where its parts do not go together', async () => {
    for (const flags of [['--decays', '0.5'], ['--fixed-kernels']]) {
      const { code, stderr } = await cli(train(...flags));
      expect(code).toBe(2);
      expect(stderr).toMatch(new RegExp(`${flags[0]} is about the kernels over far words: add --far-words`));
    }
    const { code, stderr } = await cli(train('--far-words', '4', '--decays', '0.5,2'));
    expect([code, stderr]).toEqual([2, expect.stringMatching(/numbers above 0 and at most 1/)]);
  });
});
