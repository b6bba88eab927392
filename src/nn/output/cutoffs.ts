/** Where a vocabulary in falling order of frequency is cut into clusters. */
import type { ClusterRange } from './clustered.js';

/** Each cluster of an adaptive softmax begins at so many times the place of the one before, and is as much narrower. */
const FACTOR = 4;
/** The shortlist is this share of the vocabulary, and at most so many words. */
const SHORTLIST_SHARE = 0.1;
const LONGEST_SHORTLIST = 4000;
/** No cluster sees less than so many numbers of the state. */
const NARROWEST = 8;

/**
 * Where the clusters of an adaptive softmax begin.
 * @param least so many words at least are in the shortlist
 */
export function adaptiveCutoffs(size: number, least = 1): number[] {
  const shortlist = Math.min(LONGEST_SHORTLIST, Math.round(size * SHORTLIST_SHARE));
  const cutoffs = [Math.max(least, shortlist)];
  while (cutoffs.at(-1)! * FACTOR <= size / 2) cutoffs.push(cutoffs.at(-1)! * FACTOR);
  return cutoffs;
}

/** Where the clusters begin that cut a vocabulary into `count` of nearly equal mass, from 0 on. None is empty. */
export function classCutoffs(counts: ArrayLike<number>, count: number): number[] {
  const total = Array.from(counts).reduce((sum, value) => sum + value + 1, 0);
  const cutoffs: number[] = [];
  let mass = 0;
  for (let id = 0; id < counts.length; id++) {
    if (mass >= (cutoffs.length * total) / count) cutoffs.push(id);
    mass += counts[id]! + 1;
  }
  return cutoffs;
}

/** The clusters that begin at the cutoffs, at full width. */
export function evenClusters(cutoffs: readonly number[], size: number, width: number): ClusterRange[] {
  return cutoffs.map((begin, i) => ({ begin, end: cutoffs[i + 1] ?? size, width }));
}

/** The clusters that begin at the cutoffs, each a quarter as wide as the one before. */
export function narrowingClusters(cutoffs: readonly number[], size: number, inputs: number): ClusterRange[] {
  return evenClusters(cutoffs, size, inputs).map((range, i) => ({
    ...range,
    width: Math.max(Math.min(NARROWEST, inputs), Math.round(inputs / FACTOR ** (i + 1))),
  }));
}
