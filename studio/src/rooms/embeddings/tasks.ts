/** What the worker of this room does. */
import type { Neighbor } from 'lexigrad/files';
import type { ModelFile } from '../../text-models/holder.js';
import type { RowChoice } from './rows.js';

/** What the vectors come from. */
export type Source = 'vectors' | 'classifier' | 'languageModel' | 'fastText';

export interface VectorFacts {
  readonly source: Source;
  readonly words: readonly string[];
  readonly dimension: number;
  /** How often each word was seen, where the file says so. */
  readonly counts: readonly number[] | undefined;
  /** Of a classifier: the label that each word speaks for most. */
  readonly labels: { readonly names: readonly string[]; readonly of: Int32Array } | undefined;
  /** What was wrong in the file and passed over; the first few. */
  readonly problems: readonly string[];
  readonly problemCount: number;
}

export interface Projection {
  /** x, y and, in 3-D, z of each chosen row, one after the other. */
  readonly points: Float32Array<ArrayBuffer>;
  readonly dimensions: 2 | 3;
}

export interface Principal extends Projection {
  readonly dimensions: 3;
  /** Share of the variance of each component, largest first, all components. */
  readonly shares: readonly number[];
}

export interface UmapInput {
  readonly rows: RowChoice;
  readonly dimensions: 2 | 3;
  /** Of each point, itself included. */
  readonly neighbors: number;
  readonly minDistance: number;
  readonly epochs: number;
  readonly seed: number;
}

export type UmapProgress =
  | { readonly stage: 'neighbors'; readonly done: number; readonly total: number }
  | ({ readonly stage: 'layout'; readonly done: number; readonly total: number } & Projection);

/** Told to a running UMAP. */
export type UmapOrder = 'pause' | 'resume';

export interface EmbeddingTasks {
  /** Keeps the vectors of a file for the tasks below. */
  readonly load: { readonly input: ModelFile; readonly progress: never; readonly output: VectorFacts };
  /** Trains the example: a classifier on messages. Its file comes back, to be loaded. */
  readonly example: {
    readonly input: Uint8Array<ArrayBuffer>;
    readonly progress: { readonly done: number; readonly total: number };
    readonly output: Uint8Array<ArrayBuffer>;
  };
  readonly pca: {
    readonly input: { readonly rows: RowChoice; readonly unit: boolean };
    readonly progress: never;
    readonly output: Principal;
  };
  readonly umap: { readonly input: UmapInput; readonly progress: UmapProgress; readonly output: Projection };
  readonly neighbors: {
    readonly input: { readonly word: string; readonly count: number };
    readonly progress: never;
    readonly output: readonly Neighbor[];
  };
  readonly analogy: {
    readonly input: { readonly words: readonly [string, string, string]; readonly count: number };
    readonly progress: never;
    readonly output: readonly Neighbor[];
  };
}
