/** Saturated units and vanishing gradients, as the textbook tells of them, measured. */
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/base/errors.js';
import { Random } from '../../src/base/random.js';
import { referenceEngine } from '../../src/engine/index.js';
import { constant, input, mean, type Node, square } from '../../src/graph/index.js';
import { type Activation, activationNames, gradientFlow, Linear, saturation } from '../../src/nn/index.js';
import { Workspace } from '../../src/program/index.js';

describe('saturation', () => {
  it('counts the units that are on the flat parts of the sigmoid', () => {
    const { share, units } = saturation(constant([0, 1, 8, -8]), 'sigmoid');
    expect(share).toBe(0.5);
    expect(units).toEqual([0, 0, 1, 1]);
  });

  it('gives the share of examples for each unit, and finds a dead ReLU', () => {
    const z = input('z', ['batch', 2]);
    const measured = saturation(z, 'relu', { z: [1, -1, 2, -2, -3, -3, 4, -4] });
    expect(measured.units).toEqual([0.25, 1]);
    expect(measured.share).toBe(0.625);
    expect(measured.meanDerivative).toBe(0.375);
  });

  it('knows the steepest slope of every activation', () => {
    const z = constant(Array.from({ length: 2001 }, (_, i) => (i - 1000) / 100));
    for (const activation of activationNames.filter((name) => name !== 'step')) {
      // At least one point is nearly as steep as the steepest slope, and hardly any is steeper.
      const [steep, all] = [0.999, 1].map((threshold) => saturation(z, activation, {}, { threshold }).share);
      expect(steep, activation).toBeLessThan(1);
      expect(all, activation).toBeGreaterThan(0.99);
    }
    expect(saturation(z, 'step').share).toBe(1);
  });

  it('measures the weights as they are now', () => {
    const layer = new Linear('layer', 1, 1);
    const workspace = new Workspace(referenceEngine);
    workspace.write(layer.weight, [100]);
    const z = layer.forward(constant([1], [1, 1]));
    expect(saturation(z, 'tanh', {}, { workspace }).share).toBe(1);
    workspace.write(layer.weight, [0.1]);
    expect(saturation(z, 'tanh', {}, { workspace }).share).toBe(0);
  });

  it('refuses a threshold that is none, and no examples', () => {
    expect(() => saturation(constant([1]), 'tanh', {}, { threshold: 2 })).toThrow(ValueError);
    expect(() => saturation(input('z', ['batch', 2]), 'tanh', { z: [] })).toThrow(/no examples/);
  });
});

describe('the gradient in a deep stack', () => {
  const WIDTH = 32;
  const DEPTH = 8;
  const BATCH = 64;

  /** a[1] … a[8] and a loss on top. */
  function deep(activation: Activation): { loss: Node; outputs: Node[] } {
    const outputs: Node[] = [];
    let a: Node = input('x', ['batch', WIDTH]);
    for (let i = 1; i <= DEPTH; i++) {
      a = new Linear(`layer${i}`, WIDTH, WIDTH, { activation, seed: 3 }).forward(a);
      outputs.push(a);
    }
    return { loss: mean(square(a)), outputs };
  }

  const random = new Random(5, 'inputs');
  const feeds = { x: Array.from({ length: BATCH * WIDTH }, () => random.normal()) };
  const shrinkage = (activation: Activation) => {
    const { loss, outputs } = deep(activation);
    const flow = gradientFlow(loss, outputs, feeds);
    return flow.at(-1)!.norm / flow[0]!.norm;
  };

  it('vanishes with sigmoids: more than 100 times smaller at the first layer', () => {
    expect(shrinkage('sigmoid')).toBeGreaterThan(100);
  });

  it('survives with ReLU and Kaiming’s start', () => {
    expect(shrinkage('relu')).toBeLessThan(10);
    expect(shrinkage('relu')).toBeGreaterThan(0.1);
  });

  it('is zero where the loss does not depend on a layer, and has the root mean square beside the norm', () => {
    const { loss, outputs } = deep('relu');
    const [none, last] = gradientFlow(loss, [constant([1, 2]), outputs.at(-1)!], feeds);
    expect(none).toEqual({ norm: 0, rootMeanSquare: 0 });
    expect(last!.rootMeanSquare).toBeCloseTo(last!.norm / Math.sqrt(BATCH * WIDTH), 10);
  });

  it('needs a scalar loss', () => {
    const { outputs } = deep('relu');
    expect(() => gradientFlow(outputs[0]!, outputs, feeds)).toThrow(ShapeError);
  });
});
