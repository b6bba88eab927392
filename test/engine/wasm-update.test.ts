import fc from 'fast-check';
import { describe, it } from 'vitest';
import { HYPER_SIZE, hyperLayout, updateCodes } from '../../src/engine/kernels.js';
import { compare, floats, zeros } from './compare.js';

function hyper(values: Partial<Record<keyof typeof hyperLayout, number>>): number[] {
  const block = zeros(HYPER_SIZE);
  const all = {
    learningRate: 0.125,
    decay: 0.0078125,
    beta1: 0.875,
    beta2: 0.96875,
    epsilon: 1e-8,
    correction1: 0.75,
    correction2: 0.5,
    nesterov: 0,
    step: 9,
    ...values,
  };
  for (const [name, value] of Object.entries(all))
    block[hyperLayout[name as keyof typeof hyperLayout]] = value;
  return block;
}

/** Every rule, with the number of slots it uses. */
const rules = [
  { code: updateCodes.sgd, slots: 0, values: { beta1: 0 } },
  { code: updateCodes.sgd, slots: 1, values: {} },
  { code: updateCodes.sgd, slots: 1, values: { nesterov: 1 } },
  { code: updateCodes.adagrad, slots: 1, values: {} },
  { code: updateCodes.rmsprop, slots: 1, values: {} },
  { code: updateCodes.adam, slots: 2, values: {} },
];

const shapes = fc.tuple(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 0, max: 999 }),
);

describe('update', () => {
  it('takes a dense step by every rule', () => {
    for (const { code, slots, values } of rules) {
      fc.assert(
        fc.property(shapes, fc.boolean(), ([rows, width, seed], scaled) => {
          const n = rows * width;
          compare('update', {
            code,
            parameter: floats(n, seed),
            gradient: floats(n, seed + 1),
            slot1: slots > 0 ? floats(n, seed + 2, 0, 1) : undefined,
            slot2: slots > 1 ? floats(n, seed + 3, 0, 1) : undefined,
            rows,
            width,
            ids: undefined,
            count: undefined,
            last: undefined,
            hyper: hyper(values),
            scale: scaled ? [0.25] : undefined,
          });
        }),
        { numRuns: 20 },
      );
    }
  });

  it('takes a row-sparse step by every rule, catching up with the decays of idle steps', () => {
    for (const { code, slots, values } of rules) {
      fc.assert(
        fc.property(shapes, ([rows, width, seed]) => {
          const n = rows * width;
          const touched = floats(rows, seed, 0, rows).flatMap((value, row) =>
            value < rows / 2 ? [row] : [],
          );
          compare('update', {
            code,
            parameter: floats(n, seed),
            gradient: floats(touched.length * width + 1, seed + 1),
            slot1: slots > 0 ? floats(n, seed + 2, 0, 1) : undefined,
            slot2: slots > 1 ? floats(n, seed + 3, 0, 1) : undefined,
            rows,
            width,
            ids: touched.concat(0),
            count: [touched.length],
            last: floats(rows, seed, 0, 9).map(Math.floor),
            hyper: hyper(values),
            scale: [0.5],
          });
        }),
        { numRuns: 20 },
      );
    }
  });

  it('leaves a zero gradient without a trace in Adagrad, even with ε = 0 only once the sum is not zero', () => {
    const common = { rows: 1, width: 3, ids: undefined, count: undefined, last: undefined, slot2: undefined };
    const block = hyper({ epsilon: 0, decay: 0 });
    compare('update', {
      code: updateCodes.adagrad,
      parameter: [1, 2, 3],
      gradient: [0, 0, 1],
      slot1: [4, 0, 0],
      hyper: block,
      scale: undefined,
      ...common,
    });
  });
});
