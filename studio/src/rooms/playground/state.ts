/** What can be set in this room; all of it is in the address. */
import { choice, flag, list, number, param, tuple, whole } from '../../state/codec.js';
import { roomState } from '../../state/room-state.js';
import {
  featureNames,
  generatedSets,
  layerActivations,
  MOST_HIDDEN_LAYERS,
  MOST_POINTS,
  MOST_STEPS,
  MOST_UNITS,
  MOST_WEIGHTS,
  optimizers,
  PLANE,
  penalties,
  tools,
  WEIGHT_REACH,
} from './settings.js';

const place = number({ min: PLANE[0], max: PLANE[1], digits: 4 });
const span = number({ digits: 8 });

export const schema = {
  data: param(choice([...generatedSets, 'own']), 'circle'),
  n: param(whole(10, MOST_POINTS), 200),
  noise: param(number({ min: 0, max: 1, digits: 3 }), 0.1),
  draw: param(whole(1, 9999), 1),
  /** Own points, and where the plane's −1 … 1 lies in the units they came in: centre and half width of both axes. */
  points: param(list(tuple(place, place, flag), { longest: MOST_POINTS }), []),
  scale: param(tuple(span, span, span, span), [0, 0, 1, 1]),
  /** The share of points that is kept from training. */
  test: param(number({ min: 0, max: 0.9, digits: 2 }), 0.3),

  features: param(list(choice(featureNames), { longest: featureNames.length }), ['x1', 'x2']),
  layers: param(
    list(tuple(whole(1, MOST_UNITS), choice(layerActivations)), { longest: MOST_HIDDEN_LAYERS }),
    [
      [4, 'tanh'],
      [3, 'tanh'],
    ],
  ),
  seed: param(whole(1, 9999), 1),
  /** All weights and biases to start from, layer by layer; none where the seed draws them. */
  weights: param(
    list(number({ min: -WEIGHT_REACH, max: WEIGHT_REACH, digits: 5 }), { longest: MOST_WEIGHTS }),
    [],
  ),

  dropout: param(number({ min: 0, max: 0.8, digits: 2 }), 0),
  penalty: param(choice(penalties), 'none'),
  strength: param(number({ min: 1e-5, max: 1, digits: 3 }), 0.01),
  optimizer: param(choice(optimizers), 'adam'),
  eta: param(number({ min: 1e-5, max: 100, digits: 3 }), 0.01),
  batch: param(whole(1, MOST_POINTS), 16),
  /** Steps of the optimiser that were made. */
  k: param(whole(0, MOST_STEPS), 0),

  speed: param(whole(1, 5000), 300),
  tool: param(choice(tools), 'inspect'),
  /** Which side of the network is drawn: activations and weights, or gradients. */
  side: param(choice(['forward', 'backward']), 'forward'),
  values: param(flag, false),
  gradients: param(flag, false),
  /** The point whose numbers are shown, in the order of the data; and the unit looked at: its layer and place. */
  at: param(whole(0, MOST_POINTS - 1), 0),
  unit: param(tuple(whole(0, MOST_HIDDEN_LAYERS + 1), whole(0, MOST_UNITS - 1)), [1, 0]),
  testShown: param(flag, true),
};

export const state = roomState('playground', schema);
