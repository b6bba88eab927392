import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referenceEngine } from '../../../src/engine/reference/index.js';
import { wasmEngine } from '../../../src/engine/wasm/index.js';
import { decodeModel, encodeModel } from '../../../src/files/index.js';
import { backward } from '../../../src/graph/backward.js';
import { softmax } from '../../../src/graph/ops/reductions.js';
import { compressWeights } from '../../../src/models/compression/index.js';
import { contextLength } from '../../../src/models/language-model/context.js';
import { writeContext } from '../../../src/models/language-model/corpus.js';
import { Inference, type InferenceOptions } from '../../../src/models/language-model/inference/inference.js';
import { leaders } from '../../../src/models/language-model/inference/leaders.js';
import { predictionWork } from '../../../src/models/language-model/inference/work.js';
import { LanguageModel } from '../../../src/models/language-model/language-model.js';
import { NeuralPredictor } from '../../../src/models/language-model/predictor.js';
import { topIndexes } from '../../../src/models/language-model/sampling.js';
import { Optimizer } from '../../../src/optim/index.js';
import { architectures, untrained } from './helpers-inference.js';

const WORDS = 83;
const wasm = wasmEngine({ threads: 1 });
/** The empty one, one shorter than the context, ones with sentence ends. */
const TEXTS = [[], [5, 80], Array.from({ length: 30 }, (_, i) => 2 + ((11 * i) % 81)), [9, 1, 7, 1]];

/** p(· | ids) as the program computes it. */
function programs(lm: LanguageModel): (ids: readonly number[]) => number[] {
  const program = lm.workspace.compile({ outputs: { p: softmax(lm.network.logits) } });
  return (ids) => {
    const length = contextLength(lm.config);
    const context = new Int32Array(length);
    writeContext(context, 0, ids, ids.length, length, lm.config.context);
    program.run({ context });
    return [...program.read('p')];
  };
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((most, each) => Math.max(most, each), 0);
}

/** Distributions of texts, all in one run. */
function inOneRun(inference: Inference, texts: readonly number[][]): number[][] {
  inference.run(texts);
  return texts.map((_, row) =>
    Array.from(inference.logits(row), (logit) => Math.exp(logit - inference.logSumExp(row))),
  );
}

describe('the short way to the next word', () => {
  for (const [name, config] of Object.entries(architectures)) {
    it(`is the program’s distribution: ${name}`, () => {
      for (const engine of [wasm, referenceEngine]) {
        const lm = untrained(config, WORDS, engine);
        const expected = programs(lm);
        for (const ids of TEXTS) {
          const text = ids.map((id) => lm.vocabulary.tokenOf(id)).join(' ');
          const distribution = lm.distribution(text);
          const ids2 = [...lm.vocabulary.encode(lm.tokenizer.tokenize(text))];
          // The tokeniser takes a last sentence end off.
          const plain = ids2.at(-1) === 1 ? ids2.slice(0, -1) : ids2;
          expect(farthest(distribution, expected(plain))).toBeLessThan(1e-5);
          expect(distribution.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
          const [best] = lm.next(text, { top: 1 });
          expect(best!.probability).toBeCloseTo(Math.max(...distribution), 6);
        }
      }
    });
  }

  it('is the same for several texts in one run, with tables and without', () => {
    for (const [name, config] of Object.entries(architectures)) {
      if (name === 'adaptive softmax') continue;
      const lm = untrained(config, WORDS, wasm);
      const expected = TEXTS.map(programs(lm));
      for (const options of [{ tableBytes: 0 }, {}, { precision: 'float32' }] as InferenceOptions[]) {
        const inference = new Inference(lm, options);
        // Twice: the second time the rows are there.
        for (const texts of [TEXTS, TEXTS.slice(1), TEXTS]) {
          inOneRun(inference, texts).forEach((distribution, row) => {
            const other = expected[row + TEXTS.length - texts.length]!;
            expect(farthest(distribution, other)).toBeLessThan(1e-5);
          });
        }
        inference.release();
      }
    }
  });

  it('settles what 16 bits leave uncertain', () => {
    // More than 2¹⁷ weights, and logits that differ widely.
    const lm = untrained({ ...architectures.textbook, hidden: [60] }, 2300, wasm);
    lm.workspace.write(
      lm.network.parameters.find(({ name }) => name === 'output/weight')!,
      Float32Array.from({ length: 2300 * 60 }, (_, i) => 1.5 * Math.sin(1.7 * i * (1 + (i % 3)))),
    );
    const expected = programs(lm);
    const exact = new Inference(lm, { precision: 'float32' });
    const rounded = new Inference(lm);
    const [distribution] = inOneRun(rounded, [TEXTS[2]!]);
    expect(farthest(distribution!, expected(TEXTS[2]!))).toBeLessThan(1e-6);
    // The rest is rounded, or this would show nothing.
    exact.run([TEXTS[2]!]);
    expect(farthest(rounded.logits(), exact.logits())).toBeGreaterThan(1e-6);
    expect(rounded.top(20)).toEqual(exact.top(20));
    expect(rounded.bytes).toBeGreaterThan(exact.bytes + 2 * 2300 * 60);
  });

  it('in 8 bits is near, and is what a model saved in 8 bits does', () => {
    const lm = untrained(architectures['presets base and best']!, WORDS, wasm);
    const plain = lm.distribution('w5 w6 w7');
    const { content } = compressWeights(lm, 'int8');
    const small = LanguageModel.fromModel(decodeModel(encodeModel(content)), { engine: wasm });
    const distribution = small.distribution('w5 w6 w7');
    expect(distribution.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    expect(farthest(plain, distribution)).toBeGreaterThan(1e-5);
    expect(farthest(plain, distribution)).toBeLessThan(0.02);
    // The weights that the program of the small model has are those of its codes: only activations are rounded.
    expect(farthest(programs(small)([5, 6, 7]), distribution)).toBeLessThan(5e-4);
    // Without tables the first layer is one product, with its own rounding.
    small.prepare({ tableBytes: 0 });
    expect(farthest(small.distribution('w5 w6 w7'), distribution)).toBeLessThan(2e-3);
  });

  it('makes rows of tables once, when their word stands there', () => {
    const lm = untrained(architectures.textbook!, WORDS, wasm);
    const inference = new Inference(lm);
    expect(inference.tableRows).toEqual({ filled: 0, total: 3 * WORDS });
    inference.run([[5, 6, 7]]);
    inference.run([[5, 6, 7]]);
    expect(inference.tableRows!.filled).toBe(3);
    inference.run([[5, 6, 7, 8]]);
    expect(inference.tableRows!.filled).toBe(6);
    expect(new Inference(lm, { tableBytes: 4 * 3 * WORDS * 14 - 1 }).tableRows).toBeUndefined();
  });

  it('notices other weights: written ones, and those that training found', () => {
    const lm = untrained(architectures.textbook!, WORDS, wasm);
    const before = lm.distribution('w5');
    const table = lm.network.table;
    lm.workspace.write(
      table,
      Float32Array.from(lm.workspace.view(table), (value) => -value),
    );
    expect(farthest(before, lm.distribution('w5'))).toBeGreaterThan(1e-4);

    const { loss, parameters } = lm.network;
    const optimizer = new Optimizer({ kind: 'sgd', learningRate: 1 });
    const updates = optimizer.updates(parameters, backward(loss, parameters));
    const program = lm.workspace.compile({ updates, outputs: { loss } });
    const [place] = lm.next('w5', { top: 1 });
    program.run({ context: [1, 1, 5], target: [40], ...optimizer.feeds(1) });
    expect(farthest(programs(lm)([5]), lm.distribution('w5'))).toBeLessThan(1e-5);
    expect(lm.next('w5', { top: 1 })).not.toEqual([place]);
  });

  it('serves predictors of few positions', () => {
    const lm = untrained(architectures['presets base and best']!, WORDS, wasm);
    const predictor = new NeuralPredictor(lm);
    const ids = Int32Array.from(TEXTS[2]!);
    const all = Array.from(predictor.distributions(ids), (each) => each.slice());
    const last = Array.from(predictor.distributions(ids, ids.length - 1), (each) => each.slice());
    expect(last).toHaveLength(2);
    last.forEach((each, i) => {
      expect(farthest(each, all[ids.length - 1 + i]!)).toBeLessThan(1e-5);
    });
  });

  it('refuses ids that no word has, and no text at all', () => {
    const inference = new Inference(untrained(architectures.textbook!, WORDS, wasm));
    expect(() => inference.run([[WORDS]])).toThrow(/id 83 is not of the vocabulary, whose ids are 0 … 82/);
    expect(() => inference.run([[-1]])).toThrow(/id -1/);
    expect(() => inference.run([])).toThrow(/no text/);
  });
});

describe('scoring many texts', () => {
  it('is scoring each by itself, also where contexts cross sentences', () => {
    for (const context of ['sentence', 'running']) {
      const lm = untrained({ ...architectures['presets base and best'], context }, WORDS, wasm);
      const texts = ['w5 w6', '', ...Array.from({ length: 70 }, (_, i) => `w${i + 2} </s> w9 w7 w80`)];
      const together = lm.scoreAll(texts);
      expect(together).toHaveLength(texts.length);
      for (const i of [0, 1, 2, 50, 71]) {
        const alone = lm.score(texts[i]!);
        expect(together[i]!.tokens.map(({ token }) => token)).toEqual(alone.tokens.map(({ token }) => token));
        expect(together[i]!.logProbability).toBeCloseTo(alone.logProbability, 4);
        const after = lm.distribution(texts[i]!);
        expect(Math.exp(together[i]!.tokens.at(-1)!.logProbability)).toBeCloseTo(after[1]!, 6);
      }
    }
    expect(untrained(architectures.textbook!, WORDS, wasm).scoreAll([])).toEqual([]);
  });
});

describe('leaders', () => {
  it('are the largest values, ties by index', () => {
    const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 12 }), (list, k) => {
        const maxima = Array.from({ length: Math.ceil(list.length / 64) }, (_, b) =>
          Math.max(...list.slice(64 * b, 64 * (b + 1))),
        );
        const found = leaders(Float32Array.from(list), Float32Array.from(maxima), k);
        expect(found).toEqual(topIndexes(list, k));
        const sorted = list.map((_, i) => i).sort((a, b) => list[b]! - list[a]! || a - b);
        expect(found).toEqual(sorted.slice(0, k));
      }),
    );
  });
});

describe('work', () => {
  it('counts multiply-adds with tables and without', () => {
    const { config, network } = untrained(architectures.textbook!, WORDS, wasm);
    expect(predictionWork(config, network.parameters, WORDS)).toEqual({
      multiplyAdds: 3 * 10 * 14 + 14 * WORDS,
      multiplyAddsWithTables: 14 * WORDS,
      additionsWithTables: 3 * 14,
      tableBytes: 4 * 3 * WORDS * 14,
      tables: true,
    });
    const direct = untrained(architectures['direct connections']!, WORDS, wasm);
    const work = predictionWork(direct.config, direct.network.parameters, WORDS);
    const first = 20 * 12 * (3 + 2);
    expect(work!.multiplyAdds).toBe(first + 2 * 20 * 20 + WORDS * (20 + 12 * 5) + 2 * 6 * 12);
    expect(work!.tableBytes).toBeUndefined();
  });
});
