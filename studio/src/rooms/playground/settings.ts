/** Limits and choices of this room, for the page and its worker. */
import type { Activation } from 'lexigrad/nn';
import type { OptimizerKind } from 'lexigrad/optim';

/** The part of the plane that is drawn and in which points may lie, on both axes. */
export const PLANE = [-1.25, 1.25] as const;
export const MOST_POINTS = 500;
export const MOST_HIDDEN_LAYERS = 6;
export const MOST_UNITS = 16;
/** Steps that an address may ask for: they are made again when it is opened. */
export const MOST_STEPS = 100_000;
export const WEIGHT_REACH = 1000;
export const MOST_WEIGHTS = 2000;
/** Places on each side of a unit's map of the plane. */
export const SIDE = 40;

/** x₁, x₂, and whether it belongs to class 1. */
export type Point = readonly [number, number, boolean];
/** A hidden layer: how many units, and g in a = g(Wx + b). */
export type HiddenLayer = readonly [number, Activation];

export const generatedSets = ['circle', 'xor', 'gauss', 'moons', 'spiral'] as const;
export type GeneratedSet = (typeof generatedSets)[number];
/** What the network is given of a point. */
export const featureNames = ['x1', 'x2', 'x1x1', 'x2x2', 'x1x2'] as const;
export type FeatureName = (typeof featureNames)[number];
/** The step function has slope 0 everywhere, so that nothing before it would learn; it is here to be seen failing. */
export const layerActivations: readonly Activation[] = [
  ...(['tanh', 'sigmoid', 'relu', 'leakyRelu', 'gelu', 'silu', 'softplus', 'linear', 'step'] as const),
];
export const penalties = ['none', 'l1', 'l2', 'decay'] as const;
export type Penalty = (typeof penalties)[number];
export const optimizers = ['sgd', 'momentum', 'adagrad', 'rmsprop', 'adam', 'adamw'] as const;
export type OptimizerName = (typeof optimizers)[number];
export const tools = ['inspect', 'zero', 'one', 'remove'] as const;

/** How the library calls it. */
export function optimizerKind(name: OptimizerName): OptimizerKind {
  return name === 'momentum' ? 'sgd' : name;
}
