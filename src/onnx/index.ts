export { decodeOnnx } from './decode.js';
export { encodeOnnx } from './encode.js';
export { type ExportOptions, exportOnnx, graphToOnnx } from './export.js';
export { graphOfOnnx, type ImportedGraph, importOnnx } from './import.js';
export type { Attribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from './schema.js';
