/** What a row of the table of operations holds, and the rows that many operations share. */
import type { Shape } from '../../src/base/shape.js';
import * as g from '../../src/graph/index.js';
import type { Maker } from './maker.js';

type Build = (make: Maker) => g.Node;

export interface Row {
  /** Each builds a graph with the operation in it. */
  readonly cases: Readonly<Record<string, Build>>;
  /** For operations on elements: the function of one element, on the first case. */
  readonly scalar?: (...operands: number[]) => number;
  /** What must not be built, with the error's message. */
  readonly refused: Readonly<Record<string, readonly [build: () => unknown, message: RegExp]>>;
}

export const x = g.input('x', ['batch', 3]);
export const ids = g.input('ids', ['batch'], 'i32');

export function elementwise(
  op: (x: g.Node) => g.Node,
  scalar: (x: number) => number,
  sign: 'any' | 'positive' = 'any',
): Row {
  return {
    cases: {
      'any shape': (make) => op(make.floats(make.shape(), sign)),
      'symbolic batch': (make) => op(make.floats(['batch', make.size()], sign)),
    },
    scalar,
    refused: { integers: [() => op(ids), /: needs floats, but got integers.*look them up with gather/] },
  };
}

/** All ways in which two operands can be stretched to one shape. */
function pairs(op: (a: g.Operand, b: g.Operand) => g.Node, left: Operand, right: Operand): Row['cases'] {
  return {
    'one shape': (make) => {
      const shape = make.shape();
      return op(left(make, shape), right(make, shape));
    },
    'a number on the right': (make) => op(left(make, make.shape()), 0.7),
    'a number on the left': (make) => op(0.7, right(make, make.shape())),
    'a row': (make) => {
      const [m, n] = make.shape(2) as [number, number];
      return op(left(make, [m, n]), right(make, [n]));
    },
    'a column': (make) => {
      const [m, n] = make.shape(2) as [number, number];
      return op(left(make, [m, 1]), right(make, [m, n]));
    },
    'both stretch': (make) => op(left(make, [make.size(2), 1]), right(make, [1, make.size(2)])),
    'rank 3, a middle axis': (make) => {
      const [l, m, n] = make.shape(3) as [number, number, number];
      return op(left(make, [l, 1, n]), right(make, [m, n]));
    },
    'rank 4, every other axis': (make) => {
      const [k, l, m, n] = make.shape(4) as [number, number, number, number];
      return op(left(make, [k, 1, m, 1]), right(make, [k, l, m, n]));
    },
    'symbolic batch and a row': (make) => {
      const n = make.size();
      return op(left(make, ['batch', n]), right(make, [n]));
    },
    'symbolic batch and its column': (make) =>
      op(left(make, ['batch', 1]), right(make, ['batch', make.size()])),
  };
}
type Operand = (make: Maker, shape: Shape) => g.Node;

const floats: Operand = (make, shape) => make.floats(shape);
export const bits: Operand = (make, shape) => make.choices(shape, [0, 0.7, 1]);

export function pairwise(
  op: (a: g.Operand, b: g.Operand) => g.Node,
  scalar: (a: number, b: number) => number,
  left: Operand = floats,
  right: Operand = floats,
): Row {
  return {
    cases: pairs(op, left, right),
    scalar,
    refused: {
      'axes that differ': [
        () => op(x, g.input('other', ['batch', 4])),
        /shapes \[batch, 3\] and \[batch, 4\] do not broadcast: axis -1 is 3 on the left and 4 on the right/,
      ],
      integers: [() => op(x, ids), /: needs floats, but got integers/],
    },
  };
}

/** A function along one axis, by default the last. */
export function alongAxis(op: (x: g.Node, axis?: number) => g.Node, name: string): Row {
  return {
    cases: {
      'last axis': (make) => op(make.floats(make.shape(2))),
      'any shape, axis −1': (make) => op(make.floats([...make.shape(), make.size()]), -1),
      'first axis': (make) => op(make.floats(make.shape(3)), 0),
      'axis −2': (make) => op(make.floats(make.shape(3)), -2),
      'symbolic batch': (make) => op(make.floats(['batch', make.size()])),
      'along the symbolic axis': (make) => op(make.floats(['batch', make.size()]), 0),
    },
    refused: {
      'an axis that is not there': [
        () => op(x, 2),
        new RegExp(`${name}: there is no axis 2 in a value of rank 2`),
      ],
      integers: [() => op(ids), /needs floats/],
    },
  };
}

export function reduction(op: typeof g.sum, name: string): Row {
  return {
    cases: {
      'all axes': (make) => op(make.floats(make.shape(3))),
      'one axis': (make) => op(make.floats(make.shape(3)), 1),
      'axis −1, kept': (make) => op(make.floats(make.shape(2)), -1, true),
      'axes that are not neighbours': (make) => op(make.floats(make.shape(4)), [0, 2]),
      'the outer axes, in disorder': (make) => op(make.floats(make.shape(3)), [-1, 0]),
      'over the symbolic batch': (make) => op(make.floats(['batch', make.size()]), 0),
      'along the symbolic batch': (make) => op(make.floats(['batch', make.size()]), 1),
    },
    refused: {
      'an axis that is not there': [() => op(x, -3), new RegExp(`${name}: there is no axis -3`)],
      integers: [() => op(ids), new RegExp(`${name}: needs floats`)],
    },
  };
}

const stacked = (rank: number, rows: number, columns: number, transposed: boolean, batches: number) => {
  const matrix = transposed ? [columns, rows] : [rows, columns];
  return rank === 3 ? [batches, ...matrix] : matrix;
};

export function matmulCases(): Row['cases'] {
  const cases: Record<string, Build> = {};
  for (const [rankA, rankB] of [
    [2, 2],
    [3, 3],
    [2, 3],
    [3, 2],
  ] as const) {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const name = `rank ${rankA} × ${rankB}, ${transposeA ? 'aᵀ' : 'a'} ${transposeB ? 'bᵀ' : 'b'}`;
        cases[name] = (make) => {
          const [batches, m, n, k] = make.shape(4) as [number, number, number, number];
          const a = make.floats(stacked(rankA, m, k, transposeA, batches));
          return g.matmul(a, make.floats(stacked(rankB, k, n, transposeB, batches)), {
            transposeA,
            transposeB,
          });
        };
      }
    }
  }
  return cases;
}
