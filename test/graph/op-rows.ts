/**
 * One row for each operation: how to build it over random shapes, and what it refuses. The same table serves the
 * gradient checks (`ops.test.ts`) and the comparison of engines (`test/program/engines.test.ts`). An operation without
 * a row does not compile.
 */
import * as g from '../../src/graph/index.js';
import { lookupRows } from './lookup-rows.js';
import {
  alongAxis,
  bits,
  elementwise,
  ids,
  matmulCases,
  pairwise,
  type Row,
  reduction,
  x,
} from './row-kinds.js';

export const opRows: { readonly [K in g.OpName]: Row } = {
  reshape: {
    cases: {
      flat: (make) => {
        const [m, n] = make.shape(2) as [number, number];
        return g.reshape(make.floats([m, n, 2]), [2 * n, m]);
      },
      'symbolic batch joined with an axis': (make) => {
        const n = make.size(2);
        return g.reshape(make.floats(['batch', n, 2]), [`${n}*batch`, 2]);
      },
    },
    refused: {
      'another number of elements': [
        () => g.reshape(x, ['batch', 4]),
        /reshape: \[batch, 3\] and \[batch, 4\] do not have the same number of elements/,
      ],
    },
  },
  broadcastTo: {
    cases: {
      'a scalar': (make) => g.broadcastTo(make.floats([]), make.shape(2)),
      'a column and a new axis': (make) => {
        const [l, m, n] = [make.size(), make.size(), make.size(2)];
        return g.broadcastTo(make.floats([m, 1]), [l, m, n]);
      },
      'over the symbolic batch': (make) => {
        const n = make.size();
        const row = g.broadcastTo(make.floats([n]), ['batch', n]);
        return g.add(row, make.floats(['batch', n]));
      },
    },
    refused: {
      shrinking: [() => g.broadcastTo(x, [3]), /broadcastTo: \[batch, 3\] does not stretch to \[3\]/],
    },
  },
  sum: reduction(g.sum, 'sum'),
  max: reduction(g.max, 'max'),
  transpose: {
    cases: {
      matrix: (make) => g.transpose(make.floats([make.size(2), make.size(2)])),
      'rank 4': (make) => g.transpose(make.floats(make.shape(4)), [2, 0, 3, 1]),
      'symbolic batch': (make) => g.transpose(make.floats(['batch', make.size(), make.size()]), [1, 2, 0]),
    },
    refused: {
      'an axis twice': [
        () => g.transpose(x, [0, 0]),
        /transpose: \[0,0\] is not an order of the 2 axes of \[batch, 3\]/,
      ],
    },
  },
  slice: {
    cases: {
      'first axis': (make) => g.slice(make.floats([4, make.size()]), 0, 1, 3),
      'last axis of a symbolic batch': (make) => g.slice(make.floats(['batch', 4]), -1, 2, 4),
      'a middle axis': (make) => g.slice(make.floats([make.size(), 3, make.size()]), 1, 0, 2),
    },
    refused: {
      'past the end': [() => g.slice(x, 1, 2, 4), /slice: 2 … 4 is not a part of axis 1 of \[batch, 3\]/],
      'the symbolic axis': [() => g.slice(x, 0, 0, 1), /slice: axis 0 of \[batch, 3\] is symbolic/],
    },
  },
  pad: {
    cases: {
      'last axis': (make) => g.pad(make.floats(make.shape(2)), -1, 1, 2),
      'first axis': (make) => g.pad(make.floats(make.shape(3)), 0, 2, 0),
      'symbolic batch': (make) => g.pad(make.floats(['batch', make.size()]), 1, 0, 1),
    },
    refused: {
      'fewer than no zeros': [() => g.pad(x, 1, -1, 0), /pad: there cannot be -1 zeros before/],
      integers: [() => g.pad(ids, 0, 1, 1), /pad: needs floats/],
    },
  },
  concat: {
    cases: {
      'three, last axis': (make) => {
        const m = make.size();
        return g.concat([1, 2, 3].map(() => make.floats([m, make.size()])));
      },
      'first axis, one of them twice': (make) => {
        const [a, b] = [make.floats([2, 3]), make.floats([1, 3])];
        return g.concat([a, b, a], 0);
      },
      'symbolic batch': (make) =>
        g.concat([make.floats(['batch', 1]), make.floats(['batch', make.size()])], -1),
    },
    refused: {
      nothing: [() => g.concat([]), /concat: give at least one value/],
      'another axis differs': [
        () => g.concat([x, g.input('other', [4, 3])]),
        /concat: \[batch, 3\] and \[4, 3\] differ in another axis than 1/,
      ],
      'floats and ids': [
        () => g.concat([g.input('a', [2]), g.input('b', [2], 'i32')]),
        /concat: floats and integers do not go together/,
      ],
    },
  },
  add: pairwise(g.add, (a, b) => a + b),
  subtract: pairwise(g.subtract, (a, b) => a - b),
  multiply: pairwise(g.multiply, (a, b) => a * b),
  divide: pairwise(g.divide, (a, b) => a / b),
  maximum: pairwise(g.maximum, Math.max),
  minimum: pairwise(g.minimum, Math.min),
  greater: pairwise(g.greater, (a, b) => Number(a > b), bits, bits),
  greaterEqual: pairwise(g.greaterEqual, (a, b) => Number(a >= b), bits, bits),
  equal: pairwise(g.equal, (a, b) => Number(a === b), bits, bits),
  negate: elementwise(g.negate, (v) => -v),
  square: elementwise(g.square, (v) => v * v),
  exp: elementwise(g.exp, Math.exp),
  log: elementwise(g.log, Math.log, 'positive'),
  sqrt: elementwise(g.sqrt, Math.sqrt, 'positive'),
  absolute: elementwise(g.absolute, Math.abs),
  sign: elementwise(g.sign, Math.sign),
  step: elementwise(g.step, (v) => Number(v > 0)),
  power: {
    ...elementwise(
      (v) => g.power(v, 3),
      (v) => v ** 3,
    ),
    cases: {
      cube: (make) => g.power(make.floats(make.shape()), 3),
      reciprocal: (make) => g.power(make.floats(make.shape()), -1),
      'three halves': (make) => g.power(make.floats(make.shape(), 'positive'), 1.5),
    },
  },
  select: {
    cases: {
      'one shape': (make) => {
        const shape = make.shape();
        return g.select(make.choices(shape, [0, 1]), make.floats(shape), make.floats(shape));
      },
      'all three stretch': (make) => {
        const [m, n] = [make.size(), make.size()];
        return g.select(make.choices([m, 1], [0, 1]), make.floats([n]), 0.5);
      },
      'symbolic batch': (make) => {
        const n = make.size();
        return g.select(g.greater(make.floats(['batch', n]), 0), make.floats([n]), make.floats(['batch', 1]));
      },
    },
    scalar: (condition, a, b) => (condition === 0 ? b : a),
    refused: {
      'shapes that do not fit': [
        () => g.select(1, x, g.input('other', [2])),
        /select: shapes .* do not broadcast/,
      ],
      integers: [() => g.select(1, ids, 0), /select: needs floats/],
    },
  },
  dimension: {
    cases: {
      'as a factor': (make) => g.divide(g.sum(make.floats(['batch', 2])), g.dimension('batch')),
      'of joined axes': (make) => g.multiply(make.floats(['batch', 2]), g.dimension('2*batch')),
    },
    refused: {},
  },
  sigmoid: elementwise(g.sigmoid, (z) => 1 / (1 + Math.exp(-z))),
  tanh: elementwise(g.tanh, Math.tanh),
  relu: elementwise(g.relu, (z) => Math.max(z, 0)),
  leakyRelu: elementwise(
    (z) => g.leakyRelu(z, 0.1),
    (z) => (z > 0 ? z : 0.1 * z),
  ),
  gelu: elementwise(
    g.gelu,
    (z) => (z / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))),
  ),
  silu: elementwise(g.silu, (z) => z / (1 + Math.exp(-z))),
  softplus: elementwise(g.softplus, (z) => Math.log(1 + Math.exp(z))),
  matmul: {
    cases: {
      ...matmulCases(),
      'rank 4 × 2: leading axes are rows': (make) => {
        const [k, n] = [make.size(), make.size()];
        return g.matmul(make.floats([make.size(), make.size(), 2, k]), make.floats([k, n]));
      },
      'rank 3 × 2 with a symbolic batch, bᵀ': (make) => {
        const [k, n] = [make.size(), make.size()];
        return g.matmul(make.floats(['batch', 2, k]), make.floats([n, k]), { transposeB: true });
      },
      'a batch of products, symbolic': (make) => {
        const [m, n] = [make.size(), make.size()];
        return g.matmul(make.floats(['batch', m, 2]), make.floats(['batch', n, 2]), { transposeB: true });
      },
      'the batch as the inner axis': (make) =>
        g.matmul(make.floats(['batch', make.size()]), make.floats(['batch', make.size()]), {
          transposeA: true,
        }),
      'a matrix with itself': (make) => {
        const a = make.floats([2, 2]);
        return g.matmul(a, a, { transposeB: true });
      },
    },
    refused: {
      'inner sizes that differ': [
        () => g.matmul(x, g.input('W', [4, 3])),
        /matmul: \[batch, 3\] × \[4, 3\] do not fit: the inner sizes are 3 and 4\. Change one, or use transposeA/,
      ],
      vectors: [
        () => g.matmul(g.input('v', [3]), x),
        /matmul: operands must be matrices.*one has shape \[3\]/,
      ],
      'batches that differ': [
        () => g.matmul(g.input('a', [2, 1, 3]), g.input('b', [4, 3, 1])),
        /matmul: batches of 2 and of 4 matrices do not fit/,
      ],
      integers: [() => g.matmul(x, g.input('ids', [3, 1], 'i32')), /matmul: needs floats/],
    },
  },
  logSumExp: alongAxis(g.logSumExp, 'logSumExp'),
  softmax: alongAxis(g.softmax, 'softmax'),
  logSoftmax: alongAxis(g.logSoftmax, 'logSoftmax'),
  ...lookupRows,
  layerNorm: {
    cases: {
      'symbolic batch': (make) => {
        const n = make.size(2);
        return g.layerNorm(make.floats(['batch', n]), make.floats([n]), make.floats([n]), 0.01);
      },
      'rank 3': (make) => g.layerNorm(make.floats([2, 2, 3]), make.floats([3]), make.floats([3]), 0.1),
      'rank 1': (make) => g.layerNorm(make.floats([4]), make.floats([4]), make.floats([4])),
    },
    refused: {
      'a gain of another width': [
        () => g.layerNorm(x, g.input('gain', [4]), g.input('bias', [3])),
        /layerNorm: gain and bias must be \[3\] for x \[batch, 3\], but one is \[4\]/,
      ],
    },
  },
  dropout: {
    cases: {
      'any shape': (make) => g.dropout(make.floats(make.shape()), 0.4),
      'symbolic batch, twice': (make) =>
        g.dropout(g.square(g.dropout(make.floats(['batch', 4]), 0.3, 'a')), 0.5, 'b'),
    },
    refused: {
      'everything dropped': [() => g.dropout(x, 1), /dropout: the rate must be from 0 to below 1, not 1/],
      'not a rate': [() => g.dropout(x, Number.NaN), /not NaN/],
      integers: [() => g.dropout(ids, 0.5), /dropout: needs floats/],
    },
  },
};
