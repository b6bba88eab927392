/** Runs are told apart by colour and by the dashes of their lines. */
import { category } from '../../shell/colors.js';

const DASHES = ['none', '7 3', '2 3', '9 3 2 3'];

export interface Stroke {
  readonly color: string;
  readonly dash: string;
}

export function strokeOf(number: number): Stroke {
  return { color: category(number), dash: DASHES[number % DASHES.length]! };
}
