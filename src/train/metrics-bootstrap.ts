/**
 * How far a measure would move with other test examples of the same kind: percentile intervals of the bootstrap (Efron
 * 1979). The examples are drawn again and again with replacement, and the measure is taken of each such sample.
 */
import { ValueError } from '../base/errors.js';
import { Random } from '../base/random.js';
import { checkLengths, rowCount } from './metrics-counts.js';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** How many samples are drawn (default 1000; fewer, down to 200, beyond 20,000 examples). */
  readonly samples?: number;
  /** Share of the samples within the interval (default 0.95). */
  readonly level?: number;
  /** The same seed gives the same intervals (default 1). */
  readonly seed?: number;
}

/** Draws in all that are made by default: beyond, more of them would change the interval's last digits only. */
const DEFAULT_DRAWS = 20_000_000;

/**
 * Intervals of whatever `measure` gives for a sample, an array of example numbers that is valid until the next call.
 *
 * @throws ValueError where there are no examples, or the options make no sense
 */
export function bootstrap<Name extends string>(
  examples: number,
  measure: (sample: Int32Array) => Readonly<Record<Name, number>>,
  options: BootstrapOptions = {},
): Record<Name, Interval> {
  if (examples < 1) throw new ValueError('bootstrap: there are no examples to draw from');
  const fitting = Math.max(200, Math.min(1000, Math.floor(DEFAULT_DRAWS / examples)));
  const { samples = fitting, level = 0.95, seed = 1 } = options;
  if (!Number.isInteger(samples) || samples < 1)
    throw new ValueError(`bootstrap: samples must be a whole number from 1, not ${samples}`);
  if (!(level > 0 && level < 1))
    throw new ValueError(`bootstrap: level must be between 0 and 1, not ${level}`);
  const random = new Random(seed, 'bootstrap');
  const sample = new Int32Array(examples);
  const values = new Map<Name, Float64Array>();
  for (let draw = 0; draw < samples; draw++) {
    for (let i = 0; i < examples; i++) sample[i] = random.below(examples);
    for (const [name, value] of Object.entries(measure(sample)) as [Name, number][]) {
      if (draw === 0) values.set(name, new Float64Array(samples));
      values.get(name)![draw] = value;
    }
  }
  const intervals = [...values].map(([name, list]) => [name, middle(list.sort(), level)] as const);
  return Object.fromEntries(intervals) as Record<Name, Interval>;
}

/** The interval that leaves out the same share at both ends. */
function middle(sorted: Float64Array, level: number): Interval {
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}

/** Of accuracy and macro F1. @param truth, predicted class ids */
export function classificationIntervals(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
  options?: BootstrapOptions,
): Record<'accuracy' | 'macroF1', Interval> {
  checkLengths('bootstrap', truth.length, predicted.length);
  const tally = new Tally(classes);
  return bootstrap(
    truth.length,
    (sample) => {
      tally.clear();
      for (const i of sample) {
        tally.has[truth[i]!]!++;
        tally.given[predicted[i]!]!++;
        if (truth[i] === predicted[i]) tally.both[truth[i]!]!++;
      }
      return { accuracy: tally.right / sample.length, macroF1: tally.macroF1 };
    },
    options,
  );
}

/** Of exact match, micro and macro F1. @param truth, predicted [n × labels], 0 or 1 (or booleans) */
export function multiLabelIntervals(
  truth: ArrayLike<number | boolean>,
  predicted: ArrayLike<number | boolean>,
  labels: number,
  options?: BootstrapOptions,
): Record<'exactMatch' | 'microF1' | 'macroF1', Interval> {
  checkLengths('bootstrap', truth.length, predicted.length);
  const tally = new Tally(labels);
  return bootstrap(
    rowCount('bootstrap', truth.length, labels),
    (sample) => {
      tally.clear();
      let exact = 0;
      for (const example of sample) {
        let isExact = true;
        for (let label = 0, i = example * labels; label < labels; label++, i++) {
          const has = Number(truth[i]!);
          const given = Number(predicted[i]!);
          tally.has[label]! += has;
          tally.given[label]! += given;
          tally.both[label]! += has * given;
          if (has !== given) isExact = false;
        }
        if (isExact) exact++;
      }
      return { exactMatch: exact / sample.length, microF1: tally.microF1, macroF1: tally.macroF1 };
    },
    options,
  );
}

/** Counts of one sample: examples that have each label, are given it, or both. */
class Tally {
  readonly has: Float64Array;
  readonly given: Float64Array;
  readonly both: Float64Array;

  constructor(labels: number) {
    this.has = new Float64Array(labels);
    this.given = new Float64Array(labels);
    this.both = new Float64Array(labels);
  }

  clear(): void {
    for (const counts of [this.has, this.given, this.both]) counts.fill(0);
  }

  get right(): number {
    return total(this.both);
  }

  get microF1(): number {
    const whole = total(this.has) + total(this.given);
    return whole === 0 ? 0 : (2 * this.right) / whole;
  }

  /** Over the labels that occur, in truth or as a prediction. */
  get macroF1(): number {
    let [sum, occurring] = [0, 0];
    this.both.forEach((both, label) => {
      const whole = this.has[label]! + this.given[label]!;
      if (whole === 0) return;
      sum += (2 * both) / whole;
      occurring++;
    });
    return occurring === 0 ? 0 : sum / occurring;
  }
}

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
