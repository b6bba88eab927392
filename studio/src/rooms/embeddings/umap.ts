/**
 * The second projection, which keeps neighbours together: UMAP (McInnes, Healy & Melville 2018), by umap-js. It starts
 * from exact neighbours by cosine and from the principal components, where the package itself would guess both.
 */
import { UMAP } from 'umap-js';
import { nearestOfAll } from './nearest.js';
import { type Matrix, principalComponents } from './pca.js';
import type { Projection, UmapInput, UmapProgress } from './tasks.js';

/** Progress is for eyes: more often than this nobody sees it. */
const TELL_EVERY_MS = 60;
/** Half the width of the picture that it starts from; as wide as the package's own. */
const START_RADIUS = 10;

export interface UmapContext {
  readonly progress: (value: UmapProgress) => void;
  readonly signal: AbortSignal;
  /** Lets messages in; where the work is paused it returns when it goes on. */
  readonly breathe: () => Promise<void>;
}

/**
 * @param unit the rows, each of length 1
 * @returns what there is when it ends or is cancelled; the same input gives the same points
 */
export async function layOut(
  unit: Matrix,
  { dimensions, neighbors, minDistance, epochs, seed }: Omit<UmapInput, 'rows'>,
  { progress, signal, breathe }: UmapContext,
): Promise<Projection> {
  const { points: principal } = await principalComponents(unit, breathe);
  const start = startingPoints(principal, unit.rows, dimensions);
  const count = Math.min(neighbors, unit.rows - 1);
  if (count < 2) return flatten(start, dimensions);
  const lists = await nearestOfAll(unit, count, async (done) => {
    progress({ stage: 'neighbors', done, total: unit.rows });
    await breathe();
    return !signal.aborted;
  });
  if (lists === undefined) return flatten(start, dimensions);
  const umap = new UMAP({
    nComponents: dimensions,
    nNeighbors: count,
    minDist: minDistance,
    nEpochs: epochs,
    random: uniforms(seed),
  });
  umap.setPrecomputedKNN(lists.indices, lists.distances);
  const total = umap.initializeFit(start);
  const layout = umap.getEmbedding();
  for (const [row, point] of layout.entries())
    for (const axis of point.keys()) point[axis] = start[row]![axis]!;
  let told = 0;
  for (let done = 0; done < total && !signal.aborted; ) {
    done = umap.step();
    await breathe();
    if (performance.now() - told < TELL_EVERY_MS) continue;
    told = performance.now();
    progress({ stage: 'layout', done, total, ...flatten(layout, dimensions) });
  }
  return flatten(layout, dimensions);
}

function startingPoints(principal: Float32Array, rows: number, dimensions: number): number[][] {
  const largest = principal.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: dimensions }, (_, axis) => (START_RADIUS * principal[3 * row + axis]!) / largest),
  );
}

function flatten(points: readonly (readonly number[])[], dimensions: 2 | 3): Projection {
  const flat = new Float32Array(points.length * dimensions);
  points.forEach((point, row) => {
    flat.set(point, row * dimensions);
  });
  return { points: flat, dimensions };
}

/** Numbers from 0 to below 1 (Marsaglia 2003, “Xorshift RNGs”): the same seed, the same picture. */
function uniforms(seed: number): () => number {
  // The seed is spread over all bits first; the state must never be zero.
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
