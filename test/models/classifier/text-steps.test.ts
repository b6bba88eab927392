import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../src/base/errors.js';
import { referenceEngine } from '../../../src/engine/reference/index.js';
import { wasmEngine } from '../../../src/engine/wasm/index.js';
import { type ClassifierOptions, TextClassifier } from '../../../src/models/index.js';
import { KernelProfile } from '../../../src/program/index.js';
import type { Checkpoint } from '../../../src/train/checkpoint.js';
import type { TrainingEvent } from '../../../src/train/events.js';
import { makeCorpus, QUICK } from './corpus.js';

const corpus = makeCorpus(80);
const STEPS: ClassifierOptions = {
  ...QUICK,
  batchSize: 1,
  wordDropout: 0,
  epochs: 3,
  calibrate: false,
  optimizer: { kind: 'sgd', learningRate: 0.2 },
};

const weightsOf = (classifier: TextClassifier) =>
  classifier.network.parameters.flatMap((node) => [...classifier.workspace.read(node)]);

describe('steps of one text', () => {
  it.each([
    ['wasm', wasmEngine({ threads: 1 })],
    ['reference', referenceEngine],
  ])('are those of the program of this batch size: %s', async (_, engine) => {
    const weighted = corpus.map((example, i) => ({ ...example, weight: 0.5 + (i % 3) }));
    const options: ClassifierOptions = {
      ...STEPS,
      engine,
      schedule: { kind: 'cosine', warmup: 20 },
      holdOut: 0,
    };
    const fused = await TextClassifier.train(weighted, options);
    // Profiling tells the time of each kernel of a program, so there must be one.
    const program = await TextClassifier.train(weighted, { ...options, profile: new KernelProfile() });
    const expected = weightsOf(program);
    weightsOf(fused).forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-4);
    });
    expect(fused.record.history!.map(({ step }) => step)).toEqual([80, 160, 240]);
    const losses = (classifier: TextClassifier) =>
      classifier.record.history!.map(({ trainLoss }) => trainLoss);
    losses(fused).forEach((loss, i) => {
      expect(loss).toBeCloseTo(losses(program)[i]!, 4);
    });
  });

  it('give the same weights for any number of threads, and others for another seed', async () => {
    const train = (threads: number, seed: number) =>
      TextClassifier.train(corpus, { ...STEPS, seed, engine: wasmEngine({ threads, exact: true }) });
    const hash = (await train(1, 1)).hash;
    expect((await train(2, 1)).hash).toBe(hash);
    expect((await train(1, 2)).hash).not.toBe(hash);
  });

  it('go on from a checkpoint to the same end', async () => {
    const checkpoints: Checkpoint[] = [];
    const whole = await TextClassifier.train(corpus, {
      ...STEPS,
      saveCheckpoint: (checkpoint) => void checkpoints.push(checkpoint),
    });
    expect(checkpoints).toHaveLength(3);
    const resumed = await TextClassifier.train(corpus, { ...STEPS, resume: checkpoints[0] });
    expect(resumed.hash).toBe(whole.hash);
  });

  it('tell of rates that fall text by text, and of lower losses', async () => {
    const events: TrainingEvent[] = [];
    await TextClassifier.train(corpus, { ...STEPS, holdOut: 0, onEvent: (event) => void events.push(event) });
    const steps = events.filter((event) => event.kind === 'step');
    expect(steps.map(({ step, totalSteps }) => [step, totalSteps])).toEqual([
      [80, 240],
      [160, 240],
      [240, 240],
    ]);
    expect(steps[2]!.loss).toBeLessThan(steps[0]!.loss);
    expect(steps[2]!.learningRate).toBeLessThan(steps[0]!.learningRate);
  });

  it('learn with racing threads too', async () => {
    const engine = wasmEngine({ threads: 2 });
    const classifier = await TextClassifier.train(makeCorpus(600), { ...STEPS, hogwild: true, engine });
    expect((await classifier.evaluate(corpus)).accuracy).toBeGreaterThan(0.95);
    expect(classifier.record.settings!.hogwild).toBe(true);
  });

  it.each<[string, ClassifierOptions]>([
    ['another batch size', { batchSize: 2 }],
    ['momentum', { optimizer: { kind: 'sgd', momentum: 0.9 } }],
    ['another optimiser', { optimizer: { kind: 'adam' } }],
    ['hidden layers', { hidden: [3] }],
    ['another pooling', { pooling: 'max' }],
  ])('cannot race with %s', async (_, options) => {
    const training = TextClassifier.train(corpus, { ...STEPS, ...options, hogwild: true });
    await expect(training).rejects.toThrow(ValueError);
    await expect(training).rejects.toThrow('hogwild needs steps of one text');
  });
});
