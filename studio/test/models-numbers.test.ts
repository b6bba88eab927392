/** What the room of models finds in files. */
import { FeedforwardNetwork, LanguageModel, TextClassifier, toSafetensors } from 'lexigrad';
import { encodeSafetensors, type Tensor } from 'lexigrad/files';
import { toOnnx } from 'lexigrad/onnx';
import { beforeAll, describe, expect, it } from 'vitest';
import { openModel } from '../src/rooms/models/inspect.js';
import { compareTensors, statisticsOf } from '../src/rooms/models/statistics.js';

const f32 = (...values: readonly number[]): Tensor => ({
  ...{ dtype: 'F32', shape: [values.length] },
  data: Float32Array.from(values),
});

describe('statistics of a tensor', () => {
  it('are those of the textbook, in the digits that the mean leaves', () => {
    const found = statisticsOf(f32(1000.5, 1001.5, 1002.5, 1003.5));
    expect(found).toMatchObject({ minimum: 1000.5, maximum: 1003.5, mean: 1002, zeros: 0, notFinite: 0 });
    expect(found.deviation).toBeCloseTo(Math.sqrt(1.25), 10);
    expect(found.norm).toBeCloseTo(Math.hypot(1000.5, 1001.5, 1002.5, 1003.5), 8);
    expect(found.histogram.reduce((sum, n) => sum + n)).toBe(4);
    expect([found.histogram[0], found.histogram.at(-1)]).toEqual([1, 1]);
  });

  it('count what is no number, and know constants, emptiness and large integers', () => {
    expect(statisticsOf(f32(1, Number.NaN, Infinity, 0))).toMatchObject({
      notFinite: 2,
      mean: 0.5,
      zeros: 0.25,
    });
    expect(statisticsOf(f32(3, 3, 3))).toMatchObject({ deviation: 0, histogram: [3] });
    expect(statisticsOf(f32())).toMatchObject({ mean: 0, histogram: [] });
    const big: Tensor = { dtype: 'I64', shape: [2], data: BigInt64Array.of(-5n, 7n) };
    expect(statisticsOf(big)).toMatchObject({ minimum: -5, maximum: 7, mean: 1 });
  });
});

describe('comparing tensors', () => {
  it('tells equal, near, other shape and missing ones apart', () => {
    const a = new Map([
      ['same', f32(1, 2)],
      ['near', f32(3, 4)],
      ['shape', f32(1)],
      ['gone', f32(1)],
    ]);
    const b = new Map([
      ['near', f32(3, 4.5)],
      ['same', f32(1, 2)],
      ['shape', f32(1, 1)],
      ['new', f32(1)],
    ]);
    const [same, near, shape, gone, added] = compareTensors(a, b);
    expect(same).toMatchObject({ name: 'same', relative: 0, same: true });
    expect(same!.cosine).toBeCloseTo(1);
    expect(near!.relative).toBeCloseTo(0.5 / 5);
    expect(near!.largest).toBeCloseTo(0.5);
    expect(shape).toMatchObject({ name: 'shape', relative: undefined, same: false });
    expect(gone).toMatchObject({ name: 'gone', shapeB: undefined });
    expect(added).toMatchObject({ name: 'new', shapeA: undefined });
  });

  it('is infinite from zeros to anything', () => {
    const [zeros] = compareTensors(new Map([['x', f32(0, 0)]]), new Map([['x', f32(1, 0)]]));
    expect(zeros).toMatchObject({ relative: Infinity, cosine: undefined, same: false });
  });
});

describe('opening models', () => {
  let network: FeedforwardNetwork;
  beforeAll(async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      features: [i, i % 3],
      label: i < 20 ? 'low' : 'high',
    }));
    network = await FeedforwardNetwork.train(rows, {
      hidden: [3],
      epochs: 2,
      featureNames: ['size', 'kind'],
    });
  });

  it('takes a network apart: configuration, labels, record, tensors, graph', () => {
    const { inspected, tensors } = openModel('net.lexigrad', network.toBytes());
    expect(inspected).toMatchObject({ format: 'lexigrad', kind: 'feedforward-network', undrawn: undefined });
    expect([...inspected.labels!].sort()).toEqual(['high', 'low']);
    expect(inspected.config).toMatchObject({
      'network.hidden': '[3]',
      'network.featureNames': '[size, kind]',
    });
    expect(inspected.record).toMatchObject({ 'settings.epochs': 2 });
    expect(inspected.tensors.reduce((sum, { count }) => sum + count, 0)).toBe(network.parameterCount);
    expect(tensors.size).toBe(inspected.tensors.length);
    const titles = inspected.drawing!.nodes.map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining(['x', 'hidden1/weight', 'matmul', 'tanh']));
    expect(inspected.drawing!.edges.map(({ shape }) => shape)).toContain('[batch, 3]');
  });

  it('knows the words of a classifier and of a language model', async () => {
    const examples = Array.from({ length: 20 }, (_, i) => ({
      ...{ text: i % 2 ? `good good day ${i}` : `bad news ${i}`, label: i % 2 ? 'yes' : 'no' },
    }));
    const classifier = await TextClassifier.train(examples, { epochs: 1, dimension: 4 });
    const opened = openModel('c.lexigrad', classifier.toBytes()).inspected;
    expect(opened.vocabulary!.size).toBe(classifier.vocabulary.size);
    expect(opened.vocabulary!.first.map(([word]) => word)).toContain('good');
    expect(opened.drawing!.nodes.length).toBeGreaterThan(3);
    const lines = Array.from({ length: 30 }, (_, i) => `the cat sat on mat ${i % 3}`);
    const language = await LanguageModel.train(lines, { epochs: 1, dimension: 4, hidden: [4], order: 3 });
    const found = openModel('l.lexigrad', language.toBytes()).inspected;
    expect(found).toMatchObject({ kind: 'language-model', undrawn: undefined });
    expect(found.vocabulary!.first.find(([word]) => word === 'cat')![1]).toBe(30);
  });

  it('reads ONNX and plain safetensors, with the same weights in them', () => {
    const onnx = openModel('net.onnx', toOnnx(network)).inspected;
    expect(onnx).toMatchObject({ format: 'onnx', undrawn: undefined });
    expect(onnx.drawing!.nodes.some(({ kind }) => kind === 'output')).toBe(true);
    expect(onnx.drawing!.edges.every(({ shape }) => shape.startsWith('['))).toBe(true);
    const plain = openModel('net.safetensors', toSafetensors(network)).inspected;
    expect(plain).toMatchObject({ format: 'safetensors', drawing: undefined, undrawn: undefined });
    const weight = (name: string, { tensors }: typeof plain) =>
      tensors.find((tensor) => tensor.name === name);
    const own = openModel('net.lexigrad', network.toBytes()).inspected;
    expect(weight('hidden1.weight', plain)!.statistics).toEqual(weight('hidden1/weight', own)!.statistics);
  });

  it('says what a file is that is no model, and where one is damaged', () => {
    const bytes = network.toBytes();
    expect(() => openModel('x', bytes.subarray(0, bytes.length - 7))).toThrow(/x: /);
    expect(() => openModel('x', new Uint8Array())).toThrow('an empty file');
    expect(() => openModel('x', new TextEncoder().encode('text,label\n'))).toThrow('a text file');
    expect(() => openModel('x', toOnnx(network).subarray(0, 300))).toThrow(/ONNX/);
    const broken = encodeSafetensors({ a: f32(1) }, { format: 'lexigrad', formatVersion: '1' });
    expect(() => openModel('x', broken)).toThrow('lacks its');
  });

  it('shows the tensors of a model whose graph cannot be built', () => {
    const metadata = {
      ...{ format: 'lexigrad', formatVersion: '1', kind: 'feedforward-network', version: '9' },
      config: '{"network":{"hidden":"many"}}',
    };
    const { inspected } = openModel('x', encodeSafetensors({ w: f32(1, 2) }, metadata));
    expect(inspected.drawing).toBeUndefined();
    expect(inspected.undrawn).toMatch(/\w+/);
    expect(inspected.tensors.map(({ name }) => name)).toEqual(['w']);
  });
});
