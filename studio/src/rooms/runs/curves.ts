/** Runs as points of curves. */
import { smooth } from './compare.js';
import type { NumberedRun } from './state.js';

export type Along = 'step' | 'epoch' | 'time';

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  readonly run: NumberedRun;
}

/** Steps of one epoch, where the run has told of one. */
function epochLength({ epochs }: NumberedRun): number | undefined {
  const first = epochs.find(({ epoch }) => epoch > 0);
  return first === undefined ? undefined : first.step / first.epoch;
}

function place(
  run: NumberedRun,
  along: Along,
  { step, seconds }: { readonly step: number; readonly seconds: number | undefined },
): number | undefined {
  if (along === 'step') return step;
  if (along === 'time') return seconds;
  const length = epochLength(run);
  return length === undefined ? undefined : step / length;
}

/**
 * The training loss: of steps, or of whole epochs where the run has no steps.
 *
 * @param beta of the smoothing; 0 for the values themselves
 */
export function trainingCurve(run: NumberedRun, along: Along, beta: number): CurvePoint[] {
  const values =
    run.losses.length > 0
      ? run.losses.map(({ step, seconds, loss }) => ({ step, seconds, loss }))
      : run.epochs.map(({ step, seconds, trainLoss }) => ({ step, seconds, loss: trainLoss }));
  const smoothed = smooth(
    values.map(({ loss }) => loss),
    // An epoch's mean is smooth enough.
    run.losses.length > 0 ? beta : 0,
  );
  return points(
    run,
    values.map((value, i) => [place(run, along, value), smoothed[i]]),
  );
}

/** What validation measured. */
export function validationCurve(run: NumberedRun, along: Along, measure: string): CurvePoint[] {
  return points(
    run,
    run.epochs.map((epoch) => [place(run, along, epoch), epoch.validation[measure]]),
  );
}

function points(
  run: NumberedRun,
  pairs: readonly (readonly [x: number | undefined, y: number | undefined])[],
): CurvePoint[] {
  return pairs.flatMap(([x, y]) =>
    x === undefined || y === undefined || !Number.isFinite(y) ? [] : [{ x, y, run }],
  );
}
