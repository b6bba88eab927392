/**
 * Optimisers: gradient descent and its descendants. An optimiser turns gradients into updates for a program, keeps the
 * state that its rule needs as parameters of its own (so that it can be saved and resumed), and gives the numbers of
 * each step.
 *
 *   sgd      θ ← θ − η ∇, with momentum μ (Polyak, or Nesterov)
 *   adagrad  Duchi, Hazan & Singer 2011
 *   rmsprop  Tieleman & Hinton 2012
 *   adam     Kingma & Ba 2015;  adamw  with decoupled weight decay, Loshchilov & Hutter 2019
 */
import { ValueError } from '../base/errors.js';
import { HYPER_SIZE, hyperLayout, type updateCodes } from '../engine/kernels.js';
import { type InputNode, input, type Node, type ParameterNode, parameter } from '../graph/node.js';
import { isRowSparse, type ParameterUpdate } from '../program/index.js';

export type OptimizerKind = 'sgd' | 'adagrad' | 'rmsprop' | 'adam' | 'adamw';

export interface OptimizerOptions {
  /** Default: adamw */
  readonly kind?: OptimizerKind;
  /** η. Default: 0.1 for sgd and adagrad, 0.001 for the others. */
  readonly learningRate?: number;
  /** μ of sgd (default 0) */
  readonly momentum?: number;
  /** Nesterov's form of momentum (default false) */
  readonly nesterov?: boolean;
  /** Default 0.9 */
  readonly beta1?: number;
  /** Default 0.999; for rmsprop the smoothing ρ, default 0.99 */
  readonly beta2?: number;
  /** Default 1e-8 (adagrad 1e-10) */
  readonly epsilon?: number;
  /** Decoupled decay: θ ← (1 − η λ) θ at each step. Default 0.01 for adamw, else 0. Vectors (biases, gains) do not decay. */
  readonly weightDecay?: number;
}

const slotCounts: Record<keyof typeof updateCodes, number> = { sgd: 1, adagrad: 1, rmsprop: 1, adam: 2 };

export class Optimizer {
  readonly options: Required<OptimizerOptions>;
  /** State kept from step to step, to be saved in checkpoints. */
  readonly state: ParameterNode[] = [];
  private readonly decayed: InputNode = input('optimizer/hyper', [HYPER_SIZE]);
  private readonly undecayed: InputNode = input('optimizer/hyper-undecayed', [HYPER_SIZE]);
  private readonly used = new Set<InputNode>();
  private readonly numbers: Record<string, Float64Array> = {};

  /** @throws ValueError for an option that makes no sense */
  constructor(options: OptimizerOptions = {}) {
    const kind = options.kind ?? 'adamw';
    if (!['sgd', 'adagrad', 'rmsprop', 'adam', 'adamw'].includes(kind)) {
      throw new ValueError(`there is no optimiser '${kind}'; choose sgd, adagrad, rmsprop, adam or adamw`);
    }
    this.options = {
      kind,
      learningRate: kind === 'sgd' || kind === 'adagrad' ? 0.1 : 0.001,
      momentum: 0,
      nesterov: false,
      beta1: 0.9,
      beta2: kind === 'rmsprop' ? 0.99 : 0.999,
      epsilon: kind === 'adagrad' ? 1e-10 : 1e-8,
      weightDecay: kind === 'adamw' ? 0.01 : 0,
      ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    };
    for (const name of ['learningRate', 'momentum', 'beta1', 'beta2', 'epsilon', 'weightDecay'] as const) {
      const value = this.options[name];
      const limit = name === 'learningRate' || name === 'epsilon' || name === 'weightDecay' ? Infinity : 1;
      if (!(value >= 0 && value < limit))
        throw new ValueError(`${name} must be at least 0${limit === 1 ? ' and below 1' : ''}, not ${value}`);
    }
  }

  /** Updates of the parameters by their gradients, for `Workspace.compile`. */
  updates(parameters: readonly ParameterNode[], gradients: readonly Node[]): ParameterUpdate[] {
    const { kind, momentum } = this.options;
    const rule = kind === 'adamw' ? 'adam' : kind;
    return parameters.map((target, i) => {
      const gradient = gradients[i]!;
      const slots = rule === 'sgd' && momentum === 0 ? 0 : slotCounts[rule];
      const hyper = target.rank > 1 ? this.decayed : this.undecayed;
      this.used.add(hyper);
      const update: ParameterUpdate = {
        parameter: target,
        gradient,
        rule,
        hyper,
        slots: Array.from({ length: slots }, (_, slot) =>
          parameter(`optimizer/${target.name}/slot${slot + 1}`, target.shape),
        ),
        lastTouched: isRowSparse(gradient)
          ? parameter(`optimizer/${target.name}/last`, [target.shape[0]!], 0, 'i32')
          : undefined,
      };
      this.state.push(...update.slots, ...(update.lastTouched ? [update.lastTouched] : []));
      return update;
    });
  }

  /**
   * The numbers of a step, to be fed to the program that holds the updates. The arrays are the same at each call.
   * @param step t, counted from 1
   * @param factor what the schedule multiplies the learning rate with (default 1)
   */
  feeds(step: number, factor = 1): Record<string, Float64Array> {
    for (const node of this.used) {
      this.numbers[node.name] ??= new Float64Array(HYPER_SIZE);
      this.writeHyper(this.numbers[node.name]!, step, factor, node === this.decayed);
    }
    return this.numbers;
  }

  private writeHyper(hyper: Float64Array, step: number, factor: number, decays: boolean): void {
    const { kind, momentum, nesterov, beta1, beta2, epsilon, weightDecay } = this.options;
    const learningRate = this.options.learningRate * factor;
    const adam = kind === 'adam' || kind === 'adamw';
    hyper[hyperLayout.learningRate] = learningRate;
    hyper[hyperLayout.decay] = decays ? learningRate * weightDecay : 0;
    hyper[hyperLayout.beta1] = kind === 'sgd' ? momentum : beta1;
    hyper[hyperLayout.beta2] = beta2;
    hyper[hyperLayout.epsilon] = epsilon;
    hyper[hyperLayout.correction1] = adam ? 1 - beta1 ** step : 1;
    hyper[hyperLayout.correction2] = adam ? 1 - beta2 ** step : 1;
    hyper[hyperLayout.nesterov] = nesterov ? 1 : 0;
    hyper[hyperLayout.step] = step;
  }
}
