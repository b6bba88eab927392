/** What can be set in this room; all of it is in the address. */
import { choice, flag, list, number, param, tuple, whole } from '../../state/codec.js';
import { roomState } from '../../state/room-state.js';

/** The part of the plane that is drawn, on both axes. */
export const PLANE = [-0.75, 1.75] as const;
/** Of weights that are typed. */
export const WEIGHT_REACH = 100;
export const MOST_POINTS = 40;
/** Steps that are kept for looking back. */
export const MOST_PERCEPTRON_STEPS = 2000;
export const MOST_NETWORK_STEPS = 5000;

/** x₁, x₂, and whether it belongs to class 1. */
export type Point = readonly [number, number, boolean];

/** Those that gradient descent can be asked to train; the step function cannot, and says so elsewhere. */
export const hiddenActivations = ['sigmoid', 'tanh', 'relu', 'leakyRelu', 'gelu', 'silu', 'linear'] as const;

export const XOR: readonly Point[] = [
  [0, 0, false],
  [0, 1, true],
  [1, 0, true],
  [1, 1, false],
];

const weight = number({ min: -WEIGHT_REACH, max: WEIGHT_REACH, digits: 5 });
const place = number({ min: PLANE[0], max: PLANE[1], digits: 3 });

export const schema = {
  points: param(list(tuple(place, place, flag), { longest: MOST_POINTS }), XOR),
  /** The perceptron: learning rate, weights and bias it starts from, and how many examples it has looked at. */
  rate: param(number({ min: 0.01, max: 10, digits: 3 }), 1),
  from: param(tuple(weight, weight, weight), [0, 0, 0]),
  t: param(whole(0, MOST_PERCEPTRON_STEPS), 0),
  /** The network: hidden units, their activation, learning rate, seed, and steps of gradient descent so far. */
  units: param(whole(1, 8), 2),
  f: param(choice(hiddenActivations), 'tanh'),
  eta: param(number({ min: 0.001, max: 1000, digits: 3 }), 1),
  seed: param(whole(1, 9999), 1),
  /** Weights to start from: W row by row, b, U, c; none where the seed draws them. */
  weights: param(list(weight, { longest: 33 }), []),
  k: param(whole(0, MOST_NETWORK_STEPS), 0),
};

export const state = roomState('perceptron', schema);
