import { describe, expect, it } from 'vitest';
import { FormatError, ValueError } from '../../../src/base/errors.js';
import { referenceEngine } from '../../../src/engine/index.js';
import { decodeModel, encodeModel } from '../../../src/files/index.js';
import { input, type ParameterNode } from '../../../src/graph/index.js';
import { LanguageModel, type LanguageModelOptions } from '../../../src/models/index.js';
import { createBody } from '../../../src/models/language-model/blocks.js';
import { buildLanguageModelNetwork } from '../../../src/models/language-model/network.js';
import { checkOptions } from '../../../src/models/language-model/options.js';
import { PRESETS, presetNames, withPreset } from '../../../src/models/language-model/presets.js';
import { configure } from '../../../src/models/language-model/train.js';
import { checkGradients, evaluate, Workspace } from '../../../src/program/index.js';
import { expectClose } from '../../close.js';

const named = (parameters: readonly ParameterNode[], name: string) =>
  parameters.find((node) => node.name === name)!;

/** What opens a line comes back after six words that say nothing about it. */
const openers = ['apple', 'brick', 'cloud', 'drum'];
const lines = Array.from({ length: 160 }, (_, i) => {
  const opener = openers[(i * 7 + (i >> 2)) % 4]!;
  return `${opener} and so it goes on then ${opener}`;
});
const tiny: LanguageModelOptions = {
  ...{ order: 3, dimension: 16, hidden: [24], activation: 'relu', dropout: 0, holdOut: 0.2 },
  ...{ epochs: 8, batchSize: 32, optimizer: { learningRate: 0.02 } },
};

describe('far words', () => {
  it('let a model know what a short window cannot see', async () => {
    const near = await LanguageModel.train(lines, tiny);
    const far = await LanguageModel.train(lines, { ...tiny, farWords: 6, decays: [0.9] });
    const text = 'cloud and so it goes on then';
    expect(near.next(text)[0]!.probability).toBeLessThan(0.6);
    expect(far.next(text)[0]).toMatchObject({ token: 'cloud' });
    expect(far.next(text)[0]!.probability).toBeGreaterThan(0.8);
  });

  it('are seen past the end of a sentence in running context alone', async () => {
    for (const context of ['sentence', 'running'] as const) {
      const lm = await LanguageModel.train(lines, { ...tiny, epochs: 1, farWords: 6, context });
      const pair = ['cloud and', 'so it'];
      const both = await lm.perplexity(pair);
      const alone = (await lm.perplexity(['cloud and'])).nats + (await lm.perplexity(['so it'])).nats;
      if (context === 'sentence') expect(both.nats).toBeCloseTo(alone, 4);
      else expect(Math.abs(both.nats - alone)).toBeGreaterThan(1e-3);
    }
  });

  it('have kernels that are learned, or stay as they are', async () => {
    for (const learnedKernels of [true, false]) {
      const lm = await LanguageModel.train(lines, { ...tiny, epochs: 1, farWords: 6, learnedKernels });
      const kernels = named(lm.network.parameters, 'far/kernels');
      const same = [...lm.workspace.read(kernels)].every(
        (value, i) => value === Math.fround(kernels.initial[i]!),
      );
      expect(same).toBe(!learnedKernels);
    }
  });
});

describe('residual blocks', () => {
  const config = configure({ hidden: [5], blocks: 2, activation: 'tanh', tied: false, dimension: 4 });
  const x = input('x', ['batch', 3]);
  const feeds = { x: [0.5, -1, 2, 1, 0, -0.3] };

  it('are x + W₂ g(W₁ x + b₁) + b₂', () => {
    const body = createBody(3, config, 7);
    const before = createBody(3, { ...config, blocks: 1 }, 7);
    const w = (name: string) => named(body.parameters, `block2/${name}`).initial;
    const h = [...evaluate({ y: before.forward(x) }, feeds).y].slice(0, 5);
    const times = (weights: ArrayLike<number>, v: readonly number[]) =>
      Array.from({ length: 5 }, (_, i) => v.reduce((sum, value, j) => sum + weights[5 * i + j]! * value, 0));
    const change = times(w('outer/weight'), times(w('inner/weight'), h).map(Math.tanh));
    expectClose(
      [...evaluate({ y: body.forward(x) }, feeds).y].slice(0, 5),
      h.map((value, i) => value + change[i]!),
      5,
    );
  });

  it('normalise before or after', () => {
    const after = createBody(3, { ...config, normalization: 'after' }, 7);
    const rows = [...evaluate({ y: after.forward(x) }, feeds).y];
    for (const row of [rows.slice(0, 5), rows.slice(5)]) {
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6);
      expect(row.reduce((sum, value) => sum + value * value, 0) / 5).toBeCloseTo(1, 3);
    }
    const names = createBody(3, { ...config, normalization: 'before' }, 7).parameters.map(({ name }) => name);
    expect(names.filter((name) => name.includes('norm/gain'))).toEqual([
      'block1/norm/gain',
      'block2/norm/gain',
      'final/norm/gain',
    ]);
  });

  it('have the gradients that differences show, in a whole network', () => {
    for (const normalization of ['before', 'after'] as const) {
      const network = buildLanguageModelNetwork(
        configure({
          ...{ order: 3, farWords: 3, decays: [0.5, 0.9], dimension: 4, hidden: [5], blocks: 1 },
          ...{ normalization, activation: 'gelu', dropout: 0.2, wordDropout: 0.2 },
        }),
        6,
        3,
      );
      const check = checkGradients(network.loss, network.parameters, {
        context: [0, 1, 2, 3, 4, 5, 4, 3, 2, 1],
        target: [5, 2],
      });
      expect(check.ok, check.message).toBe(true);
    }
  });
});

describe('presets', () => {
  it('stand under the options that are given', () => {
    expect(withPreset({ preset: 'base', dimension: 7 })).toMatchObject({
      dimension: 7,
      farWords: PRESETS.base.options.farWords,
    });
    expect(withPreset({ dimension: 7 })).toEqual({ dimension: 7 });
    expect(withPreset({ preset: 'best', optimizer: { learningRate: 1 } }).optimizer).toEqual({
      ...PRESETS.best.options.optimizer,
      learningRate: 1,
    });
  });

  it('may lose their far words', () => {
    expect(withPreset({ preset: 'best' }).decays).toHaveLength(4);
    expect(withPreset({ preset: 'best', decays: [0.5] }).decays).toEqual([0.5]);
    const without = withPreset({ preset: 'best', farWords: 0 });
    expect(without.decays).toBeUndefined();
    expect(() => checkOptions(without)).not.toThrow();
  });

  it('cost what they say, at a vocabulary of 10,000', () => {
    for (const name of presetNames) {
      const { options, cost } = PRESETS[name];
      const config = configure(options);
      const { parameters, logits } = buildLanguageModelNetwork(config, 1, 1);
      const program = new Workspace(referenceEngine).compile({ outputs: { logits } });
      const work = program.report({ batch: 1 }).reduce((sum, { flops }) => sum + flops, 0) / 2;
      const count = parameters.reduce((sum, { initial }) => sum + initial.length, 0);
      // Each further word has a row of E and a bias.
      const at = (one: number) => (one + 9999 * (config.dimension + 1)) / 1e6;
      const said = Number(/[\d.]+(?= M parameters)/.exec(cost)![0]);
      expect(Math.abs(at(count) - said)).toBeLessThan(0.051);
      expect(Math.abs(at(work) / said - 1)).toBeLessThan(0.04);
    }
  });

  it('are refused by names that they do not have', () => {
    expect(() => withPreset({ preset: 'huge' as 'best' })).toThrow(/no preset 'huge'.*small, base, best/);
    expect(() => withPreset({ preset: 'toString' as 'best' })).toThrow(ValueError);
  });
});

describe('options that make no sense', () => {
  it.each([
    [{ farWords: -1 }, /farWords must be a whole number from 0/],
    [{ farWords: 4, decays: [] }, /decays must be numbers above 0/],
    [{ farWords: 4, decays: [1.5] }, /decays must be numbers above 0 and at most 1/],
    [{ decays: [0.5] }, /say how many, as in farWords: 32/],
    [{ blocks: 1.5 }, /blocks must be a whole number/],
    [{ wordDropout: 1 }, /wordDropout must be from 0 to below 1/],
    [{ embeddingDropout: -0.1 }, /embeddingDropout must be from 0/],
    [{ normalization: 'both' as 'before' }, /no normalization 'both'.*none, before, after/],
  ])('%o are refused by name', async (options, message) => {
    await expect(LanguageModel.train(lines, options)).rejects.toThrow(message);
  });
});

describe('model files', () => {
  const added = ['embeddingDropout', 'wordDropout', 'farWords', 'decays', 'learnedKernels', 'blocks'];
  const changed = (lm: LanguageModel, change: (config: Record<string, unknown>) => void) => {
    const content = lm.toModel();
    const config = structuredClone(content.config) as { languageModel: Record<string, unknown> };
    change(config.languageModel);
    return LanguageModel.fromModel(decodeModel(encodeModel({ ...content, config })));
  };

  it('bring back a model with all of it', async () => {
    const lm = await LanguageModel.train(lines, {
      ...{ ...tiny, epochs: 1, farWords: 6, blocks: 1, normalization: 'before' },
    });
    const copy = LanguageModel.fromBytes(lm.toBytes());
    expect(copy.config).toEqual(lm.config);
    expect(copy.distribution('cloud and')).toEqual(lm.distribution('cloud and'));
  });

  it('of the first release, which knew none of it, still load', async () => {
    const lm = await LanguageModel.train(lines, { ...tiny, epochs: 1 });
    const old = changed(lm, (config) => {
      for (const name of [...added, 'normalization']) delete config[name];
    });
    expect(old.distribution('cloud and')).toEqual(lm.distribution('cloud and'));
  });

  it('are refused where the configuration asks for what is not there', async () => {
    const lm = await LanguageModel.train(lines, { ...tiny, epochs: 1 });
    for (const [name, value] of [
      ['blocks', 900],
      ['blocks', 1e9],
      ['farWords', 5],
      ['normalization', 'both'],
      ['decays', [7]],
    ] as const) {
      expect(() => changed(lm, (config) => Object.assign(config, { [name]: value }))).toThrow(FormatError);
    }
    const wide = { farWords: 1e8, decays: [0.5, 0.6, 0.7] };
    expect(() => changed(lm, (config) => Object.assign(config, wide))).toThrow(/weights, but the file holds/);
  });
});
