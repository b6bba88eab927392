/**
 * Learning-rate schedules: the factor by which the base rate η is multiplied at each step of training.
 *
 * All but the plateau are pure functions of where training stands, so resuming needs no state.
 */
import { ValueError } from '../base/errors.js';
import { type PlateauOptions, type PlateauSchedule, plateau } from './plateau.js';

export {
  isPlateau,
  type PlateauOptions,
  type PlateauSchedule,
  type PlateauState,
  plateau,
} from './plateau.js';

/**
 * The factor at a step.
 * @param step 0, 1, …: how many steps have been taken. @param totalSteps how many there will be.
 */
export type Schedule = (step: number, totalSteps: number) => number;

/** A schedule as plain JSON. `warmup` (see `warmup`) may precede any kind. */
export type ScheduleSpec = { readonly warmup?: number } & (
  | { readonly kind: 'constant' }
  | ({ readonly kind: 'linear' } & DecayOptions)
  | ({ readonly kind: 'cosine' } & DecayOptions)
  | ({ readonly kind: 'step' } & StepOptions)
  | ({ readonly kind: 'oneCycle' } & OneCycleOptions)
  | ({ readonly kind: 'plateau' } & PlateauOptions)
);

export interface DecayOptions {
  /** The factor at the end of training, 0 … 1, default 0. */
  readonly floor?: number;
}

export interface StepOptions {
  /** After how many steps the rate falls, each time. */
  readonly every: number;
  /** What it is multiplied with then, in (0, 1], default 0.1. */
  readonly factor?: number;
}

export interface OneCycleOptions {
  /** The part of training during which the rate rises, in (0, 1), default 0.3. */
  readonly rise?: number;
  /** The factor at the beginning, 0 … 1, default 0.04. */
  readonly start?: number;
  /** The factor at the end, 0 … 1, default 0.000004. */
  readonly floor?: number;
}

/** Always the base rate. */
export function constant(): Schedule {
  return () => 1;
}

/** A straight line from 1 down to the floor: 1 − (1 − floor) · step/total. */
export function linear({ floor = 0 }: DecayOptions = {}): Schedule {
  checkPart('linear', 'floor', floor);
  return (step, totalSteps) => 1 - (1 - floor) * progress(step, totalSteps);
}

/**
 * Half a cosine wave from 1 down to the floor: floor + (1 − floor) · (1 + cos(π · step/total)) / 2
 * (Loshchilov & Hutter 2017, "SGDR", without restarts).
 */
export function cosine({ floor = 0 }: DecayOptions = {}): Schedule {
  checkPart('cosine', 'floor', floor);
  return (step, totalSteps) => wave(1, floor, progress(step, totalSteps));
}

/** A staircase: factor^⌊step / every⌋. */
export function step({ every, factor = 0.1 }: StepOptions): Schedule {
  if (!Number.isInteger(every) || every < 1) {
    throw new ValueError(`schedule 'step': every must be a whole number of steps from 1 up, not ${every}`);
  }
  if (!(factor > 0 && factor <= 1)) {
    throw new ValueError(`schedule 'step': factor must be above 0 and at most 1, not ${factor}`);
  }
  return (step) => factor ** Math.floor(step / every);
}

/**
 * Up to the base rate, then down, each along half a cosine wave (Smith & Topin 2018, "Super-convergence").
 * The base rate is the highest one.
 */
export function oneCycle({ rise = 0.3, start = 0.04, floor = 4e-6 }: OneCycleOptions = {}): Schedule {
  checkPart('oneCycle', 'start', start);
  checkPart('oneCycle', 'floor', floor);
  if (!(rise > 0 && rise < 1)) {
    throw new ValueError(
      `schedule 'oneCycle': rise must lie between 0 and 1 (a part of training), not ${rise}`,
    );
  }
  return (step, totalSteps) => {
    const done = progress(step, totalSteps);
    return done < rise ? wave(start, 1, done / rise) : wave(1, floor, (done - rise) / (1 - rise));
  };
}

/**
 * Climbs in a straight line to where `after` begins, then follows `after` for the steps that remain. The first
 * step already learns a little: at step s of a warm-up of n steps the factor is (s + 1)/(n + 1).
 *
 * @param length a whole number of steps, or, below 1, a part of all steps; 0 is no warm-up.
 * @returns a schedule that can also do whatever else `after` can (a plateau observes).
 */
export function warmup<S extends Schedule>(length: number, after: S): S {
  if (!(length >= 0) || (length >= 1 && !Number.isInteger(length))) {
    throw new ValueError(
      `schedule: warmup must be a whole number of steps, or a part of all steps from 0 to below 1, not ${length}`,
    );
  }
  if (length === 0) return after;
  const warmed: Schedule = (step, totalSteps) => {
    const steps = Math.min(totalSteps, length < 1 ? Math.round(length * totalSteps) : length);
    const remaining = totalSteps - steps;
    if (step < steps) return (after(0, remaining) * (step + 1)) / (steps + 1);
    return after(step - steps, remaining);
  };
  return Object.assign(warmed, after);
}

/**
 * The schedule that a JSON object describes.
 *
 * @example createSchedule({ kind: 'cosine', warmup: 300, floor: 0.01 });
 * @throws ValueError for an unknown kind, an unknown option, or a value out of range.
 */
export function createSchedule(spec: Extract<ScheduleSpec, { kind: 'plateau' }>): PlateauSchedule;
export function createSchedule(spec: ScheduleSpec): Schedule;
export function createSchedule(spec: ScheduleSpec): Schedule {
  checkSpec(spec);
  return warmup(spec.warmup ?? 0, withoutWarmup(spec));
}

function withoutWarmup(spec: ScheduleSpec): Schedule {
  switch (spec.kind) {
    case 'constant':
      return constant();
    case 'linear':
      return linear(spec);
    case 'cosine':
      return cosine(spec);
    case 'step':
      return step(spec);
    case 'oneCycle':
      return oneCycle(spec);
    case 'plateau':
      return plateau(spec);
  }
}

/** The options of each kind; a kind or option that is missing here does not compile. */
const optionNames: { readonly [K in ScheduleSpec['kind']]: readonly OptionOf<K>[] } = {
  constant: [],
  linear: ['floor'],
  cosine: ['floor'],
  step: ['every', 'factor'],
  oneCycle: ['rise', 'start', 'floor'],
  plateau: ['factor', 'patience', 'goal', 'tolerance', 'minimum'],
};

type OptionOf<K> = Exclude<keyof Extract<ScheduleSpec, { kind: K }>, 'kind' | 'warmup'>;

/** Specs come from files and command lines, where the compiler does not look. */
function checkSpec(spec: ScheduleSpec): void {
  const kinds = Object.keys(optionNames);
  const kind: unknown = spec?.kind;
  if (typeof kind !== 'string' || !kinds.includes(kind)) {
    throw new ValueError(`schedule: there is no kind '${kind}'; the kinds are ${kinds.join(', ')}`);
  }
  const allowed: readonly string[] = [...optionNames[spec.kind], 'warmup'];
  for (const [name, value] of Object.entries(spec)) {
    if (name === 'kind' || value === undefined) continue;
    if (!allowed.includes(name)) {
      throw new ValueError(`schedule '${kind}' has no option '${name}'; it has ${allowed.join(', ')}`);
    }
    if (name !== 'goal' && typeof value !== 'number') {
      throw new ValueError(`schedule '${kind}': ${name} must be a number, not ${JSON.stringify(value)}`);
    }
  }
}

/** How far training is, 0 … 1. Steps past the end stay at 1; training of no steps is at its beginning. */
function progress(step: number, totalSteps: number): number {
  return Math.min(1, Math.max(0, step / Math.max(1, totalSteps)));
}

/** From `first` at done = 0 to `last` at done = 1 along half a cosine wave. */
function wave(first: number, last: number, done: number): number {
  return last + ((first - last) * (1 + Math.cos(Math.PI * done))) / 2;
}

function checkPart(kind: string, name: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new ValueError(
    `schedule '${kind}': ${name} must lie from 0 to 1 (a factor of the base rate), not ${value}`,
  );
}
