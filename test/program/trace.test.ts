import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/base/errors.js';
import { referenceEngine } from '../../src/engine/index.js';
import {
  add,
  constant,
  dropout,
  gather,
  input,
  inputs,
  mean,
  multiply,
  type Node,
  parameter,
  softmaxCrossEntropy,
  square,
  sum,
} from '../../src/graph/index.js';
import { type Trace, type TracedNode, trace, Workspace } from '../../src/program/index.js';

function named(traced: Trace, name: string): TracedNode {
  return traced.nodes.find((node) => node.name === name)!;
}

describe('the trace of L = c (a + 2b) at a = 3, b = 1, c = −2', () => {
  const [a, b, c] = inputs('a', 'b', 'c');
  const d = multiply(2, b);
  const e = add(a, d);
  const L = multiply(c, e);
  const traced = trace(L, { a: 3, b: 1, c: -2 }, { gradientsOf: L, names: { d, e, L } });

  it.each([
    ['a', 3, -2],
    ['b', 1, -4],
    ['c', -2, 5],
    ['d', 2, -2],
    ['e', 5, -2],
    ['L', -10, 1],
  ])('%s is %d and has the gradient %d', (name, value, gradient) => {
    expect(named(traced, name).value).toEqual({ shape: [], values: [value] });
    expect(named(traced, name).gradient).toEqual({ shape: [], values: [gradient] });
  });

  it('has the gradient of the constant too: ∂L/∂2 = c b', () => {
    expect(traced.nodes.find(({ op }) => op === 'constant')?.gradient?.values).toEqual([-2]);
  });

  it('tells on each edge what it contributes: upstream × local derivative', () => {
    const contribution = (from: string, to: string) =>
      traced.edges.find((edge) => edge.from === named(traced, from).id && edge.to === named(traced, to).id)
        ?.contribution?.values;
    expect(contribution('e', 'L')).toEqual([-2]);
    expect(contribution('c', 'L')).toEqual([5]);
    expect(contribution('a', 'e')).toEqual([-2]);
    expect(contribution('d', 'e')).toEqual([-2]);
    expect(contribution('b', 'd')).toEqual([-4]);
  });

  it('is plain data, with the loss marked', () => {
    expect(JSON.parse(JSON.stringify(traced))).toEqual(traced);
    expect(traced.loss).toBe(named(traced, 'L').id);
    expect(traced.outputs).toEqual([traced.loss]);
  });
});

describe('trace', () => {
  it('splits the gradient of a value that is used twice between its edges', () => {
    const [x] = inputs('x');
    const y = add(multiply(x, x), multiply(3, x));
    const { nodes, edges } = trace(y, { x: 5 }, { gradientsOf: y });
    const id = nodes.find(({ name }) => name === 'x')!.id;
    const parts = edges.filter(({ from }) => from === id).map(({ contribution }) => contribution!.values[0]!);
    expect(parts).toEqual([5, 5, 3]);
    expect(nodes[id]!.gradient!.values).toEqual([13]);
  });

  it('gives values without gradients where there is no loss', () => {
    const [x] = inputs('x');
    const { nodes, edges, loss } = trace(square(x), { x: 3 });
    expect(nodes.map(({ value }) => value.values)).toEqual([[3], [9]]);
    expect(nodes.every((node) => !('gradient' in node))).toBe(true);
    expect(edges).toEqual([{ from: 0, to: 1, position: 0 }]);
    expect(loss).toBeUndefined();
  });

  it('writes the run-time sizes of symbolic axes, and the ids of integer nodes', () => {
    const E = parameter('E', [4, 2], [0, 1, 2, 3, 4, 5, 6, 7]);
    const ids = input('ids', ['batch'], 'i32');
    const rows = gather(E, ids);
    const L = sum(rows);
    const traced = trace(rows, { ids: [3, 1, 3] }, { gradientsOf: L, names: { rows, L } });
    expect(named(traced, 'ids').value).toEqual({ shape: [3], values: [3, 1, 3] });
    expect(named(traced, 'ids').gradient).toBeUndefined();
    expect(named(traced, 'rows').value).toEqual({ shape: [3, 2], values: [6, 7, 2, 3, 6, 7] });
    expect(named(traced, 'E').gradient).toEqual({ shape: [4, 2], values: [0, 0, 1, 1, 0, 0, 2, 2] });
    // The loss is drawn although it was not asked for as an output.
    expect(traced.nodes[traced.loss!]!.name).toBe('L');
    expect(traced.outputs).toEqual([named(traced, 'rows').id]);
  });

  it('keeps gradients to the ways that lead to `wrt`', () => {
    const [a, b] = inputs('a', 'b');
    const L = multiply(square(a), square(b));
    const traced = trace(L, { a: 2, b: 3 }, { gradientsOf: L, wrt: [a] });
    expect(named(traced, 'a').gradient?.values).toEqual([36]);
    expect(named(traced, 'b').gradient).toBeUndefined();
  });

  it('shows the parameters as they are in a workspace', () => {
    const w = parameter('w', [2], [1, 2]);
    const workspace = new Workspace(referenceEngine);
    workspace.write(w, [10, 20]);
    expect(named(trace(sum(w), {}), 'w').value.values).toEqual([1, 2]);
    expect(named(trace(sum(w), {}, { workspace }), 'w').value.values).toEqual([10, 20]);
  });

  it('traces losses whose gradient is an operation of its own', () => {
    const z = input('z', ['batch', 2]);
    const label = input('label', ['batch'], 'i32');
    const L = mean(softmaxCrossEntropy(z, label));
    const traced = trace(L, { z: [0, 0, 0, 0], label: [0, 1] }, { gradientsOf: L });
    expect(named(traced, 'z').gradient).toEqual({ shape: [2, 2], values: [-0.25, 0.25, 0.25, -0.25] });
  });

  it('drops only in training', () => {
    const y = dropout(constant(new Array<number>(64).fill(1)), 0.5);
    const values = (training: boolean) => trace(y, {}, { training, seed: 3 }).nodes.at(-1)!.value.values;
    expect(new Set(values(false))).toEqual(new Set([1]));
    expect(new Set(values(true))).toEqual(new Set([0, 2]));
  });

  it('refuses a loss that is not a scalar', () => {
    const x: Node = input('x', ['batch']);
    expect(() => trace(x, { x: [1, 2] }, { gradientsOf: x })).toThrow(ShapeError);
  });
});
