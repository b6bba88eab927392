import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/base/errors.js';
import { activationNames, gainOf, type Initializer, initialValues } from '../../src/nn/index.js';

const SHAPE = [300, 200];
const draw = (initializer: Initializer, seed = 1, name = 'w') =>
  initialValues(initializer, SHAPE, seed, name);

function statistics(values: Float32Array) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return { mean, deviation: Math.sqrt(variance), largest };
}

describe('initial values', () => {
  it('are all 0, or all the same', () => {
    expect(new Set(draw({ kind: 'zeros' }))).toEqual(new Set([0]));
    expect(new Set(draw({ kind: 'constant', value: 0.5 }))).toEqual(new Set([0.5]));
  });

  it('are uniform within ± limit', () => {
    const { mean, deviation, largest } = statistics(draw({ kind: 'uniform', limit: 0.3 }));
    expect(Math.abs(mean)).toBeLessThan(0.003);
    expect(deviation).toBeCloseTo(0.3 / Math.sqrt(3), 2);
    expect(largest).toBeLessThanOrEqual(0.3001);
    expect(largest).toBeGreaterThan(0.299);
  });

  it('are normal with the given deviation', () => {
    const { mean, deviation, largest } = statistics(draw({ kind: 'normal', deviation: 2 }));
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(deviation / 2).toBeCloseTo(1, 1);
    expect(largest).toBeGreaterThan(6);
  });

  it('have Xavier’s variance gain² · 2 / (fanIn + fanOut)', () => {
    const { deviation, largest } = statistics(draw({ kind: 'xavier', gain: 3 }));
    expect(deviation / (3 * Math.sqrt(2 / 500))).toBeCloseTo(1, 1);
    expect(largest).toBeLessThanOrEqual(3 * Math.sqrt(6 / 500) + 1e-6);
  });

  it('have Kaiming’s variance gain² / fanIn, with √2 for ReLU by default', () => {
    expect(statistics(draw({ kind: 'kaiming' })).deviation / Math.sqrt(2 / 200)).toBeCloseTo(1, 1);
    expect(statistics(draw({ kind: 'kaiming', gain: 1 })).deviation / Math.sqrt(1 / 200)).toBeCloseTo(1, 1);
  });

  it('are the same for the same seed and name, and others for another', () => {
    const normal: Initializer = { kind: 'normal', deviation: 1 };
    expect(draw(normal, 7, 'a')).toEqual(draw(normal, 7, 'a'));
    expect(draw(normal, 7, 'a')).not.toEqual(draw(normal, 8, 'a'));
    expect(draw(normal, 7, 'a')).not.toEqual(draw(normal, 7, 'b'));
  });

  it('are refused for an initialiser that there is not', () => {
    expect(() => draw({ kind: 'orthogonal' } as unknown as Initializer)).toThrow(ValueError);
  });
});

describe('gains', () => {
  it('are the usual ones', () => {
    expect(gainOf('linear')).toBe(1);
    expect(gainOf('sigmoid')).toBe(1);
    expect(gainOf('tanh')).toBeCloseTo(5 / 3, 12);
    expect(gainOf('relu')).toBe(Math.SQRT2);
    expect(gainOf('leakyRelu', 0.2)).toBeCloseTo(Math.sqrt(2 / 1.04), 12);
    for (const name of activationNames) expect(gainOf(name)).toBeGreaterThanOrEqual(1);
  });
});
