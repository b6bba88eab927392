import { describe, expect, it } from 'vitest';
import {
  add,
  backward,
  constant,
  graphToJSON,
  input,
  inputs,
  matmul,
  multiply,
  parameter,
  sum,
  toDot,
  toMermaid,
} from '../../src/graph/index.js';

function example() {
  const [a, b, c] = inputs('a', 'b', 'c');
  const d = multiply(2, b);
  const e = add(a, d);
  const L = multiply(c, e);
  return { L, d, e };
}

describe('graphToJSON', () => {
  const { L, d, e } = example();
  const json = graphToJSON(L, { d, e, L });

  it('has every node once, inputs before what uses them', () => {
    expect(json.nodes.map(({ id, op, name }) => [id, op, name])).toEqual([
      [0, 'input', 'c'],
      [1, 'input', 'a'],
      [2, 'constant', undefined],
      [3, 'input', 'b'],
      [4, 'multiply', 'd'],
      [5, 'add', 'e'],
      [6, 'multiply', 'L'],
    ]);
    expect(json.nodes.map((node) => node.inputs)).toEqual([[], [], [], [], [2, 3], [1, 4], [0, 5]]);
    expect(json.outputs).toEqual([6]);
  });

  it('tells formula, shape, dtype and attributes', () => {
    expect(json.nodes[6]).toEqual({
      id: 6,
      op: 'multiply',
      formula: 'y = a b',
      name: 'L',
      shape: [],
      dtype: 'f32',
      attributes: {},
      inputs: [0, 5],
    });
    expect(json.nodes[2]!.attributes).toEqual({ values: [2] });
    const ids = graphToJSON(input('ids', ['batch'], 'i32')).nodes[0]!;
    expect(ids).toMatchObject({ shape: ['batch'], dtype: 'i32', name: 'ids' });
  });

  it('is plain data: JSON text holds all of it', () => {
    const x = input('x', ['batch', 3]);
    const loss = sum(matmul(x, parameter('W', [3, 2], 0.1)));
    const graph = graphToJSON([loss, ...backward(loss, [x])]);
    expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
  });

  it('gives the same graph the same ids', () => {
    expect(graphToJSON(example().L)).toEqual(graphToJSON(example().L));
  });

  it('takes several outputs, in the order given, and draws what they share once', () => {
    const { nodes, outputs } = graphToJSON([L, d]);
    expect(nodes).toHaveLength(7);
    expect(outputs).toEqual([6, 4]);
  });

  it('prefers a given name to the own one', () => {
    const x = input('x');
    expect(graphToJSON(x, { 'the input': x }).nodes[0]!.name).toBe('the input');
  });
});

const awkward = '"quoted" \\ <b> & `code`\n#1';

describe('toDot', () => {
  it('draws nodes with names, and edges', () => {
    const { L, d, e } = example();
    expect(toDot(L, { d, e, L })).toBe(
      `digraph {
  rankdir=LR;
  n0 [label="c", shape=plaintext];
  n1 [label="a", shape=plaintext];
  n2 [label="2", shape=plaintext];
  n3 [label="b", shape=plaintext];
  n4 [label="d = multiply", shape=ellipse];
  n5 [label="e = add", shape=ellipse];
  n6 [label="L = multiply", shape=ellipse, peripheries=2];
  n2 -> n4;
  n3 -> n4;
  n1 -> n5;
  n4 -> n5;
  n0 -> n6;
  n5 -> n6;
}
`,
    );
  });

  it('writes shapes, and parameters as boxes', () => {
    const text = toDot(matmul(input('x', ['batch', 3]), parameter('W', [3, 2])));
    expect(text).toContain('n0 [label="x\\n[batch, 3] f32", shape=plaintext];');
    expect(text).toContain('n1 [label="W\\n[3, 2] f32", shape=box];');
    expect(text).toContain('n2 [label="matmul\\n[batch, 2] f32", shape=ellipse, peripheries=2];');
  });

  it('draws a value that is used twice with two edges', () => {
    const x = input('x');
    expect(toDot(multiply(x, x)).match(/n0 -> n1;/g)).toHaveLength(2);
  });

  it('escapes what would end a label', () => {
    expect(toDot(input(awkward))).toContain('label="\\"quoted\\" \\\\ <b> & `code` #1"');
  });
});

describe('toMermaid', () => {
  it('draws nodes with names, and edges', () => {
    const { L, d, e } = example();
    expect(toMermaid(L, { d, e, L })).toBe(
      `flowchart LR
  n0[/"c"/]
  n1[/"a"/]
  n2[/"2"/]
  n3[/"b"/]
  n4(["d = multiply"])
  n5(["e = add"])
  n6(["L = multiply"])
  n2 --> n4
  n3 --> n4
  n1 --> n5
  n4 --> n5
  n0 --> n6
  n5 --> n6
  style n6 stroke-width:3px
`,
    );
  });

  it('writes shapes on a line of their own', () => {
    expect(toMermaid(constant([1, 2]))).toContain('n0[/"constant<br/>[2] f32"/]');
    expect(toMermaid(parameter('W', [3, 2]))).toContain('n0["W<br/>[3, 2] f32"]');
  });

  it('escapes what would end a label or be markup', () => {
    expect(toMermaid(input(awkward))).toContain('"#34;quoted#34; #92; #60;b#62; #38; #96;code#96; #35;1"');
  });
});
