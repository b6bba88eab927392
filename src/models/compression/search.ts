/** The best classifier of a given size: which plan loses least on held-out examples. */
import { ValueError } from '../../base/errors.js';
import type { Example } from '../classifier/examples.js';
import type { ClassifierCompressor, CompressionPlan, SmallClassifier, TableStorage } from './compressor.js';
import type { KeptNames } from './rebuild.js';
import { type Quality, qualityOf } from './retrain.js';

/** One plan that was tried. */
export interface CompressionTrial {
  readonly plan: CompressionPlan;
  readonly bytes: number;
  /** On the held-out examples. */
  readonly quality: Quality;
  /** Whether it was retrained: only the best are. */
  readonly retrained: boolean;
}

export interface SearchOptions {
  /** Largest size of the file in bytes. */
  readonly size: number;
  readonly heldOut: readonly Example[];
  /** Which names may be kept (default: those of words, or none). */
  readonly names?: readonly KeptNames[];
  /** At most so many features (default: all that fit). */
  readonly features?: number;
  readonly onTrial?: (trial: CompressionTrial) => void;
}

/** How many of the plans are retrained. */
const FINALISTS = 2;
/** A plan should use at least this share of the size; its number of features is corrected so many times at most. */
const [FILLED, CORRECTIONS] = [0.985, 5];
/** Rows of so many numbers and more are worth a scale each. */
export const SCALED_FROM = 4;
/** Fewer features are no model. */
const FEWEST_FEATURES = 16;

/**
 * Tries every way of storing embeddings, with as many features as fit; then retrains the best by the loss on the held-out
 * examples, and returns the best of those.
 *
 * @throws ValueError where nothing so small can be made
 */
export async function searchSmallest(
  compressor: ClassifierCompressor,
  { size, heldOut, names = ['words', 'none'], features: most = compressor.features, onTrial }: SearchOptions,
): Promise<{ readonly best: SmallClassifier; readonly trials: readonly CompressionTrial[] }> {
  const trials: CompressionTrial[] = [];
  const attempt = async (plan: CompressionPlan, retrained: boolean) => {
    const small = await compressor.build(plan, retrained);
    const trial = { plan, bytes: small.bytes, quality: qualityOf(small.classifier, heldOut), retrained };
    trials.push(trial);
    onTrial?.(trial);
    return { small, trial };
  };
  for (const storage of storagesFor(compressor.embeddings.dimension)) {
    for (const kept of names) {
      const features = Math.min(most, largestFitting(compressor, size, kept, storage));
      if (features >= Math.min(FEWEST_FEATURES, most))
        await attempt({ features, names: kept, storage }, false);
    }
  }
  const fitting = trials.filter(({ bytes }) => bytes <= size);
  if (fitting.length === 0) {
    const least = compressor.sizeOf({ features: FEWEST_FEATURES, names: 'none', storage: { kind: 'half' } });
    throw new ValueError(
      `no model of ${size} bytes can be made of this one: with hardly a feature it has ${least}`,
    );
  }
  const finalists = [...fitting].sort(byLoss).slice(0, FINALISTS);
  const results = [];
  for (const { plan } of finalists) results.push(await attempt(plan, true));
  // Training changes a few digits of the file's header: should they be too many, what was tried before fits.
  const [winner = await attempt(finalists[0]!.plan, false)] = results
    .filter(({ trial }) => trial.bytes <= size)
    .sort((x, y) => byLoss(x.trial, y.trial));
  return { best: winner.small, trials };
}

function byLoss(a: CompressionTrial, b: CompressionTrial): number {
  return a.quality.loss - b.quality.loss;
}

/** Ways to store rows of so many numbers, from few bytes to many. */
function storagesFor(dimension: number): TableStorage[] {
  const widths = [64, 32, 16, 8, 4, 2, 1].filter((width) => width < dimension && dimension % width === 0);
  const whole = dimension <= 64 ? [dimension] : [];
  return [
    ...[...whole, ...widths.slice(0, 1)].flatMap((width) => [
      { kind: 'product', width, norms: false } as const,
      ...(width === 1 ? [] : [{ kind: 'product', width, norms: true } as const]),
    ]),
    ...(dimension < SCALED_FROM ? [] : [{ kind: 'int8' } as const]),
  ];
}

/** The most features with which a plan's file is no larger than `size`; 0 where even a few are too many. */
function largestFitting(
  compressor: ClassifierCompressor,
  size: number,
  names: KeptNames,
  storage: TableStorage,
): number {
  const sizeOf = (features: number) => compressor.sizeOf({ features, names, storage });
  let [fits, fitsBytes] = [0, sizeOf(1)];
  let [exceeds, exceedsBytes] = [compressor.features, sizeOf(compressor.features)];
  if (fitsBytes > size) return 0;
  if (exceedsBytes <= size) return exceeds;
  // Sizes grow nearly in proportion to the features: the line through the ends finds the place in a few steps.
  for (let step = 0; step < CORRECTIONS && fitsBytes < FILLED * size && exceeds - fits > 1; step++) {
    const share = (size - fitsBytes) / (exceedsBytes - fitsBytes);
    const middle = Math.max(
      fits + 1,
      Math.min(exceeds - 1, Math.floor(fits + 0.995 * share * (exceeds - fits))),
    );
    const bytes = sizeOf(middle);
    if (bytes <= size) [fits, fitsBytes] = [middle, bytes];
    else [exceeds, exceedsBytes] = [middle, bytes];
  }
  return fits;
}
