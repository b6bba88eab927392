/**
 * The state of a training run, as tensors and JSON. How it is stored is for the caller: usually a file.
 *
 * Tensors are of 32 bits. So a resumed run is the uninterrupted one to the bit on every engine but the reference
 * engine, which calculates with 64: there it is so to rounding.
 */
import type { PlateauState } from '../optim/plateau.js';
import type { HistoryEntry } from './events.js';

export interface TrainingState {
  readonly step: number;
  readonly epoch: number;
  /** Batches done in the epoch. */
  readonly batch: number;
  readonly history: readonly HistoryEntry[];
  readonly best?: HistoryEntry;
  /** Validations since the best. */
  readonly waited: number;
  readonly lossSum: number;
  readonly lossWeight: number;
  /** How many examples are in the sums of gradients that wait for their step. */
  readonly summed?: number;
  /** How often weights were averaged. */
  readonly averaged?: number;
  readonly schedule?: PlateauState;
}

export interface Checkpoint {
  /** Parameters, optimiser state, best and averaged weights, by name. */
  readonly tensors: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly state: TrainingState;
}

/** Values with 32 bits. @param lent they may be the same array, where that has 32 bits already */
export function single(
  values: Float32Array | Float64Array | Int32Array,
  lent: boolean,
): Float32Array | Int32Array {
  if (values instanceof Float64Array) return Float32Array.from(values);
  return lent ? values : values.slice();
}
