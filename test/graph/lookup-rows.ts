/** The rows of the operations that look rows up by id: embeddings, bags, one-hot, and losses against class ids. */
import * as g from '../../src/graph/index.js';
import { crossEntropyGradient } from '../../src/graph/ops/losses.js';
import type { Maker } from './maker.js';
import { ids, pairwise, type Row, x } from './row-kinds.js';

const bagOf = (pooling: g.Pooling) => (make: Maker) =>
  g.segmentPool(make.floats(['items', make.size()]), make.ends(), pooling);

const itemsAndBags = /needs x \[items, width\] and ends \[batch\]/;
const integerIds = /ids, labels and bag ends must be integers; make the input with dtype 'i32'/;

export const lookupRows = {
  gather: {
    cases: {
      'repeated ids': (make) => g.gather(make.floats([2, make.size()]), make.ids(['batch'], 2)),
      'ids of rank 2': (make) => g.gather(make.floats([4, make.size()]), make.ids(['batch', 2], 4)),
      'one id': (make) => g.gather(make.floats([3, 2]), make.ids([], 3)),
      'one table at two places': (make) => {
        const table = make.floats([3, 2]);
        return g.multiply(g.gather(table, make.ids(['batch'], 3)), g.gather(table, make.ids(['batch'], 3)));
      },
    },
    refused: {
      'float ids': [() => g.gather(g.input('E', [5, 2]), g.input('ids', ['batch'])), integerIds],
      'a table of rank 1': [
        () => g.gather(g.input('E', [5]), ids),
        /gather: the table must be \[rows, width\], both numbers, but is \[5\]/,
      ],
      'a table of unknown length': [() => g.gather(x, ids), /both numbers, but is \[batch, 3\]/],
    },
  },
  scatterRows: {
    cases: {
      'repeated ids': (make) => g.scatterRows(make.floats(['batch', 2]), make.ids(['batch'], 2), 4),
      'ids of rank 2': (make) => g.scatterRows(make.floats([2, 2, 3]), make.ids([2, 2], 3), 3),
    },
    refused: {
      'fewer ids than rows': [
        () => g.scatterRows(g.input('v', [3, 2]), g.input('i', [2], 'i32'), 5),
        /scatterRows: needs a row of values for each id, but got values \[3, 2\] and ids \[2\]/,
      ],
    },
  },
  segmentPool: {
    cases: {
      sum: bagOf('sum'),
      mean: bagOf('mean'),
      max: bagOf('max'),
      'bags of a table': (make) => g.bag(make.floats([3, 2]), make.ids(['items'], 3), make.ends(), 'mean'),
      'the maximum of bags of a table': (make) =>
        g.bag(make.floats([3, 2]), make.ids(['items'], 3), make.ends(), 'max'),
    },
    refused: {
      'items of rank 1': [() => g.segmentPool(g.input('x', ['items']), ids, 'sum'), itemsAndBags],
      'float ends': [() => g.segmentPool(x, g.input('ends', ['batch']), 'sum'), integerIds],
    },
  },
  segmentRepeat: {
    cases: {
      'each row of its bag': (make) => {
        const repeated = g.segmentRepeat(make.floats(['batch', 2]), make.ends(), 'items');
        return g.multiply(repeated, make.floats(['items', 2]));
      },
    },
    refused: { 'rank 1': [() => g.segmentRepeat(g.input('x', ['batch']), ids, 'items'), itemsAndBags] },
  },
  segmentArgmax: {
    cases: { maxima: (make) => g.segmentArgmax(make.floats(['items', make.size()]), make.ends()) },
    refused: { 'rank 3': [() => g.segmentArgmax(g.input('x', ['items', 1, 2]), ids), itemsAndBags] },
  },
  segmentLength: {
    cases: { lengths: (make) => g.segmentLength(make.ends()) },
    refused: { floats: [() => g.segmentLength(x), integerIds] },
  },
  oneHot: {
    cases: {
      'one axis of ids': (make) => g.oneHot(make.ids(['batch'], 4), 4),
      'two axes of ids': (make) => g.oneHot(make.ids(['batch', 2], 3), 5),
    },
    refused: { floats: [() => g.oneHot(x, 3), integerIds] },
  },
  pick: {
    cases: { 'one of each row': (make) => g.pick(make.floats(['batch', 4]), make.ids(['batch'], 4)) },
    refused: {
      'more rows than ids': [
        () => g.pick(g.input('x', [3, 4]), g.input('ids', [2], 'i32')),
        /pick: needs x \[n, C\] and ids \[n\], but got \[3, 4\] and \[2\]/,
      ],
    },
  },
  crossEntropy: {
    cases: {
      'class ids': (make) => g.softmaxCrossEntropy(make.floats(['batch', 4]), make.ids(['batch'], 4)),
      'one class': (make) => g.softmaxCrossEntropy(make.floats(['batch', 1]), make.ids(['batch'], 1)),
      'weighted samples': (make) => {
        const loss = g.softmaxCrossEntropy(make.floats(['batch', 3]), make.ids(['batch'], 3));
        return g.multiply(loss, make.floats(['batch'], 'positive'));
      },
    },
    refused: {
      'one label too few': [
        () => g.softmaxCrossEntropy(g.input('z', [3, 4]), g.input('labels', [2], 'i32')),
        /crossEntropy: needs logits \[n, classes\] and integer labels \[n\], but got \[3, 4\] and i32 \[2\]/,
      ],
      'distributions over other classes': [
        () => g.softmaxCrossEntropy(x, g.input('y', ['batch', 4])),
        /softmaxCrossEntropy: logits \[batch, 3\] and target distributions \[batch, 4\] must have one shape/,
      ],
    },
  },
  crossEntropyGradient: {
    cases: {
      'p − y': (make) =>
        crossEntropyGradient(make.floats(['batch', 3]), make.ids(['batch'], 3), make.floats(['batch'])),
    },
    refused: {},
  },
  binaryCrossEntropy: {
    ...pairwise(
      g.binaryCrossEntropy,
      (z, y) => -y * Math.log(1 / (1 + Math.exp(-z))) - (1 - y) * Math.log(1 / (1 + Math.exp(z))),
    ),
  },
} satisfies { readonly [K in g.OpName]?: Row };
