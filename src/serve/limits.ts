/** What one request, and all of them together, may ask of the service. */
import { ValueError } from '../base/errors.js';

export interface Limits {
  /** Largest body, in bytes; more is refused with 413. */
  readonly bodyBytes: number;
  /** Longest text, in UTF-16 units; more is refused with 422. */
  readonly textLength: number;
  /** Most texts in one request; more are refused with 422. */
  readonly batchSize: number;
  /** Most tokens that one text may be made of when generating; more are refused with 422. */
  readonly maximumTokens: number;
  /** Requests that are worked on at once; others wait. */
  readonly concurrency: number;
  /** Requests that may wait; others are refused with 429. */
  readonly queue: number;
  /** Time for one request, in seconds: 503 when it is over before the work began, 504 when it is over in the middle. */
  readonly seconds: number;
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 1_048_576,
  textLength: 20_000,
  batchSize: 256,
  maximumTokens: 1000,
  concurrency: 256,
  queue: 1024,
  seconds: 30,
};

/** @throws ValueError for a limit that is not a whole number from 1 (`queue`: from 0; `seconds`: any above 0) */
export function checkLimits(given: Partial<Limits>): Limits {
  const limits = { ...DEFAULT_LIMITS, ...given };
  for (const [name, value] of Object.entries(limits)) {
    const sound =
      name === 'seconds'
        ? value > 0 && value <= LONGEST_SECONDS
        : Number.isSafeInteger(value) && value >= (name === 'queue' ? 0 : 1);
    if (sound) continue;
    const range =
      name === 'seconds'
        ? `a number above 0, at most ${LONGEST_SECONDS}`
        : `a whole number from ${name === 'queue' ? 0 : 1}`;
    throw new ValueError(`the limit ${name} must be ${range}, not ${value}`);
  }
  return limits;
}

/** Timers of the hosts hold 2³¹ − 1 ms at most; a day is more than anybody waits. */
const LONGEST_SECONDS = 86_400;
