/** Dense updates of parameters: the rules, clipping, and what an update is refused for. */
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/base/errors.js';
import { Random } from '../../src/base/random.js';
import { referenceEngine } from '../../src/engine/index.js';
import { HYPER_SIZE } from '../../src/engine/kernels.js';
import {
  backward,
  dropout,
  gather,
  input,
  matmul,
  multiply,
  onesLike,
  parameter,
  sigmoid,
  square,
  sum,
  tanh,
} from '../../src/graph/index.js';
import { type ParameterUpdate, Workspace } from '../../src/program/index.js';
import { hyperValues, PlainWeight, ruleForms } from './plain-update.js';

const hyper = input('hyper', [HYPER_SIZE]);
const sgd = (learningRate: number) => hyperValues('sgd', { learningRate }, 1);
const steepest = (
  target: ParameterUpdate['parameter'],
  gradient: ParameterUpdate['gradient'],
): ParameterUpdate => ({
  parameter: target,
  gradient,
  rule: 'sgd',
  slots: [],
  hyper,
});

describe.each(ruleForms)('%s', (_name, rule, slotCount, settings) => {
  it('does what a plain loop does', () => {
    const start = [0.5, -1, 2, -0.25, 1.5, 3];
    const w = parameter('w', [3, 2], start);
    const slots = Array.from({ length: slotCount }, (_, i) => parameter(`slot${i}`, [3, 2]));
    const gradient = input('gradient', [3, 2]);
    const workspace = new Workspace(referenceEngine);
    const program = workspace.compile({ updates: [{ parameter: w, gradient, rule, slots, hyper }] });
    const plain = start.map((value) => new PlainWeight(value));
    const random = new Random(7);
    for (let t = 1; t <= 10; t++) {
      const g = plain.map(() => random.normal());
      program.run({ gradient: g, hyper: hyperValues(rule, settings, t) });
      plain.forEach((weight, i) => {
        weight.step(rule, settings, t, g[i]!);
      });
    }
    plain.forEach((weight, i) => {
      expect(workspace.read(w)[i]).toBeCloseTo(weight.weight, 12);
      if (slotCount > 0) expect(workspace.read(slots[0]!)[i]).toBeCloseTo(weight.slot1, 12);
      if (slotCount > 1) expect(workspace.read(slots[1]!)[i]).toBeCloseTo(weight.slot2, 12);
    });
  });
});

describe('a program with updates', () => {
  it('lowers the loss step by step', () => {
    const w = parameter('w', [2], [3, -4]);
    const loss = sum(square(w));
    const [dw] = backward(loss, [w]);
    const program = new Workspace(referenceEngine).compile({ outputs: { loss }, updates: [steepest(w, dw)] });
    const losses = [1, 2, 3].map(() => {
      program.run({ hyper: sgd(0.25) });
      return program.scalar('loss');
    });
    // Each step halves both weights.
    expect(losses).toEqual([25, 6.25, 1.5625]);
  });

  it('reads outputs that are parameters as they were before the update', () => {
    const w = parameter('w', [2], [3, -4]);
    const workspace = new Workspace(referenceEngine);
    const program = workspace.compile({
      outputs: { w, twice: multiply(2, w) },
      updates: [steepest(w, onesLike(w))],
    });
    program.run({ hyper: sgd(1) });
    expect([...program.read('w')]).toEqual([3, -4]);
    expect([...program.read('twice')]).toEqual([6, -8]);
    expect([...workspace.read(w)]).toEqual([2, -5]);
  });

  it.each([
    ['v first', true],
    ['w first', false],
  ])(
    'uses all gradients as they were before any update, also where one is a parameter: %s',
    (_title, vFirst) => {
      const w = parameter('w', [2], [1, 2]);
      const v = parameter('v', [2], [10, 20]);
      const [dw, dv] = backward(sum(multiply(w, v)), [w, v]);
      const updates = [steepest(w, dw), steepest(v, dv)];
      const workspace = new Workspace(referenceEngine);
      workspace.compile({ updates: vFirst ? updates.reverse() : updates }).run({ hyper: sgd(1) });
      expect([...workspace.read(w)]).toEqual([1 - 10, 2 - 20]);
      expect([...workspace.read(v)]).toEqual([10 - 1, 20 - 2]);
    },
  );

  it('drops out, unless it is told not to', () => {
    const w = parameter('w', [64], 1);
    const loss = sum(dropout(w, 0.5));
    const spec = { outputs: { loss }, updates: [steepest(w, backward(loss, [w])[0])] };
    const lossOf = (training?: boolean) => {
      const program = new Workspace(referenceEngine).compile({ ...spec, training });
      program.run({ hyper: sgd(0) });
      return program.scalar('loss');
    };
    expect(lossOf()).not.toBe(64);
    expect(lossOf(true)).toBe(lossOf());
    expect(lossOf(false)).toBe(64);
  });

  it('has fewer kernels when layers are frozen', () => {
    const x = input('x', ['batch', 3]);
    const layers = [0, 1, 2].map((i) => parameter(`W${i}`, [3, 3], 0.1));
    const loss = sum(layers.reduce<typeof x | ReturnType<typeof tanh>>((h, W) => tanh(matmul(h, W)), x));
    const kernels = (trained: typeof layers) => {
      const gradients = backward(loss, trained);
      const updates = trained.map((W, i) => steepest(W, gradients[i]!));
      return new Workspace(referenceEngine).compile({ outputs: { loss }, updates }).report({ batch: 2 });
    };
    const counts = [layers, layers.slice(1), layers.slice(2), []].map((trained) => kernels(trained).length);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(new Set(counts).size).toBe(4);
    expect(kernels(layers.slice(2)).filter(({ kernel }) => kernel === 'update')).toHaveLength(1);
  });
});

describe('clipping by the global norm', () => {
  const w = parameter('w', [2], 0);
  const v = parameter('v', [1], 0);
  const dw = input('dw', [2]);
  const dv = input('dv', [1]);
  const stepped = (clip: number | undefined, feeds: { dw: number[]; dv: number[] }) => {
    const workspace = new Workspace(referenceEngine);
    const program = workspace.compile({ updates: [steepest(w, dw), steepest(v, dv)], clip });
    expect(program.gradientNorm).toBeUndefined();
    program.run({ ...feeds, hyper: sgd(1) });
    return { norm: program.gradientNorm, weights: [...workspace.read(w), ...workspace.read(v)] };
  };
  const feeds = { dw: [2, -3], dv: [6] };

  it('scales all gradients by limit / norm', () => {
    const { norm, weights } = stepped(3.5, feeds);
    expect(norm).toBe(7);
    expect(weights).toEqual([-1, 1.5, -3]);
  });

  it('leaves gradients within the limit alone', () => {
    expect(stepped(7, feeds)).toEqual({ norm: 7, weights: [-2, 3, -6] });
    expect(stepped(undefined, feeds)).toEqual({ norm: undefined, weights: [-2, 3, -6] });
  });

  it('shows NaN instead of hiding it', () => {
    const { norm, weights } = stepped(1, { dw: [Number.NaN, 0], dv: [1] });
    expect(norm).toBeNaN();
    expect(weights.every(Number.isNaN)).toBe(true);
  });
});

describe('an update is refused', () => {
  const w = parameter('w', [3, 2], 0);
  const ids = input('ids', ['batch'], 'i32');
  const dense = input('g', [3, 2]);
  const [sparse] = backward(sum(sigmoid(gather(w, ids))), [w]);
  const slot = parameter('slot', [3, 2]);

  it.each<[string, Partial<ParameterUpdate>, string]>([
    [
      'with a gradient of another shape',
      { gradient: input('g', [2, 3]) },
      "update of 'w' [3, 2]: its gradient is f32 [2, 3], but must be floats of the parameter's shape",
    ],
    [
      'with a slot of another shape',
      { slots: [parameter('slot', [3])] },
      "update of 'w' [3, 2]: its slot is f32 [3], but must be floats of the parameter's shape",
    ],
    [
      'with too few slots',
      { rule: 'adam', slots: [slot] },
      "update of 'w' [3, 2]: adam keeps 2 slots of state, but 1 were given",
    ],
    ['with too many slots', { slots: [slot, slot] }, 'sgd keeps 0 or 1 slots of state, but 2 were given'],
    ['with hyper of another size', { hyper: input('h', [3]) }, 'hyper is f32 [3], but must be floats [16]'],
    [
      'with a row-sparse gradient and no lastTouched',
      { gradient: sparse },
      'its gradient is row-sparse, so it needs lastTouched (an i32 parameter with one element for each row)',
    ],
    [
      'with lastTouched of floats',
      { gradient: sparse, lastTouched: parameter('last', [3]) },
      'lastTouched is f32 [3], but must be i32 [rows]',
    ],
  ])('%s', (_title, change, message) => {
    const compile = () =>
      new Workspace(referenceEngine).compile({ updates: [{ ...steepest(w, dense), ...change }] });
    expect(compile).toThrow(ShapeError);
    expect(compile).toThrow(message);
  });
});
