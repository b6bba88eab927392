import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../src/base/errors.js';
import { referenceEngine, wasmEngine } from '../../../src/engine/index.js';
import {
  backward,
  input,
  mean,
  multiply,
  type ParameterNode,
  parameter,
  softmax,
  sum,
} from '../../../src/graph/index.js';
import {
  adaptiveCutoffs,
  ClusteredOutput,
  classCutoffs,
  evenClusters,
  NegativeSampler,
  narrowingClusters,
  type OutputLayer,
  SampledOutput,
  SoftmaxOutput,
} from '../../../src/nn/output/index.js';
import { Optimizer } from '../../../src/optim/index.js';
import { checkGradients, evaluate, isRowSparse, Workspace } from '../../../src/program/index.js';
import { expectClose } from '../../close.js';

const V = 12;
const WIDTH = 4;
const counts = Array.from({ length: V }, (_, id) => Math.round(100 / (id + 1)));
const wave = (count: number, phase: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(1.7 * i + phase));
const table = parameter('E', [V, WIDTH], wave(V * WIDTH, 1));
const state = input('state', ['batch', WIDTH]);
const target = input('target', ['batch'], 'i32');
const states = wave(5 * WIDTH, 2);

const layers: Readonly<Record<string, OutputLayer>> = {
  softmax: new SoftmaxOutput('o', [table]),
  'self-normalised softmax': new SoftmaxOutput('o', [table], 0.1),
  sampled: new SampledOutput('o', [table], { loss: 'sampled', samples: 5 }),
  nce: new SampledOutput('o', [table], { loss: 'nce', samples: 5 }),
  'adaptive, tied': new ClusteredOutput('o', {
    ...{ size: V, inputs: WIDTH, clusters: narrowingClusters([3, 7], V, WIDTH), table },
  }),
  'adaptive with vectors of its own': new ClusteredOutput('o', {
    ...{
      size: V,
      inputs: WIDTH,
      clusters: [
        { begin: 2, end: 5, width: 3 },
        { begin: 5, end: V, width: 2 },
      ],
    },
  }),
  'classes, tied': new ClusteredOutput('o', {
    ...{ size: V, inputs: WIDTH, clusters: evenClusters([0, 1, 4], V, WIDTH), table },
  }),
  'classes with vectors of their own': new ClusteredOutput('o', {
    ...{ size: V, inputs: WIDTH, clusters: evenClusters([0, 1, 4], V, WIDTH) },
  }),
};
const names = Object.keys(layers);
const clustered = names.filter((name) => layers[name] instanceof ClusteredOutput);

/** ln p [batch, V] by the logits. */
function logProbabilities(layer: OutputLayer): number[][] {
  const { p } = evaluate({ p: softmax(layer.logits([state])) }, { state: states });
  return Array.from({ length: 5 }, (_, row) => [...p.slice(row * V, (row + 1) * V)].map(Math.log));
}

function trainingLosses(layer: OutputLayer, targets: readonly number[]): number[] {
  const feeds = layer.feeder(counts, 1)(Int32Array.from(targets), '0/0');
  return [...evaluate({ loss: layer.trainingLoss([state], target) }, { state: states, ...feeds }).loss];
}

describe.each(names)('%s', (name) => {
  const layer = layers[name]!;
  const parameters = [table, ...layer.parameters];

  it('predicts a distribution that sums to 1', () => {
    for (const row of logProbabilities(layer)) {
      expect(row.reduce((total, logP) => total + Math.exp(logP), 0)).toBeCloseTo(1, 12);
    }
  });

  it('has the gradients that differences show', () => {
    const check = checkGradients(mean(layer.trainingLoss([state], target)), parameters, {
      state: states,
      ...layer.feeder(counts, 1)(Int32Array.of(0, 3, 11, 7, 3), '0/0'),
    });
    expect(check.ok, check.message).toBe(true);
  });

  it('predicts words by their frequency where it is told nothing', () => {
    const workspace = new Workspace(referenceEngine);
    const program = workspace.compile({ outputs: { p: softmax(layer.logits([state])) } });
    const total = counts.reduce((all, count) => all + count, 0);
    const frequencies = counts.map((count) => count / total);
    for (const [bias, values] of layer.biases(frequencies)) workspace.write(bias, values);
    program.run({ state: new Float64Array(WIDTH) });
    expectClose([...program.view('p')], frequencies, 6);
  });

  it('takes the same step on the fast engine', () => {
    const results = [referenceEngine, wasmEngine({ threads: 1 })].map((engine) => {
      const workspace = new Workspace(engine);
      const optimizer = new Optimizer({ kind: 'adamw', learningRate: 0.05 });
      const loss = mean(layer.trainingLoss([state], target));
      const program = workspace.compile({
        outputs: { loss },
        updates: optimizer.updates(parameters, backward(loss, parameters)),
        clip: 1,
      });
      const feeder = layer.feeder(counts, 1);
      // The last two batches have no rare word: clusters are empty.
      const batches = [[0, 3, 11, 7, 3], [9, 2], [0], [1, 0, 0]];
      const losses = batches.map((targets, i) => {
        const feeds = feeder(Int32Array.from(targets), `0/${i}`);
        program.run({ state: states.slice(0, targets.length * WIDTH), ...feeds, ...optimizer.feeds(i + 1) });
        return program.scalar('loss');
      });
      return [...losses, ...parameters.flatMap((node) => [...workspace.view(node)])];
    });
    expectClose(results[1]!, results[0]!, 4);
  });
});

describe.each(clustered)('%s', (name) => {
  it('trains on the exact surprisal', () => {
    const exact = logProbabilities(layers[name]!);
    for (let word = 0; word < V; word++) {
      const targets = [word, (word + 5) % V, 0, 11, (word * 7) % V];
      expectClose(
        trainingLosses(layers[name]!, targets),
        targets.map((id, row) => -exact[row]![id]!),
        9,
      );
    }
  });
});

describe('sampled softmax', () => {
  it('is the full softmax when every word is drawn', () => {
    const all = new SampledOutput('o', [table], { loss: 'sampled', samples: V });
    const targets = [0, 3, 11, 7, 3];
    expectClose(trainingLosses(all, targets), trainingLosses(layers.softmax!, targets), 9);
  });

  it('is least where the scores are ln p, whatever the rates; of nce only where Z = 1 too', () => {
    // A bias alone, no state, and words in proportion 1 : 2 : … : 5, which are drawn at quite other rates.
    const p = [1, 2, 3, 4, 5].map((share) => share / 15);
    const flat = parameter('flat', [5, 1], 0);
    const none = input('none', ['batch', 1]);
    const weights = input('weights', ['batch']);
    for (const loss of ['sampled', 'nce'] as const) {
      const layer = new SampledOutput('o', [flat], { loss, samples: 3 });
      const { bias } = layer.scores;
      const [gradient] = backward(sum(multiply(weights, layer.trainingLoss([none], target))), [
        bias,
      ] as const);
      const workspace = new Workspace(referenceEngine);
      const program = workspace.compile({ outputs: { gradient } });
      const targets = Int32Array.of(0, 1, 2, 3, 4);
      const logRates = layer.feeder([60, 30, 20, 10, 5], 3)(targets, '0/0')[
        'target/log-rates'
      ] as Float32Array;

      /** Over all words as they occur, and all draws of which word 0 is always one. */
      const expectedGradient = (shift: number): number[] => {
        workspace.write(
          bias,
          p.map((share) => Math.log(share) + shift),
        );
        const total = new Array<number>(5).fill(0);
        for (let choice = 0; choice < 16; choice++) {
          const drawn = [0, 1, 2, 3, 4].filter((id) => id === 0 || choice & (1 << (id - 1)));
          const probability = [1, 2, 3, 4].reduce((product, id) => {
            const rate = Math.exp(logRates[id]!);
            return product * (drawn.includes(id) ? rate : 1 - rate);
          }, 1);
          program.run({
            ...{ none: new Float64Array(5), weights: p, target: targets, drawn },
            ...{ 'drawn/log-rates': drawn.map((id) => logRates[id]!), 'target/log-rates': logRates },
            ...(loss === 'sampled' && {
              'target/mask': Array.from(targets, (id) => (drawn.includes(id) ? -1e30 : 0)),
            }),
          });
          program.view('gradient').forEach((value, id) => {
            total[id]! += probability * value;
          });
        }
        return total;
      };

      expectClose(expectedGradient(0), [0, 0, 0, 0, 0], 6);
      const shifted = Math.max(...expectedGradient(2).map(Math.abs));
      if (loss === 'sampled') expect(shifted).toBeLessThan(1e-6);
      else expect(shifted).toBeGreaterThan(0.01);
    }
  });

  it('changes only the rows of targets and drawn words', () => {
    const layer = new SampledOutput('o', [table], { loss: 'sampled', samples: 3 });
    const loss = mean(layer.trainingLoss([state], target));
    const [gradient] = backward(loss, [table] as [ParameterNode]);
    expect(isRowSparse(gradient)).toBe(true);
  });

  it('takes steps whose work grows with the vocabulary by no more than the bias does', () => {
    const work = (size: number) => {
      const wide = parameter('wide', [size, 64], 0);
      const layer = new SampledOutput('o', [wide], { loss: 'sampled', samples: 5 });
      const loss = mean(layer.trainingLoss([input('state', ['batch', 64])], target));
      const all = [wide, ...layer.parameters];
      const updates = new Optimizer().updates(all, backward(loss, all));
      const program = new Workspace(referenceEngine).compile({ outputs: { loss }, updates, clip: 1 });
      return program.report({ batch: 8, drawn: 5 }).reduce((total, { flops }) => total + flops, 0);
    };
    const perWord = (work(2000) - work(1000)) / 1000;
    expect(perWord).toBeGreaterThan(0);
    expect(perWord).toBeLessThan(30);
  });

  it('draws the same for a seed and a batch, and another for another', () => {
    const feed = (seed: number, draw: string) =>
      [...(layers.sampled!.feeder(counts, seed)(Int32Array.of(1), draw).drawn as Int32Array)].join();
    expect(feed(1, '0/5')).toBe(feed(1, '0/5'));
    const others = ['0/6', '1/5', '2/0', '0/7'].map((draw) => feed(1, draw));
    expect(new Set([feed(1, '0/5'), ...others]).size).toBeGreaterThan(2);
  });
});

describe('self-normalisation', () => {
  it('adds α (ln Z)²', () => {
    const targets = [0, 3, 11, 7, 3];
    const z = evaluate({ z: layers.softmax!.logits([state]) }, { state: states }).z;
    const plain = trainingLosses(layers.softmax!, targets);
    const expected = plain.map((loss, row) => {
      const logZ = Math.log(
        [...z].slice(row * V, (row + 1) * V).reduce((total, value) => total + Math.exp(value), 0),
      );
      return loss + 0.1 * logZ ** 2;
    });
    expectClose(trainingLosses(layers['self-normalised softmax']!, targets), expected, 9);
  });
});

describe('negatives', () => {
  it('come at the rates that they say, about K in all, none twice', () => {
    const many = Array.from({ length: 60 }, (_, id) => Math.round(1000 / (id + 1)));
    const sampler = new NegativeSampler(many, 15, 0.75, 2);
    expect(sampler.rates.reduce((all, rate) => all + rate, 0)).toBeCloseTo(15, 9);
    const seen = new Float64Array(60);
    const draws = 4000;
    for (let i = 0; i < draws; i++) {
      const drawn = sampler.draw(1, `draw ${i}`);
      expect(new Set(drawn).size).toBe(drawn.length);
      for (const id of drawn) seen[id]!++;
    }
    expect([seen[0], seen[1]]).toEqual([draws, draws]);
    seen.forEach((times, id) => {
      const rate = sampler.rates[id]!;
      const deviation = Math.sqrt(rate * (1 - rate) * draws);
      expect(Math.abs(times - rate * draws)).toBeLessThanOrEqual(4.5 * deviation + 1e-9);
    });
  });

  it('have rates from 0 to 1 for any counts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1_000_000), { minLength: 2, maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        (some, samples) => {
          const { rates } = new NegativeSampler(some, samples, 0.75);
          expect(rates.every((rate) => rate > 0 && rate <= 1)).toBe(true);
          const total = rates.reduce((all, rate) => all + rate, 0);
          expect(total).toBeGreaterThan(Math.min(samples, some.length) - 1e-6);
          expect(total).toBeLessThan(Math.min(samples + 1, some.length) + 1e-6);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('refuse to be none', () => {
    expect(() => new NegativeSampler([1, 2], 0, 1)).toThrow(ValueError);
  });
});

describe('clusters', () => {
  it('cover any vocabulary', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 300_000 }), (size) => {
        const cutoffs = adaptiveCutoffs(size, 2);
        const clusters = narrowingClusters(cutoffs, size, 64);
        expect(cutoffs[0]).toBeGreaterThanOrEqual(2);
        expect(clusters.every(({ begin, end, width }) => begin < end && width >= 8 && width <= 16)).toBe(
          true,
        );
        expect(clusters.at(-1)!.end).toBe(size);
      }),
    );
    expect(adaptiveCutoffs(10_000)).toEqual([1000, 4000]);
  });

  it('have nearly equal mass as classes, and none is empty', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { minLength: 3, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (some, n) => {
          const cutoffs = classCutoffs(some, n);
          expect(cutoffs[0]).toBe(0);
          expect(cutoffs.length).toBeLessThanOrEqual(n);
          expect(cutoffs.every((begin, i) => i === 0 || begin > cutoffs[i - 1]!)).toBe(true);
        },
      ),
    );
    expect(classCutoffs([39, 9, 9, 9, 9], 2)).toEqual([0, 1]);
  });

  it('are refused where they leave words out or overlap', () => {
    const make = (...ranges: [number, number][]) =>
      new ClusteredOutput('o', {
        ...{ size: V, inputs: WIDTH, clusters: ranges.map(([begin, end]) => ({ begin, end, width: 2 })) },
      });
    expect(() => make()).toThrow(/follow one another to its 12 words, but are none/);
    expect(() => make([2, 5], [6, V])).toThrow(/2–5, 6–12/);
    expect(() => make([2, 5], [5, 11])).toThrow(ValueError);
    expect(() => make([2, 2], [2, V])).toThrow(ValueError);
  });
});
