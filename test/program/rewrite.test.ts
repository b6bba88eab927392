/** What the compiler's passes make of a graph, as the kernels of the program tell. */
import { describe, expect, it } from 'vitest';
import { referenceEngine } from '../../src/engine/index.js';
import {
  add,
  backward,
  bag,
  constant,
  divide,
  dropout,
  exp,
  gather,
  input,
  matmul,
  mean,
  multiply,
  type Node,
  onesLike,
  parameter,
  relu,
  reshape,
  segmentPool,
  sigmoid,
  silu,
  softmaxCrossEntropy,
  subtract,
  sum,
  tanh,
  zerosLike,
} from '../../src/graph/index.js';
import { evaluate, type Feeds, Workspace } from '../../src/program/index.js';

const x = input('x', ['batch', 3]);
const W = parameter('W', [4, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
const b = parameter('b', [4], [1, -1, 2, -2]);
const feeds = { x: [0.1, -0.2, 0.3, 0.4, 0.5, -0.6] };

function compile(outputs: Record<string, Node>, training = false) {
  return new Workspace(referenceEngine).compile({ outputs, training });
}

function kernels(outputs: Record<string, Node>, training = false): string[] {
  return compile(outputs, training)
    .report({ batch: 2, items: 5 })
    .map(({ kernel }) => kernel);
}

const labels = (outputs: Record<string, Node>) =>
  compile(outputs)
    .report({ batch: 2, items: 5 })
    .map(({ label }) => label);

describe('dropout', () => {
  it('is there in training and gone in inference', () => {
    const y = sigmoid(dropout(x, 0.5));
    expect(kernels({ y }, true)).toEqual(['dropout', 'unary']);
    expect(kernels({ y }, false)).toEqual(['unary']);
  });

  it('does not stand in the way of fusion in inference', () => {
    const y = dropout(relu(dropout(add(matmul(x, W, { transposeB: true }), b), 0.5)), 0.5);
    expect(kernels({ y })).toEqual(['matmul']);
  });
});

describe('identities', () => {
  it.each([
    ['x · 1', multiply(x, 1)],
    ['1 · x', multiply(1, x)],
    ['x + 0', add(x, 0)],
    ['0 + x', add(0, x)],
    ['x − 0', subtract(x, 0)],
    ['x / 1', divide(x, 1)],
    ['x times ones of its shape', multiply(x, onesLike(x))],
    ['x plus zeros of its shape', add(zerosLike(x), x)],
    ['a reshape there and back', reshape(reshape(x, ['3*batch']), ['batch', 3])],
  ])('%s is x', (_title, y) => {
    expect(kernels({ y })).toEqual([]);
    expect([...evaluate({ y }, feeds).y]).toEqual(feeds.x);
  });

  it.each([
    ['0 − x', subtract(0, x)],
    ['1 / x', divide(1, x)],
    ['x · −1', multiply(x, -1)],
  ])('%s is not', (_title, y) => {
    expect(kernels({ y })).toEqual(['binary']);
  });

  it('keeps the 1 that stretches: a scalar times ones', () => {
    const [s] = [input('s')];
    const y = multiply(s, constant([1, 1, 1]));
    expect([...evaluate({ y }, { s: 7 }).y]).toEqual([7, 7, 7]);
  });

  it('does not stretch an operand that the kernel stretches anyway', () => {
    const y = add(x, multiply(onesLike(x), constant([1, 2, 3])));
    expect(kernels({ y })).toEqual(['binary']);
  });
});

describe('common subexpressions', () => {
  it('are computed once, also when they were built twice', () => {
    expect(kernels({ y: add(exp(x), sum(exp(x), 0)), z: exp(x) })).toEqual(['unary', 'reduce', 'binary']);
  });

  it('tell attributes, inputs and parameters apart', () => {
    const other = input('other', ['batch', 3]);
    const y = [
      sum(x, 0),
      sum(x, [0, 1]),
      exp(x),
      exp(other),
      exp(parameter('v', [3])),
      exp(parameter('v', [3])),
    ];
    expect(kernels(Object.fromEntries(y.map((node, i) => [`y${i}`, node])))).toHaveLength(6);
  });

  it('tell constants apart that JSON writes alike', () => {
    const values = [Infinity, -Infinity, Number.NaN, 0, -0];
    const got = evaluate(Object.fromEntries(values.map((value, i) => [`y${i}`, divide(1, constant(value))])));
    expect(values.map((_, i) => got[`y${i}`]![0])).toEqual([0, -0, Number.NaN, Infinity, -Infinity]);
  });

  it('draw one mask for one dropout of one stream', () => {
    expect(kernels({ y: dropout(x, 0.5), z: dropout(x, 0.5) }, true)).toEqual(['dropout']);
    expect(kernels({ y: dropout(x, 0.5, 'a'), z: dropout(x, 0.5, 'b') }, true)).toHaveLength(2);
  });
});

describe('affine + activation', () => {
  const z = add(matmul(x, W, { transposeB: true }), b);

  it.each([
    ['bias', z],
    ['bias on the left', add(b, matmul(x, W, { transposeB: true }))],
    ['sigmoid', sigmoid(z)],
    ['tanh', tanh(z)],
    ['relu', relu(z)],
    ['silu', silu(z)],
  ])('is one kernel: %s', (_title, y) => {
    expect(kernels({ y })).toEqual(['matmul']);
    // Nothing is fused where every intermediate value is an output; the numbers must be the same.
    const apart = evaluate({ product: matmul(x, W, { transposeB: true }), z, y }, feeds).y;
    const fused = evaluate({ y }, feeds).y;
    fused.forEach((value, i) => {
      expect(value).toBeCloseTo(apart[i]!, 12);
    });
  });

  it('applies one activation only', () => {
    expect(kernels({ y: tanh(relu(z)) })).toEqual(['matmul', 'unary']);
  });

  it('keeps what is used elsewhere', () => {
    expect(kernels({ z, y: relu(z) })).toEqual(['matmul', 'unary']);
    expect(kernels({ product: matmul(x, W, { transposeB: true }), y: relu(z) })).toEqual([
      'matmul',
      'binary',
      'unary',
    ]);
  });

  it('takes no bias of another shape', () => {
    expect(kernels({ y: add(matmul(x, W, { transposeB: true }), input('c', ['batch', 1])) })).toEqual([
      'matmul',
      'binary',
    ]);
  });
});

describe('bags', () => {
  const E = parameter('E', [5, 2], 0.5);
  const ids = input('ids', ['items'], 'i32');
  const ends = input('ends', ['batch'], 'i32');

  it.each(['sum', 'mean', 'max'] as const)('lookup and pool are one kernel: %s', (pooling) => {
    expect(kernels({ y: bag(E, ids, ends, pooling) })).toEqual(['bag']);
  });

  it('stay apart where the rows are wanted too', () => {
    const rows = gather(E, ids);
    expect(kernels({ rows, y: segmentPool(rows, ends, 'mean') })).toEqual(['gather', 'segmentPool']);
  });
});

describe('gradients', () => {
  it('share logSumExp with the cross-entropy that they are of', () => {
    const z = input('z', ['batch', 3]);
    const label = input('label', ['batch'], 'i32');
    const loss = sum(softmaxCrossEntropy(z, label));
    const [dz] = backward(loss, [z]);
    const names = kernels({ loss, dz });
    expect(names.filter((name) => name === 'logSumExp')).toHaveLength(1);
    expect(names).toContain('crossEntropyGradient');
    expect(names).not.toContain('softmax');
  });

  it.each([
    ['sigmoid', sigmoid],
    ['tanh', tanh],
    ['relu', relu],
  ] as const)('of %s are one kernel', (name, activation) => {
    const g = input('g', ['batch', 3]);
    const [dx] = backward(sum(multiply(activation(x), g)), [x]);
    expect(labels({ dx })).toEqual([name, `${name}Gradient`]);
    // Where the loss is the sum itself, the upstream gradient of ones is nowhere to be seen.
    const plain = backward(sum(activation(x)), [x])[0];
    expect(kernels({ plain }).length).toBeLessThanOrEqual(3);
  });

  it('of a frozen layer are not computed', () => {
    const hidden = parameter('hidden', [3, 3], 0.1);
    const loss = mean(sigmoid(add(matmul(tanh(matmul(x, hidden)), W, { transposeB: true }), b)));
    const compiled = (wrt: readonly Node[]) => {
      const gradients = backward(loss, wrt);
      return kernels({ loss, ...Object.fromEntries(gradients.map((node, i) => [`g${i}`, node])) });
    };
    const all = compiled([hidden, W, b]);
    const upper = compiled([W, b]);
    const biasOnly = compiled([b]);
    expect(upper.length).toBeLessThan(all.length);
    expect(biasOnly.length).toBeLessThan(upper.length);
    expect(all.filter((name) => name === 'matmul')).toHaveLength(5);
    expect(upper.filter((name) => name === 'matmul')).toHaveLength(3);
    expect(biasOnly.filter((name) => name === 'matmul')).toHaveLength(2);
  });
});

describe('a rewritten program', () => {
  it('leaves the graph as it was', () => {
    const y = relu(add(matmul(x, W, { transposeB: true }), b));
    const before = y.inputs[0]!.op.name;
    const run = (outputs: Record<string, Node>, values: Feeds) => evaluate<string>(outputs, values).y!;
    run({ y }, feeds);
    expect(y.inputs[0]!.op.name).toBe(before);
  });
});
