/** What the worker of this room does. */
export interface EngineFacts {
  /** Whether the page may share memory with workers. */
  readonly isolated: boolean;
  readonly cores: number;
  /** The engine in its own words. */
  readonly engine: string;
  /** As many as there can be here. */
  readonly threads: number;
}

export interface TrainingResult {
  readonly threads: number;
  /** Workers that shared the work at the end; threads − 1 when all have come. */
  readonly helpers: number;
  readonly steps: number;
  readonly seconds: number;
  readonly loss: number;
  /** Of the trained weights, bit for bit. */
  readonly hash: string;
  /** Matrix products, in 10⁹ operations a second. */
  readonly gigaflops: number;
}

export interface EngineTasks {
  readonly describe: { readonly input: undefined; readonly progress: never; readonly output: EngineFacts };
  readonly train: {
    readonly input: { readonly threads: number; readonly epochs: number };
    readonly progress: { readonly step: number; readonly totalSteps: number; readonly loss: number };
    readonly output: TrainingResult;
  };
}
