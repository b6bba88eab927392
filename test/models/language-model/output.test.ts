import { describe, expect, it } from 'vitest';
import { FormatError, ValueError } from '../../../src/base/errors.js';
import { decodeModel, encodeModel } from '../../../src/files/index.js';
import {
  LanguageModel,
  type LanguageModelOptions,
  MixtureModel,
  readEvaluationText,
} from '../../../src/models/index.js';
import { toOnnx } from '../../../src/models/onnx/export.js';
import type { Checkpoint } from '../../../src/train/index.js';
import { largestDifference, runOnnx, runtime } from '../../onnx/runtime.js';

const animals = ['dog', 'cat', 'cow', 'hen', 'owl', 'fox', 'bee', 'elk', 'yak', 'emu'];
const verbs = ['sees', 'hears', 'likes', 'meets'];
const lines = Array.from({ length: 240 }, (_, i) => {
  const animal = Math.floor(Math.sqrt(i) * 7) % animals.length;
  return `the ${animals[animal]} ${verbs[animal % 4]} the ${animals[(animal + 3) % 10]}`;
});
const small: LanguageModelOptions = {
  ...{ order: 4, dimension: 16, hidden: [16], dropout: 0, epochs: 8, batchSize: 32, minimumCount: 1 },
  optimizer: { learningRate: 0.02 },
};
const exact = LanguageModel.train(lines, small);

const outputs: [string, LanguageModelOptions][] = [
  ['adaptive', { output: 'adaptive', cutoffs: [4, 9] }],
  ['adaptive with vectors of its own', { output: 'adaptive', tied: false }],
  ['classes', { output: 'classes', classes: 4 }],
  ['classes with vectors of their own', { output: 'classes', tied: false, classes: 3 }],
  ['sampled', { output: 'sampled', samples: 8 }],
  [
    'sampled with direct connections',
    { output: 'sampled', samples: 8, tied: false, directConnections: true },
  ],
  ['nce', { output: 'nce', samples: 8 }],
  ['self-normalised softmax', { selfNormalization: 0.1 }],
];

describe.each(outputs)('output %s', (_name, options) => {
  const training = LanguageModel.train(lines, { ...small, ...options });

  it('learns as much as the full softmax, in exact perplexity', async () => {
    const [lm, full] = [await training, await exact];
    const test = lines.slice(200);
    const { perplexity } = await lm.perplexity(test);
    expect(perplexity / (await full.perplexity(test)).perplexity).toBeLessThan(1.15);
    const untrained = new LanguageModel({ config: lm.config, vocabulary: lm.vocabulary, seed: 1 });
    expect(perplexity).toBeLessThan(0.5 * (await untrained.perplexity(test)).perplexity);
  });

  it('sums to one, and agrees in whatever is asked', async () => {
    const lm = await training;
    const distribution = lm.distribution('the cat');
    expect(distribution.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    const [first] = lm.next('the cat');
    expect(first!.probability).toBeCloseTo(distribution[lm.vocabulary.idOf(first!.token)!]!, 6);
    const { tokens, perplexity } = lm.score('the cat hears');
    expect(Math.exp(tokens[2]!.logProbability)).toBeCloseTo(distribution[lm.vocabulary.idOf('hears')!]!, 5);
    expect((await lm.perplexity(['the cat hears'])).perplexity).toBeCloseTo(perplexity, 4);
    expect(lm.generate({ prompt: 'the', seed: 3 }).text).not.toBe('');
    expect(lm.explain('the cat').word).toBe(first!.token);
  });

  it('has a state for caches and nearest contexts', async () => {
    const lm = await training;
    const text = await readEvaluationText(lines.slice(200), lm.tokenizer, lm.vocabulary);
    const parts = { models: [{ name: 'network', model: lm }], neuralCache: { model: lm, length: 20 } };
    const { mixture } = MixtureModel.fit(parts, text.ids);
    expect(mixture.distribution('the cat').reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 4);
    const index = await lm.contextIndex(lines);
    expect(index.nearest('the cat')[0]!.similarity).toBeCloseTo(1, 4);
  });

  it('survives saving, and is exported', async () => {
    const lm = await training;
    const again = LanguageModel.fromBytes(lm.toBytes());
    expect(again.config).toEqual(lm.config);
    expect(again.next('the cat')).toEqual(lm.next('the cat'));
    const bytes = toOnnx(lm);
    if (runtime === undefined) return;
    const context = { shape: [1, 3], data: [1, 1, 2] };
    const { probabilities } = await runOnnx(bytes, { context });
    const own = lm.distribution(lm.vocabulary.tokenOf(2));
    expect(largestDifference(probabilities!.data, [...own])).toBeLessThan(1e-5);
  });
});

describe('drawn words', () => {
  it('are the same after a run is resumed', async () => {
    const options: LanguageModelOptions = { ...small, epochs: 3, output: 'sampled', samples: 6 };
    const whole = await LanguageModel.train(lines, options);
    const saved: Checkpoint[] = [];
    const controller = new AbortController();
    await LanguageModel.train(lines, {
      ...options,
      signal: controller.signal,
      saveCheckpoint: (checkpoint) => void saved.push(structuredClone(checkpoint)),
      onEvent: (event) => {
        if (event.kind === 'step' && event.step === 11) controller.abort();
      },
    });
    const resumed = await LanguageModel.train(lines, { ...options, resume: saved.at(-1)! });
    expect(resumed.hash).toBe(whole.hash);
  });

  it('do not change the full softmax that is trained without them', async () => {
    const sampled = await LanguageModel.train(lines, {
      ...small,
      epochs: 1,
      output: 'sampled',
      samples: 1000,
    });
    const full = await LanguageModel.train(lines, { ...small, epochs: 1 });
    const [a, b] = [sampled.distribution('the cat'), full.distribution('the cat')];
    // With every word drawn, gradients are the same; only rare rows differ, by momentum that they do not get.
    expect(Math.max(...a.map((p, id) => Math.abs(p - b[id]!)))).toBeLessThan(0.02);
  });
});

describe('scores without Z', () => {
  const meanGap = (lm: LanguageModel): number => {
    const gaps = lines.slice(200, 210).flatMap((line) => {
      const exact = lm.score(line).tokens;
      const quick = lm.score(line, { normalized: false }).tokens;
      return quick.map(({ logProbability }, i) => Math.abs(logProbability - exact[i]!.logProbability));
    });
    return gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  };

  it('are near the exact ones where training keeps Z near 1', async () => {
    const kept = await LanguageModel.train(lines, { ...small, selfNormalization: 0.5 });
    expect(meanGap(kept)).toBeLessThan(0.4 * meanGap(await exact));
    expect(meanGap(await LanguageModel.train(lines, { ...small, output: 'nce', samples: 8 }))).toBeLessThan(
      0.3,
    );
  });

  it('differ from the exact ones by ln Z, the same for every word of a context', async () => {
    const lm = await exact;
    const gap = (text: string) => {
      const [quick, slow] = [lm.score(text, { normalized: false }), lm.score(text)];
      return quick.tokens[2]!.logProbability - slow.tokens[2]!.logProbability;
    };
    expect(gap('the cat hears')).toBeCloseTo(gap('the cat likes'), 4);
  });

  it('are refused where there are none', async () => {
    const lm = await LanguageModel.train(lines, { ...small, epochs: 1, output: 'classes' });
    expect(() => lm.score('the cat', { normalized: false })).toThrow(/output 'classes' has no scores/);
  });
});

describe('options of the output layer', () => {
  it.each([
    [
      { output: 'tree' as 'softmax' },
      /no output 'tree'; choose one of softmax, adaptive, sampled, nce, classes/,
    ],
    [{ samples: 100 }, /samples is for output 'sampled' or 'nce', but the output is 'softmax'/],
    [{ output: 'sampled', samples: 1 }, /samples must be a whole number from 2/],
    [{ output: 'nce', cutoffs: [3] }, /cutoffs is for output 'adaptive' or 'classes'/],
    [{ output: 'adaptive', classes: 4 }, /classes is for output 'classes'/],
    [{ output: 'adaptive', cutoffs: [] }, /cutoffs must be rising whole numbers, from at least 1, not \[\]/],
    [{ output: 'adaptive', cutoffs: [5, 5] }, /rising/],
    [{ output: 'adaptive', cutoffs: [0, 5] }, /from at least 1/],
    [{ output: 'classes', cutoffs: [1, 5] }, /from exactly 0/],
    [{ output: 'classes', cutoffs: [0, 5], classes: 2 }, /leave one of them out/],
    [{ output: 'adaptive', cutoffs: [5000] }, /begin at word 5000, but the vocabulary has only 17/],
    [{ output: 'adaptive', directConnections: true }, /directConnections is for output 'softmax' or/],
    [{ output: 'sampled', selfNormalization: 0.1 }, /selfNormalization is for output 'softmax'/],
    [{ selfNormalization: -1 }, /selfNormalization must be a number from 0/],
  ] as [LanguageModelOptions, RegExp][])('%o are refused by name', async (options, message) => {
    const training = LanguageModel.train(lines, { ...small, ...options });
    await expect(training).rejects.toThrow(message);
    await expect(training).rejects.toThrow(ValueError);
  });
});

describe('damaged files', () => {
  const sound = LanguageModel.train(lines, { ...small, epochs: 1, output: 'adaptive', cutoffs: [4, 9] });
  it.each([
    [{ output: 'tree' }, /configuration .* is not sound/],
    [{ cutoffs: [] }, /not sound/],
    [{ cutoffs: [9, 4] }, /not sound/],
    [{ cutoffs: ['4'] }, /not sound/],
    [{ cutoffs: [4, 500] }, /last cluster begins at word 500 of 17/],
    [{ cutoffs: [4, 8] }, /has the shape/],
    [{ samples: 7 }, /not sound/],
    [{ selfNormalization: 'a' }, /not sound/],
  ])('with %o are refused', async (wrong, message) => {
    const content = (await sound).toModel();
    const config = content.config as { languageModel: object };
    const damaged = { ...config, languageModel: { ...config.languageModel, ...wrong } };
    const bytes = encodeModel({ ...content, config: damaged } as never);
    const load = () => LanguageModel.fromModel(decodeModel(bytes));
    expect(load).toThrow(message);
    expect(load).toThrow(FormatError);
  });
});
