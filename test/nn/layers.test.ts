import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/base/errors.js';
import { referenceEngine } from '../../src/engine/index.js';
import { constant, input, type Node } from '../../src/graph/index.js';
import {
  Dropout,
  Embedding,
  EmbeddingBag,
  LayerNorm,
  Linear,
  Residual,
  Sequential,
} from '../../src/nn/index.js';
import { evaluate, Workspace } from '../../src/program/index.js';
import { expectClose } from '../close.js';

const x = input('x', ['batch', 3]);
const values = (y: Node, feeds = {}) => [...evaluate({ y }, feeds).y];

describe('a linear layer', () => {
  it('maps [batch, inputs] to [batch, outputs] and names its parameters', () => {
    const layer = new Linear('hidden', 3, 4);
    expect(layer.forward(x).shape).toEqual(['batch', 4]);
    expect(layer.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['hidden/weight', [4, 3]],
      ['hidden/bias', [4]],
    ]);
    expect(new Linear('plain', 3, 4, { bias: false }).parameters).toHaveLength(1);
  });

  it('computes g(x Wᵀ + b)', () => {
    const layer = new Linear('l', 2, 2, {
      activation: 'relu',
      biasInitializer: { kind: 'constant', value: 1 },
    });
    const w = [...layer.weight.initial];
    const expected = [0, 1].map((row) => Math.max(0, w[2 * row]! * 3 - w[2 * row + 1]! * 2 + 1));
    expectClose(values(layer.forward(constant([3, -2], [1, 2]))), expected, 5);
  });

  it('starts as its activation needs: Kaiming for ReLU, Xavier for tanh, biases 0', () => {
    const deviation = ({ weight }: Linear) =>
      Math.sqrt([...weight.initial].reduce((sum, value) => sum + value * value, 0) / weight.initial.length);
    expect(deviation(new Linear('l', 200, 100, { activation: 'relu' })) / Math.sqrt(2 / 200)).toBeCloseTo(
      1,
      1,
    );
    expect(
      deviation(new Linear('l', 200, 100, { activation: 'tanh' })) / (5 / 3) / Math.sqrt(2 / 300),
    ).toBeCloseTo(1, 1);
    expect(new Linear('l', 3, 2).bias!.initial.every((value) => value === 0)).toBe(true);
  });

  it('refuses inputs of another width, saying which layer and what to do', () => {
    const layer = new Linear('hidden', 5, 4);
    expect(() => layer.forward(x)).toThrow(ShapeError);
    expect(() => layer.forward(x)).toThrow(/layer 'hidden' takes 5 inputs.*\[batch, 3\].*3 inputs/);
  });

  it('starts the same whatever other layers there are', () => {
    const alone = new Linear('output', 4, 2, { seed: 9 });
    new Linear('hidden', 3, 4, { seed: 9 });
    const beside = new Linear('output', 4, 2, { seed: 9 });
    expect(beside.weight.initial).toEqual(alone.weight.initial);
    expect(new Linear('output', 4, 2, { seed: 10 }).weight.initial).not.toEqual(alone.weight.initial);
    expect(new Linear('other', 4, 2, { seed: 9 }).weight.initial).not.toEqual(alone.weight.initial);
  });
});

describe('embeddings', () => {
  const vectors = [1, 2, 3, 4, 5, -6];

  it('look up a row for each id', () => {
    const embedding = new Embedding('words', 3, 2, { values: vectors });
    expect(values(embedding.forward(constant([2, 0], [2], 'i32')))).toEqual([5, -6, 1, 2]);
    expect(embedding.parameters.map(({ name }) => name)).toEqual(['words/table']);
    expect(() => new Embedding('words', 3, 3, { values: vectors })).toThrow(ShapeError);
  });

  it.each([
    ['mean', [3, -2]],
    ['sum', [6, -4]],
    ['max', [5, 2]],
    ['mean+max', [3, -2, 5, 2]],
  ] as const)('pool a bag by %s', (pooling, expected) => {
    const bag = new EmbeddingBag('words', 3, 2, pooling, { values: vectors });
    const pooled = bag.forward(constant([0, 2], [2], 'i32'), constant([2, 2], [2], 'i32'));
    expect(pooled.shape).toEqual([2, expected.length]);
    expect(bag.outputs).toBe(expected.length);
    // The second bag is empty.
    expect(values(pooled)).toEqual([...expected, ...expected.map(() => 0)]);
  });
});

describe('other layers', () => {
  it('normalise: mean 0 and deviation 1 over the units', () => {
    const y = values(new LayerNorm('norm', 4).forward(constant([1, 2, 3, 6], [1, 4])));
    expect(y.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6);
    expect(y.reduce((sum, value) => sum + value * value, 0) / 4).toBeCloseTo(1, 4);
  });

  it('drop only while training', () => {
    const layer = new Dropout('drop', 0.5);
    const y = layer.forward(constant(new Array<number>(1000).fill(1)));
    expect(values(y)).toEqual(new Array(1000).fill(1));
    const program = new Workspace(referenceEngine).compile({ outputs: { y }, training: true });
    program.run({}, { seed: 1 });
    expect(new Set(program.read('y'))).toEqual(new Set([0, 2]));
    expect(() => new Dropout('drop', 1).forward(x)).toThrow(ValueError);
  });

  it('stand one after the other, with the sum of their parameters', () => {
    const net = new Sequential('net', [new Linear('a', 3, 4), new Dropout('d', 0.1), new Linear('b', 4, 2)]);
    expect(net.forward(x).shape).toEqual(['batch', 2]);
    expect(net.parameters.map(({ name }) => name)).toEqual(['a/weight', 'a/bias', 'b/weight', 'b/bias']);
  });

  it('add what they compute to what they are given', () => {
    const inner = new Linear('inner', 3, 3, {
      initializer: { kind: 'zeros' },
      biasInitializer: { kind: 'constant', value: 1 },
    });
    const layer = new Residual('residual', inner);
    expect(values(layer.forward(constant([1, 2, 3], [1, 3])))).toEqual([2, 3, 4]);
    expect(layer.parameters).toEqual(inner.parameters);
  });
});
