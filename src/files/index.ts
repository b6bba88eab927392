/** File formats over bytes and lines, without a file system: runs in browsers too. For paths see `files/node`. */
export { type ArpaLevel, type ArpaModel, type ArpaNgram, formatArpa, parseArpa } from './arpa.js';
export type { ByteChunks } from './bytes.js';
export { type Columns, chooseTextColumns } from './columns.js';
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
export {
  decodeFastText,
  encodeFastText,
  type FastTextContent,
  type FastTextDictionary,
  type FastTextKind,
  type FastTextLoss,
  type FastTextMatrix,
  type FastTextReadOptions,
  type FastTextSettings,
  fastTextPieces,
  isFastText,
} from './fasttext/index.js';
export { type FormatGuess, guessFormat, type Sample } from './formats.js';
export { type DecodeOptions, decodeLines, decodeText, type Line } from './lines.js';
export { decodeModel, encodeModel, type LoadedModel, type ModelContent } from './model-file.js';
export {
  asHalf,
  type Int8Tensor,
  type PackedTensor,
  type Packing,
  type ProductTensor,
  packedTensors,
  unpack,
} from './packed.js';
export { formatWordVectors, parseWordVectors, type WordVectorOptions } from './read-word-vectors.js';
export { type JsonRecord, jsonCell, jsonExample, parseFastTextLine, parseJsonLine } from './records.js';
export { decodeSafetensors, encodeSafetensors, type Named, type TensorFile } from './safetensors.js';
export { type Neighbor, type VectorProblem, WordVectors, type WordVectorsContent } from './word-vectors.js';
