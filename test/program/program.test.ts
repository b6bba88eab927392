/** Running programs: feeds, sizes, outputs, reports, and what is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/base/errors.js';
import { referenceEngine } from '../../src/engine/index.js';
import {
  add,
  backward,
  bag,
  gather,
  input,
  logSumExp,
  matmul,
  mean,
  multiply,
  parameter,
  relu,
  softmaxCrossEntropy,
  square,
  sum,
  transpose,
} from '../../src/graph/index.js';
import { KernelProfile, Workspace } from '../../src/program/index.js';

/** A classifier of bags: as many kinds of kernels and symbolic axes as a program has. */
function classifier() {
  const E = parameter(
    'E',
    [6, 3],
    Array.from({ length: 18 }, (_, i) => Math.sin(i)),
  );
  const W = parameter(
    'W',
    [4, 3],
    Array.from({ length: 12 }, (_, i) => Math.cos(i)),
  );
  const b = parameter('b', [4], [0.1, 0.2, 0.3, 0.4]);
  const ids = input('ids', ['items'], 'i32');
  const ends = input('ends', ['batch'], 'i32');
  const label = input('label', ['batch'], 'i32');
  const z = add(matmul(relu(bag(E, ids, ends, 'mean')), W, { transposeB: true }), b);
  const loss = mean(softmaxCrossEntropy(z, label));
  const [dE, dW, db] = backward(loss, [E, W, b]);
  return { z, loss, dE, dW, db };
}

const compile = (outputs: ReturnType<typeof classifier>) =>
  new Workspace(referenceEngine).compile({ outputs });

describe('a program that is run with one batch after another', () => {
  const outputs = classifier();
  const names = Object.keys(outputs);

  const batch = fc
    .array(fc.array(fc.nat({ max: 5 }), { maxLength: 5 }), { minLength: 1, maxLength: 8 })
    .map((bags) => ({
      ids: bags.flat(),
      ends: bags.map((_, s) => bags.slice(0, s + 1).flat().length),
      label: bags.map((bagIds) => bagIds.length % 4),
    }));

  it('gives the same as a fresh one, whether batches grow or shrink', () => {
    fc.assert(
      fc.property(fc.array(batch, { minLength: 2, maxLength: 6 }), (batches) => {
        const program = compile(outputs);
        for (const feeds of batches) {
          program.run(feeds);
          const fresh = compile(outputs);
          fresh.run(feeds);
          for (const name of names) expect(program.read(name)).toEqual(fresh.read(name));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('shares parameters with the other programs of its workspace', () => {
    const w = parameter('w', [2], [1, 2]);
    const workspace = new Workspace(referenceEngine);
    const program = workspace.compile({ outputs: { y: sum(w) } });
    program.run();
    expect(program.scalar('y')).toBe(3);
    workspace.write(w, [10, 20]);
    program.run();
    expect(program.scalar('y')).toBe(30);
    expect(workspace.read(w)).toEqual(Float64Array.of(10, 20));
  });

  it('runs on a batch of none', () => {
    const program = compile(outputs);
    program.run({ ids: [], ends: [], label: [] });
    expect(program.read('z')).toHaveLength(0);
    expect([...program.read('dW')]).toEqual(new Array(12).fill(0));
  });
});

describe('feeds', () => {
  const x = input('x', ['batch', 3]);
  const y = input('y', ['batch']);
  const s = input('s');
  const program = () =>
    new Workspace(referenceEngine).compile({ outputs: { z: multiply(s, multiply(x, sum(y))) } });

  it.each([
    ['a missing input', { x: [1, 2, 3], s: 1 }, ValueError, "input 'y' [batch] is not fed"],
    [
      'an unknown input',
      { x: [1, 2, 3], y: [1], s: 1, t: 1 },
      ValueError,
      "there is no input 't'; this program's inputs: s, x, y",
    ],
    [
      'a part of a row',
      { x: [1, 2, 3, 4], y: [1], s: 1 },
      ShapeError,
      "input 'x' [batch, 3] was fed 4 elements: that is not a multiple of 3",
    ],
    [
      'batches that disagree',
      { x: [1, 2, 3], y: [1, 2], s: 1 },
      ShapeError,
      "input 'y' [batch] was fed 2 elements: so 'batch' would be 2, but input 'x' makes it 1",
    ],
    [
      'too many numbers',
      { x: [1, 2, 3], y: [1], s: [1, 2] },
      ShapeError,
      "input 's' [] was fed 2 elements: it takes 1",
    ],
  ])('refuses %s', (_title, feeds, kind, message) => {
    const run = () => program().run(feeds);
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });

  it('works again after it refused something', () => {
    const again = program();
    expect(() => again.run({ x: [1, 2, 3], s: 1 })).toThrow(ValueError);
    again.run({ x: [1, 2, 3], y: [2], s: 1 });
    expect([...again.read('z')]).toEqual([2, 4, 6]);
    expect(() => again.run({ x: [1], y: [2], s: 1 })).toThrow(ShapeError);
    again.run({ x: [1, 2, 3, 4, 5, 6], y: [2, 1], s: 1 });
    expect([...again.read('z')]).toEqual([3, 6, 9, 12, 15, 18]);
  });

  it('finds the batch behind a factor', () => {
    const flat = input('flat', ['3*batch']);
    const rows = new Workspace(referenceEngine).compile({ outputs: { z: add(x, sum(flat)) } });
    rows.run({ flat: [1, 1, 1, 1, 1, 1], x: [0, 0, 0, 0, 0, 0] });
    expect(rows.read('z')).toHaveLength(6);
    expect(() => rows.run({ flat: [1, 1, 1, 1], x: [0, 0, 0] })).toThrow(/not a multiple of 3/);
  });

  it('refuses inputs whose sizes cannot be told, and inputs of one name', () => {
    expect(() => input('m', ['rows', 'columns'])).toThrow(
      "input 'm': its shape [rows, columns] leaves more than one size open; make all but one a number",
    );
    expect(() =>
      new Workspace(referenceEngine).compile({ outputs: { z: add(input('a'), input('a')) } }),
    ).toThrow(/two different inputs are named 'a'/);
  });

  it.each([
    ['an id past the table', [4], [0]],
    ['a negative id', [-1], [0]],
    ['a label past the classes', [0], [3]],
  ])('refuses %s', (_title, ids, label) => {
    const E = parameter('E', [4, 3]);
    const loss = sum(
      softmaxCrossEntropy(gather(E, input('ids', ['batch'], 'i32')), input('label', ['batch'], 'i32')),
    );
    const lookup = new Workspace(referenceEngine).compile({ outputs: { loss, dE: backward(loss, [E])[0] } });
    expect(() => lookup.run({ ids, label })).toThrow(ValueError);
    expect(() => lookup.run({ ids, label })).toThrow(/an id, label or bag end is out of range/);
    lookup.run({ ids: [3], label: [2] });
  });

  it.each([
    ['fall', [2, 1]],
    ['pass the items', [1, 4]],
    ['are negative', [-1, 3]],
  ])('refuses bag ends that %s', (_title, ends) => {
    const program = compile(classifier());
    expect(() => program.run({ ids: [0, 1, 2], ends, label: [0, 0] })).toThrow(/bag ends must not fall/);
  });
});

describe('outputs', () => {
  const ids = input('ids', [2, 3], 'i32');
  const workspace = new Workspace(referenceEngine);
  const program = workspace.compile({ outputs: { y: sum(parameter('w', [2], 3)), turned: transpose(ids) } });

  it('cannot be read before a run', () => {
    expect(() => program.read('y')).toThrow("run the program before reading its output 'y'");
  });

  it('of integers are read as such', () => {
    program.run({ ids: [1, 2, 3, 4, 5, 6] });
    expect(program.readIntegers('turned')).toEqual(Int32Array.of(1, 4, 2, 5, 3, 6));
    expect(() => program.read('turned')).toThrow(/is of integers; read it with readIntegers/);
    expect(() => program.readIntegers('y')).toThrow(/is of floats/);
  });

  it('are known by name', () => {
    expect(() => program.read('z')).toThrow("there is no output 'z'; this program's outputs: y, turned");
  });

  it('that are copies stay as they are', () => {
    program.run({ ids: [1, 2, 3, 4, 5, 6] });
    const before = program.read('y');
    program.run({ ids: [1, 2, 3, 4, 5, 6] });
    expect([...before]).toEqual([6]);
  });
});

describe('a workspace', () => {
  it('refuses values that do not fit a parameter', () => {
    const workspace = new Workspace(referenceEngine);
    expect(() => workspace.write(parameter('w', [2]), [1, 2, 3])).toThrow(
      "parameter 'w' has 2 elements, but 3 were given",
    );
  });
});

describe('describe and profile', () => {
  const x = input('x', ['batch', 3]);
  const W = parameter('W', [3, 4], 0.1);
  const y = logSumExp(relu(add(matmul(x, W), parameter('b', [4]))));
  const program = new Workspace(referenceEngine).compile({ outputs: { y } });
  program.run({ x: new Float64Array(6) });

  it('prints kernels, shapes, work and memory', () => {
    expect(program.describe()).toBe(
      [
        'kernel     operation       shape  FLOP  bytes',
        'matmul     affine     [batch, 4]   48    120',
        'logSumExp  logSumExp     [batch]   40     40',
        '2 kernels, 88 FLOP, 160 B moved, arena 768 B (batch = 2)',
      ].join('\n'),
    );
  });

  it('scales with the sizes asked for', () => {
    const flops = (batch: number) => program.report({ batch }).reduce((total, step) => total + step.flops, 0);
    expect(flops(2000)).toBe(1000 * flops(2));
    expect(program.describe({ batch: 20_000 })).toMatch(/880 kFLOP, 960 kB moved/);
  });

  it('never rounds up to a thousand of a unit in powers of ten', () => {
    const wide = new Workspace(referenceEngine).compile({ outputs: { y: square(input('x', [999_999])) } });
    expect(wide.describe()).toContain('1000 kFLOP');
  });

  it('adds up calls, time and speed by kernel', () => {
    const profile = new KernelProfile();
    program.profile({ x: new Float64Array(6) }, profile);
    program.profile({ x: new Float64Array(6) }, profile);
    const lines = profile.toString().split('\n');
    expect(lines[0]).toMatch(/^kernel +operation +calls +ms +% +GFLOP\/s$/);
    expect(lines).toHaveLength(3);
    expect(profile.toString()).toMatch(/matmul +affine \[batch, 4\] +2 /);
    expect(program.read('y')[0]).toBeCloseTo(Math.log(4), 12);
  });

  it('sorts the slowest first', () => {
    const profile = new KernelProfile();
    const step = { label: 'a', shape: '[]', flops: 2e6, bytes: 0 };
    profile.add({ ...step, kernel: 'unary' }, 1);
    profile.add({ ...step, kernel: 'matmul' }, 3);
    profile.add({ ...step, kernel: 'unary' }, 0.5);
    expect(profile.toString()).toBe(
      [
        'kernel  operation  calls   ms     %  GFLOP/s',
        'matmul  a []           1  3.0  66.7      0.7',
        'unary   a []           2  1.5  33.3      2.7',
      ].join('\n'),
    );
  });

  it('prints a profile in which no time passed', () => {
    const profile = new KernelProfile();
    profile.add({ kernel: 'fill', label: 'a', shape: '[]', flops: 1, bytes: 0 }, 0);
    expect(profile.toString()).not.toMatch(/NaN|Infinity/);
  });
});
