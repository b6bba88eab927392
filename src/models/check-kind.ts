import { FormatError } from '../base/errors.js';
import type { LoadedModel } from '../files/model-file.js';

/** @throws FormatError when a file holds another kind of model. @param name the wanted kind, for people */
export function checkKind(model: LoadedModel, kind: string, name: string, file?: string): void {
  if (model.kind !== kind) throw new FormatError(`this model is a ${model.kind}, not a ${name}`, { file });
}
