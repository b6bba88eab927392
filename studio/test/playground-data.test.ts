import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { referenceEngine, wasmEngine } from 'lexigrad/engine';
import { decodeSafetensors } from 'lexigrad/files';
import { importOnnx } from 'lexigrad/onnx';
import { evaluate } from 'lexigrad/program';
import { describe, expect, it } from 'vitest';
import { toCode } from '../src/rooms/playground/code.js';
import { readTable } from '../src/rooms/playground/csv.js';
import { generate, split } from '../src/rooms/playground/data.js';
import { type Exported, toJson, toOnnx, toSafetensors } from '../src/rooms/playground/exports.js';
import { buildNetwork, placesOf, weightCount } from '../src/rooms/playground/network.js';
import { Session, type SessionSettings } from '../src/rooms/playground/session.js';
import { generatedSets, MOST_POINTS } from '../src/rooms/playground/settings.js';

const settings: SessionSettings = {
  shape: {
    features: ['x1', 'x2', 'x1x2'],
    layers: [
      [4, 'tanh'],
      [3, 'relu'],
    ],
    seed: 1,
  },
  regularization: { dropout: 0.1, penalty: 'l2', strength: 0.001 },
  optimizer: 'adam',
  learningRate: 0.02,
  batchSize: 16,
  points: generate('circle', 120, 0.1, 1),
  testShare: 0.3,
  splitSeed: 1,
  weights: [],
};
const view = { side: 'forward', at: 0 } as const;

describe('data of the playground', () => {
  it.each(generatedSets)('%s: both classes, inside the plane, the same for a seed', (set) => {
    const points = generate(set, 100, 0.3, 7);
    expect(points.filter(([, , one]) => one)).toHaveLength(50);
    expect(points.every(([x, y]) => Math.abs(x) <= 1.25 && Math.abs(y) <= 1.25)).toBe(true);
    expect(generate(set, 100, 0.3, 7)).toEqual(points);
    expect(generate(set, 100, 0.3, 8)).not.toEqual(points);
  });

  it('parts points into two sets that share none and keep at least one to learn from', () => {
    const { train, test } = split(100, 0.3, 1);
    expect([train.length, test.length]).toEqual([70, 30]);
    expect(new Set([...train, ...test]).size).toBe(100);
    expect(split(2, 0.9, 1).train).toHaveLength(1);
    expect(split(0, 0.5, 1)).toEqual({ train: [], test: [] });
  });

  it('reads tables with any separator, and brings them to the plane', () => {
    const table = readTable('width;height;kind\r\n10;5;"cat"\r\n30;9;dog\r\n20;7;dog\r\n');
    expect(table.points).toEqual([
      [-1, -1, false],
      [1, 1, true],
      [0, 0, true],
    ]);
    expect(table.scale).toEqual([20, 7, 10, 2]);
    expect(table.note).toContain('“cat” is class 0, “dog” is class 1');
    expect(readTable('0 0 no\n1\t1\tyes').points).toHaveLength(2);
  });

  it('takes some of many rows, evenly, and says so', () => {
    const rows = Array.from({ length: 2000 }, (_, i) => `${i},${i % 7},${i % 2}`).join('\n');
    const { points, note } = readTable(rows);
    expect(points).toHaveLength(MOST_POINTS);
    expect(points.at(-1)![0]).toBeGreaterThan(0.98);
    expect(note).toContain('2000 points were read, and 500 of them taken');
  });

  it.each([
    ['', 'no line of data'],
    ['x,y,label\n', 'no line of data'],
    ['1,2\n3,4', 'Line 1 has fewer than three columns'],
    ['1,2,a\nfoo,3,b', 'Line 2 does not begin with two numbers'],
    ['1,2,a\n3,4,a', 'must hold two classes, but holds 1: a'],
    ['1,2,a\n3,4,b\n5,6,c', 'holds 3: a, b, c'],
  ])('refuses %j', (text, said) => {
    expect(() => readTable(text)).toThrow(said);
  });
});

describe('a session of the playground', () => {
  it('learns, and gives the same numbers again', () => {
    const runs = [1, 2].map(() => {
      const session = new Session(settings, wasmEngine({ exact: true, threads: 1 }));
      const before = session.look(view).train.loss;
      for (let i = 0; i < 300; i++) session.step();
      return { before, frame: session.look(view) };
    });
    expect(runs[0]!.frame.train.loss).toBeLessThan(0.5 * runs[0]!.before);
    expect(runs[0]!.frame).toEqual(runs[1]!.frame);
    expect(runs[0]!.frame.curve.at(-1)![0]).toBe(300 - (300 % 6));
  });

  it('measures ∂L/∂w and ∂z/∂a as differences do', () => {
    const still = { ...settings, regularization: { dropout: 0, penalty: 'none', strength: 0 } as const };
    const look = (weights: readonly number[]) =>
      new Session({ ...still, weights }, referenceEngine).look(view);
    const first = look([]);
    const weights = [...first.weights];
    const place = placesOf([3, 4, 3, 1], 2, 1).weights[2]!;
    const moved = (by: number) => look(weights.with(place, weights[place]! + by));
    const difference = (moved(1e-3).train.loss - moved(-1e-3).train.loss) / 2e-3;
    expect(difference).toBeCloseTo(first.gradients[place]!, 4);

    // Moving the bias of a unit of the last layer by δ moves z by δ times its outgoing weight where the unit is active.
    const backwards = new Session({ ...still, weights }, referenceEngine).look({ side: 'backward', at: 0 });
    const outgoing = weights[placesOf([3, 4, 3, 1], 3, 0).weights[1]!]!;
    expect(backwards.maps[2]![1]).toBeCloseTo(outgoing, 5);
    expect([...backwards.maps[3]!].every((one) => one === 1)).toBe(true);
  });

  it('ends nothing and breaks nothing where the loss grows without bound', () => {
    const session = new Session({ ...settings, optimizer: 'sgd', learningRate: 1e6 }, referenceEngine);
    let objective = 0;
    for (let i = 0; i < 300 && Number.isFinite(objective); i++) objective = session.step();
    expect(Number.isFinite(objective)).toBe(false);
    expect(session.look(view).step).toBe(session.steps);
  });
});

describe('exports of the playground', () => {
  const session = new Session(settings, referenceEngine);
  for (let i = 0; i < 50; i++) session.step();
  const frame = session.look(view);
  const scale = [20, 7, 10, 2];
  const exported: Exported = { settings, scale, frame };
  const x = [20, 7, 25, 8];
  /** By the room's own graph, in the plane's coordinates. */
  const wanted = probabilities([0, 0, 0.5, 0.5]);

  function probabilities(places: readonly number[]): number[] {
    const { parameters, probabilities: node } = buildNetwork(settings.shape);
    let begin = 0;
    for (const { initial } of parameters) {
      initial.set(frame.weights.slice(begin, begin + initial.length));
      begin += initial.length;
    }
    return [...evaluate({ node }, { x: places }).node];
  }

  it('ONNX computes the same, from coordinates of its own', async () => {
    const { outputs } = importOnnx(await toOnnx(exported));
    const { probability } = evaluate({ probability: outputs.probability! }, { x });
    expect([...probability]).toEqual(wanted.map((value) => expect.closeTo(value, 5)));
  });

  it('safetensors and JSON hold every weight', () => {
    const { tensors } = decodeSafetensors(toSafetensors(exported));
    const names = ['hidden1', 'hidden2', 'output'].flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]);
    const all = names.flatMap((name) => [...(tensors.get(name)!.data as Float32Array)]);
    expect(tensors.get('hidden1.weight')!.shape).toEqual([4, 3]);
    expect(all).toEqual([...frame.weights]);
    const json = JSON.parse(toJson(exported)) as {
      readonly layers: readonly { readonly weight: number[][]; readonly bias: number[] }[];
    };
    const flat = json.layers.flatMap(({ weight, bias }) => [...weight.flat(), ...bias]);
    expect(flat.map(Math.fround)).toEqual([...frame.weights]);
    expect(flat).toHaveLength(weightCount(settings.shape));
  });

  it('the code runs, predicts the same and goes on training', async () => {
    const folder = fileURLToPath(new URL('../../.cache/playground-test/', import.meta.url));
    mkdirSync(folder, { recursive: true });
    const code = `${toCode(exported)}
console.log(JSON.stringify(predict([[20, 7], [25, 8]])));
const losses = Array.from({ length: 40 }, () => train([[20, 7], [29, 8.9]], [1, 0]));
console.log(losses.at(-1)! < losses[0]!);`;
    writeFileSync(`${folder}network.ts`, code);
    const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));
    const parts = ['engine', 'graph', 'nn', 'optim', 'program'];
    await build({
      entryPoints: [`${folder}network.ts`],
      outfile: `${folder}network.mjs`,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
      alias: {
        '#host': source('files/node/host.ts'),
        ...Object.fromEntries(parts.map((part) => [`lexigrad/${part}`, source(`${part}/index.ts`)])),
      },
    });
    const { stdout, stderr } = spawnSync(process.execPath, [`${folder}network.mjs`], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(stderr).toBe('');
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toMatch(/^P\(class 1\) at \(20, 7\): 0\.\d+$/);
    expect(JSON.parse(lines[1]!)).toEqual(wanted.map((value) => expect.closeTo(value, 4)));
    expect(lines[2]).toBe('true');
  });
});
