/**
 * The weights of a mixture, fitted on text that no component was trained on.
 *
 * EM for mixture weights (Jelinek & Mercer 1980). Until nothing moves any more:
 *
 *   E  r_kt = λ_k p_k(w_t) / Σ_j λ_j p_j(w_t)     how much of word t is due to component k
 *   M  λ_k  = (1/T) Σ_t r_kt
 *
 * The likelihood is concave in λ, so it rises to its one maximum from any start.
 */
import { DataError, ValueError } from '../../base/errors.js';

/** Ends when no weight moves more than this … */
const TOLERANCE = 1e-6;
/** … or after so many steps. */
const MOST_STEPS = 500;

export interface FittedWeights {
  /** λ, one a component; sums to 1. */
  readonly weights: readonly number[];
  /** −(1/T) Σ ln Σ_k λ_k p_k(w_t) */
  readonly nats: number;
  /** T: positions where a component has nothing to go by yet are left out. */
  readonly tokens: number;
  readonly steps: number;
}

/**
 * @param columns by component: p_k(w_t) of each token, NaN where there is none
 * @throws DataError when there is no token on which all components have an opinion, or one that all think impossible
 */
export function fitWeights(columns: readonly Float64Array[]): FittedWeights {
  const [first] = columns;
  if (first === undefined) throw new ValueError('there is no component to weigh');
  const rows: number[] = [];
  for (let t = 0; t < first.length; t++) {
    if (columns.every((column) => !Number.isNaN(column[t]!))) rows.push(t);
  }
  if (rows.length === 0) throw new DataError('there is too little text to fit the weights of a mixture on');
  if (rows.some((t) => columns.every((column) => column[t] === 0)))
    throw new DataError('there is a word that no component of the mixture thinks possible');
  const compact = columns.map((column) => Float64Array.from(rows, (t) => column[t]!));
  let weights = columns.map(() => 1 / columns.length);
  let steps = 0;
  for (let moved = 1; moved > TOLERANCE && steps < MOST_STEPS; steps++) {
    const next = step(compact, weights);
    moved = Math.max(...next.map((weight, k) => Math.abs(weight - weights[k]!)));
    weights = next;
  }
  return { weights, nats: meanNats(compact, weights), tokens: rows.length, steps };
}

function step(columns: readonly Float64Array[], weights: readonly number[]): number[] {
  const sums = new Float64Array(columns.length);
  const tokens = columns[0]!.length;
  for (let t = 0; t < tokens; t++) {
    let mixed = 0;
    for (let k = 0; k < weights.length; k++) mixed += weights[k]! * columns[k]![t]!;
    for (let k = 0; k < weights.length; k++) sums[k]! += (weights[k]! * columns[k]![t]!) / mixed;
  }
  return Array.from(sums, (sum) => sum / tokens);
}

function meanNats(columns: readonly Float64Array[], weights: readonly number[]): number {
  let nats = 0;
  const tokens = columns[0]!.length;
  for (let t = 0; t < tokens; t++) {
    nats -= Math.log(weights.reduce((sum, weight, k) => sum + weight * columns[k]![t]!, 0));
  }
  return nats / tokens;
}
