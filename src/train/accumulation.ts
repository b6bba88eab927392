/** Gradients of several batches summed up for one step, so that a step can be larger than memory allows a batch to be. */
import { HYPER_SIZE, hyperLayout } from '../engine/kernels.js';
import { input, type Node, type ParameterNode, parameter } from '../graph/node.js';
import type { Optimizer } from '../optim/index.js';
import type { Feeds, ParameterUpdate, Program, RunOptions, Workspace } from '../program/index.js';

const SUM_HYPER = 'optimizer/hyper-sum';

export interface AccumulatorParts {
  readonly workspace: Workspace;
  readonly loss: Node;
  readonly parameters: readonly ParameterNode[];
  readonly gradients: readonly Node[];
  readonly optimizer: Optimizer;
  readonly clip?: number;
}

/**
 * Sums gradients, each weighted by the size of its batch, then steps with their weighted mean: the gradient of one
 * batch that holds all the examples.
 */
export class GradientAccumulator {
  /** The sums, to be saved with the optimiser's state. */
  readonly sums: readonly ParameterNode[];
  /** How many examples are summed. */
  examples = 0;
  /** Adds the gradients of a batch to the sums, and computes the loss. */
  readonly program: Program;
  private readonly stepProgram: Program;
  private readonly workspace: Workspace;

  constructor({ workspace, loss, parameters, gradients, optimizer, clip }: AccumulatorParts) {
    this.workspace = workspace;
    this.sums = parameters.map((node) => parameter(`optimizer/${node.name}/sum`, node.shape));
    this.program = workspace.compile({ outputs: { loss }, updates: additions(this.sums, gradients) });
    const updates = optimizer.updates(parameters, this.sums);
    this.stepProgram = workspace.compile({ updates: [...updates, ...additions(this.sums, this.sums)], clip });
  }

  /** What `program` is fed beside a batch of so many examples. */
  feeds(size: number): Feeds {
    return { [SUM_HYPER]: descentWith(-size) };
  }

  /** Takes note of a batch whose gradients were added. */
  added(size: number): void {
    this.examples += size;
  }

  /** One step of the optimiser with the mean gradient; the sums are 0 afterwards. */
  step(optimizerFeeds: Feeds, options: RunOptions): void {
    for (const node of this.sums) {
      const values = this.workspace.view(node);
      for (let i = 0; i < values.length; i++) values[i]! /= this.examples;
    }
    this.stepProgram.run({ ...optimizerFeeds, [SUM_HYPER]: descentWith(1) }, options);
    this.examples = 0;
  }

  /** Of the mean gradient at the last step, before clipping. */
  get gradientNorm(): number | undefined {
    return this.stepProgram.gradientNorm;
  }
}

/** s ← s + n g, written as descent with the rate −n; and s ← s − s = 0, with the rate 1. */
function additions(sums: readonly ParameterNode[], gradients: readonly Node[]): ParameterUpdate[] {
  const hyper = input(SUM_HYPER, [HYPER_SIZE]);
  return sums.map((target, i) => ({
    parameter: target,
    gradient: gradients[i]!,
    rule: 'sgd',
    hyper,
    slots: [],
    lastTouched: parameter(`${target.name}/last`, [target.shape[0] ?? 1], 0, 'i32'),
  }));
}

function descentWith(learningRate: number): Float64Array {
  const hyper = new Float64Array(HYPER_SIZE);
  hyper[hyperLayout.learningRate] = learningRate;
  return hyper;
}
