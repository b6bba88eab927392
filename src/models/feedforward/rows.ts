/** Rows of numbers with their labels: checking them, scaling them, and cutting batches from them. */
import { DataError } from '../../base/errors.js';
import { Random } from '../../base/random.js';
import type { Batch, BatchSource } from '../../train/batches.js';

export interface FeedforwardRow {
  /** x: as many numbers as every other row has. */
  readonly features: readonly number[];
  readonly label: string;
  /** How much it counts in training (default 1). */
  readonly weight?: number;
}

export type FeedforwardRows = Iterable<FeedforwardRow> | AsyncIterable<FeedforwardRow>;

export async function gatherRows(rows: FeedforwardRows): Promise<FeedforwardRow[]> {
  const list: FeedforwardRow[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

/** @throws DataError with the number of the row where a feature is missing or not finite. */
export function checkFeatures(rows: readonly (readonly number[])[], width: number): void {
  rows.forEach((features, i) => {
    if (features.length !== width) {
      throw new DataError(`row ${i + 1} has ${features.length} features, but there must be ${width}`);
    }
    const broken = features.findIndex((value) => !Number.isFinite(value));
    if (broken < 0) return;
    throw new DataError(`row ${i + 1}: feature ${broken + 1} is ${features[broken]}, not a finite number`);
  });
}

/** All labels that occur, in code-unit order. @throws DataError where there are fewer than two. */
export function findLabels(rows: readonly FeedforwardRow[]): string[] {
  if (rows.length === 0) throw new DataError('there are no rows to train on');
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  if (labels.length >= 2) return labels;
  throw new DataError(
    `all ${rows.length} rows have the label '${labels[0]}': a network needs rows of at least two labels`,
  );
}

/** The number of each row's label. @throws DataError for a label that is not one of them. */
export function labelIds(rows: readonly FeedforwardRow[], labels: readonly string[]): Int32Array {
  const ids = new Map(labels.map((label, id) => [label, id]));
  return Int32Array.from(rows, ({ label }) => {
    const id = ids.get(label);
    if (id !== undefined) return id;
    throw new DataError(
      `the label '${label}' does not occur in training; the labels are ${labels.join(', ')}`,
    );
  });
}

/** Mean and deviation of each feature; a feature that never changes keeps deviation 1. */
export function scalesOf(rows: readonly FeedforwardRow[]): { means: number[]; deviations: number[] } {
  const mean = (value: (features: readonly number[]) => number) =>
    rows.reduce((sum, { features }) => sum + value(features), 0) / rows.length;
  const means = rows[0]!.features.map((_, i) => mean((features) => features[i]!));
  const deviations = means.map(
    (center, i) => Math.sqrt(mean((features) => (features[i]! - center) ** 2)) || 1,
  );
  return { means, deviations };
}

/** Rows as the network reads them. */
export interface EncodedRows {
  readonly count: number;
  /** [count, features], standardised */
  readonly x: Float32Array;
  readonly labels: Int32Array;
  readonly weights: Float32Array;
}

/** Shuffled batches; the order depends on (seed, epoch) alone. */
export class RowSource implements BatchSource {
  private readonly rows: EncodedRows;
  private readonly batchSize: number;
  private readonly seed: number;

  constructor(rows: EncodedRows, batchSize: number, seed: number) {
    this.rows = rows;
    this.batchSize = batchSize;
    this.seed = seed;
  }

  get batchesPerEpoch(): number {
    return Math.ceil(this.rows.count / this.batchSize);
  }

  *batches(epoch: number, from: number): Iterable<Batch> {
    const { count, x, labels, weights } = this.rows;
    const width = x.length / count;
    const order = new Random(this.seed, `shuffle/${epoch}`).shuffle(
      Int32Array.from({ length: count }, (_, i) => i),
    );
    for (let batch = from; batch < this.batchesPerEpoch; batch++) {
      const part = order.subarray(batch * this.batchSize, (batch + 1) * this.batchSize);
      const values = new Float32Array(part.length * width);
      part.forEach((row, i) => {
        values.set(x.subarray(row * width, (row + 1) * width), i * width);
      });
      const feeds = {
        x: values,
        labels: part.map((row) => labels[row]!),
        weights: Float32Array.from(part, (row) => weights[row]!),
      };
      yield { feeds, size: part.length };
    }
  }
}
