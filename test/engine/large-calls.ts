/** A call of each kernel that is large enough to be shared among threads. */
import { HYPER_SIZE, type KernelName, unaryCodes } from '../../src/engine/kernels.js';
import { bagEnds, floats, type GivenArguments, ids, zeros } from './compare.js';

export const large: { [K in KernelName]?: GivenArguments<K>[] } = {
  fill: [{ y: zeros(200_001), n: 200_001, value: 1.5 }],
  unary: [tanhOf(60_001)],
  binary: [
    {
      code: 2,
      y: zeros(120_000),
      a: floats(120_000, 1),
      b: floats(400, 2),
      ...{ d0: 1, d1: 1, d2: 300, d3: 400, a0: 0, a1: 0, a2: 400, a3: 1, b0: 0, b1: 0, b2: 0, b3: 1 },
    },
  ],
  select: [
    {
      y: zeros(110_001),
      condition: ids(110_001, 2, 1),
      a: floats(110_001, 2),
      b: floats(110_001, 3),
      n: 110_001,
    },
  ],
  copy: [
    {
      y: zeros(120_000),
      x: floats(120_000, 1),
      ...{ d0: 1, d1: 1, d2: 1, d3: 300, d4: 400, x0: 0, x1: 0, x2: 0, x3: 1, x4: 300 },
      ...{ y0: 0, y1: 0, y2: 0, y3: 400, y4: 1 },
    },
  ],
  reduce: [
    { code: 0, y: zeros(300), x: floats(120_000, 1), outer: 300, length: 400, inner: 1 },
    { code: 0, y: zeros(400), x: floats(120_000, 1), outer: 1, length: 300, inner: 400 },
  ],
  matmul: [
    [64, 300, 70],
    [300, 64, 70],
    [3, 1000, 400],
  ].flatMap(([m, n, k]) =>
    [0, 1].map((transposeB) => ({
      y: zeros(m! * n!),
      a: floats(m! * k!, 1),
      b: floats(k! * n!, 2),
      bias: floats(n!, 3),
      ...{ m, n, k, transposeA: 0, transposeB, batches: 1, aStep: 0, bStep: 0, accumulate: 0 },
      activation: unaryCodes.tanh,
      alpha: 0,
    })),
  ),
  softmax: [{ y: zeros(40_000), x: floats(40_000, 1), rows: 100, columns: 400, log: 0 }],
  logSumExp: [{ y: zeros(100), x: floats(40_000, 1), rows: 100, columns: 400 }],
  crossEntropyGradient: [labelled(100, 400)],
  oneHot: [{ y: zeros(120_000), ids: ids(300, 400, 1), rows: 300, columns: 400 }],
  gather: [lookup(2000, 60, 500)],
  bag: [{ ...lookup(2000, 60, 500), y: zeros(60 * 90), ends: bagEnds(90, 2000, 3), segments: 90, mode: 1 }],
  segmentPool: [0, 1, 2].map((mode) => ({ ...segmented(2000, 60), y: zeros(60 * 90), mode })),
  segmentRepeat: [{ ...segmented(2000, 60), x: floats(60 * 90, 1), y: zeros(2000 * 60) }],
  segmentArgmax: [{ ...segmented(2000, 60), y: zeros(2000 * 60) }],
  scatterRows: [
    {
      y: zeros(500 * 60),
      values: floats(2000 * 60, 1),
      ids: ids(2000, 500, 2),
      n: 2000,
      width: 60,
      rows: 500,
    },
  ],
  groupSum: [
    {
      y: zeros(1500 * 50),
      values: floats(3000 * 50, 1),
      order: Array.from({ length: 3000 }, (_, i) => (i * 7) % 3000),
      starts: Array.from({ length: 1501 }, (_, i) => 2 * i),
      sources: undefined,
      count: [1500],
      width: 50,
    },
  ],
  sumSquares: [
    { y: [0], x: floats(300_001, 1), n: 300_001, count: undefined, width: 0 },
    { y: [0], x: floats(300_000, 1), n: 300_000, count: [2500], width: 100 },
  ],
  update: [
    { ...update(400, 100), gradient: floats(40_000, 2), ids: undefined, count: undefined, last: undefined },
    {
      ...update(2000, 50),
      gradient: floats(1000 * 50, 2),
      ids: Array.from({ length: 1000 }, (_, i) => (i * 3) % 2000),
      count: [1000],
      last: ids(2000, 3, 5),
    },
  ],
  layerNorm: [
    {
      y: zeros(40_000),
      x: floats(40_000, 1),
      gain: floats(400, 2),
      bias: undefined,
      rows: 100,
      columns: 400,
      epsilon: 1e-5,
    },
  ],
  dropout: [{ y: zeros(40_003), x: floats(40_003, 1), n: 40_003, rate: 0.3, stream: 7, random: [1, 2, 3] }],
};

function tanhOf(n: number) {
  return { code: unaryCodes.tanh, y: zeros(n), x: floats(n, 1), n, alpha: 0 };
}

function labelled(rows: number, columns: number) {
  const x = floats(rows * columns, 1);
  return {
    ...{ y: zeros(rows * columns), x, lse: floats(rows, 2, 5, 6), labels: ids(rows, columns, 3) },
    ...{ scale: floats(rows, 4), rows, columns },
  };
}

/** A lookup of n rows. */
export function lookup(n: number, width: number, rows: number) {
  return { y: zeros(n * width), table: floats(rows * width, 1), ids: ids(n, rows, 2), n, width, rows };
}

/** 90 segments. */
function segmented(n: number, width: number) {
  return { x: floats(n * width, 1), ends: bagEnds(90, n, 2), segments: 90, n, width };
}

/** A step of Adam. */
function update(rows: number, width: number) {
  const hyper = [0.01, 0.001, 0.9, 0.999, 1e-8, 0.1, 0.001, 0, 5];
  return {
    ...{ code: 3, parameter: floats(rows * width, 1), slot1: floats(rows * width, 3), rows, width },
    ...{
      slot2: floats(rows * width, 4, 0, 1),
      scale: [0.5],
      hyper: [...hyper, ...zeros(HYPER_SIZE - hyper.length)],
    },
  };
}
