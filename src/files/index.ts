/** File formats over bytes and lines, without a file system: runs in browsers too. For paths see `files/node`. */
export type { ByteChunks } from './bytes.js';
export type { Tensor, TensorArrays, TensorType } from './dtypes.js';
export type {
  ColumnReference,
  DataDescription,
  DataFormat,
  DataReader,
  LabelledExample,
  NumericExample,
  ReadOptions,
} from './examples.js';
export { type DecodeOptions, decodeLines, decodeText, type Line } from './lines.js';
export { decodeModel, encodeModel, type LoadedModel, type ModelContent } from './model-file.js';
export { formatWordVectors, parseWordVectors, type WordVectorOptions } from './read-word-vectors.js';
export { parseFastTextLine } from './records.js';
export { decodeSafetensors, encodeSafetensors, type Named, type TensorFile } from './safetensors.js';
export { type Neighbor, type VectorProblem, WordVectors, type WordVectorsContent } from './word-vectors.js';
