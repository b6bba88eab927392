/** The largest of many numbers without looking at all of them: by the maxima of blocks, which a kernel finds quickly. */
import type { Floats } from '../../../engine/engine.js';
import { reduceCodes } from '../../../engine/kernels.js';
import { topIndexes } from '../sampling.js';
import type { Calls } from './calls.js';

/** Numbers in a block; the last may have fewer. */
const BLOCK = 64;

/** How many maxima n numbers have. */
export function blockCount(n: number): number {
  return Math.ceil(n / BLOCK);
}

/** y [blockCount(n)] = the maxima of the blocks of x [n] */
export function addBlockMaxima(calls: Calls, y: number, x: number, n: number): void {
  const whole = Math.floor(n / BLOCK);
  const rest = n - whole * BLOCK;
  const code = reduceCodes.max;
  if (whole > 0) calls.add('reduce', { code, y, x, outer: whole, length: BLOCK, inner: 1 });
  if (rest > 0)
    calls.add('reduce', {
      code,
      y: y + 4 * whole,
      x: x + 4 * whole * BLOCK,
      outer: 1,
      length: rest,
      inner: 1,
    });
}

/** Indexes of the k largest values, the largest first; ties by index. They stand in the k blocks with the largest maxima. */
export function leaders(values: Floats, maxima: Floats, k: number): number[] {
  const candidates: number[] = [];
  for (const block of topIndexes(maxima, k).sort((a, b) => a - b)) {
    const end = Math.min(values.length, (block + 1) * BLOCK);
    for (let at = block * BLOCK; at < end; at++) candidates.push(at);
  }
  const among = Float64Array.from(candidates, (at) => values[at]!);
  return topIndexes(among, k).map((i) => candidates[i]!);
}

/** Indexes of the values above a bar, in their order. */
export function* above(values: Floats, maxima: Floats, bar: number): Generator<number> {
  for (let block = 0; block < maxima.length; block++) {
    if (!(maxima[block]! > bar)) continue;
    const end = Math.min(values.length, (block + 1) * BLOCK);
    for (let at = block * BLOCK; at < end; at++) if (values[at]! > bar) yield at;
  }
}

/** Brings the maximum of a value's block up to date. */
export function updateMaximum(values: Floats, maxima: Floats, at: number): void {
  const block = Math.floor(at / BLOCK);
  const end = Math.min(values.length, (block + 1) * BLOCK);
  let largest = -Infinity;
  for (let i = block * BLOCK; i < end; i++) if (values[i]! > largest) largest = values[i]!;
  maxima[block] = largest;
}
