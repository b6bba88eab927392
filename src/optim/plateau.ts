/**
 * The schedule that watches validation: when the measure no longer gets better, the learning rate falls.
 */
import { NumericError, ValueError } from '../base/errors.js';

export interface PlateauOptions {
  /** What the rate is multiplied with when it falls, in (0, 1), default 0.5. */
  readonly factor?: number;
  /** How many observations in a row without improvement it takes, from 1 up, default 2. */
  readonly patience?: number;
  /** Which way is better: `lower` (a loss, default) or `higher` (an accuracy). */
  readonly goal?: 'lower' | 'higher';
  /** By how much a measure must beat the best one to count as better, default 0. */
  readonly tolerance?: number;
  /** The factor never falls below this, 0 … 1, default 0. */
  readonly minimum?: number;
}

/** All that a plateau remembers, as plain JSON. */
export interface PlateauState {
  /** The factor now. */
  readonly factor: number;
  /** The best measure so far, null before the first. */
  readonly best: number | null;
  /** Observations since then, or since the rate last fell. */
  readonly waited: number;
}

export interface PlateauSchedule {
  /** The factor; a plateau does not care about steps. */
  (step: number, totalSteps: number): number;
  /**
   * Takes in a validation measure.
   * @returns whether the rate fell.
   * @throws NumericError when the measure is NaN.
   */
  observe(measure: number): boolean;
  /** What to save for resuming. */
  state(): PlateauState;
  /** Goes on from a saved state. @throws ValueError when it is none. */
  restore(state: PlateauState): void;
}

/**
 * A schedule that starts at 1 and is lowered by what it observes.
 *
 * @example
 * const schedule = plateau({ factor: 0.5, patience: 1 });
 * schedule.observe(2.0);    // false: the first measure is the best so far
 * schedule.observe(2.1);    // true: from now on half the rate
 * @throws ValueError when an option is out of range.
 */
export function plateau(options: PlateauOptions = {}): PlateauSchedule {
  const { factor: fall, patience, goal, tolerance, minimum } = checkedOptions(options);
  let factor = 1;
  let best: number | null = null;
  let waited = 0;

  function isBetter(measure: number): boolean {
    if (best === null) return true;
    return goal === 'lower' ? measure < best - tolerance : measure > best + tolerance;
  }

  function observe(measure: number): boolean {
    if (Number.isNaN(measure)) {
      throw new NumericError(
        "schedule 'plateau': the validation measure is NaN. A lower learning rate may help.",
      );
    }
    if (isBetter(measure)) {
      best = measure;
      waited = 0;
      return false;
    }
    waited++;
    if (waited < patience) return false;
    waited = 0;
    const before = factor;
    factor = Math.max(minimum, factor * fall);
    return factor < before;
  }

  function restore(state: PlateauState): void {
    checkState(state);
    ({ factor, best, waited } = state);
  }

  return Object.assign(() => factor, { observe, restore, state: () => ({ factor, best, waited }) });
}

/** Whether a schedule wants to observe validation measures. */
export function isPlateau(
  schedule: (step: number, totalSteps: number) => number,
): schedule is PlateauSchedule {
  return 'observe' in schedule;
}

function checkedOptions(options: PlateauOptions): Required<PlateauOptions> {
  const { factor = 0.5, patience = 2, goal = 'lower', tolerance = 0, minimum = 0 } = options;
  if (!(factor > 0 && factor < 1)) throw refusal('factor must lie between 0 and 1', factor);
  if (!Number.isInteger(patience) || patience < 1) {
    throw refusal('patience must be a whole number of observations from 1 up', patience);
  }
  if (goal !== 'lower' && goal !== 'higher') throw refusal("goal must be 'lower' or 'higher'", goal);
  if (!(tolerance >= 0)) throw refusal('tolerance must be 0 or more', tolerance);
  if (!(minimum >= 0 && minimum <= 1)) throw refusal('minimum must lie from 0 to 1', minimum);
  return { factor, patience, goal, tolerance, minimum };
}

function checkState({ factor, best, waited }: PlateauState): void {
  const isSound =
    factor >= 0 &&
    factor <= 1 &&
    (best === null || (typeof best === 'number' && !Number.isNaN(best))) &&
    Number.isInteger(waited) &&
    waited >= 0;
  if (!isSound) throw refusal('a saved state has factor 0 … 1, best and waited', { factor, best, waited });
}

function refusal(rule: string, value: unknown): ValueError {
  return new ValueError(`schedule 'plateau': ${rule}, not ${JSON.stringify(value)}`);
}
