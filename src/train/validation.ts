/** Judging a model while it trains. */
import { NumericError, ValueError } from '../base/errors.js';
import type { HistoryEntry } from './events.js';

/** How a model is judged while it trains. */
export interface Validation {
  /** Name of the measure that decides, a key of what `measure` returns. */
  readonly by: string;
  readonly goal: 'lower' | 'higher';
  /** Measures the workspace's current weights. */
  measure(): Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>;
  /** Validate also within epochs, every so many steps. */
  readonly everySteps?: number;
}

/**
 * Whether an entry of the history is better than the best before; never where nothing is validated.
 *
 * @throws NumericError when the measure is NaN; ValueError when there is none of the name.
 */
export function isImprovement(
  { step, validation: measures }: HistoryEntry,
  best: HistoryEntry | undefined,
  validation: Validation | undefined,
): boolean {
  if (validation === undefined || measures === undefined) return false;
  const { by, goal } = validation;
  const measure = measures[by];
  if (measure === undefined) {
    throw new ValueError(`validation measures no '${by}', only ${Object.keys(measures).join(', ')}`);
  }
  if (Number.isNaN(measure)) {
    throw new NumericError(`the validation measure '${by}' is not a number at step ${step}`);
  }
  const record = best?.validation?.[by];
  return record === undefined || (goal === 'lower' ? measure < record : measure > record);
}
