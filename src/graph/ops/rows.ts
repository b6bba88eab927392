/**
 * Embeddings: looking rows up by id, pooling the rows of bags, and the row-sparse gradients of both.
 *
 * A bag is a variable-length list of ids. Bags are given flat: `ids` ['items'] of all bags one after the other, and
 * `ends` ['batch'], where each bag ends in it: bag s is items ends[s−1] … ends[s]−1. No padding is stored or computed.
 */
import { ShapeError } from '../../base/errors.js';
import { type Axis, formatShape, sameShape } from '../../base/shape.js';
import { apply, floatShape, type Node, type Op } from '../node.js';
import { divide, maximum, multiply } from './arithmetic.js';
import { expandAxis } from './structure.js';

/** Rows of a table by id: [V, d], ids of any shape […] → […, d]. The same as oneHot(ids, V) × table, without the zeros. */
export function gather(table: Node, ids: Node): Node {
  return apply(gatherOp, [table, ids], {});
}

export const gatherOp: Op = {
  name: 'gather',
  formula: 'yᵢ = E[idᵢ]',
  shape([table, ids]) {
    checkTable(table!, 'gather');
    checkIds(ids!, 'gather');
    return [...ids!.shape, table!.shape[1]!];
  },
  gradient(y, upstream) {
    const [table, ids] = y.inputs as [Node, Node];
    return [scatterRows(upstream, ids, table.shape[0] as number), undefined];
  },
};

/**
 * The sum of rows by id: y [rows, d], y[v] = Σ values[i] over all i with ids[i] = v. It is the gradient of `gather`;
 * an optimiser reads the few rows and ids and never makes the dense matrix.
 */
export function scatterRows(values: Node, ids: Node, rows: number): Node {
  return apply(scatterRowsOp, [values, ids], { rows });
}

export const scatterRowsOp: Op<{ readonly rows: number }> = {
  name: 'scatterRows',
  formula: 'y[idᵢ] += xᵢ',
  shape([values, ids], { rows }) {
    checkIds(ids!, 'scatterRows');
    if (!sameShape(floatShape(values!, 'scatterRows').slice(0, -1), ids!.shape) || values!.rank === 0) {
      throw new ShapeError(
        `scatterRows: needs a row of values for each id, but got values ${formatShape(values!.shape)} and ids ` +
          formatShape(ids!.shape),
      );
    }
    return [rows, values!.shape.at(-1)!];
  },
  gradient: (y, upstream) => [gather(upstream, y.inputs[1]!), undefined],
};

/** How the rows of a bag become one: their sum, mean, or element-wise maximum. An empty bag gives zeros. */
export type Pooling = 'sum' | 'mean' | 'max';

/** The pooled embedding of each bag: table [V, d], ids ['items'], ends ['batch'] → ['batch', d]. */
export function bag(table: Node, ids: Node, ends: Node, pooling: Pooling = 'mean'): Node {
  return segmentPool(gather(table, ids), ends, pooling);
}

/** Pools consecutive rows: x ['items', d], ends ['batch'] → ['batch', d]. */
export function segmentPool(x: Node, ends: Node, pooling: Pooling): Node {
  return apply(segmentPoolOp, [x, ends], { pooling });
}

export const segmentPoolOp: Op<{ readonly pooling: Pooling }> = {
  name: 'segmentPool',
  formula: 'yₛ = pool of xᵢ, i in bag s',
  shape([x, ends]) {
    checkItems(x!, ends!, 'segmentPool');
    return [ends!.shape[0]!, x!.shape[1]!];
  },
  gradient(y, upstream) {
    const [x, ends] = y.inputs as [Node, Node];
    const items = x.shape[0]!;
    if (y.attributes.pooling === 'max') {
      return [multiply(segmentRepeat(upstream, ends, items), segmentArgmax(x, ends)), undefined];
    }
    const share =
      y.attributes.pooling === 'mean'
        ? divide(upstream, expandAxis(maximum(segmentLength(ends), 1), 1))
        : upstream;
    return [segmentRepeat(share, ends, items), undefined];
  },
};

/** Each bag's row once for each of its items: x ['batch', d], ends ['batch'] → [items, d]. */
export function segmentRepeat(x: Node, ends: Node, items: Axis): Node {
  return apply(segmentRepeatOp, [x, ends], { items });
}

export const segmentRepeatOp: Op<{ readonly items: Axis }> = {
  name: 'segmentRepeat',
  formula: 'yᵢ = xₛ, i in bag s',
  shape([x, ends], { items }) {
    checkItems(x!, ends!, 'segmentRepeat');
    return [items, x!.shape[1]!];
  },
  gradient: (y, upstream) => [segmentPool(upstream, y.inputs[1]!, 'sum'), undefined],
};

/** 1 at the first item of each bag that reaches the bag's maximum, for each column; else 0. */
export function segmentArgmax(x: Node, ends: Node): Node {
  return apply(segmentArgmaxOp, [x, ends], {});
}

export const segmentArgmaxOp: Op = {
  name: 'segmentArgmax',
  formula: 'yᵢ = [xᵢ is the maximum of its bag]',
  shape([x, ends]) {
    checkItems(x!, ends!, 'segmentArgmax');
    return x!.shape;
  },
  gradient: () => [undefined, undefined],
};

/** How many items each bag has: ends ['batch'] → ['batch']. */
export function segmentLength(ends: Node): Node {
  return apply(segmentLengthOp, [ends], {});
}

export const segmentLengthOp: Op = {
  name: 'segmentLength',
  formula: 'yₛ = number of items in bag s',
  shape([ends]) {
    checkIds(ends!, 'segmentLength');
    return ends!.shape;
  },
  gradient: () => [undefined],
};

/** One row of zeros with a single 1 for each id: ids […] → […, classes]. For teaching and small tables; `gather` is its fast form. */
export function oneHot(ids: Node, classes: number): Node {
  return apply(oneHotOp, [ids], { classes });
}

export const oneHotOp: Op<{ readonly classes: number }> = {
  name: 'oneHot',
  formula: 'yᵢ = [i = id]',
  shape([ids], { classes }) {
    checkIds(ids!, 'oneHot');
    return [...ids!.shape, classes];
  },
  gradient: () => [undefined],
};

/** One element of each row: x [n, C], ids [n] → [n], yᵢ = x[i, idᵢ]. */
export function pick(x: Node, ids: Node): Node {
  return apply(pickOp, [x, ids], {});
}

export const pickOp: Op = {
  name: 'pick',
  formula: 'yᵢ = x[i, idᵢ]',
  shape([x, ids]) {
    floatShape(x!, 'pick');
    checkIds(ids!, 'pick');
    if (x!.rank !== 2 || ids!.rank !== 1 || x!.shape[0] !== ids!.shape[0]) {
      throw new ShapeError(
        `pick: needs x [n, C] and ids [n], but got ${formatShape(x!.shape)} and ${formatShape(ids!.shape)}`,
      );
    }
    return ids!.shape;
  },
  gradient(y, upstream) {
    const [x, ids] = y.inputs as [Node, Node];
    return [multiply(expandAxis(upstream, 1), oneHot(ids, x.shape[1] as number)), undefined];
  },
};

function checkTable(table: Node, operation: string): void {
  floatShape(table, operation);
  if (table.rank !== 2 || table.shape.some((axis) => typeof axis === 'string'))
    throw new ShapeError(
      `${operation}: the table must be [rows, width], both numbers, but is ${formatShape(table.shape)}`,
    );
}

function checkIds(ids: Node, operation: string): void {
  if (ids.dtype !== 'i32') {
    throw new ShapeError(
      `${operation}: ids, labels and bag ends must be integers; make the input with dtype 'i32'`,
    );
  }
}

function checkItems(x: Node, ends: Node, operation: string): void {
  floatShape(x, operation);
  checkIds(ends, operation);
  if (x.rank !== 2 || ends.rank !== 1) {
    throw new ShapeError(
      `${operation}: needs x [items, width] and ends [batch], but got ${formatShape(x.shape)} and ${formatShape(ends.shape)}`,
    );
  }
}
