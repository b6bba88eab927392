/** What can be set in this room; all of it is in the address. */
import { activationNames } from 'lexigrad/nn';
import { choice, number, param, whole } from '../../state/codec.js';
import { roomState } from '../../state/room-state.js';

/** Of inputs, weights and the plane in which they are drawn. */
export const REACH = 4;
/** Of the bias, and of z where f is drawn. */
export const Z_REACH = 8;

const weight = number({ min: -REACH, max: REACH, digits: 4 });

export const schema = {
  f: param(choice(activationNames), 'sigmoid'),
  x1: param(weight, 1),
  x2: param(weight, 2),
  w1: param(weight, 1.5),
  w2: param(weight, -0.5),
  b: param(number({ min: -Z_REACH, max: Z_REACH, digits: 4 }), 0.5),
  /** The chain of units: how many, and the weight, bias and input of each and all. */
  n: param(whole(1, 40), 12),
  cw: param(weight, 1),
  cb: param(weight, 0),
  cx: param(weight, 1),
};

export const state = roomState('units', schema);
