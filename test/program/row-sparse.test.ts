/** Gradients of embeddings touch few rows, and an update of a table costs what those rows cost. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.js';
import { referenceEngine } from '../../src/engine/index.js';
import { HYPER_SIZE } from '../../src/engine/kernels.js';
import {
  add,
  backward,
  bag,
  gather,
  input,
  matmul,
  multiply,
  type Node,
  type ParameterNode,
  type Pooling,
  parameter,
  scatterRows,
  square,
  sum,
  tanh,
  zerosLike,
} from '../../src/graph/index.js';
import { Sizes } from '../../src/program/builder.js';
import { compileSpec } from '../../src/program/compile.js';
import { stepReport } from '../../src/program/describe.js';
import { type Feeds, isRowSparse, type ParameterUpdate, Workspace } from '../../src/program/index.js';
import { type Hyper, hyperValues, PlainWeight, ruleForms } from './plain-update.js';

const ROWS = 6;
const WIDTH = 2;
const start = Array.from({ length: ROWS * WIDTH }, (_, i) => Math.sin(i + 1));
const hyper = input('hyper', [HYPER_SIZE]);
const ids = input('ids', ['items'], 'i32');
const values = input('values', ['items', WIDTH]);

interface Trained {
  readonly weights: number[];
  readonly slots: number[][];
}

/** Runs one update a batch; `dense` hides from the compiler that the gradient is row-sparse. */
function train(
  form: { rule: ParameterUpdate['rule']; slots: number; hyper: Hyper; dense?: boolean; clip?: number },
  batches: readonly Feeds[],
  gradientOf: (E: ParameterNode) => Node = () => scatterRows(values, ids, ROWS),
): Trained & { norm: number | undefined } {
  const E = parameter('E', [ROWS, WIDTH], start);
  const slots = Array.from({ length: form.slots }, (_, i) => parameter(`slot${i}`, [ROWS, WIDTH]));
  const sparse = gradientOf(E);
  expect(isRowSparse(sparse)).toBe(true);
  const gradient = form.dense ? add(sparse, zerosLike(sparse)) : sparse;
  const lastTouched = form.dense ? undefined : parameter('last', [ROWS], 0, 'i32');
  const workspace = new Workspace(referenceEngine);
  const update = { parameter: E, gradient, rule: form.rule, slots, lastTouched, hyper };
  const program = workspace.compile({ updates: [update], clip: form.clip });
  batches.forEach((feeds, i) => {
    program.run({ ...feeds, hyper: hyperValues(form.rule, form.hyper, i + 1) });
  });
  return {
    weights: [...workspace.read(E)],
    slots: slots.map((slot) => [...workspace.read(slot)]),
    norm: program.gradientNorm,
  };
}

/** Batches with repeated ids, an empty one, and at last one that touches every row. */
function someBatches(): { ids: number[]; values: number[] }[] {
  const random = new Random(3);
  const batchOf = (batchIds: number[]) => ({
    ids: batchIds,
    values: Array.from({ length: batchIds.length * WIDTH }, () => random.normal()),
  });
  return [[1, 4, 1], [0], [], [1, 1, 1, 5], [4, 2], [3, 0, 5, 2, 1, 4]].map(batchOf);
}

function expectClose(got: readonly number[], expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(got[i]).toBeCloseTo(value, 12);
  });
}

describe.each(ruleForms)('%s', (name, rule, slots, settings) => {
  const batches = someBatches();

  it('touches rows as a plain loop does, which lets weights and momenta decay in between', () => {
    const plain = start.map((weight) => new PlainWeight(weight));
    batches.forEach(({ ids: batchIds, values: rows }, i) => {
      for (const id of new Set(batchIds)) {
        for (let w = 0; w < WIDTH; w++) {
          const g = batchIds.reduce(
            (total, other, j) => total + (other === id ? rows[j * WIDTH + w]! : 0),
            0,
          );
          plain[id * WIDTH + w]!.step(rule, settings, i + 1, g);
        }
      }
    });
    const got = train({ rule, slots, hyper: settings }, batches);
    expectClose(
      got.weights,
      plain.map(({ weight }) => weight),
    );
    if (slots > 0) {
      expectClose(
        got.slots[0]!,
        plain.map(({ slot1 }) => slot1),
      );
    }
  });

  it('has the momenta of the dense rule once every row was touched', () => {
    const got = train({ rule, slots, hyper: settings }, batches);
    const dense = train({ rule, slots, hyper: settings, dense: true }, batches);
    got.slots.forEach((slot, i) => {
      expectClose(slot, dense.slots[i]!);
    });
  });

  if (name === 'sgd' || name === 'adagrad') {
    it('is the dense rule, bit for bit', () => {
      const dense = train({ rule, slots, hyper: settings, dense: true }, batches);
      const { weights, slots: state } = train({ rule, slots, hyper: settings }, batches);
      expect(weights).toEqual(dense.weights);
      expect(state).toEqual(dense.slots);
    });
  }

  if (name === 'sgd with decay') {
    it('is the dense rule once every row was touched', () => {
      const dense = train({ rule, slots, hyper: settings, dense: true }, batches);
      expectClose(train({ rule, slots, hyper: settings }, batches).weights, dense.weights);
    });
  }
});

describe('lazy Adam', () => {
  it('leaves the weights of an untouched row alone, unlike the dense rule, which lets the momentum run on', () => {
    const settings = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    const [first, other] = [
      { ids: [0], values: [1, 1] },
      { ids: [1], values: [1, 1] },
    ];
    const row0 = (batches: Feeds[], dense: boolean) =>
      train({ rule: 'adam', slots: 2, hyper: settings, dense }, batches).weights.slice(0, WIDTH);
    expect(row0([first, other, other], false)).toEqual(row0([first], false));
    expect(row0([first, other, other], true)[0]).toBeLessThan(row0([first], true)[0]!);
  });
});

describe('gradients of lookups', () => {
  const plain = { rule: 'sgd', slots: 0, hyper: { learningRate: 0.5 } } as const;

  it('two lookups of one table join, and are grouped once', () => {
    const other = input('other', ['batch'], 'i32');
    const gradientOf = (E: ParameterNode) =>
      backward(add(sum(square(gather(E, ids))), sum(tanh(gather(E, other)))), [E])[0];
    const feeds = [{ ids: [0, 1, 1], other: [1, 5] }];
    const sparse = train(plain, feeds, gradientOf);
    expectClose(sparse.weights, train({ ...plain, dense: true }, feeds, gradientOf).weights);
    const kernels = kernelsOf(gradientOf);
    expect(kernels.filter((kernel) => kernel === 'groupRows')).toHaveLength(1);
    expect(kernels.filter((kernel) => kernel === 'update')).toHaveLength(1);
    expect(kernels).not.toContain('scatterRows');
  });

  it.each(['sum', 'mean', 'max'] as const)('bags give the same as the dense gradient: %s', (pooling) => {
    const gradientOf = bagGradient(pooling);
    const feeds = [
      { ids: [0, 1, 1, 4, 0], ends: [3, 3, 5] },
      { ids: [5, 5], ends: [0, 2, 2] },
    ];
    const sparse = train(plain, feeds, gradientOf);
    expectClose(sparse.weights, train({ ...plain, dense: true }, feeds, gradientOf).weights);
  });

  it('of summed and averaged bags never repeat the rows of the bags', () => {
    expect(kernelsOf(bagGradient('mean'))).toContain('segmentIds');
    expect(kernelsOf(bagGradient('mean'))).not.toContain('segmentRepeat');
    expect(kernelsOf(bagGradient('max'))).toContain('segmentRepeat');
  });

  it('of bags are refused where items follow the last bag, and so belong to none', () => {
    expect(() => train(plain, [{ ids: [0, 1, 2], ends: [1, 2] }], bagGradient('mean'))).toThrow(
      /segmentIds: an id, label or bag end is out of range/,
    );
  });

  it('are dense where the table is used whole as well', () => {
    const E = parameter('E', [ROWS, WIDTH], start);
    const logits = matmul(gather(E, ids), E, { transposeB: true });
    expect(isRowSparse(backward(sum(square(logits)), [E])[0])).toBe(false);
  });

  it('are clipped by the norm of the summed rows', () => {
    const feeds = [{ ids: [2, 2], values: [1, 0, 2, 4] }];
    const { weights, norm } = train({ ...plain, hyper: { learningRate: 1 }, clip: 2.5 }, feeds);
    expect(norm).toBe(5);
    expect(weights[4]).toBeCloseTo(start[4]! - 1.5, 12);
    expect(weights[5]).toBeCloseTo(start[5]! - 2, 12);
  });

  function bagGradient(pooling: Pooling): (E: ParameterNode) => Node {
    const ends = input('ends', ['batch'], 'i32');
    return (E) => backward(sum(square(multiply(3, bag(E, ids, ends, pooling)))), [E])[0];
  }

  function kernelsOf(gradientOf: (E: ParameterNode) => Node): string[] {
    return compileTable(ROWS, gradientOf).builder.steps.map(({ kernel }) => kernel);
  }
});

/** A training program for a table of so many rows, compiled but not placed in memory. */
function compileTable(rows: number, gradientOf: (E: ParameterNode) => Node) {
  const E = parameter('E', [rows, WIDTH]);
  const slots = [parameter('m', [rows, WIDTH]), parameter('v', [rows, WIDTH])];
  const lastTouched = parameter('last', [rows], 0, 'i32');
  const gradient = gradientOf(E);
  return compileSpec({
    updates: [{ parameter: E, gradient, rule: 'adam', slots, lastTouched, hyper }],
    clip: 1,
  });
}

describe('a table of a million rows', () => {
  const sizes = { items: 100, batch: 10 };
  const ends = input('ends', ['batch'], 'i32');
  const gradientOf = (E: ParameterNode) => backward(sum(square(bag(E, ids, ends, 'mean'))), [E])[0];
  const large = compileTable(1_000_000, gradientOf).builder;

  it('needs no memory beside its own that grows with the rows', () => {
    const elements = [...large.temporaries].map((storage) => storage.elements(sizes));
    expect(Math.max(...elements)).toBe(2 * sizes.items);
  });

  it('is updated at the cost of the touched rows, and the report says so', () => {
    const reports = [large, compileTable(10, gradientOf).builder].map(({ steps }) =>
      steps.map((step) => stepReport(step, new Sizes(sizes))),
    );
    expect(reports[0]).toEqual(reports[1]);
  });
});
