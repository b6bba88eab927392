/** Small networks whose numbers can be followed by eye. */
import {
  add,
  binaryCrossEntropy,
  gather,
  input,
  matmul,
  mean,
  type Node,
  parameter,
  reshape,
  softmaxCrossEntropy,
  tanh,
} from 'lexigrad/graph';
import type { Feeds } from 'lexigrad/program';
import type { Source } from './state.js';

/** A scalar, and what it depends on. */
export interface Model {
  readonly result: Node;
  readonly resultName: string;
  readonly names: Readonly<Record<string, Node>>;
  readonly feeds: Feeds;
  /** Floats that it can be differentiated by, by name. */
  readonly leaves: Readonly<Record<string, Node>>;
}

const transposed = { transposeB: true };

export const networks: Readonly<Record<Exclude<Source, 'expression'>, () => Model>> = {
  feedforward: () => {
    const x = input('x', ['point', 2]);
    const y = input('y', ['point']);
    const W = parameter('W', [2, 2], [0.5, -0.3, 0.8, 0.2]);
    const b = parameter('b', [2], [0.1, -0.2]);
    const U = parameter('U', [1, 2], [0.7, -0.6]);
    const c = parameter('c', [1], [0.1]);
    const h = tanh(add(matmul(x, W, transposed), b));
    const z = reshape(add(matmul(h, U, transposed), c), ['point']);
    const L = mean(binaryCrossEntropy(z, y));
    return {
      result: L,
      resultName: 'L',
      names: { h, z, L },
      feeds: { x: [1, 0.5, -1, 2], y: [1, 0] },
      leaves: { x, W, b, U, c },
    };
  },
  softmax: () => {
    const x = input('x', ['point', 3]);
    const label = input('label', ['point'], 'i32');
    const W = parameter('W', [3, 3], [0.2, -0.1, 0.4, 0.5, 0.3, -0.2, -0.3, 0.1, 0.6]);
    const b = parameter('b', [3], [0, 0.1, -0.1]);
    const z = add(matmul(x, W, transposed), b);
    const L = mean(softmaxCrossEntropy(z, label));
    return {
      result: L,
      resultName: 'L',
      names: { z, L },
      feeds: { x: [1, 0, 2, -1, 1, 0.5], label: [2, 0] },
      leaves: { x, W, b },
    };
  },
  window: () => {
    const context = input('context', ['point', 2], 'i32');
    const next = input('next', ['point'], 'i32');
    const E = parameter('E', [5, 2], [0.1, 0.4, -0.3, 0.2, 0.5, -0.1, 0, 0.3, -0.2, -0.4]);
    const W = parameter('W', [3, 4], [0.3, -0.2, 0.5, 0.1, -0.4, 0.6, 0.2, -0.1, 0.1, 0.2, -0.3, 0.4]);
    const b = parameter('b', [3], [0, 0.1, -0.1]);
    const U = parameter(
      'U',
      [5, 3],
      [0.2, -0.1, 0.3, 0.1, 0.5, -0.2, -0.3, 0.2, 0.4, 0, -0.4, 0.1, 0.6, 0.1, -0.1],
    );
    const e = reshape(gather(E, context), ['point', 4]);
    const h = tanh(add(matmul(e, W, transposed), b));
    const z = matmul(h, U, transposed);
    const L = mean(softmaxCrossEntropy(z, next));
    return {
      result: L,
      resultName: 'L',
      names: { e, h, z, L },
      feeds: { context: [0, 3, 3, 1], next: [4, 2] },
      leaves: { E, W, b, U },
    };
  },
};
