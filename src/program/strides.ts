/** Index spaces for strided kernels: axes that can be walked as one are merged, the rest padded to the kernel's rank. */
import { ShapeError } from '../base/errors.js';

/**
 * Merges neighbouring axes that every operand walks evenly, and pads with axes of size 1 on the left.
 *
 * @param sizes the index space
 * @param strides for each operand its stride along each axis
 * @param rank how many axes the kernel has
 */
export function collapse(
  sizes: readonly number[],
  strides: readonly (readonly number[])[],
  rank: number,
): { sizes: number[]; strides: number[][] } {
  const merged: { size: number; steps: number[] }[] = [];
  sizes.forEach((size, axis) => {
    if (size === 1) return;
    const steps = strides.map((operand) => operand[axis]!);
    const outer = merged.at(-1);
    if (outer?.steps.every((step, i) => step === steps[i]! * size)) {
      outer.size *= size;
      outer.steps = steps;
    } else {
      merged.push({ size, steps });
    }
  });
  if (merged.length > rank) {
    throw new ShapeError(
      `a value of shape [${sizes.join(', ')}] has too many axes that differ in layout (${merged.length}, at most ${rank})`,
    );
  }
  while (merged.length < rank) merged.unshift({ size: 1, steps: strides.map(() => 0) });
  return {
    sizes: merged.map(({ size }) => size),
    strides: strides.map((_, i) => merged.map(({ steps }) => steps[i]!)),
  };
}

/** Strides of an operand of shape `from` read in the index space `to`: 0 along the axes that it is broadcast over. */
export function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const missing = to.length - from.length;
  let stride = 1;
  const strides = new Array<number>(to.length).fill(0);
  for (let axis = to.length - 1; axis >= missing; axis--) {
    const size = from[axis - missing]!;
    strides[axis] = size === 1 ? 0 : stride;
    stride *= size;
  }
  return strides;
}
