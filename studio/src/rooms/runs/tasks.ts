/** Runs and searches as this room sees them, and what its worker does. */

/** A setting as plain text or number; lists are joined by commas, objects have dotted names. */
export type Setting = string | number | boolean;
export type Settings = Readonly<Record<string, Setting>>;

/** The mean loss of some training steps. */
export interface LossPoint {
  readonly step: number;
  readonly loss: number;
  readonly learningRate: number | undefined;
  readonly seconds: number | undefined;
}

export interface EpochPoint {
  readonly step: number;
  readonly epoch: number;
  readonly trainLoss: number;
  readonly seconds: number | undefined;
  /** What validation measured, by name. */
  readonly validation: Readonly<Record<string, number>>;
}

export interface Run {
  readonly name: string;
  readonly task: string | undefined;
  readonly data: string | undefined;
  /** ISO 8601; undefined where the file does not say. */
  readonly started: string | undefined;
  readonly settings: Settings;
  readonly losses: readonly LossPoint[];
  readonly epochs: readonly EpochPoint[];
  /** Why it ended; undefined while it goes on. */
  readonly stopped: string | undefined;
  readonly seconds: number | undefined;
  /** Steps that there will be; undefined where the file does not say. */
  readonly totalSteps: number | undefined;
}

export interface Trial {
  readonly number: number;
  readonly settings: Settings;
  readonly score: number;
  readonly seconds: number | undefined;
}

/** The trials of a hyperparameter search. */
export interface Search {
  readonly name: string;
  /** What is scored, where the file says so. */
  readonly measure: string | undefined;
  /** Whether a smaller score is better, where the file says so. */
  readonly minimize: boolean | undefined;
  readonly trials: readonly Trial[];
  /** Trials without a score: failed, or stopped early. */
  readonly without: number;
}

/** What a file holds. */
export interface Found {
  readonly runs: readonly Run[];
  readonly searches: readonly Search[];
  /** Lines that could not be read, one sentence each. */
  readonly problems: readonly string[];
}

export interface RunTasks {
  readonly read: {
    readonly input: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };
    readonly progress: never;
    readonly output: Found;
  };
  /** Trains small networks, and tells their logs while they grow. */
  readonly example: {
    readonly input: undefined;
    readonly progress: { readonly name: string; readonly text: string };
    readonly output: undefined;
  };
}
