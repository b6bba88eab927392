/** What can be set in this room; all of it is in the address. */
import { choice, flag, list, number, param, text, tuple, whole } from '../../state/codec.js';
import { roomState } from '../../state/room-state.js';

export const sources = ['expression', 'feedforward', 'softmax', 'window'] as const;
export type Source = (typeof sources)[number];
/** What the program beside the graph computes. */
export const programs = ['value', 'gradients', 'step'] as const;
export const MOST_STEPS = 2000;
/** The graph is differentiated this often at most: each time makes it several times as large. */
export const MOST_DERIVATIVES = 3;

const name = text(40);

export const schema = {
  source: param(choice(sources), 'expression'),
  expression: param(text(500), 'L = c*(a + 2*b)'),
  /** Values of inputs; 1 for those that are not named. */
  at: param(list(tuple(name, number({ digits: 8 })), { sign: ';', longest: 50 }), [
    ['a', 3],
    ['b', 1],
    ['c', -2],
  ]),
  /** With respect to what the result was differentiated, one after the other: then that is what the graph shows. */
  by: param(list(name, { sign: ';', longest: MOST_DERIVATIVES }), []),
  /** Steps made: first forward, node by node, then backward. */
  step: param(whole(0, MOST_STEPS), 0),
  /** The node that is explained, by its place in the graph; −1: the one of the last step. */
  node: param(number({ min: -1, max: 5000 }), -1),
  speed: param(number({ min: 0.5, max: 60, digits: 3 }), 2),
  program: param(choice(programs), 'gradients'),
  shapes: param(flag, true),
  fit: param(flag, true),
};

export const state = roomState('graph', schema);
