import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumericError, ValueError } from '../../src/base/errors.js';
import {
  constant,
  cosine,
  createSchedule,
  isPlateau,
  linear,
  oneCycle,
  plateau,
  type Schedule,
  type ScheduleSpec,
  step,
  warmup,
} from '../../src/optim/schedules.js';

const factors = (schedule: Schedule, total: number): number[] =>
  Array.from({ length: total + 1 }, (_, i) => schedule(i, total));

describe('schedules', () => {
  it('constant stays', () => {
    expect(factors(constant(), 3)).toEqual([1, 1, 1, 1]);
  });

  it('linear falls in a straight line to its floor', () => {
    expect(factors(linear(), 4)).toEqual([1, 0.75, 0.5, 0.25, 0]);
    expect(factors(linear({ floor: 0.5 }), 2)).toEqual([1, 0.75, 0.5]);
  });

  it('cosine passes the middle halfway down', () => {
    const schedule = cosine({ floor: 0.2 });
    expect(schedule(0, 100)).toBe(1);
    expect(schedule(50, 100)).toBeCloseTo(0.6, 12);
    expect(schedule(100, 100)).toBeCloseTo(0.2, 12);
  });

  it('step falls every so often', () => {
    expect(factors(step({ every: 2, factor: 0.5 }), 5)).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
    expect(step({ every: 10 })(10, 100)).toBe(0.1);
  });

  it('oneCycle rises to 1 and falls', () => {
    const schedule = oneCycle({ rise: 0.25, start: 0.1, floor: 0.01 });
    expect(schedule(0, 100)).toBeCloseTo(0.1, 12);
    expect(schedule(25, 100)).toBe(1);
    expect(schedule(100, 100)).toBeCloseTo(0.01, 12);
  });

  it('warmup climbs, then hands over what remains', () => {
    expect(factors(warmup(3, linear()), 5)).toEqual([0.25, 0.5, 0.75, 1, 0.5, 0]);
    expect(factors(warmup(0.5, constant()), 4)).toEqual([1 / 3, 2 / 3, 1, 1, 1]);
    expect(warmup(2, oneCycle({ start: 0.3 }))(0, 10)).toBeCloseTo(0.1, 12);
  });

  it('warmup as long as training or longer only climbs, and never to nothing', () => {
    for (const after of [constant(), linear(), cosine(), step({ every: 1 })]) {
      expect(factors(warmup(100, after), 3).slice(0, 3)).toEqual([0.25, 0.5, 0.75]);
    }
  });

  const kinds: fc.Arbitrary<ScheduleSpec> = fc.oneof(
    fc.constant<ScheduleSpec>({ kind: 'constant' }),
    fc.double({ min: 0, max: 1, noNaN: true }).map((floor): ScheduleSpec => ({ kind: 'linear', floor })),
    fc.double({ min: 0, max: 1, noNaN: true }).map((floor): ScheduleSpec => ({ kind: 'cosine', floor })),
    fc.integer({ min: 1, max: 50 }).map((every): ScheduleSpec => ({ kind: 'step', every })),
    fc
      .double({ min: 0.01, max: 0.99, noNaN: true })
      .map((rise): ScheduleSpec => ({ kind: 'oneCycle', rise })),
    fc.constant<ScheduleSpec>({ kind: 'plateau' }),
  );

  it('stay within 0 … 1, past the end and in training of no steps too', () => {
    fc.assert(
      fc.property(kinds, fc.nat(60), fc.nat(100), fc.nat(200), (kind, warmupSteps, total, at) => {
        const factor = createSchedule({ ...kind, warmup: warmupSteps })(at, total);
        expect(factor).toBeGreaterThanOrEqual(0);
        expect(factor).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });
});

describe('plateau', () => {
  it('lowers the factor after `patience` observations that are not better', () => {
    const schedule = plateau({ factor: 0.5, patience: 2 });
    expect([3, 2, 2, 1.9, 2, 2.5, 2, 1.8].map((loss) => schedule.observe(loss))).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
      false,
      false,
    ]);
    expect(schedule(0, 0)).toBe(0.5);
  });

  it('can look for higher measures, ask for a clear gain, and stop at a minimum', () => {
    const schedule = plateau({ goal: 'higher', patience: 1, tolerance: 0.1, minimum: 0.3 });
    expect([0.5, 0.55, 0.7, 0.7, 0.7].map((accuracy) => schedule.observe(accuracy))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
    expect(schedule(0, 0)).toBe(0.3);
  });

  it('resumes from its state as if nothing had happened', () => {
    const measures = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 });
    fc.assert(
      fc.property(measures, measures, (before, after) => {
        const straight = plateau();
        const interrupted = plateau();
        for (const measure of before) {
          straight.observe(measure);
          interrupted.observe(measure);
        }
        const resumed = plateau();
        resumed.restore(JSON.parse(JSON.stringify(interrupted.state())));
        for (const measure of after) expect(resumed.observe(measure)).toBe(straight.observe(measure));
        expect(resumed.state()).toEqual(straight.state());
      }),
    );
  });

  it('still observes after a warm-up', () => {
    const schedule = createSchedule({ kind: 'plateau', patience: 1, warmup: 1 });
    expect(isPlateau(schedule)).toBe(true);
    schedule.observe(1);
    schedule.observe(1);
    expect([schedule(0, 10), schedule(1, 10)]).toEqual([0.25, 0.5]);
    expect(schedule.state()).toEqual({ factor: 0.5, best: 1, waited: 0 });
  });

  it('refuses NaN and broken states', () => {
    expect(() => plateau().observe(Number.NaN)).toThrow(NumericError);
    expect(() => plateau().restore({ factor: 2, best: null, waited: 0 })).toThrow(/saved state/);
    expect(() => plateau().restore({ factor: 1, best: 1, waited: -1 })).toThrow(ValueError);
  });
});

describe('createSchedule', () => {
  it('builds what the JSON describes', () => {
    const schedule = createSchedule({ kind: 'cosine', warmup: 300, floor: 0 });
    const spelled = warmup(300, cosine({ floor: 0 }));
    for (const at of [0, 299, 300, 650, 1000]) expect(schedule(at, 1000)).toBe(spelled(at, 1000));
    expect(isPlateau(schedule)).toBe(false);
  });

  it.each([
    [{ kind: 'cosin' }, /no kind 'cosin'; the kinds are constant, linear/],
    [{}, /no kind/],
    [null, /no kind/],
    [{ kind: 'toString' }, /no kind/],
    [{ kind: 'cosine', flor: 0 }, /'cosine' has no option 'flor'; it has floor, warmup/],
    [{ kind: 'linear', floor: '0' }, /floor must be a number, not "0"/],
    [{ kind: 'linear', floor: 2 }, /floor must lie from 0 to 1/],
    [{ kind: 'cosine', floor: Number.NaN }, /floor must lie/],
    [{ kind: 'step' }, /every must be a whole number/],
    [{ kind: 'step', every: 0 }, /every/],
    [{ kind: 'step', every: 1, factor: 0 }, /factor must be above 0/],
    [{ kind: 'oneCycle', rise: 1 }, /rise/],
    [{ kind: 'oneCycle', start: -1 }, /start/],
    [{ kind: 'constant', warmup: 1.5 }, /warmup must be/],
    [{ kind: 'constant', warmup: -1 }, /warmup must be/],
    [{ kind: 'plateau', factor: 1 }, /factor must lie between/],
    [{ kind: 'plateau', patience: 0 }, /patience/],
    [{ kind: 'plateau', goal: 'up' }, /goal must be 'lower' or 'higher', not "up"/],
    [{ kind: 'plateau', tolerance: -1 }, /tolerance/],
    [{ kind: 'plateau', minimum: 2 }, /minimum/],
  ])('refuses %j', (spec, message) => {
    expect(() => createSchedule(spec as ScheduleSpec)).toThrow(message);
    expect(() => createSchedule(spec as ScheduleSpec)).toThrow(ValueError);
  });
});
