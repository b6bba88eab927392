/** What must be equal, whatever the numbers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referenceEngine } from '../../src/engine/index.js';
import {
  backward,
  bag,
  divide,
  dropout,
  exp,
  gather,
  input,
  log,
  logSoftmax,
  logSumExp,
  matmul,
  multiply,
  type Node,
  oneHot,
  onesLike,
  type Pooling,
  segmentPool,
  softmax,
  softmaxCrossEntropy,
  square,
  subtract,
  sum,
} from '../../src/graph/index.js';
import { evaluate, Workspace } from '../../src/program/index.js';
import { Maker } from './maker.js';

function forMany(check: (make: Maker) => void): void {
  fc.assert(
    fc.property(fc.noShrink(fc.nat()), (seed) => check(new Maker(seed, 6))),
    { numRuns: 25 },
  );
}

function expectSame(a: Node, b: Node, feeds: Record<string, ArrayLike<number>>): void {
  const values = evaluate({ a, b }, feeds);
  expect(values.a.length).toBe(values.b.length);
  values.a.forEach((value, i) => {
    expect(value).toBeCloseTo(values.b[i]!, 12);
  });
}

describe('embeddings', () => {
  it('one-hot × E is the lookup, forward and backward', () => {
    forMany((make) => {
      const rows = make.size();
      const E = make.floats([rows, make.size()]);
      const ids = make.ids(['batch'], rows);
      const looked = gather(E, ids);
      const multiplied = matmul(oneHot(ids, rows), E);
      expectSame(looked, multiplied, make.feeds);
      const [dLooked] = backward(sum(square(looked)), [E]);
      const [dMultiplied] = backward(sum(square(multiplied)), [E]);
      expectSame(dLooked, dMultiplied, make.feeds);
    });
  });

  it.each(['sum', 'mean', 'max'] as const)('a bag is the pool of looked-up rows: %s', (pooling) => {
    forMany((make) => {
      const rows = make.size();
      const E = make.floats([rows, make.size()]);
      const ids = make.ids(['items'], rows);
      const ends = make.ends();
      const pooled = bag(E, ids, ends, pooling);
      const looked = gather(E, ids);
      // `looked` is an output too, so that the compiler cannot fuse it into the pool.
      const { apart } = evaluate({ looked, apart: segmentPool(looked, ends, pooling) }, make.feeds);
      const { together } = evaluate({ together: pooled }, make.feeds);
      const width = E.shape[1] as number;
      const bags = bagsOf(make.feeds[ids.name]!, make.feeds[ends.name]!);
      const byHand = bags.flatMap((bagIds) => poolByHand(bagIds, make.feeds[E.name]!, width, pooling));
      byHand.forEach((value, i) => {
        expect(together[i]).toBeCloseTo(value, 12);
        expect(apart[i]).toBeCloseTo(value, 12);
      });
    });
  });

  it('an empty bag is zeros, however it is pooled, and gives no gradient', () => {
    const E = input('E', [3, 2]);
    const ids = input('ids', ['items'], 'i32');
    const ends = input('ends', ['batch'], 'i32');
    for (const pooling of ['sum', 'mean', 'max'] as const) {
      const y = bag(E, ids, ends, pooling);
      const [dE] = backward(sum(y), [E]);
      const feeds = { E: [1, 2, 3, 4, 5, 6], ids: [], ends: [0, 0] };
      const got = evaluate({ y, dE }, feeds);
      expect([...got.y]).toEqual([0, 0, 0, 0]);
      expect([...got.dE]).toEqual([0, 0, 0, 0, 0, 0]);
    }
  });
});

function bagsOf(ids: readonly number[], ends: readonly number[]): number[][] {
  return ends.map((end, s) => ids.slice(s === 0 ? 0 : ends[s - 1]!, end));
}

function poolByHand(ids: readonly number[], E: readonly number[], width: number, pooling: Pooling): number[] {
  return Array.from({ length: width }, (_, column) => {
    const values = ids.map((id) => E[id * width + column]!);
    if (values.length === 0) return 0;
    const total = values.reduce((a, b) => a + b, 0);
    return pooling === 'max' ? Math.max(...values) : pooling === 'sum' ? total : total / values.length;
  });
}

describe('the softmax family', () => {
  it('sums to 1, and its logarithm is logSoftmax', () => {
    forMany((make) => {
      const x = make.floats(['batch', make.size()]);
      const p = softmax(x);
      expectSame(sum(p, 1), onesLike(sum(x, 1)), make.feeds);
      expectSame(log(p), logSoftmax(x), make.feeds);
      expectSame(p, divide(exp(x), sum(exp(x), 1, true)), make.feeds);
      expectSame(logSumExp(x), log(sum(exp(x), 1)), make.feeds);
    });
  });

  it('does not change when all logits move by the same', () => {
    forMany((make) => {
      const x = make.floats(['batch', make.size()]);
      expectSame(softmax(x), softmax(subtract(x, 3)), make.feeds);
    });
  });

  it('survives logits of ±10⁴', () => {
    const x = input('x', ['batch', 3]);
    const label = input('label', ['batch'], 'i32');
    const loss = softmaxCrossEntropy(x, label);
    const [dx] = backward(sum(loss), [x]);
    const feeds = { x: [1e4, 0, -1e4, -1e4, -1e4, -1e4], label: [2, 0] };
    const got = evaluate({ p: softmax(x), logP: logSoftmax(x), lse: logSumExp(x), loss, dx }, feeds);
    expect([...got.p].map((p) => Number(p.toFixed(12)))).toEqual([
      1,
      0,
      0,
      ...new Array(3).fill(0.333333333333),
    ]);
    expect([...got.logP.subarray(0, 3)]).toEqual([0, -1e4, -2e4]);
    expect(got.lse[0]).toBe(1e4);
    expect(got.lse[1]).toBeCloseTo(-1e4 + Math.log(3), 9);
    expect(got.loss[0]).toBe(2e4);
    expect(got.loss[1]).toBeCloseTo(Math.log(3), 9);
    expect([...got.dx.subarray(0, 3)]).toEqual([1, 0, -1]);
  });

  it('a class id is the distribution that has 1 there', () => {
    forMany((make) => {
      const z = make.floats(['batch', 4]);
      const label = make.ids(['batch'], 4);
      const hard = softmaxCrossEntropy(z, label);
      const soft = softmaxCrossEntropy(z, oneHot(label, 4));
      expectSame(hard, soft, make.feeds);
      expectSame(
        ...(backward(sum(square(hard)), [z]) as [Node]),
        ...(backward(sum(square(soft)), [z]) as [Node]),
        make.feeds,
      );
    });
  });
});

describe('dropout', () => {
  const x = input('x', ['batch']);
  const rate = 0.3;
  const y = dropout(x, rate, 'hidden');
  const [dx] = backward(sum(multiply(y, 5)), [x]);
  const workspace = new Workspace(referenceEngine);
  const training = workspace.compile({ outputs: { y, dx }, training: true });
  const ones = new Float64Array(20_000).fill(1);

  it('zeroes about the given fraction and scales the rest by 1 / (1 − p)', () => {
    training.run({ x: ones }, { seed: 1 });
    const values = training.read('y');
    expect(new Set(values)).toEqual(new Set([0, 1 / (1 - rate)]));
    const dropped = values.filter((value) => value === 0).length;
    // Four standard deviations of a binomial.
    expect(Math.abs(dropped / ones.length - rate)).toBeLessThan(
      4 * Math.sqrt((rate * (1 - rate)) / ones.length),
    );
  });

  it('has the same mask in the gradient', () => {
    training.run({ x: ones }, { seed: 1 });
    const values = training.read('y');
    training.read('dx').forEach((gradient, i) => {
      expect(gradient).toBeCloseTo(5 * values[i]!, 12);
    });
  });

  it('draws another mask at another step, seed or stream, and the same again', () => {
    const mask = (output: Node, seed: number, step: number) => {
      const program = workspace.compile({ outputs: { output }, training: true });
      program.run({ x: ones.subarray(0, 200) }, { seed, step });
      return program.read('output').join();
    };
    const first = mask(y, 1, 1);
    expect(mask(y, 1, 1)).toBe(first);
    expect(mask(y, 1, 2)).not.toBe(first);
    expect(mask(y, 2, 1)).not.toBe(first);
    expect(mask(y, 1 + 2 ** 40, 1)).not.toBe(first);
    expect(mask(dropout(x, rate, 'other'), 1, 1)).not.toBe(first);
  });

  it('draws the same mask for the first rows of a smaller batch', () => {
    training.run({ x: ones.subarray(0, 100) }, { seed: 1 });
    const small = training.read('y');
    training.run({ x: ones.subarray(0, 150) }, { seed: 1 });
    expect(training.read('y').slice(0, 100)).toEqual(small);
  });

  it('is the value itself in inference', () => {
    const feeds = { x: [1, 2, 3] };
    const got = evaluate({ y, dx }, feeds);
    expect([...got.y]).toEqual(feeds.x);
    expect([...got.dx]).toEqual([5, 5, 5]);
  });

  it('is the value itself at rate 0', () => {
    expect(dropout(x, 0)).toBe(x);
  });
});
