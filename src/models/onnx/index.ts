/** `lexigrad/onnx`: models and graphs to and from ONNX files. It needs the package `pbf`. */
export * from '../../onnx/index.js';
export { type OnnxModelKind, toOnnx } from './export.js';
export { decodeOnnxModel, fromOnnx } from './import.js';
