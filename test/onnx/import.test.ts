/** ONNX files from elsewhere, and from ourselves, as graphs. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/base/errors.js';
import { wasmEngine } from '../../src/engine/wasm/index.js';
import { constant, input, type Node, parameter, softmax, sum } from '../../src/graph/index.js';
import { activationNames, Linear, Sequential } from '../../src/nn/index.js';
import { encodeOnnx, exportOnnx, graphToOnnx, importOnnx } from '../../src/onnx/index.js';
import { int, ints, type OnnxModel, type OnnxNode } from '../../src/onnx/schema.js';
import { checkGradients, evaluate } from '../../src/program/index.js';
import { largestDifference } from './runtime.js';

interface Foreign {
  readonly layers: string;
  /** The file, in base64. */
  readonly onnx: string;
  /** Three rows of input, and what PyTorch computes from them. */
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Written by torch.onnx.export of PyTorch 2.13 (opset 17, names x and y, dynamic axis `batch`). */
const foreign = JSON.parse(readFileSync(new URL('pytorch-models.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Foreign>
>;
const bytesOf = (name: string) => Uint8Array.from(Buffer.from(foreign[name]!.onnx, 'base64'));

describe('networks of PyTorch', () => {
  it.each(Object.entries(foreign))('%s computes what it did there, on our engines', (name, { x, y }) => {
    const { inputs, outputs } = importOnnx(bytesOf(name));
    expect(inputs.x!.shape[0]).toBe('batch');
    expect(largestDifference(evaluate({ y: outputs.y! }, { x }).y, y)).toBeLessThan(1e-6);
    expect(largestDifference(evaluate({ y: outputs.y! }, { x }, wasmEngine()).y, y)).toBeLessThan(1e-5);
  });

  it('can be differentiated', () => {
    const { outputs, parameters } = importOnnx(bytesOf('norm'));
    expect(parameters.length).toBe(8);
    const check = checkGradients(outputs.y!, parameters, { x: foreign.norm!.x });
    expect(check.ok, check.message).toBe(true);
  });
});

describe('our own graphs', () => {
  it('come back computing the same, for any network of layers', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 });
    const activations = fc.array(fc.constantFrom(...activationNames), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(sizes, activations, fc.integer({ min: 1, max: 4 }), (widths, names, rows) => {
        const layers = widths
          .slice(1)
          .map(
            (width, i) =>
              new Linear(`layer${i}`, widths[i]!, width, { activation: step(names[i]!), seed: i }),
          );
        const y = softmax(new Sequential('net', layers).forward(input('x', ['batch', widths[0]!])));
        const feeds = { x: Array.from({ length: rows * widths[0]! }, (_, i) => Math.sin(i + 1)) };
        const back = importOnnx(exportOnnx({ y }));
        const expected = evaluate({ y }, feeds).y;
        expect(largestDifference(evaluate({ y: back.outputs.y! }, feeds).y, expected)).toBeLessThan(1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it('keep names, parameters and metadata', () => {
    const y = new Linear('hidden', 2, 3, { activation: 'tanh' }).forward(input('x', ['batch', 2]));
    const { inputs, outputs, parameters, metadata, nodes } = importOnnx(
      exportOnnx({ y }, { metadata: new Map([['author', '佚名']]) }),
    );
    expect([Object.keys(inputs), Object.keys(outputs)]).toEqual([['x'], ['y']]);
    expect(parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['hidden/weight', [3, 2]],
      ['hidden/bias', [3]],
    ]);
    expect(metadata.get('author')).toBe('佚名');
    expect([...nodes.keys()]).toContain('hidden/Gemm');
  });

  it('take the values that parameters have now', () => {
    const w = parameter('w', [2], [1, 2]);
    const model = graphToOnnx({ y: sum(w) }, { valuesOf: () => [3, 4] });
    expect([...model.graph.initializers.get('w')!.data]).toEqual([3, 4]);
    expect(() => graphToOnnx({ y: w }, { valuesOf: () => [3] })).toThrow(
      /parameter 'w' \[2\] cannot have 1 values/,
    );
  });

  it('may give one value out twice, an input, and a weight', () => {
    const x = input('x', [2]);
    const w = parameter('w', [2], [5, 6]);
    const { outputs } = importOnnx(exportOnnx({ a: x, b: w, c: sum(x), d: sum(x), e: constant(7) }));
    const got = evaluate(outputs, { x: [1, 2] });
    expect(Object.values(got).map((values) => [...values])).toEqual([[1, 2], [5, 6], [3], [3], [7]]);
  });

  it('need names of their own', () => {
    const x = input('x', [2]);
    expect(() => exportOnnx({ x: sum(x) })).toThrow(/the name 'x' is used for two/);
    expect(() => exportOnnx({})).toThrow(/at least one output/);
  });
});

/** A step has no gradient to lose, but its jump is not to be met by chance. */
function step(name: (typeof activationNames)[number]) {
  return name === 'step' ? 'tanh' : name;
}

/** A model of the given nodes from x [batch, 6] to y. */
function modelOf(nodes: readonly Partial<OnnxNode>[], more: Partial<OnnxModel> = {}): Uint8Array {
  const base = graphToOnnx({ y: sum(input('x', ['batch', 6])) });
  const complete = nodes.map(
    (node, i): OnnxNode => ({
      name: `node${i}`,
      opType: 'Identity',
      domain: '',
      inputs: [i === 0 ? 'x' : `v${i - 1}`],
      outputs: [i === nodes.length - 1 ? 'y' : `v${i}`],
      attributes: {},
      ...node,
    }),
  );
  return encodeOnnx({ ...base, graph: { ...base.graph, nodes: complete }, ...more });
}
const list = (...values: number[]) =>
  ({
    type: 'tensor',
    value: { dtype: 'I64', shape: [values.length], data: BigInt64Array.from(values, BigInt) },
  }) as const;
const shapeOf = (bytes: Uint8Array): Node['shape'] => importOnnx(bytes).outputs.y!.shape;

describe('shapes', () => {
  const reshape = (...target: number[]) => [
    { opType: 'Constant', inputs: [], attributes: { value: list(...target) } },
    { opType: 'Reshape', inputs: ['x', 'v0'] },
  ];
  it.each([
    [
      [-1, 3],
      ['2*batch', 3],
    ],
    [
      [0, 2, -1],
      ['batch', 2, 3],
    ],
    [
      [0, -1, 6],
      ['batch', 1, 6],
    ],
    [[-1], ['6*batch']],
  ])('reshape to %j gives %j', (target, expected) => {
    expect(shapeOf(modelOf(reshape(...target)))).toEqual(expected);
  });

  it('refuse what cannot be', () => {
    expect(() => importOnnx(modelOf(reshape(5, -1)))).toThrow(/node 'node1' \(Reshape\).*cannot be divided/);
    expect(() => importOnnx(modelOf(reshape(4, 6)))).toThrow(/do not have the same number of elements/);
  });

  it('read axes from attributes and from operands', () => {
    const attribute = { opType: 'Unsqueeze', attributes: { axes: ints(1) } };
    expect(shapeOf(modelOf([attribute]))).toEqual(['batch', 1, 6]);
    const operand: Partial<OnnxNode>[] = [
      { opType: 'Constant', inputs: [], attributes: { value: list(-2) } },
      { opType: 'Unsqueeze', inputs: ['x', 'v0'] },
      { opType: 'Flatten', inputs: ['v1'], attributes: { axis: int(2) } },
    ];
    expect(shapeOf(modelOf(operand))).toEqual(['batch', 6]);
  });
});

describe('refusals', () => {
  const cases: [string, Uint8Array, RegExp][] = [
    [
      'an unknown operator',
      modelOf([{ name: 'conv1', opType: 'Conv' }]),
      /its node 'conv1' is the operator Conv, which Lexigrad cannot run\. It can run Add, /,
    ],
    [
      'an operator of another domain',
      modelOf([{ opType: 'Gelu', domain: 'com.microsoft' }]),
      /the operator com\.microsoft\.Gelu/,
    ],
    ['an operator called as a property is', modelOf([{ opType: 'toString' }]), /the operator toString/],
    ['a value from nowhere', modelOf([{ inputs: ['z'] }]), /asks for 'z', which nothing before it gives/],
    [
      'a circle',
      modelOf([{ inputs: ['v1'] }, { inputs: ['v0'], outputs: ['v1'] }, { inputs: ['v1'] }]),
      /asks for 'v1', which nothing before it gives/,
    ],
    ['a missing operand', modelOf([{ opType: 'Add' }]), /node 'node0' \(Add\): operand 2 is missing/],
    [
      'operands that do not fit',
      modelOf([{ opType: 'MatMul', inputs: ['x', 'x'] }]),
      /inner sizes are 6 and batch/,
    ],
    ['two values of one name', modelOf([{ outputs: ['x'] }]), /two of its values are called 'x'/],
    ['old operators', modelOf([{}], { opset: 6 }), /version 6 of the operators; 7 to/],
    ['operators not yet known', modelOf([{}], { opset: 99 }), /version 99/],
    [
      'a shape computed at each run',
      modelOf([{ opType: 'Reshape', inputs: ['x', 'x'] }]),
      /computed at each run, but must be known in advance/,
    ],
    [
      'Gelu by the error function',
      modelOf([{ opType: 'Gelu' }], { opset: 20 }),
      /export it with approximate='tanh'/,
    ],
    [
      'an attribute of another type',
      modelOf([{ opType: 'Gemm', inputs: ['x', 'x'], attributes: { transB: ints(1) } }]),
      /'transB' must be a number/,
    ],
  ];
  it.each(cases)('%s', (_, bytes, message) => {
    expect(() => importOnnx(bytes, { file: 'net.onnx' })).toThrow(FormatError);
    expect(() => importOnnx(bytes, { file: 'net.onnx' })).toThrow(message);
    expect(() => importOnnx(bytes, { file: 'net.onnx' })).toThrow(/^net\.onnx: /);
  });
});
