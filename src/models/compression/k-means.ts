/** k-means (Lloyd 1982) of weighted points, the same for the same seed. */
import { Random } from '../../base/random.js';

export interface ClusterOptions {
  /** How many centroids; at most as many as there are points. */
  readonly count: number;
  /** Default 20; it ends earlier when nothing changes. */
  readonly iterations?: number;
  readonly seed: number;
  /** Name of the random numbers, so that each use has its own. */
  readonly stream: string;
}

/** With more points than this, so many drawn at random are enough to place 256 centroids. */
const MOST_POINTS = 40_000;

/**
 * Centroids [count, width] of points [n, width]: Σ weight · |point − nearest centroid|² becomes small.
 *
 * @param weights of the points, [n], from 0
 */
export function kMeans(
  points: Float32Array,
  width: number,
  weights: Float32Array,
  { count, iterations = 20, seed, stream }: ClusterOptions,
): Float32Array {
  const random = new Random(seed, stream);
  const sample = sampled(points, width, weights, random);
  const n = sample.weights.length;
  const centroids = startOf(sample.points, width, Math.min(count, n), random);
  const used = centroids.length / width;
  const nearest = new Int32Array(n).fill(-1);
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (!assign(sample.points, width, centroids, nearest)) break;
    const sums = new Float64Array(used * width);
    const totals = new Float64Array(used);
    for (let i = 0; i < n; i++) {
      const weight = sample.weights[i]!;
      totals[nearest[i]!]! += weight;
      for (let d = 0; d < width; d++)
        sums[nearest[i]! * width + d]! += weight * sample.points[i * width + d]!;
    }
    for (let c = 0; c < used; c++) {
      // A centroid without points starts again at one of them.
      const lost = totals[c] === 0 ? random.below(n) : -1;
      for (let d = 0; d < width; d++)
        centroids[c * width + d] =
          lost >= 0 ? sample.points[lost * width + d]! : sums[c * width + d]! / totals[c]!;
    }
  }
  return centroids;
}

/** Writes the number of each point's nearest centroid; returns whether any changed. */
export function assign(
  points: Float32Array,
  width: number,
  centroids: Float32Array,
  nearest: Int32Array | Uint8Array,
): boolean {
  const count = centroids.length / width;
  let changed = false;
  for (let i = 0; i < nearest.length; i++) {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let c = 0; c < count; c++) {
      let distance = 0;
      for (let d = 0; d < width; d++) {
        const difference = points[i * width + d]! - centroids[c * width + d]!;
        distance += difference * difference;
      }
      if (distance < least) {
        least = distance;
        best = c;
      }
    }
    if (nearest[i] !== best) changed = true;
    nearest[i] = best;
  }
  return changed;
}

function sampled(points: Float32Array, width: number, weights: Float32Array, random: Random) {
  const n = weights.length;
  if (n <= MOST_POINTS) return { points, weights };
  const order = random.shuffle(Int32Array.from({ length: n }, (_, i) => i)).subarray(0, MOST_POINTS);
  const chosen = new Float32Array(order.length * width);
  order.forEach((from, to) => void chosen.set(points.subarray(from * width, (from + 1) * width), to * width));
  return { points: chosen, weights: Float32Array.from(order, (i) => weights[i]!) };
}

/** Different points, as far as there are enough, drawn at random. */
function startOf(points: Float32Array, width: number, count: number, random: Random): Float32Array {
  const n = points.length / width;
  const order = random.shuffle(Int32Array.from({ length: n }, (_, i) => i));
  const seen = new Set<string>();
  const centroids: number[] = [];
  for (let i = 0; i < n && centroids.length < count * width; i++) {
    const point = points.subarray(order[i]! * width, (order[i]! + 1) * width);
    const name = point.join();
    if (seen.has(name)) continue;
    seen.add(name);
    centroids.push(...point);
  }
  return Float32Array.from(centroids);
}
