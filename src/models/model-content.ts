/** What a file of a model holds, whichever of our formats it has. */
import { loadFile } from '#host';
import { decodeModel, type LoadedModel, looksLikeOnnx } from '../files/model-file.js';

/**
 * Reads a model file, or an ONNX file that `toOnnx` wrote; for the latter more code is loaded.
 *
 * @throws DataError when the file cannot be read; FormatError when it is damaged or no model of ours.
 */
export async function loadModelContent(path: string): Promise<LoadedModel> {
  const bytes = await loadFile(path);
  if (!looksLikeOnnx(bytes)) return decodeModel(bytes, path);
  const { decodeOnnxModel } = await import('./onnx/import.js');
  return decodeOnnxModel(bytes, path);
}
