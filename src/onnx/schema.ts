/**
 * ONNX models as plain data: the part of the format that small networks need. `encode.ts` writes it as protobuf bytes,
 * `decode.ts` reads it; the field numbers are those of onnx.proto (IR version 8).
 */
import type { Tensor, TensorType } from '../files/dtypes.js';

/** The version of the file format that is written. */
export const IR_VERSION = 8;
/** The version of the standard operators that is written. 17 is the first with LayerNormalization. */
export const OPSET = 17;

/** Numbers of the element types (`TensorProto.DataType`). */
export const elementTypes = {
  F32: 1,
  U8: 2,
  I8: 3,
  I32: 6,
  I64: 7,
  BOOL: 9,
  F16: 10,
  F64: 11,
  BF16: 16,
} as const;

export type ElementType = keyof typeof elementTypes;
// Every tensor that the library can hold has a number.
elementTypes satisfies Readonly<Record<TensorType, number>>;

/** A setting of a node. */
export type Attribute =
  | { readonly type: 'float' | 'int'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'tensor'; readonly value: Tensor }
  | { readonly type: 'floats' | 'ints'; readonly value: readonly number[] };

export type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ type: 'int', value });
export const ints = (...value: readonly number[]): Attribute => ({ type: 'ints', value });
export const float = (value: number): Attribute => ({ type: 'float', value });

/** One operator with the names of what it reads and gives. An empty input name is an optional input left out. */
export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  /** '' for the standard operators */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** An input, an output or a value in between: its element type and shape. */
export interface OnnxValue {
  readonly name: string;
  /** Undefined for an element type that is not in `elementTypes`. */
  readonly elementType: ElementType | undefined;
  /** A number, a name for a size that each run decides, or '' where nothing is said; undefined: the rank is open. */
  readonly shape: readonly (number | string)[] | undefined;
}

export interface OnnxGraph {
  readonly name: string;
  /** In an order in which they can be computed. */
  readonly nodes: readonly OnnxNode[];
  /** Weights and constants by name. */
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** What is known of values in between; for viewers. */
  readonly values: readonly OnnxValue[];
}

export interface OnnxModel {
  readonly irVersion: number;
  /** Version of the standard operators. */
  readonly opset: number;
  readonly producer: string;
  readonly producerVersion: string;
  readonly description: string;
  readonly graph: OnnxGraph;
  /** `metadata_props` */
  readonly metadata: ReadonlyMap<string, string>;
}
