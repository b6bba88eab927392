/** What several rules need. */
import type { Shape } from '../base/shape.js';
import { elementTypes, int } from './schema.js';
import type { GraphWriter } from './writer.js';

export function toFloat(to: GraphWriter, value: string): string {
  return to.node('Cast', [value], { to: int(elementTypes.F32) });
}

/** The same elements under another shape, of which runtimes work one open size out themselves. */
export function reshaped(to: GraphWriter, x: string, shape: Shape): string {
  const open = shape.filter((axis) => typeof axis === 'string');
  const isEmpty = shape.includes(0);
  if (open.length === 1 && !isEmpty) {
    const target = shape.map((axis) => (typeof axis === 'number' ? axis : -1));
    return to.node('Reshape', [x, to.integers(target)]);
  }
  // Without this a 0 would mean “as before”.
  return to.node('Reshape', [x, to.sizes(shape)], isEmpty ? { allowzero: int(1) } : {});
}
