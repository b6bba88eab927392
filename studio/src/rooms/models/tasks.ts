/** What the worker of this room finds out about model files. */

/** Numbers that describe a tensor. */
export interface Statistics {
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  /** Standard deviation. */
  readonly deviation: number;
  /** √Σx² */
  readonly norm: number;
  /** Share of elements that are exactly 0. */
  readonly zeros: number;
  /** How many are NaN or infinite; the numbers above are of the others. */
  readonly notFinite: number;
  /** How many elements lie in each of equal parts of minimum … maximum. */
  readonly histogram: readonly number[];
}

export interface TensorSummary {
  readonly name: string;
  /** F32, I64, …; packed tensors say how. */
  readonly type: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly statistics: Statistics;
}

export type GraphNodeKind = 'input' | 'weight' | 'constant' | 'operation' | 'output';

/** A graph with places for everything, in pixels. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly {
    readonly kind: GraphNodeKind;
    readonly title: string;
    readonly detail: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
  readonly edges: readonly {
    readonly points: readonly (readonly [x: number, y: number])[];
    /** The shape of the value that goes along it. */
    readonly shape: string;
    readonly x: number;
    readonly y: number;
  }[];
}

/** Name and value, as text or number. */
export type Entries = Readonly<Record<string, string | number | boolean>>;

export interface Inspected {
  readonly file: string;
  readonly bytes: number;
  readonly format: 'lexigrad' | 'safetensors' | 'onnx';
  /** What the model is: `text-classifier`, the producer of an ONNX file, … */
  readonly kind: string | undefined;
  /** Versions and the like. */
  readonly facts: Entries;
  readonly config: Entries;
  /** Settings, data and results of the training. */
  readonly record: Entries;
  readonly labels: readonly string[] | undefined;
  readonly vocabulary:
    | {
        readonly size: number;
        readonly first: readonly (readonly [word: string, count: number | undefined])[];
      }
    | undefined;
  readonly tensors: readonly TensorSummary[];
  readonly drawing: Drawing | undefined;
  /** Why there is no drawing, in the library's words; undefined where the format has no graph. */
  readonly undrawn: string | undefined;
}

export type Slot = 'a' | 'b';

export interface TensorComparison {
  readonly name: string;
  readonly shapeA: readonly number[] | undefined;
  readonly shapeB: readonly number[] | undefined;
  /** ‖b − a‖ ÷ ‖a‖; undefined where shapes differ or one is missing. */
  readonly relative: number | undefined;
  /** The largest |b − a|. */
  readonly largest: number | undefined;
  /** Cosine of the angle between them, as vectors. */
  readonly cosine: number | undefined;
  readonly same: boolean;
}

export interface ModelTasks {
  readonly inspect: {
    readonly input: { readonly slot: Slot; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };
    readonly progress: never;
    readonly output: Inspected;
  };
  readonly compare: {
    readonly input: undefined;
    readonly progress: never;
    readonly output: readonly TensorComparison[];
  };
  /** Trains two small networks that differ by their seed. */
  readonly example: {
    readonly input: undefined;
    readonly progress: never;
    readonly output: readonly { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[];
  };
}
