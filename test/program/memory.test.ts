/** The plan of the arena: values that live at the same time never overlap. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALIGNMENT, alignUp } from '../../src/engine/engine.js';
import { referenceEngine } from '../../src/engine/index.js';
import { add, exp, input, type Node, relu, sigmoid, sum, tanh } from '../../src/graph/index.js';
import { Workspace } from '../../src/program/index.js';
import { planMemory, Storage } from '../../src/program/storage.js';

interface Life {
  readonly elements: number;
  readonly first: number;
  readonly length: number;
  readonly pinned: boolean;
}

const life: fc.Arbitrary<Life> = fc.record({
  elements: fc.integer({ min: 0, max: 500 }),
  first: fc.nat({ max: 20 }),
  length: fc.nat({ max: 6 }),
  pinned: fc.boolean(),
});

function storageOf({ elements, first, length, pinned }: Life): Storage {
  const storage = new Storage([elements], 'f32');
  storage.touch(first);
  storage.touch(first + length);
  storage.pinned = pinned;
  return storage;
}

const bytesOf = (storage: Storage) => alignUp(Math.max(1, storage.elements({})) * 4, ALIGNMENT);
const liveTogether = (a: Storage, b: Storage) =>
  a.pinned || b.pinned || (a.firstStep <= b.lastStep && b.firstStep <= a.lastStep);

describe('planMemory', () => {
  it('never lets two values overlap that live together, and takes no more than their sum', () => {
    fc.assert(
      fc.property(fc.array(life, { maxLength: 30 }), (lives) => {
        const storages = lives.map(storageOf);
        const { bytes, offsets } = planMemory(storages, {});
        let sum = 0;
        storages.forEach((a, i) => {
          const begin = offsets.get(a)!;
          expect(begin % ALIGNMENT).toBe(0);
          expect(begin + bytesOf(a)).toBeLessThanOrEqual(bytes);
          sum += bytesOf(a);
          for (const b of storages.slice(i + 1)) {
            if (!liveTogether(a, b)) continue;
            const apart = begin + bytesOf(a) <= offsets.get(b)! || offsets.get(b)! + bytesOf(b) <= begin;
            expect(apart).toBe(true);
          }
        });
        expect(bytes).toBeLessThanOrEqual(sum);
      }),
    );
  });

  it('gives values that follow one another one place', () => {
    const storages = [0, 2, 4].map((first) => storageOf({ elements: 64, first, length: 1, pinned: false }));
    const { bytes, offsets } = planMemory(storages, {});
    expect(bytes).toBe(256);
    expect(new Set(offsets.values())).toEqual(new Set([0]));
  });

  it('keeps inputs and outputs from the first step to the last', () => {
    const early = storageOf({ elements: 64, first: 0, length: 0, pinned: true });
    const late = storageOf({ elements: 64, first: 9, length: 0, pinned: false });
    expect(planMemory([early, late], {}).bytes).toBe(512);
  });

  it('sizes symbolic axes', () => {
    const storage = new Storage(['batch', 64], 'f32');
    expect(planMemory([storage], { batch: 3 }).bytes).toBe(3 * 256);
  });
});

describe('the arena of a program', () => {
  const arena = (y: Node) => {
    const program = new Workspace(referenceEngine).compile({ outputs: { y } });
    program.run({ x: new Float64Array(64) });
    return /arena (.*B)/.exec(program.describe())?.[1];
  };
  const x = input('x', [64]);

  it('does not grow with the length of a chain: each result takes the place of what it was made from', () => {
    const chain = (length: number) => Array.from({ length }).reduce<Node>((y) => exp(tanh(y)), x);
    expect(arena(chain(1))).toBe(arena(chain(20)));
  });

  it('has room for everything that is still wanted', () => {
    // x, the sum, and two of the parts: the third is added to the sum of those.
    const parts = [sigmoid(x), tanh(x), relu(x)];
    expect(arena(sum(parts.reduce(add)))).toBe('1.02 kB');
  });
});
