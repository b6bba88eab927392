/** What is computed of runs and trials: smoothing, filters, differences, importance. */
import type { Run, Search, Setting, Settings, Trial } from './tasks.js';

/**
 * The exponential moving average of a curve, without the bias of its beginning: m ← β m + (1 − β) x, divided by 1 − βᵗ
 * (as Kingma & Ba 2015 do). β = 0 leaves the values as they are.
 */
export function smooth(values: readonly number[], beta: number): number[] {
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    mean = beta * mean + (1 - beta) * value;
    weight = beta * weight + (1 - beta);
    return mean / weight;
  });
}

/** A condition of the filter: a piece of the name, or `setting=value`, `setting<number`, `setting>number`. */
export function passes({ name, settings }: Pick<Run, 'name' | 'settings'>, filter: string): boolean {
  return filter
    .split(/\s+/)
    .filter((word) => word !== '')
    .every((word) => {
      const [, key, sign, wanted] = /^([^=<>]+)([=<>])(.*)$/.exec(word) ?? [];
      if (key === undefined || wanted === undefined) return name.toLowerCase().includes(word.toLowerCase());
      const value = settingOf(settings, key);
      if (value === undefined) return false;
      if (sign === '=') return String(value).toLowerCase() === wanted.toLowerCase();
      return sign === '<' ? Number(value) < Number(wanted) : Number(value) > Number(wanted);
    });
}

function settingOf(settings: Settings, key: string): Setting | undefined {
  const found = Object.keys(settings).find((name) => name.toLowerCase() === key.toLowerCase());
  return found === undefined ? undefined : settings[found];
}

/** The settings that are not the same everywhere, by name. */
export function differing(all: readonly Settings[]): string[] {
  const names = [...new Set(all.flatMap((settings) => Object.keys(settings)))].sort();
  return names.filter((name) => new Set(all.map((settings) => settings[name])).size > 1);
}

/** Measures that smaller is better of, by their names. */
export function isLoss(measure: string): boolean {
  return /loss|perplexity|error|seconds|bits/i.test(measure);
}

export interface Best {
  readonly value: number;
  readonly epoch: number;
}

/** The best validation of a run by one measure. */
export function bestOf({ epochs }: Run, measure: string): Best | undefined {
  const sign = isLoss(measure) ? 1 : -1;
  let best: Best | undefined;
  for (const { epoch, validation } of epochs) {
    const value = validation[measure];
    if (value !== undefined && (best === undefined || sign * value < sign * best.value))
      best = { value, epoch };
  }
  return best;
}

// ——— searches ———

/** Whether a smaller score is better: as the file says, else by the name of the measure. */
export function minimizes({ minimize, measure }: Search): boolean {
  return minimize ?? (measure !== undefined && isLoss(measure));
}

/** The best score after each trial. */
export function bestSoFar(trials: readonly Trial[], minimize: boolean): number[] {
  let best = minimize ? Infinity : -Infinity;
  return trials.map(({ score }) => {
    best = minimize ? Math.min(best, score) : Math.max(best, score);
    return best;
  });
}

/** Groups that a number's values are parted into, where there are more of them. */
const GROUPS = 4;

export interface Importance {
  readonly setting: string;
  /** Share of the variance of the scores, 0 … 1. */
  readonly share: number;
}

/**
 * How much of the variance of the scores each setting explains by itself: ε² = 1 − (within-group variance ÷ total
 * variance), both unbiased (Kelley 1935), with trials grouped by the setting's value; numbers of many values by
 * quartiles. 0 is what chance would give; settings that work only together are not seen. Most important first.
 */
export function importance(trials: readonly Trial[]): Importance[] {
  const scores = trials.map(({ score }) => score);
  const total = sumOfSquares(scores) / (scores.length - 1);
  return differing(trials.map(({ settings }) => settings))
    .map((setting) => {
      const groups = grouped(trials, setting);
      const inner =
        groups.reduce((sum, group) => sum + sumOfSquares(group), 0) / (scores.length - groups.length);
      const share = total > 0 && scores.length > groups.length ? Math.max(0, 1 - inner / total) : 0;
      return { setting, share };
    })
    .sort((a, b) => b.share - a.share);
}

function grouped(trials: readonly Trial[], setting: string): number[][] {
  const values = trials.map(({ settings }) => settings[setting]);
  const isNumeric = values.every((value) => typeof value === 'number');
  const groups = new Map<unknown, number[]>();
  const sorted = isNumeric ? [...(values as number[])].sort((a, b) => a - b) : [];
  const quartile = (value: number) => Math.floor((GROUPS * sorted.indexOf(value)) / sorted.length);
  const many = isNumeric && new Set(values).size > GROUPS;
  trials.forEach(({ score }, i) => {
    const key = many ? quartile(values[i] as number) : values[i];
    groups.set(key, [...(groups.get(key) ?? []), score]);
  });
  return [...groups.values()];
}

function sumOfSquares(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
