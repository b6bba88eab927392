/**
 * Averaging of weights over the steps of training (Polyak & Juditsky 1992), as an exponential moving average:
 * θ̄ ← θ̄ + (1 − β) (θ − θ̄). The averaged weights often predict better than the last ones, and are smoother.
 */
import { ValueError } from '../base/errors.js';
import type { ParameterNode } from '../graph/node.js';
import type { Workspace } from '../program/index.js';

export interface AveragingOptions {
  /** β for one step, e.g. 0.999: about the last 1/(1−β) steps count. */
  readonly decay: number;
  /** Average every so many steps, with β to that power (default 1). */
  readonly every?: number;
}

export class WeightAverage {
  readonly parameters: readonly ParameterNode[];
  private readonly decay: number;
  private readonly every: number;
  /** Copies of the averaged weights, one for each parameter. */
  readonly averages: Float32Array[];
  private updates: number;

  constructor(
    workspace: Workspace,
    parameters: readonly ParameterNode[],
    { decay, every = 1 }: AveragingOptions,
  ) {
    if (!(decay >= 0 && decay < 1))
      throw new ValueError(`the decay of weight averaging must be from 0 to below 1, not ${decay}`);
    this.parameters = parameters;
    this.every = every;
    this.decay = decay ** every;
    this.averages = parameters.map((node) => Float32Array.from(workspace.view(node)));
    this.updates = 0;
  }

  /** Takes in the weights after a step, counted from 1. The first steps count more, so that the start is forgotten soon. */
  observe(workspace: Workspace, step: number): void {
    if (step % this.every !== 0) return;
    this.updates++;
    const decay = Math.min(this.decay, (1 + this.updates) / (10 + this.updates));
    this.parameters.forEach((node, i) => {
      const average = this.averages[i]!;
      const weights = workspace.view(node);
      for (let j = 0; j < average.length; j++) average[j]! += (1 - decay) * (weights[j]! - average[j]!);
    });
  }

  /** Swaps the averaged weights with those of the workspace; swap again to go on training. */
  swap(workspace: Workspace): void {
    this.parameters.forEach((node, i) => {
      const held = Float32Array.from(workspace.view(node));
      workspace.write(node, this.averages[i]!);
      this.averages[i] = held;
    });
  }

  /** How often weights were taken in; saved with the averages to resume. */
  get count(): number {
    return this.updates;
  }

  restore(averages: readonly ArrayLike<number>[], count: number): void {
    averages.forEach((values, i) => {
      this.averages[i] = Float32Array.from(values);
    });
    this.updates = count;
  }
}
