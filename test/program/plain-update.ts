/** The update rules once more, as plain loops over numbers, to hold the kernels against. */
import { HYPER_SIZE, hyperLayout } from '../../src/engine/kernels.js';
import type { ParameterUpdate } from '../../src/program/index.js';

export interface Hyper {
  readonly learningRate: number;
  readonly decay?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly nesterov?: boolean;
}

/** What a program is fed for step t, from 1. */
export function hyperValues(rule: ParameterUpdate['rule'], hyper: Hyper, t: number): Float64Array {
  const { learningRate, decay = 0, beta1 = 0, beta2 = 0, epsilon = 0, nesterov = false } = hyper;
  const values = new Float64Array(HYPER_SIZE);
  values[hyperLayout.learningRate] = learningRate;
  values[hyperLayout.decay] = decay;
  values[hyperLayout.beta1] = beta1;
  values[hyperLayout.beta2] = beta2;
  values[hyperLayout.epsilon] = epsilon;
  values[hyperLayout.correction1] = rule === 'adam' ? 1 - beta1 ** t : 1;
  values[hyperLayout.correction2] = rule === 'adam' ? 1 - beta2 ** t : 1;
  values[hyperLayout.nesterov] = Number(nesterov);
  values[hyperLayout.step] = t;
  return values;
}

/** One number of a parameter with its optimiser state. */
export class PlainWeight {
  weight: number;
  /** velocity, sum of squares, or first moment */
  slot1 = 0;
  /** second moment */
  slot2 = 0;
  private last = 0;

  constructor(weight: number) {
    this.weight = weight;
  }

  /**
   * Step t with gradient g. Steps since the last one, in which the weight was not touched, only let it and the
   * momenta decay.
   */
  step(rule: ParameterUpdate['rule'], hyper: Hyper, t: number, g: number): void {
    const { learningRate, decay = 0, beta1 = 0, beta2 = 0, epsilon = 0, nesterov = false } = hyper;
    for (let idle = this.last + 1; idle < t; idle++) {
      this.weight *= 1 - decay;
      if (rule === 'sgd' || rule === 'adam') this.slot1 *= beta1;
      if (rule === 'rmsprop') this.slot1 *= beta2;
      this.slot2 *= beta2;
    }
    this.last = t;
    this.weight *= 1 - decay;
    switch (rule) {
      case 'sgd':
        this.slot1 = beta1 * this.slot1 + g;
        this.weight -= learningRate * (nesterov ? g + beta1 * this.slot1 : this.slot1);
        return;
      case 'adagrad':
        this.slot1 += g ** 2;
        this.weight -= (learningRate * g) / (Math.sqrt(this.slot1) + epsilon);
        return;
      case 'rmsprop':
        this.slot1 = beta2 * this.slot1 + (1 - beta2) * g ** 2;
        this.weight -= (learningRate * g) / (Math.sqrt(this.slot1) + epsilon);
        return;
      case 'adam': {
        this.slot1 = beta1 * this.slot1 + (1 - beta1) * g;
        this.slot2 = beta2 * this.slot2 + (1 - beta2) * g ** 2;
        const mean = this.slot1 / (1 - beta1 ** t);
        const variance = this.slot2 / (1 - beta2 ** t);
        this.weight -= (learningRate * mean) / (Math.sqrt(variance) + epsilon);
      }
    }
  }
}

/** Every rule in the forms that an optimiser has. */
export const ruleForms: readonly (readonly [
  name: string,
  rule: ParameterUpdate['rule'],
  slots: number,
  hyper: Hyper,
])[] = [
  ['sgd', 'sgd', 0, { learningRate: 0.1 }],
  ['sgd with decay', 'sgd', 0, { learningRate: 0.1, decay: 0.05 }],
  ['momentum', 'sgd', 1, { learningRate: 0.1, beta1: 0.9 }],
  ['Nesterov momentum', 'sgd', 1, { learningRate: 0.1, beta1: 0.9, nesterov: true }],
  ['adagrad', 'adagrad', 1, { learningRate: 0.1, epsilon: 1e-10 }],
  ['rmsprop', 'rmsprop', 1, { learningRate: 0.01, beta2: 0.99, epsilon: 1e-8 }],
  ['adam', 'adam', 2, { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }],
  ['adamw', 'adam', 2, { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.02 }],
];
