import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError, FormatError, ValueError } from '../../src/base/errors.js';
import { referenceEngine } from '../../src/engine/index.js';
import { encodeModel } from '../../src/files/index.js';
import { readNumericRows } from '../../src/files/node/index.js';
import {
  FeedforwardNetwork,
  type FeedforwardOptions,
  type FeedforwardRow,
} from '../../src/models/feedforward.js';
import { Perceptron } from '../../src/models/perceptron.js';
import type { Checkpoint } from '../../src/train/index.js';

async function rowsOf(file: string): Promise<FeedforwardRow[]> {
  const rows: FeedforwardRow[] = [];
  for await (const { features, label } of await readNumericRows(`examples/data/${file}`))
    rows.push({ features, label });
  return rows;
}

const xor = await rowsOf('xor.csv');
const circles = await rowsOf('circles.csv');
/** Fast, for what does not depend on how good the network is. */
const QUICK: FeedforwardOptions = { epochs: 5 };

describe('XOR', () => {
  it('is learned from any seed', async () => {
    for (let seed = 1; seed <= 24; seed++) {
      const network = await FeedforwardNetwork.train(xor, { seed });
      expect((await network.evaluate(xor)).accuracy, `seed ${seed}`).toBe(1);
      for (const { features, label } of xor) expect(network.predict(features)[0]!.label).toBe(label);
    }
  });

  it.each(['leakyRelu', 'sigmoid', 'relu', 'gelu'] as const)(
    'is learned with %s and a binary head too',
    async (activation) => {
      for (let seed = 1; seed <= 4; seed++) {
        const network = await FeedforwardNetwork.train(xor, { seed, activation, head: 'binary' });
        expect((await network.evaluate(xor)).accuracy, `seed ${seed}`).toBe(1);
      }
    },
  );

  it('is not learned without a hidden layer', async () => {
    const network = await FeedforwardNetwork.train(xor, { hidden: [] });
    expect((await network.evaluate(xor)).accuracy).toBeLessThan(1);
  });

  it('is solved by the textbook’s weights, whose hidden space a line divides', () => {
    const network = FeedforwardNetwork.fromWeights(
      {
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
      },
      { engine: referenceEngine },
    );
    for (const { features, label } of xor) expect(network.predict(features)[0]!.label).toBe(label);
    const hidden = xor.map(({ features }) => network.hidden(features));
    expect(hidden).toEqual([
      [0, 0],
      [1, 0],
      [1, 0],
      [2, 1],
    ]);
    const inHiddenSpace = xor.map(({ label }, i) => ({ features: hidden[i]!, label }));
    expect(Perceptron.train(xor).report!.separable).toBe(false);
    expect(Perceptron.train(inHiddenSpace).report!.converged).toBe(true);
  });

  it('has a hidden space that a line divides after training as well', async () => {
    const network = await FeedforwardNetwork.train(xor, { hidden: [4], seed: 2 });
    const inHiddenSpace = xor.map(({ features, label }) => ({ features: network.hidden(features), label }));
    expect(Perceptron.train(inHiddenSpace, { epochs: 5000 }).report!.separable).toBe(true);
  });
});

describe('two rings', () => {
  it('are told apart', async () => {
    const network = await FeedforwardNetwork.train(circles);
    expect((await network.evaluate(circles)).accuracy).toBeGreaterThanOrEqual(0.98);
    expect(network.record).toMatchObject({
      data: { train: 180, validation: 20, features: 2 },
      weights: network.hash,
    });
    expect(network.record.results!.validation).toHaveProperty('accuracy');
  });

  it('by networks of any depth', async () => {
    const network = await FeedforwardNetwork.train(circles, {
      hidden: [12, 8, 6],
      activation: 'relu',
      optimizer: { learningRate: 0.01 },
    });
    expect((await network.evaluate(circles)).accuracy).toBeGreaterThanOrEqual(0.98);
    expect(network.network.layers.map(({ name }) => name)).toEqual([
      'hidden1',
      'hidden2',
      'hidden3',
      'output',
    ]);
    expect(network.parameterCount).toBe(2 * 12 + 12 + 12 * 8 + 8 + 8 * 6 + 6 + 6 * 2 + 2);
  });
});

describe('training', () => {
  it('gives the same file for the same seed, and other weights for another', async () => {
    const bytes = async (seed: number) =>
      (await FeedforwardNetwork.train(circles, { ...QUICK, seed, dropout: 0.1 })).toBytes();
    expect(await bytes(3)).toEqual(await bytes(3));
    expect(await bytes(3)).not.toEqual(await bytes(4));
  });

  it('runs on the reference engine too', async () => {
    const network = await FeedforwardNetwork.train(xor, {
      engine: referenceEngine,
      epochs: 200,
      head: 'binary',
    });
    expect((await network.evaluate(xor)).accuracy).toBe(1);
  });

  it('scales features, unless it is told not to', async () => {
    const scaled = await FeedforwardNetwork.train(circles, QUICK);
    expect(scaled.config.deviations.every((deviation) => deviation > 0.5 && deviation < 2)).toBe(true);
    const plain = await FeedforwardNetwork.train(circles, { ...QUICK, standardize: false });
    expect(plain.config).toMatchObject({ means: [0, 0], deviations: [1, 1] });
    // A column that never changes is no reason to divide by 0.
    const constant = xor.map(({ features, label }) => ({ features: [...features, 7], label }));
    expect((await FeedforwardNetwork.train(constant, QUICK)).config.deviations[2]).toBe(1);
  });

  it('uses the validation rows that it is given, and rows that come one by one', async () => {
    async function* stream() {
      yield* circles.slice(0, 150);
    }
    const network = await FeedforwardNetwork.train(stream(), QUICK, circles.slice(150));
    expect(network.record.data).toMatchObject({ train: 150, validation: 50 });
  });

  it('counts rows by their weight', async () => {
    // The same point with both labels: the heavier one wins.
    const rows = [
      { features: [1], label: 'a', weight: 3 },
      { features: [1], label: 'b' },
      { features: [-1], label: 'b' },
    ];
    const network = await FeedforwardNetwork.train(rows, { head: 'binary' });
    expect(network.predict([1])[0]!.label).toBe('a');
    expect(network.predict([1])[0]!.score).toBeCloseTo(0.75, 1);
  });

  it('tells of its progress, and goes on from a checkpoint to the same end', async () => {
    const options: FeedforwardOptions = { epochs: 6, dropout: 0.1, average: { decay: 0.9 } };
    const whole = await FeedforwardNetwork.train(circles, options);
    for (const stop of [1, 6, 20]) {
      const interruption = new AbortController();
      let checkpoint: Checkpoint | undefined;
      const part = await FeedforwardNetwork.train(circles, {
        ...options,
        signal: interruption.signal,
        onEvent: (event) => event.kind === 'step' && event.step === stop && interruption.abort(),
        saveCheckpoint: (saved) => {
          checkpoint = structuredClone(saved);
        },
      });
      expect(part.record.stopped).toBe('interrupted');
      const resumed = await FeedforwardNetwork.train(circles, { ...options, resume: checkpoint });
      expect(resumed.toBytes()).toEqual(whole.toBytes());
    }
  });
});

describe('predictions', () => {
  it('are probabilities, the likeliest first, one by one as in a batch', async () => {
    const network = await FeedforwardNetwork.train(circles, QUICK);
    const rows = circles.map(({ features }) => features);
    const batch = network.predictBatch(rows);
    batch.forEach((ranked, i) => {
      expect(ranked[0]!.score).toBeGreaterThanOrEqual(ranked[1]!.score);
      expect(ranked[0]!.score + ranked[1]!.score).toBeCloseTo(1, 6);
      const alone = network.predict(rows[i]!);
      expect(alone[0]!.label).toBe(ranked[0]!.label);
      expect(alone[0]!.score).toBeCloseTo(ranked[0]!.score, 6);
    });
    expect(network.predictBatch([])).toEqual([]);
  });

  it.each(['softmax', 'binary'] as const)(
    'are explained: for a linear network with a %s head the shares sum to the logit',
    async (head) => {
      const network = await FeedforwardNetwork.train(circles, {
        ...QUICK,
        hidden: [],
        head,
        featureNames: ['left', 'up'],
      });
      const { bias } = network.network.layers[0]!;
      const biases = network.workspace.read(bias!);
      network.labels.forEach((label, i) => {
        const explanation = network.explain([0.5, -1], label);
        const own = head === 'binary' ? (i === 0 ? -biases[0]! : biases[0]!) : biases[i]!;
        const total = explanation.features.reduce((sum, { gradient }) => sum + gradient, own);
        expect(total).toBeCloseTo(explanation.logit, 5);
        expect(explanation.features.map(({ name, value }) => [name, value])).toEqual([
          ['left', 0.5],
          ['up', -1],
        ]);
      });
      expect(() => network.explain([0, 0], 'middle')).toThrow(
        /no label 'middle'; the labels are inner, outer/,
      );
    },
  );
});

describe('files', () => {
  it('give back the same network', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lexigrad-'));
    try {
      const network = await FeedforwardNetwork.train(circles, { ...QUICK, hidden: [5, 3] });
      const path = join(folder, 'circles.lexigrad');
      await network.save(path);
      const loaded = await FeedforwardNetwork.load(path);
      const rows = circles.map(({ features }) => features);
      expect(loaded.probabilities(rows)).toEqual(network.probabilities(rows));
      expect(loaded.record).toEqual(network.record);
      expect(loaded.toBytes()).toEqual(network.toBytes());
      await expect(FeedforwardNetwork.load(join(folder, 'missing.lexigrad'))).rejects.toThrow(DataError);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('that are damaged or hostile are refused', async () => {
    const model = (await FeedforwardNetwork.train(xor, QUICK)).toModel();
    const config = model.config as { network: Record<string, unknown> };
    const withNetwork = (changes: Record<string, unknown>) =>
      encodeModel({ ...model, config: { ...config, network: { ...config.network, ...changes } } });
    const hostile: [Record<string, unknown>, RegExp][] = [
      [{ hidden: [1_000_000_000] }, /needs \d+ weights, but the file holds/],
      [{ hidden: [7] }, /shape/],
      [{ hidden: [-1] }, /not sound/],
      [{ hidden: 'many' }, /not sound/],
      [{ activation: 'toString' }, /not sound/],
      [{ labels: ['a'] }, /not sound/],
      [{ labels: ['a', 'a'] }, /not sound/],
      [{ head: 'multilabel' }, /not sound/],
      [{ means: [0] }, /not sound/],
      [{ deviations: [0, 1] }, /not sound/],
      [{ dropout: 2 }, /not sound/],
    ];
    for (const [changes, message] of hostile) {
      expect(() => FeedforwardNetwork.fromBytes(withNetwork(changes)), JSON.stringify(changes)).toThrow(
        FormatError,
      );
      expect(() => FeedforwardNetwork.fromBytes(withNetwork(changes)), JSON.stringify(changes)).toThrow(
        message,
      );
    }
    expect(() => FeedforwardNetwork.fromBytes(encodeModel({ ...model, config: null }))).toThrow(FormatError);
    expect(() => FeedforwardNetwork.fromBytes(encodeModel({ ...model, kind: 'text-classifier' }))).toThrow(
      /is a text-classifier/,
    );
    expect(() => FeedforwardNetwork.fromBytes(encodeModel({ ...model, tensors: {} }))).toThrow(FormatError);
    expect(() => FeedforwardNetwork.fromBytes(new Uint8Array(0))).toThrow(/an empty file/);
  });
});

describe('bad input', () => {
  const train = (rows: FeedforwardRow[], options: FeedforwardOptions = QUICK) =>
    FeedforwardNetwork.train(rows, options);

  it('is refused in rows, saying where', async () => {
    await expect(train([])).rejects.toThrow(DataError);
    await expect(train([{ features: [1], label: 'a' }])).rejects.toThrow(/all 1 rows have the label 'a'/);
    await expect(train([...xor, { features: [1], label: '1' }])).rejects.toThrow(
      /row 5 has 1 features, but there must be 2/,
    );
    await expect(train([...xor, { features: [1, Number.NaN], label: '1' }])).rejects.toThrow(
      /row 5: feature 2 is NaN/,
    );
    await expect(train(xor.map(({ label }) => ({ features: [], label })))).rejects.toThrow(/no features/);
    await expect(FeedforwardNetwork.train(xor, QUICK, [])).rejects.toThrow(/no validation rows/);
    await expect(FeedforwardNetwork.train(xor, QUICK, [{ features: [0, 0], label: '2' }])).rejects.toThrow(
      /label '2' does not occur/,
    );
  });

  it.each<[FeedforwardOptions, RegExp]>([
    [{ epochs: 0 }, /epochs/],
    [{ batchSize: 1.5 }, /batchSize/],
    [{ patience: 0 }, /patience/],
    [{ dropout: 1 }, /dropout/],
    [{ holdOut: -0.1 }, /holdOut/],
    [{ hidden: [0] }, /hidden layer/],
    [{ activation: 'step' }, /cannot be trained/],
    [{ featureNames: ['one'] }, /1 feature names/],
  ])('is refused in options: %o', async (options, message) => {
    await expect(train(xor, options)).rejects.toThrow(ValueError);
    await expect(train(xor, options)).rejects.toThrow(message);
  });

  it('is refused in questions', async () => {
    const network = await train(xor);
    expect(() => network.predict([1])).toThrow(/row 1 has 1 features/);
    expect(() => network.predict([1, Infinity])).toThrow(/feature 2 is Infinity/);
    await expect(network.evaluate([{ features: [0, 1], label: 'maybe' }])).rejects.toThrow(
      /'maybe' does not occur/,
    );
    const three = [...xor, { features: [2, 2], label: '2' }];
    await expect(train(three, { head: 'binary' })).rejects.toThrow(/needs two labels, but there are 3/);
  });

  it('is refused in given weights', () => {
    const given = (layers: { weight: number[][]; bias: number[] }[]) => () =>
      FeedforwardNetwork.fromWeights({ activation: 'relu', layers });
    expect(given([])).toThrow(ValueError);
    expect(given([{ weight: [[Number.NaN]], bias: [0] }])).toThrow(
      /layer 1: weights must be finite numbers, not NaN/,
    );
    expect(given([{ weight: [[1, 2], [3]], bias: [0, 0] }])).toThrow(/layer 1 does not fit/);
    expect(
      given([
        { weight: [[1, 2]], bias: [0] },
        { weight: [[1, 1]], bias: [0] },
      ]),
    ).toThrow(/layer 2.*1 rows of 1 numbers/);
    const layers = [{ weight: [[1, 2]], bias: [0] }];
    expect(() => FeedforwardNetwork.fromWeights({ activation: 'relu', layers, labels: ['a'] })).toThrow(
      /2 labels apart, not 1/,
    );
  });
});
