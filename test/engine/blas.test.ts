/** The blas engine held against the reference engine, on the library that this system has. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlasEngine, loadBlasEngine } from '../../src/engine/blas/index.js';
import { planCode } from '../../src/engine/blas/plan.js';
import type { Engine } from '../../src/engine/engine.js';
import { instructionSize, kernelNumbers, unaryCodes } from '../../src/engine/kernels.js';
import { measureProducts } from '../../src/engine/measure.js';
import { referenceEngine } from '../../src/engine/reference/index.js';
import { wasmEngine } from '../../src/engine/wasm/index.js';
import { add, backward, input, matmul, mean, parameter, square, tanh } from '../../src/graph/index.js';
import { Workspace } from '../../src/program/index.js';
import { type Contents, floats, type GivenArguments, runKernel, zeros } from './compare.js';

const found = await loadBlasEngine({ threads: 2 }).then(
  (engine) => ({ engine, why: '' }),
  (error: Error) => ({ engine: undefined, why: ` (skipped: ${error.message})` }),
);
const blas = found.engine as BlasEngine;
const onBlas = describe.skipIf(found.engine === undefined);

interface Shape {
  m: number;
  n: number;
  k: number;
  transposeA?: number;
  transposeB?: number;
}

function product(shape: Shape, more: Partial<GivenArguments<'matmul'>> = {}): GivenArguments<'matmul'> {
  const { m, n, k, transposeA = 0, transposeB = 0 } = shape;
  const batches = (more.batches as number | undefined) ?? 1;
  return {
    y: floats(batches * m * n, 9),
    a: floats(batches * m * k, 1, -1, 1),
    b: floats(batches * n * k, 2, -1, 1),
    bias: undefined,
    ...{ m, n, k, transposeA, transposeB, batches },
    aStep: m * k,
    bStep: n * k,
    accumulate: 0,
    activation: unaryCodes.copy,
    alpha: 0,
    ...more,
  };
}

function expectAsReference(given: GivenArguments<'matmul'>): void {
  const [actual, expected] = [runKernel(blas, 'matmul', given), runKernel(referenceEngine, 'matmul', given)];
  expectClose(actual, expected);
}

function expectClose(actual: Contents, expected: Contents): void {
  for (const [key, values] of Object.entries(expected)) {
    const wrong = values.findIndex((value, i) => {
      const got = actual[key]![i]!;
      return (
        !Object.is(got, value) && !(Math.abs(got - value) <= 2e-5 + 2e-5 * Math.abs(value)) && got !== value
      );
    });
    if (wrong >= 0)
      expect.fail(`${key}[${wrong}] is ${actual[key]![wrong]}, the reference has ${values[wrong]}`);
  }
}

/** Large enough for BLAS, odd sizes included. */
const largeShape = fc.record({
  m: fc.integer({ min: 33, max: 90 }),
  n: fc.integer({ min: 33, max: 90 }),
  k: fc.integer({ min: 33, max: 90 }),
  transposeA: fc.integer({ min: 0, max: 1 }),
  transposeB: fc.integer({ min: 0, max: 1 }),
});

onBlas(`matmul by BLAS${found.why}`, () => {
  it('agrees with the reference for any shape and transpose form', () => {
    fc.assert(
      fc.property(largeShape, fc.integer({ min: 0, max: 1 }), (shape, accumulate) => {
        expectAsReference(product(shape, { accumulate }));
      }),
      { numRuns: 40 },
    );
  });

  it('leaves small products to wasm, with the same result', () => {
    for (const size of [1, 2, 7, 31]) expectAsReference(product({ m: size, n: size, k: size }));
    expectAsReference(product({ m: 5, n: 4, k: 0 }, { a: [0], b: [0] }));
  });

  it('multiplies by a row or a column, in every form', () => {
    for (const transposeA of [0, 1]) {
      for (const transposeB of [0, 1]) {
        for (const accumulate of [0, 1]) {
          expectAsReference(product({ m: 1, n: 211, k: 173, transposeA, transposeB }, { accumulate }));
          expectAsReference(product({ m: 211, n: 1, k: 173, transposeA, transposeB }, { accumulate }));
        }
        expectAsReference(product({ m: 1, n: 1, k: 40_000, transposeA, transposeB }));
        expectAsReference(product({ m: 300, n: 130, k: 1, transposeA, transposeB }));
      }
    }
  });

  it('adds a bias and applies every activation', () => {
    const { copy, sigmoid, tanh: tanhCode, relu, leakyRelu, gelu, silu } = unaryCodes;
    for (const activation of [copy, sigmoid, tanhCode, relu, leakyRelu, gelu, silu]) {
      for (const [m, n] of [
        [1, 701],
        [41, 37],
        [701, 1],
      ] as const) {
        const more = { activation, alpha: 0.2 };
        expectAsReference(product({ m, n, k: 50 }, { ...more, bias: floats(n, 3) }));
        expectAsReference(product({ m, n, k: 50 }, more));
      }
    }
  });

  it('takes batches, also of one matrix times many', () => {
    const shape = { m: 33, n: 37, k: 41, transposeB: 1 };
    expectAsReference(product(shape, { batches: 3, bias: floats(37, 3), activation: unaryCodes.relu }));
    expectAsReference(product(shape, { batches: 3, accumulate: 1 }));
    expectAsReference(product(shape, { batches: 3, aStep: 0 }));
    expectAsReference(product(shape, { batches: 3, bStep: 0 }));
  });

  it('overwrites NaN in y, and keeps those of a', () => {
    expectAsReference(product({ m: 40, n: 40, k: 40 }, { y: zeros(1600).fill(Number.NaN) }));
    expectAsReference(
      product({ m: 40, n: 40, k: 40 }, { y: zeros(1600).fill(Number.NaN), bias: floats(40, 3) }),
    );
    expectAsReference(product({ m: 1, n: 300, k: 300 }, { y: zeros(300).fill(Number.NaN) }));
    expectAsReference(product({ m: 300, n: 1, k: 300 }, { y: zeros(300).fill(Number.NaN) }));
    const a = floats(1600, 1);
    a[45] = Number.NaN;
    expectAsReference(product({ m: 40, n: 40, k: 40 }, { a }));
  });

  it('does not write outside y', () => {
    const y = [...zeros(1600), 42, 42, 42, 42];
    const after = runKernel(blas, 'matmul', product({ m: 40, n: 40, k: 40 }, { y, bias: floats(40, 3) })).y!;
    expect(after.slice(1600)).toEqual([42, 42, 42, 42]);
  });
});

onBlas(`a machine with BLAS${found.why}`, () => {
  it('says what it is', () => {
    expect(blas.name).toBe('blas');
    expect(blas.description).toMatch(/^blas \(.+\) \+ wasm/);
    expect(blas.createMachine().engine).toBe(blas);
    expect(measureProducts(blas, { size: 64, milliseconds: 1 })).toBeGreaterThan(0);
  });

  it('finds its memory after it has grown, and runs code whole, in part and rewritten', () => {
    const machine = blas.createMachine();
    const size = 40;
    const [y, a, b, bias] = [size * size, size * size, size * size, size].map((n) => machine.allocate(n)) as [
      number,
      number,
      number,
      number,
    ];
    const code = twoProducts(y, a, b, bias, size);
    const handle = machine.load(code);
    machine.allocate(5_000_000);
    machine.floats(a, size * size).fill(1);
    machine.floats(b, size * size).fill(0.5);
    machine.floats(bias, size).fill(-100);
    machine.run(handle);
    expect(machine.floats(y, size * size).every((value) => value === 0)).toBe(true);
    machine.run(handle, 0, instructionSize('matmul'));
    expect(machine.floats(y, size * size).every((value) => value === 20)).toBe(true);
    machine.rewrite(handle, twoProducts(y, a, b, bias, 2));
    machine.run(handle);
    expect([...machine.floats(y, 5)]).toEqual([0, 0, 0, 0, 20]);
    machine.unload(handle);
    expect(machine.allocate(1)).toBeGreaterThan(0);
  });

  it('trains as wasm does, with batches of several sizes', () => {
    const [ours, theirs] = [train(blas), train(wasmEngine())];
    expect(ours.losses.at(-1)!).toBeLessThan(ours.losses[0]! / 2);
    ours.losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(theirs.losses[i]!, 4);
    });
    ours.weights.forEach((weight, i) => {
      expect(Math.abs(weight - theirs.weights[i]!)).toBeLessThan(1e-4);
    });
  });
});

/** y = a b, then y = relu(a b + bias), for square matrices. */
function twoProducts(y: number, a: number, b: number, bias: number, size: number): Int32Array {
  const { matmul: kernel } = kernelNumbers;
  const sizes = [size, size, size, 0, 0, 1, 0, 0, 0];
  return Int32Array.from([
    ...[kernel, y, a, b, 0, ...sizes, unaryCodes.copy, 0, 0],
    ...[kernel, y, a, b, bias, ...sizes, unaryCodes.relu, 0, 0],
  ]);
}

describe('the plan', () => {
  const fill = [kernelNumbers.fill, 256, 4, 0, 0];

  it('gives large products to BLAS and the stretches between to wasm', () => {
    const words = twoProducts(256, 512, 768, 1024, 64);
    const half = words.length / 2;
    const code = Int32Array.from([...fill, ...words.slice(0, half), ...fill, ...fill, ...words.slice(half)]);
    const { stretches, extra } = planCode(code);
    const lengths = stretches.map(({ begin, end, product: its }) => [end - begin, its !== undefined]);
    expect(lengths).toEqual([
      [5, false],
      [half, true],
      [10, false],
      [half, true],
    ]);
    expect(stretches[0]!.begin).toBe(0);
    expect(stretches.at(-1)!.end).toBe(code.length);
    expect(stretches[1]!.product).toMatchObject({ beta: 0, before: undefined, after: undefined });
    const { beta, before, after } = stretches[3]!.product!;
    expect(beta).toBe(1);
    expect(extra[before!.begin]).toBe(kernelNumbers.copy);
    expect(extra[after!.begin]).toBe(kernelNumbers.unary);
    expect(after!.end - after!.begin).toBe(instructionSize('unary'));
  });

  it('is one stretch of wasm where there is nothing for BLAS, and keeps the length of the extra code', () => {
    const small = planCode(twoProducts(256, 512, 768, 1024, 4));
    expect(small.stretches).toHaveLength(1);
    expect(small.extra).toHaveLength(planCode(twoProducts(256, 512, 768, 1024, 64)).extra.length);
    expect(planCode(new Int32Array(0)).stretches).toEqual([]);
  });
});

/** Some steps of a network with a hidden layer. */
function train(engine: Engine): { losses: number[]; weights: number[] } {
  const wave = (length: number, scale: number) =>
    Float32Array.from({ length }, (_, i) => scale * Math.sin(i * i + 1));
  const [W, b] = [parameter('W', [60, 70], wave(4200, 0.2)), parameter('b', [70], wave(70, 0.1))];
  const U = parameter('U', [70, 40], wave(2800, 0.2));
  const [x, target] = [input('x', ['batch', 60]), input('target', ['batch', 40])];
  const loss = mean(square(add(matmul(tanh(add(matmul(x, W), b)), U), target)));
  const parameters = [W, b, U];
  const gradients = backward(loss, parameters);
  const hyper = input('hyper', [16]);
  const updates = parameters.map((each, i) => {
    return { parameter: each, gradient: gradients[i]!, rule: 'sgd' as const, slots: [], hyper };
  });
  const workspace = new Workspace(engine);
  const program = workspace.compile({ updates, outputs: { loss } });
  const losses = Array.from({ length: 40 }, (_, step) => {
    const batch = step % 4 === 3 ? 21 : 50;
    const [features, wanted] = [wave(batch * 60, 1), wave(batch * 40, 0.3)];
    program.run({
      x: features,
      target: wanted,
      hyper: [0.5, 0, 0, 0, 0, 1, 1, 0, step + 1, 0, 0, 0, 0, 0, 0, 0],
    });
    return program.scalar('loss');
  });
  return { losses, weights: parameters.flatMap((each) => [...workspace.read(each)]) };
}
