/** What the room of runs reads and computes. */
import fc from 'fast-check';
import { DataError, FeedforwardNetwork } from 'lexigrad';
import { describe, expect, it } from 'vitest';
import { axisOf } from '../src/rooms/runs/axes.js';
import {
  bestOf,
  bestSoFar,
  differing,
  importance,
  minimizes,
  passes,
  smooth,
} from '../src/rooms/runs/compare.js';
import { readRuns } from '../src/rooms/runs/read.js';
import type { Trial } from '../src/rooms/runs/tasks.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const lines = (...values: readonly unknown[]) =>
  bytes(values.map((value) => `${JSON.stringify(value)}\n`).join(''));

describe('reading runs', () => {
  const head = { kind: 'run', name: 'one', task: 'network', data: 'x.csv', settings: { hidden: [8, 4] } };
  const step = { kind: 'step', step: 5, totalSteps: 10, loss: 0.5, learningRate: 0.1, seconds: 2 };
  const epoch = {
    kind: 'epoch',
    epoch: 1,
    step: 5,
    trainLoss: 0.6,
    validation: { loss: 0.7, accuracy: 0.8 },
  };
  const end = {
    kind: 'end',
    stopped: 'finished',
    seconds: 4,
    settings: { seed: 1, optimizer: { kind: 'sgd' } },
  };

  it('takes a log apart, with all settings by flat names', () => {
    const { runs, searches, problems } = readRuns('a.jsonl', lines(head, step, epoch, end));
    expect(problems).toEqual([]);
    expect(searches).toEqual([]);
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({
      name: 'one',
      data: 'x.csv',
      stopped: 'finished',
      seconds: 4,
      totalSteps: 10,
    });
    expect(runs[0]!.settings).toEqual({ hidden: '8,4', seed: 1, 'optimizer.kind': 'sgd' });
    expect(runs[0]!.losses).toEqual([{ step: 5, loss: 0.5, learningRate: 0.1, seconds: 2 }]);
    expect(runs[0]!.epochs[0]!.validation).toEqual({ loss: 0.7, accuracy: 0.8 });
  });

  it('reads a log that is being written: half a line at the end is no fault', () => {
    const text = new TextDecoder().decode(lines(head, step, epoch));
    for (let length = text.indexOf('\n') + 1; length <= text.length; length++) {
      const { runs, problems } = readRuns('a.jsonl', bytes(text.slice(0, length)));
      expect(problems).toEqual([]);
      expect(runs[0]!.stopped).toBeUndefined();
    }
  });

  it('tells which lines are broken, and reads the others', () => {
    const broken = bytes(`${JSON.stringify(head)}\n{oops\n[1]\n${JSON.stringify(step)}\n`);
    const { runs, problems } = readRuns('a.jsonl', broken);
    expect(problems).toEqual(['Line 2 is not a JSON object', 'Line 3 is not a JSON object']);
    expect(runs[0]!.losses).toHaveLength(1);
  });

  it('reads trials, and counts those without a score', () => {
    const trials = [
      { trial: 1, settings: { rate: 0.1, hidden: [4] }, score: 0.9, seconds: 3, measure: 'accuracy' },
      { trial: 2, settings: { rate: 0.2, hidden: [8] }, score: null, seconds: 1 },
    ];
    const { searches } = readRuns('tune.jsonl', lines(...trials));
    expect(searches[0]).toMatchObject({ name: 'tune', measure: 'accuracy', without: 1 });
    expect(searches[0]!.trials).toEqual([
      { number: 1, settings: { rate: 0.1, hidden: '4' }, score: 0.9, seconds: 3 },
    ]);
  });

  it('reads the record in a model', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ features: [i], label: i < 20 ? 'a' : 'b' }));
    const model = await FeedforwardNetwork.train(rows, { hidden: [], epochs: 3, holdOut: 0.2 });
    const { runs } = readRuns('net.lexigrad', model.toBytes());
    expect(runs[0]!.name).toBe('net');
    expect(runs[0]!.epochs.map(({ trainLoss }) => trainLoss)).toEqual(
      model.record.history!.map(({ trainLoss }) => trainLoss),
    );
  });

  it('refuses everything else with a sentence', () => {
    for (const text of ['', 'hello', '{"a":1}\n', '\0\0\0'])
      expect(() => readRuns('x.jsonl', bytes(text))).toThrow(DataError);
    expect(() => readRuns('x.jsonl', bytes('hello'))).toThrow(/Line 1 is not a JSON object.*--log/);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          readRuns('x', bytes(text));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect((error as Error).message.length).toBeGreaterThan(20);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('comparing runs', () => {
  it('smooths without a bias at the beginning, and leaves constants alone', () => {
    expect(smooth([1, 2, 3], 0)).toEqual([1, 2, 3]);
    expect(smooth([4, 4, 4], 0.9).every((value) => Math.abs(value - 4) < 1e-12)).toBe(true);
    // m₁ = x₁; m₂ = (β x₁ + x₂) / (β + 1)
    expect(smooth([1, 3], 0.5)[1]).toBeCloseTo((0.5 * 1 + 3) / 1.5);
  });

  it('filters by name, value and range', () => {
    const run = { name: 'Tickets-2', settings: { hidden: '8', learningRate: 0.003 } };
    for (const filter of ['', 'tick', 'hidden=8', 'learningrate<0.01', 'tick learningRate>0.001'])
      expect(passes(run, filter)).toBe(true);
    for (const filter of ['spam', 'hidden=16', 'learningRate>0.01', 'seed=1', 'tick hidden=9'])
      expect(passes(run, filter)).toBe(false);
  });

  it('finds the settings that differ, those that one run lacks among them', () => {
    expect(
      differing([
        { a: 1, b: 2, c: 3 },
        { a: 1, b: 4 },
      ]),
    ).toEqual(['b', 'c']);
    expect(differing([{ a: 1 }])).toEqual([]);
  });

  it('knows which way a measure is better', () => {
    const epochs = [0.5, 0.9, 0.7].map((value, i) => ({
      ...{ step: i, epoch: i + 1, trainLoss: 0, seconds: undefined },
      validation: { accuracy: value, loss: value },
    }));
    const run = { epochs } as never;
    expect(bestOf(run, 'accuracy')).toEqual({ value: 0.9, epoch: 2 });
    expect(bestOf(run, 'loss')).toEqual({ value: 0.5, epoch: 1 });
    expect(bestOf(run, 'f1')).toBeUndefined();
    const search = { name: '', trials: [], without: 0 };
    expect(minimizes({ ...search, measure: 'perplexity', minimize: undefined })).toBe(true);
    expect(minimizes({ ...search, measure: 'perplexity', minimize: false })).toBe(false);
    expect(minimizes({ ...search, measure: undefined, minimize: undefined })).toBe(false);
  });
});

describe('searches', () => {
  const trial = (number: number, settings: Trial['settings'], score: number): Trial => ({
    ...{ number, settings, score },
    seconds: undefined,
  });

  it('give all importance to the setting that decides, and none to chance', () => {
    const trials = Array.from({ length: 60 }, (_, i) =>
      trial(i, { decides: i % 3, chance: (i * 7) % 5 < 2, fixed: 1 }, (i % 3) + 0.01 * Math.sin(i)),
    );
    const found = importance(trials);
    expect(found.map(({ setting }) => setting)).toEqual(['decides', 'chance']);
    expect(found[0]!.share).toBeGreaterThan(0.99);
    expect(found[1]!.share).toBeLessThan(0.1);
  });

  it('part numbers of many values by their quartiles', () => {
    const trials = Array.from({ length: 80 }, (_, i) => trial(i, { rate: i / 80 }, i < 40 ? 0 : 1));
    expect(importance(trials)[0]!.share).toBeCloseTo(1);
  });

  it('are flat where all scores are equal', () => {
    const trials = Array.from({ length: 10 }, (_, i) => trial(i, { rate: i }, 5));
    expect(importance(trials)).toEqual([{ setting: 'rate', share: 0 }]);
  });

  it('know the best so far', () => {
    const trials = [3, 1, 2].map((score, i) => trial(i, {}, score));
    expect(bestSoFar(trials, true)).toEqual([3, 1, 1]);
    expect(bestSoFar(trials, false)).toEqual([3, 3, 3]);
  });

  it('have axes by size, by logarithm and by name', () => {
    expect(axisOf([0, 5, 10]).place(5)).toBe(0.5);
    expect(axisOf([0.001, 0.1]).place(0.01)).toBeCloseTo(0.5);
    expect(axisOf(['16', '8', '4']).ticks.map(({ label }) => label)).toEqual(['4', '8', '16']);
    expect(axisOf(['a', undefined]).ticks).toHaveLength(2);
    expect(axisOf([7, 7]).place(7)).toBe(0.5);
  });
});
