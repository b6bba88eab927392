import { describe, expect, it } from 'vitest';
import { NumericError, ValueError } from '../../src/base/errors.js';
import { referenceEngine } from '../../src/engine/index.js';
import { add, log, multiply, parameter, square, sum } from '../../src/graph/index.js';
import { Workspace } from '../../src/program/index.js';
import { findLearningRate, Trainer } from '../../src/train/index.js';
import { expectClose } from '../close.js';
import { emptySource, makeToy, ToySource } from './toy.js';

describe('the learning-rate range finder', () => {
  it('suggests a rate at which a bowl is descended, below the one at which it explodes', async () => {
    // L = 2 Σ w² has the curvature 4: gradient descent diverges from the rate ½ on.
    const w = parameter('w', [2], [3, -5]);
    const workspace = new Workspace(referenceEngine);
    const loss = multiply(2, sum(square(w)));
    const options = {
      workspace,
      loss,
      parameters: [w],
      source: emptySource(10),
      optimizer: { kind: 'sgd' },
    } as const;
    const { suggestion, cautious, curve, diverged } = await findLearningRate({ ...options, steps: 200 });
    expect(diverged).toBe(true);
    expect(suggestion).toBeGreaterThan(1e-3);
    expect(suggestion).toBeLessThan(0.5);
    expect(cautious).toBeLessThan(0.5);
    expect(curve.at(-1)!.smoothed).toBeGreaterThan(4 * Math.min(...curve.map(({ smoothed }) => smoothed)));
    expect([...workspace.read(w)]).toEqual([3, -5]);
  });

  it('sweeps evenly on the logarithmic scale, over as many epochs as it takes', async () => {
    const { workspace, loss, parameters } = makeToy();
    const options = { workspace, loss, parameters, source: new ToySource(), from: 1e-6, to: 1e-2, steps: 21 };
    const { curve, diverged } = await findLearningRate(options);
    expect(diverged).toBe(false);
    expect(curve).toHaveLength(21);
    expectClose(
      curve.map(({ learningRate }) => Math.log10(learningRate)),
      curve.map((_, i) => -6 + i / 5),
    );
    expect(curve[0]!.smoothed).toBeCloseTo(curve[0]!.loss, 9);
  });

  it('leaves weights and later training as they would have been', async () => {
    const train = async (first: boolean) => {
      const toy = makeToy({ dropout: 0.2 });
      const { workspace, loss, parameters } = toy;
      const options = {
        workspace,
        loss,
        parameters,
        source: new ToySource(),
        optimizer: { kind: 'adam', learningRate: 0.01 },
      } as const;
      const trainer = new Trainer({ ...options, epochs: 2 });
      if (first) await findLearningRate(options);
      const start = toy.weights();
      await trainer.run();
      return { start, end: toy.weights() };
    };
    expect(await train(true)).toEqual(await train(false));
  });

  it('restores the weights also when it fails', async () => {
    const w = parameter('w', [1], 1);
    const workspace = new Workspace(referenceEngine);
    const source = { batchesPerEpoch: 0, batches: () => [] };
    await expect(
      findLearningRate({ workspace, loss: sum(square(w)), parameters: [w], source }),
    ).rejects.toThrow(/no batches/);
    const broken = {
      workspace,
      loss: add(sum(w), sum(log(multiply(w, -1)))),
      parameters: [w],
      source: emptySource(1),
    };
    await expect(findLearningRate(broken)).rejects.toThrow(NumericError);
    expect(workspace.read(w)[0]).toBe(1);
  });

  it('refuses a range that makes no sense', async () => {
    const { workspace, loss, parameters } = makeToy();
    const options = { workspace, loss, parameters, source: new ToySource() };
    await expect(findLearningRate({ ...options, from: 1, to: 0.1 })).rejects.toThrow(ValueError);
    await expect(findLearningRate({ ...options, steps: 2 })).rejects.toThrow(ValueError);
    await expect(findLearningRate({ ...options, parameters: [] })).rejects.toThrow(ValueError);
  });
});
