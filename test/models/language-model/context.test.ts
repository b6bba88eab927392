import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referenceEngine } from '../../../src/engine/index.js';
import { input, parameter } from '../../../src/graph/index.js';
import {
  contextFeatures,
  contextLength,
  decayKernels,
  featureWidth,
} from '../../../src/models/language-model/context.js';
import type { LanguageModelConfig } from '../../../src/models/language-model/options.js';
import { configure } from '../../../src/models/language-model/train.js';
import { checkGradients, evaluate, Workspace } from '../../../src/program/index.js';
import { expectClose } from '../../close.js';

const WORDS = 7;
const DIMENSION = 3;
const values = Array.from({ length: WORDS * DIMENSION }, (_, i) => Math.sin(1 + i * i));
const table = parameter('E', [WORDS, DIMENSION], values);
const row = (id: number) => values.slice(id * DIMENSION, (id + 1) * DIMENSION);

function features(config: LanguageModelConfig) {
  const kernels = config.farWords > 0 ? decayKernels(config.decays, config.farWords) : undefined;
  const ids = input('ids', ['batch', contextLength(config)], 'i32');
  return { ids, kernels, node: contextFeatures(ids, { table, kernels }, config) };
}

describe('decay kernels', () => {
  it('sum to one, and fall by their decay from the nearest word to the farthest', () => {
    const { initial, shape } = decayKernels([0.5, 0.9, 1], 4);
    expect(shape).toEqual([3, 4]);
    for (const [k, decay] of [0.5, 0.9, 1].entries()) {
      const kernel = [...initial.slice(4 * k, 4 * k + 4)];
      expect(kernel.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
      for (let j = 0; j < 3; j++) expect(kernel[j]! / kernel[j + 1]!).toBeCloseTo(decay, 5);
    }
  });
});

describe('the features of a context', () => {
  it('are the near words side by side, then each kernel’s sum over the far ones', () => {
    const sizes = fc.record({
      order: fc.integer({ min: 2, max: 4 }),
      farWords: fc.integer({ min: 0, max: 5 }),
      decays: fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 }),
      batch: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(sizes, ({ order, farWords, decays, batch, seed }) => {
        const config = configure({ order, farWords, decays, dimension: DIMENSION });
        const { kernels, node } = features(config);
        const length = contextLength(config);
        const ids = Array.from({ length: batch * length }, (_, i) => (seed + i * i) % WORDS);
        const expected = Array.from({ length: batch }, (_, b) => {
          const window = ids.slice(b * length, (b + 1) * length);
          const sums = config.decays.flatMap((_, k) =>
            Array.from({ length: DIMENSION }, (_, c) =>
              window
                .slice(0, farWords)
                .reduce((sum, id, j) => sum + kernels!.initial[k * farWords + j]! * row(id)[c]!, 0),
            ),
          );
          return [...window.slice(farWords).flatMap(row), ...sums];
        });
        expect(expected[0]).toHaveLength(featureWidth(config));
        expectClose([...evaluate({ node }, { ids }).node], expected.flat(), 6);
      }),
      { numRuns: 40 },
    );
  });

  it('are FOFE, z ← α z + e, up to a factor, with one kernel', () => {
    const alpha = 0.7;
    const config = configure({ order: 2, farWords: 5, decays: [alpha], dimension: DIMENSION });
    const window = [3, 1, 4, 1, 5, 6];
    const z = window.slice(0, -1).reduce((sum, id) => row(id).map((e, c) => alpha * sum[c]! + e), [0, 0, 0]);
    const total = (1 - alpha ** 5) / (1 - alpha);
    const far = [...evaluate({ y: features(config).node }, { ids: window }).y].slice(DIMENSION);
    expectClose(
      far.map((value) => value * total),
      z,
      5,
    );
  });

  it('have the gradients that differences show, of E and of the kernels', () => {
    const config = configure({ order: 3, farWords: 4, decays: [0.5, 0.9], dimension: DIMENSION });
    const { kernels, node } = features(config);
    const check = checkGradients(node, [table, kernels!], { ids: [0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1] });
    expect(check.ok, check.message).toBe(true);
  });
});

describe('word dropout', () => {
  const config = configure({ order: 3, farWords: 40, decays: [1], dimension: DIMENSION, wordDropout: 0.5 });
  const ids = Array.from({ length: 20 * contextLength(config) }, (_, i) => i % WORDS);

  it('drops all numbers of a word or none, and scales up those that stay', () => {
    const { node } = features(config);
    const program = new Workspace(referenceEngine).compile({ outputs: { node }, training: true });
    program.run({ ids });
    const y = program.read('node');
    const near = Array.from({ length: 40 }, (_, i) => {
      const example = Math.floor(i / 2);
      const at = example * featureWidth(config) + (i % 2) * DIMENSION;
      const id = ids[example * contextLength(config) + 40 + (i % 2)]!;
      return row(id).map((value, c) => y[at + c]! / value);
    });
    for (const ratios of near) {
      const [first] = ratios;
      expect(Math.abs(first!) < 1e-9 || Math.abs(first! - 2) < 1e-4).toBe(true);
      for (const ratio of ratios) expect(ratio).toBeCloseTo(first!, 4);
    }
    const dropped = near.filter(([ratio]) => ratio! < 1).length;
    expect(dropped).toBeGreaterThan(5);
    expect(dropped).toBeLessThan(35);
  });

  it('leaves predictions alone', () => {
    const plain = features(configure({ ...config, wordDropout: 0 }));
    const { node } = features(config);
    expect([...evaluate({ node }, { ids }).node]).toEqual([...evaluate({ node: plain.node }, { ids }).node]);
  });
});
