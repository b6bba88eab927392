import { describe, expect, it } from 'vitest';
import { NumericError, ValueError } from '../../src/base/errors.js';
import { referenceEngine } from '../../src/engine/index.js';
import { wasmEngine } from '../../src/engine/wasm/index.js';
import { add, input, log, mean, multiply, parameter, power, sqrt, sum } from '../../src/graph/index.js';
import { Workspace } from '../../src/program/index.js';
import {
  type Batch,
  type StepEvent,
  Trainer,
  type TrainerOptions,
  type TrainingEvent,
} from '../../src/train/index.js';
import { expectClose } from '../close.js';
import { AsyncToySource, emptySource, makeToy, type Toy, ToySource } from './toy.js';

function optionsFor(toy: Toy, options: Partial<TrainerOptions> = {}): TrainerOptions {
  const { workspace, loss, parameters } = toy;
  return {
    workspace,
    loss,
    parameters,
    source: new ToySource(),
    epochs: 4,
    optimizer: { kind: 'adam', learningRate: 0.02 },
    ...options,
  };
}

async function trained(options: Partial<TrainerOptions> = {}, settings: Parameters<typeof makeToy>[0] = {}) {
  const toy = makeToy(settings);
  const result = await new Trainer(optionsFor(toy, options)).run();
  return { toy, result, weights: toy.weights() };
}

/** Validation measures that are known beforehand. */
function scripted(
  measures: readonly number[],
  seen: number[][] = [],
  toy?: Toy,
): TrainerOptions['validation'] {
  let next = 0;
  const measure = () => {
    if (toy !== undefined) seen.push(toy.weights());
    return { loss: measures[next++]! };
  };
  return { by: 'loss', goal: 'lower', measure };
}

describe('training', () => {
  it('lowers the loss, on either engine', async () => {
    for (const engine of [referenceEngine, wasmEngine()]) {
      const before = makeToy({ engine }).measure().loss;
      const { toy, result } = await trained({ epochs: 30 }, { engine });
      expect(toy.measure().loss).toBeLessThan(before / 2);
      expect(result).toMatchObject({ stopped: 'finished', steps: 180 });
      expect(result.history).toHaveLength(30);
      expect(result.history.at(-1)!.trainLoss).toBeLessThan(result.history[0]!.trainLoss);
    }
  });

  it('gives the same bits for the same seed, and others for another', async () => {
    const settings = { dropout: 0.3, engine: wasmEngine() };
    const first = await trained({ seed: 3 }, settings);
    const second = await trained({ seed: 3 }, settings);
    expect(second.weights).toEqual(first.weights);
    expect(second.result).toEqual(first.result);
    expect((await trained({ seed: 4 }, settings)).weights).not.toEqual(first.weights);
  });

  it('takes batches that come one by one', async () => {
    const { weights } = await trained({ source: new AsyncToySource() });
    expect(weights).toEqual((await trained()).weights);
  });

  it('leaves frozen parameters as they are, to the bit', async () => {
    const toy = makeToy();
    const start = [...toy.workspace.read(toy.table)];
    const parameters = toy.parameters.filter((node) => node !== toy.table);
    await new Trainer(optionsFor(toy, { parameters })).run();
    expect([...toy.workspace.read(toy.table)]).toEqual(start);
    expect(toy.weights()).not.toEqual(makeToy().weights());
  });

  it('refuses options that make no sense', () => {
    const toy = makeToy();
    expect(() => new Trainer(optionsFor(toy, { parameters: [] }))).toThrow(/every parameter is frozen/);
    expect(() => new Trainer(optionsFor(toy, { accumulate: 0 }))).toThrow(ValueError);
    expect(() => new Trainer(optionsFor(toy, { average: { decay: 2 } }))).toThrow(ValueError);
  });

  it('tells of every step and epoch, with the learning rate that was used', async () => {
    const events: TrainingEvent[] = [];
    const { result } = await trained({
      epochs: 2,
      schedule: { kind: 'linear' },
      onEvent: (event) => events.push(event),
    });
    const steps = events.filter((event): event is StepEvent => event.kind === 'step');
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(
      steps.every(({ totalSteps, gradientNorm }) => totalSteps === 12 && gradientNorm === undefined),
    ).toBe(true);
    expectClose(
      steps.map(({ learningRate }) => learningRate),
      steps.map((_, i) => 0.02 * (1 - i / 12)),
    );
    expect(steps.at(-1)!.examples).toBe(88);
    expect(events.filter(({ kind }) => kind === 'epoch')).toHaveLength(2);
    expect(result.history.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 6],
      [2, 12],
    ]);
  });
});

describe('accumulated gradients', () => {
  const sgd = { kind: 'sgd', learningRate: 0.5 } as const;

  it('of k batches are those of one batch k times as large, also where the last is smaller', async () => {
    const small = await trained({ source: new ToySource({ batchSize: 4 }), accumulate: 3, optimizer: sgd });
    const large = await trained({ source: new ToySource({ batchSize: 12 }), optimizer: sgd });
    const uneven = await trained({ source: new ToySource({ batchSize: 16 }), accumulate: 3, optimizer: sgd });
    const whole = await trained({ source: new ToySource({ batchSize: 48 }), optimizer: sgd });
    expectClose(small.weights, large.weights);
    expectClose(uneven.weights, whole.weights);
    expect(small.result.steps).toBe(large.result.steps);
  });

  it('are clipped as a whole, and make one step event each', async () => {
    const steps: TrainingEvent[] = [];
    const options = {
      source: new ToySource({ batchSize: 4 }),
      accumulate: 4,
      epochs: 1,
      clip: 1e-3,
      optimizer: sgd,
    };
    await trained({ ...options, onEvent: (event) => event.kind === 'step' && steps.push(event) });
    expect(steps).toHaveLength(3);
    for (const step of steps) expect((step as StepEvent).gradientNorm).toBeGreaterThan(1e-3);
  });
});

describe('clipping', () => {
  it('limits how far a step goes, and tells the norm before', async () => {
    const w = parameter('w', [2], [3, 4]);
    const workspace = new Workspace(referenceEngine);
    const norms: (number | undefined)[] = [];
    await new Trainer({
      workspace,
      loss: multiply(10, sum(multiply(w, w))),
      parameters: [w],
      source: emptySource(1),
      epochs: 1,
      clip: 0.5,
      optimizer: { kind: 'sgd', learningRate: 1 },
      onEvent: (event) => event.kind === 'step' && norms.push(event.gradientNorm),
    }).run();
    // The gradient is (60, 80): its norm is 100, and what is left of it (0.3, 0.4).
    expect(norms[0]).toBeCloseTo(100, 9);
    expect([...workspace.read(w)].map((value) => Number(value.toFixed(9)))).toEqual([2.7, 3.6]);
  });
});

describe('validation', () => {
  it('stops early and restores the best weights', async () => {
    const toy = makeToy();
    const seen: number[][] = [];
    const validation = scripted([3, 2, 1, 2, 1.5, 9, 9], seen, toy);
    const result = await new Trainer(optionsFor(toy, { epochs: 20, validation, patience: 2 })).run();
    expect(result).toMatchObject({ stopped: 'early stopping', steps: 30, best: { epoch: 3 } });
    expect(toy.weights()).toEqual(seen[2]);
  });

  it('keeps the best weights also without early stopping, and by the higher measure where that is better', async () => {
    const toy = makeToy();
    const seen: number[][] = [];
    const validation = { ...scripted([0.5, 0.9, 0.7, 0.9], seen, toy)!, goal: 'higher' } as const;
    const result = await new Trainer(optionsFor(toy, { validation })).run();
    expect(result).toMatchObject({ stopped: 'finished', best: { epoch: 2, validation: { loss: 0.9 } } });
    expect(toy.weights()).toEqual(seen[1]);
  });

  it('within epochs comes every so many steps, and once at the end', async () => {
    const validation = { ...scripted([9, 8, 7, 6, 5, 4, 3, 2])!, everySteps: 2 };
    const { result } = await trained({ epochs: 2, validation });
    expect(result.history.map(({ step }) => step)).toEqual([2, 4, 6, 8, 10, 12]);
    expect(result.history[0]!.epoch).toBeCloseTo(1 / 3, 12);
  });

  it('lowers the rate on a plateau', async () => {
    const schedule = { kind: 'plateau', factor: 0.5, patience: 1 } as const;
    const { result } = await trained({ validation: scripted([2, 2, 1, 1]), schedule });
    expect(result.history.map(({ learningRate }) => learningRate)).toEqual([0.02, 0.02, 0.01, 0.01]);
  });

  it('judges and keeps averaged weights where they are averaged', async () => {
    const toy = makeToy();
    const seen: number[][] = [];
    const validation = scripted([2, 1], seen, toy);
    await new Trainer(optionsFor(toy, { epochs: 2, validation, average: { decay: 0.99 } })).run();
    expect(toy.weights()).toEqual(seen[1]);
    expect(toy.weights()).not.toEqual((await trained({ epochs: 2 })).weights);
  });

  it('by a measure that there is not is refused', async () => {
    const validation = { ...scripted([1])!, by: 'accuracy' };
    await expect(trained({ validation })).rejects.toThrow(/measures no 'accuracy', only loss/);
  });

  it('that gives no number is refused, with the step', async () => {
    await expect(trained({ validation: scripted([1, Number.NaN]) })).rejects.toThrow(NumericError);
    await expect(trained({ validation: scripted([1, Number.NaN]) })).rejects.toThrow(/'loss'.*step 12/);
  });
});

describe('divergence', () => {
  const run = (options: Pick<TrainerOptions, 'loss' | 'parameters'> & Partial<TrainerOptions>) =>
    new Trainer({
      workspace: new Workspace(referenceEngine),
      source: emptySource(50),
      epochs: 1,
      ...options,
    }).run();

  it('names the step and the parameter, and says what to do', async () => {
    const w = parameter('w', [2], 1);
    const other = parameter('other', [2], 1);
    const loss = sum(add(power(w, 4), other));
    const error = run({ loss, parameters: [other, w], optimizer: { kind: 'sgd', learningRate: 1e6 } });
    await expect(error).rejects.toThrow(NumericError);
    await expect(error).rejects.toThrow(/Infinity at step 4 .*largest weight is .*e\+\d+, in parameter 'w'/);
    await expect(error).rejects.toThrow(/smaller learning rate \(now 1000000\)/);
  });

  it('is told at the step whose batch is not a number', async () => {
    const w = parameter('w', [1], 1);
    const x = input('x', ['batch']);
    const source = {
      batchesPerEpoch: 5,
      *batches(): Iterable<Batch> {
        for (const value of [1, 2, Number.NaN, 4, 5]) yield { feeds: { x: [value] }, size: 1 };
      },
    };
    await expect(run({ loss: mean(multiply(x, w)), parameters: [w], source })).rejects.toThrow(
      /loss is NaN at step 3/,
    );
  });

  it('never reaches a checkpoint, even when the loss was finite before the step', async () => {
    const w = parameter('w', [1], 0);
    const saved: unknown[] = [];
    const optimizer = { kind: 'sgd' } as const;
    const saveCheckpoint = () => void saved.push(1);
    const error = run({
      loss: sum(sqrt(w)),
      parameters: [w],
      source: emptySource(1),
      optimizer,
      saveCheckpoint,
    });
    await expect(error).rejects.toThrow(/weights broke at step 1.*'w'/);
    await expect(error).rejects.not.toThrow(/checkpoint/);
    expect(saved).toEqual([]);
  });

  it('promises a good checkpoint once one was saved', async () => {
    const x = input('x', [1]);
    const w = parameter('w', [1], 1);
    const source = {
      batchesPerEpoch: 2,
      *batches(): Iterable<Batch> {
        for (const value of [1, Number.NaN]) yield { feeds: { x: [value] }, size: 1 };
      },
    };
    const loss = mean(multiply(x, w));
    const error = run({
      loss,
      parameters: [w],
      source,
      saveCheckpoint: () => undefined,
      checkpointEverySteps: 1,
    });
    await expect(error).rejects.toThrow(/loss is NaN at step 2.*last good checkpoint is kept/);
  });

  it('is told for a loss that is infinite from the start', async () => {
    const w = parameter('w', [1], 0);
    await expect(run({ loss: sum(log(w)), parameters: [w] })).rejects.toThrow(/loss is -Infinity at step 1/);
  });
});
