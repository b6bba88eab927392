/** Every architecture of the models, exported, run by onnxruntime, and read back. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../src/base/errors.js';
import { referenceEngine } from '../../../src/engine/index.js';
import { wasmEngine } from '../../../src/engine/wasm/index.js';
import { textFeeds } from '../../../src/models/classifier/encoded.js';
import {
  type ClassifierOptions,
  FeedforwardNetwork,
  type FeedforwardOptions,
  LanguageModel,
  type LanguageModelOptions,
  TextClassifier,
} from '../../../src/models/index.js';
import { fromOnnx, toOnnx } from '../../../src/models/onnx/index.js';
import { decodeOnnx, exportOnnx } from '../../../src/onnx/index.js';
import { type Fed, largestDifference, MISSING, runOnnx, runtime } from '../../onnx/runtime.js';
import { LABELS, makeCorpus, QUICK, WORDS } from '../classifier/corpus.js';

/** One engine for all: starting helper threads for each of so many models would take longer than the models. */
const engine = wasmEngine({ threads: 1 });
const corpus = makeCorpus();
const two = makeCorpus(60, 3, ['animal', 'tool']);
/** Texts of any length; of the empty ones one is inside and one at the end. */
const texts = [...makeCorpus(12, 5).map(({ text }) => text), '', 'the cat '.repeat(40), 'saw', '🙂 ?', ''];

const several = Array.from({ length: 60 }, (_, i) => {
  const labels = LABELS.filter((_, bit) => (i >> bit) & 1);
  return { text: ['here', ...labels.map((label) => WORDS[label][i % 6]!)].join(' '), labels };
});

const features = [
  { kind: 'lexicon', words: WORDS.animal, name: 'animals' },
  { kind: 'length', of: 'characters' },
  { kind: 'log', of: { kind: 'length', of: 'characters' } },
] as const;

const classifiers: [string, ClassifierOptions, (typeof corpus | typeof several)?][] = [
  ...(['mean', 'sum', 'max', 'mean+max'] as const).flatMap((pooling) =>
    [[], [6], [6, 5]].map((hidden): [string, ClassifierOptions] => [
      `${pooling}, ${hidden.length} hidden layers`,
      { pooling, hidden, activation: 'tanh', dropout: 0.1 },
    ]),
  ),
  ...(['sigmoid', 'relu', 'leakyRelu', 'gelu', 'silu', 'softplus'] as const).map(
    (activation): [string, ClassifierOptions] => [`hidden ${activation}`, { hidden: [6], activation }],
  ),
  ['binary head', { head: 'binary' }, two],
  ['multilabel head', { pooling: 'sum' }, several],
  ['hand-built features alone', { embeddings: false, features, hidden: [4] }],
  ['hand-built features beside embeddings', { features, hidden: [4], pooling: 'mean+max' }],
  ['hand-built features, binary head', { features, head: 'binary' }, two],
  ['pieces of words and buckets', { subwords: [3, 4], buckets: 1000 }],
];

const languageModels: [string, LanguageModelOptions][] = [
  ['tied', {}],
  ['untied', { tied: false }],
  ['direct connections', { tied: false, directConnections: true }],
  ['tied, direct connections', { directConnections: true }],
  ['no hidden layer', { hidden: [], directConnections: true, tied: false }],
  ['two hidden layers', { hidden: [12, 10], activation: 'relu' }],
  ['bigram', { order: 2 }],
  ['order 6', { order: 6, activation: 'gelu' }],
  ['far words', { farWords: 6 }],
  ['residual blocks, normalised before', { blocks: 2, normalization: 'before' }],
  ['residual blocks, normalised after', { blocks: 1, normalization: 'after' }],
  ['characters', { tokenizer: { kind: 'characters' }, order: 4 }],
];

const rows = Array.from({ length: 60 }, (_, i) => {
  const [a, b] = [Math.sin(i), Math.cos(3 * i)];
  // A year: large beside its spread, which 32 bits must survive.
  return { features: [a, b, 2000 + (i % 23)], label: a * b > 0 ? (i % 23 > 11 ? 'late' : 'yes') : 'no' };
});
const networks: [string, FeedforwardOptions, typeof rows][] = [
  ...([[], [5], [5, 4, 3]] as const).map((hidden): [string, FeedforwardOptions, typeof rows] => [
    `${hidden.length} hidden layers`,
    { hidden, epochs: 10, dropout: 0.1 },
    rows,
  ]),
  [
    'binary head, not standardised',
    { head: 'binary', standardize: false, epochs: 10, activation: 'sigmoid' },
    rows
      .filter(({ label }) => label !== 'late')
      .map(({ features: [a, b], label }) => ({ features: [a!, b!], label })),
  ],
];

/** XOR with the weights of the textbook. */
const xor = FeedforwardNetwork.fromWeights({
  activation: 'relu',
  layers: [
    {
      weight: [
        [1, 1],
        [1, 1],
      ],
      bias: [0, -1],
    },
    { weight: [[1, -2]], bias: [-0.5] },
  ],
});

const table = (data: readonly (readonly number[])[], width: number): Fed => ({
  shape: [data.length, width],
  data: data.flat(),
});

/** What `toOnnx` says a classifier is fed, from texts. */
function feedsOf(classifier: TextClassifier, list: readonly string[]): Record<string, Fed> {
  const encoded = classifier.encode(list);
  const { ids = [], ends = list.map(() => 0) } = textFeeds(
    encoded,
    list.map((_, i) => i),
  ) as Record<string, ArrayLike<number>>;
  const { handBuilt } = classifier;
  return {
    ids: { shape: [ids.length], data: ids },
    ends: { shape: [list.length], data: ends },
    features: table(
      list.map((text) => handBuilt.values(text)),
      handBuilt.size,
    ),
  };
}

describe.skipIf(runtime === undefined)(`models in onnxruntime (without it: ${MISSING})`, () => {
  const differences: Record<string, number> = {};

  it.each(classifiers)('classifier: %s', async (name, options, examples = corpus) => {
    const classifier = await TextClassifier.train(examples, { ...QUICK, epochs: 1, engine, ...options });
    const bytes = toOnnx(classifier);
    for (const list of [texts, texts.slice(0, 1), ['']]) {
      const { probabilities } = await runOnnx(bytes, feedsOf(classifier, list));
      expect(probabilities!.shape).toEqual([list.length, classifier.labels.length]);
      const difference = largestDifference(
        probabilities!.data,
        classifier.probabilitiesOf(classifier.encode(list)),
      );
      differences[name] = Math.max(difference, differences[name] ?? 0);
      expect(difference).toBeLessThan(1e-5);
    }
    const back = fromOnnx(bytes, { engine }) as TextClassifier;
    expect(back).toBeInstanceOf(TextClassifier);
    expect(back.probabilities(texts)).toEqual(classifier.probabilities(texts));
    expect(toOnnx(back)).toEqual(bytes);
  });

  it.each(languageModels)('language model: %s', async (name, options) => {
    const lines = corpus.map(({ text }) => text);
    const lm = await LanguageModel.train(lines, {
      dimension: 8,
      hidden: [10],
      order: 3,
      epochs: 1,
      minimumCount: 1,
      engine,
      ...options,
    });
    const bytes = toOnnx(lm);
    const contexts = ['', 'the', 'my cat is', 'here was a very nice horse today the'];
    const length = lm.network.context.shape[1] as number;
    const ids = contexts.map((text) => {
      const before = lm.vocabulary.encode(lm.tokenizer.tokenize(text));
      return Array.from({ length }, (_, i) => before[before.length - length + i] ?? 1);
    });
    const { probabilities, logits } = await runOnnx(bytes, { context: table(ids, length) });
    expect(logits!.shape).toEqual([contexts.length, lm.vocabulary.size]);
    const expected = contexts.flatMap((text) => [...lm.distribution(text)]);
    const difference = largestDifference(probabilities!.data, expected);
    differences[name] = difference;
    expect(difference).toBeLessThan(1e-5);

    const back = fromOnnx(bytes, { engine: referenceEngine }) as LanguageModel;
    expect(back.next('the')[0]!.token).toBe(lm.next('the')[0]!.token);
    expect(back.hash).toBe(lm.hash);
  });

  it.each(networks)('feedforward network: %s', async (name, options, data) => {
    const network = await FeedforwardNetwork.train(data, { engine, ...options });
    const points = data.map((row) => row.features);
    const { probabilities } = await runOnnx(toOnnx(network), { features: table(points, points[0]!.length) });
    differences[name] = largestDifference(probabilities!.data, network.probabilities(points));
    expect(differences[name]).toBeLessThan(1e-5);
    const back = fromOnnx(toOnnx(network), { engine }) as FeedforwardNetwork;
    expect(back.probabilities(points)).toEqual(network.probabilities(points));
  });

  it('XOR', async () => {
    const points = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ];
    const { logits, probabilities } = await runOnnx(toOnnx(xor), { features: table(points, 2) });
    expect(logits!.data).toEqual([-0.5, 0.5, 0.5, -0.5]);
    differences.XOR = largestDifference(probabilities!.data, xor.probabilities(points));
    expect(differences.XOR).toBeLessThan(1e-6);
  });

  it('prints the largest differences where it is asked to', () => {
    if (process.env.SHOW_DIFFERENCES) console.table(differences);
  });
});

describe('exported files', () => {
  it('carry what a program needs beside them', async () => {
    const classifier = await TextClassifier.train(corpus, { ...QUICK, features, hidden: [3] });
    const { opset, irVersion, graph, metadata } = decodeOnnx(toOnnx(classifier));
    expect([opset, irVersion]).toEqual([17, 8]);
    expect(JSON.parse(metadata.get('labels')!)).toEqual(classifier.labels);
    expect(JSON.parse(metadata.get('config')!).vocabulary.tokens).toContain('cat');
    expect(graph.inputs).toEqual([
      { name: 'ids', elementType: 'I64', shape: ['items'] },
      { name: 'ends', elementType: 'I64', shape: ['batch'] },
      { name: 'features', elementType: 'F32', shape: ['batch', 3] },
    ]);
    expect(graph.outputs).toEqual([
      { name: 'logits', elementType: 'F32', shape: ['batch', 3] },
      { name: 'probabilities', elementType: 'F32', shape: ['batch', 3] },
    ]);
    const layers = graph.nodes.filter(({ opType }) => opType === 'Gemm').map(({ name }) => name);
    expect(layers).toEqual(['hidden1/Gemm', 'output/Gemm']);
  });

  it('are read or refused with any bytes changed, and nothing else', () => {
    const good = toOnnx(xor);
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const broken = good.slice();
        for (const [place, byte] of changes) broken[place] = byte;
        try {
          fromOnnx(broken, { engine: referenceEngine });
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('of networks alone are refused, with a word on what reads them', () => {
    const bytes = exportOnnx({ y: xor.network.logits });
    expect(() => fromOnnx(bytes, { file: 'net.onnx' })).toThrow(
      /^net\.onnx: this ONNX file holds a network alone.*written by lexigrad.*importOnnx/,
    );
  });

  it('cannot hold functions', async () => {
    const named = [{ name: 'f', value: (text: string) => text.length }];
    const classifier = await TextClassifier.train(corpus, { ...QUICK, embeddings: false, features: named });
    expect(() => toOnnx(classifier)).toThrow(/feature 'f' is a function and cannot be saved/);
  });
});
