import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/base/errors.js';
import { type Engine, referenceEngine } from '../../src/engine/index.js';
import { wasmEngine } from '../../src/engine/wasm/index.js';
import {
  backward,
  constant,
  multiply,
  type ParameterNode,
  parameter,
  square,
  subtract,
  sum,
} from '../../src/graph/index.js';
import {
  Optimizer,
  type OptimizerKind,
  type OptimizerOptions,
  WeightAverage,
} from '../../src/optim/index.js';
import { Workspace } from '../../src/program/index.js';
import { Trainer } from '../../src/train/index.js';
import { expectClose } from '../close.js';
import { emptySource } from '../train/toy.js';

const TARGET = [3, -1, 0.5];
const STEEPNESS = [1, 4, 0.5];
const START = [0, 0, 2];

/** L = ½ Σ sᵢ (wᵢ − tᵢ)²: a bowl, with its lowest point at the target. */
function bowl(w: ParameterNode) {
  return sum(multiply(constant(STEEPNESS.map((s) => s / 2)), square(subtract(w, constant(TARGET)))));
}

async function descend(
  optimizer: OptimizerOptions,
  steps: number,
  engine: Engine = referenceEngine,
): Promise<number[]> {
  const w = parameter('w', [3], START);
  const workspace = new Workspace(engine);
  await new Trainer({
    workspace,
    loss: bowl(w),
    parameters: [w],
    source: emptySource(steps),
    epochs: 1,
    optimizer,
  }).run();
  return [...workspace.read(w)];
}

const optimizers: Record<string, OptimizerOptions> = {
  sgd: { kind: 'sgd', learningRate: 0.1 },
  'sgd with momentum': { kind: 'sgd', learningRate: 0.03, momentum: 0.9 },
  'sgd with Nesterov momentum': { kind: 'sgd', learningRate: 0.03, momentum: 0.9, nesterov: true },
  adagrad: { kind: 'adagrad', learningRate: 0.5 },
  rmsprop: { kind: 'rmsprop', learningRate: 0.01 },
  adam: { kind: 'adam', learningRate: 0.05 },
  adamw: { kind: 'adamw', learningRate: 0.05 },
};

/** The rules as the papers write them, one number at a time. */
function byHand(
  { kind, learningRate = 0, momentum = 0, nesterov = false }: OptimizerOptions,
  steps: number,
): number[] {
  return START.map((start, i) => {
    let w = start;
    let first = 0;
    let second = 0;
    for (let t = 1; t <= steps; t++) {
      const g = STEEPNESS[i]! * (w - TARGET[i]!);
      switch (kind) {
        case 'sgd':
          first = momentum * first + g;
          w -= learningRate * (nesterov ? g + momentum * first : first);
          break;
        case 'adagrad':
          second += g * g;
          w -= (learningRate * g) / (Math.sqrt(second) + 1e-10);
          break;
        case 'rmsprop':
          second = 0.99 * second + 0.01 * g * g;
          w -= (learningRate * g) / (Math.sqrt(second) + 1e-8);
          break;
        default:
          first = 0.9 * first + 0.1 * g;
          second = 0.999 * second + 0.001 * g * g;
          w -= (learningRate * (first / (1 - 0.9 ** t))) / (Math.sqrt(second / (1 - 0.999 ** t)) + 1e-8);
      }
    }
    return w;
  });
}

describe.each(Object.entries(optimizers))('%s', (_, options) => {
  it('finds the lowest point of a bowl', async () => {
    const found = await descend(options, 800);
    for (const [i, value] of found.entries()) expect(Math.abs(value - TARGET[i]!)).toBeLessThan(0.03);
  });

  it('takes the steps that its formula says', async () => {
    expectClose(await descend(options, 25), byHand(options, 25), 10);
  });

  it('takes the same steps on the wasm engine, to rounding', async () => {
    expectClose(await descend(options, 25, wasmEngine()), byHand(options, 25), 4);
  });
});

describe('weight decay', () => {
  it('shrinks matrices by 1 − ηλ at each step, and leaves vectors alone', async () => {
    const matrix = parameter('matrix', [2, 2], 1);
    const vector = parameter('vector', [2], 1);
    const workspace = new Workspace(referenceEngine);
    // A loss whose gradient is 0 everywhere, so that only the decay is left.
    const loss = multiply(0, subtract(sum(matrix), sum(vector)));
    const optimizer = { kind: 'sgd', learningRate: 0.1, weightDecay: 0.5 } as const;
    await new Trainer({
      workspace,
      loss,
      parameters: [matrix, vector],
      source: emptySource(3),
      epochs: 1,
      optimizer,
    }).run();
    expectClose(workspace.read(matrix), new Array(4).fill(0.95 ** 3), 12);
    expect([...workspace.read(vector)]).toEqual([1, 1]);
  });

  it('is on by default in adamw alone', () => {
    const kinds: OptimizerKind[] = ['sgd', 'adagrad', 'rmsprop', 'adam', 'adamw'];
    expect(kinds.map((kind) => new Optimizer({ kind }).options.weightDecay)).toEqual([0, 0, 0, 0, 0.01]);
  });
});

describe('options', () => {
  it.each<[OptimizerOptions, RegExp]>([
    [{ kind: 'adamax' as OptimizerKind }, /no optimiser 'adamax'; choose sgd/],
    [{ learningRate: -1 }, /learningRate must be at least 0/],
    [{ learningRate: Number.NaN }, /learningRate/],
    [{ beta1: 1 }, /beta1 must be at least 0 and below 1/],
    [{ kind: 'sgd', momentum: 1.5 }, /momentum/],
    [{ weightDecay: -0.1 }, /weightDecay/],
  ])('are refused when they make no sense: %o', (options, message) => {
    expect(() => new Optimizer(options)).toThrow(ValueError);
    expect(() => new Optimizer(options)).toThrow(message);
  });

  it('keep their defaults when given as undefined', () => {
    expect(new Optimizer({ kind: 'adam', learningRate: undefined }).options.learningRate).toBe(0.001);
  });

  it('keep only the state that the rule needs', () => {
    const w = parameter('w', [2, 2]);
    const stateOf = (options: OptimizerOptions) => {
      const optimizer = new Optimizer(options);
      optimizer.updates([w], backward(sum(square(w)), [w]));
      return optimizer.state.map(({ name }) => name);
    };
    expect(stateOf({ kind: 'sgd' })).toEqual([]);
    expect(stateOf({ kind: 'sgd', momentum: 0.9 })).toEqual(['optimizer/w/slot1']);
    expect(stateOf({ kind: 'adam' })).toEqual(['optimizer/w/slot1', 'optimizer/w/slot2']);
  });
});

describe('averaging of weights', () => {
  it('follows the formula, with a decay that begins small', () => {
    const w = parameter('w', [1], 0);
    const workspace = new Workspace(referenceEngine);
    const average = new WeightAverage(workspace, [w], { decay: 0.5 });
    let expected = 0;
    [1, 5, -2, 8].forEach((value, i) => {
      workspace.write(w, [value]);
      average.observe(workspace, i + 1);
      const decay = Math.min(0.5, (2 + i) / (11 + i));
      expected += (1 - decay) * (value - expected);
    });
    expect(average.averages[0]![0]).toBeCloseTo(expected, 5);
    average.swap(workspace);
    expect(workspace.read(w)[0]).toBeCloseTo(expected, 5);
    average.swap(workspace);
    expect(workspace.read(w)[0]).toBe(8);
  });

  it('looks only at every so many steps', () => {
    const w = parameter('w', [1], 1);
    const workspace = new Workspace(referenceEngine);
    const average = new WeightAverage(workspace, [w], { decay: 0.9, every: 3 });
    for (let step = 1; step <= 7; step++) average.observe(workspace, step);
    expect(average.count).toBe(2);
  });

  it('needs a decay from 0 to below 1', () => {
    const workspace = new Workspace(referenceEngine);
    expect(() => new WeightAverage(workspace, [], { decay: 1 })).toThrow(ValueError);
  });
});
