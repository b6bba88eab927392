/** Language models of any kind from files: networks, n-gram models, and ARPA files. */
import type { Engine } from '../engine/engine.js';
import { openText } from '../files/node/open.js';
import { LANGUAGE_MODEL_KIND, LanguageModel } from '../models/language-model/language-model.js';
import { loadModelContent } from '../models/model-content.js';
import { NGRAM_KIND, NgramLanguageModel } from '../models/ngram/language-model.js';
import { wrongKind } from './models.js';

export type AnyModel = LanguageModel | NgramLanguageModel;

/** By its name: the content would have to be searched for a line `\data\`, which may come late. */
export function isArpaFile(path: string): boolean {
  return /\.arpa(\.gz)?$/i.test(path);
}

/**
 * @param command for the message
 * @throws FormatError when the file is damaged, or holds no language model
 */
export async function loadAnyLanguageModel(path: string, engine: Engine, command: string): Promise<AnyModel> {
  const found = await findLanguageModel(path, engine);
  if (typeof found !== 'string') return found;
  throw wrongKind(path, command, 'a language model', found);
}

/** A language model, or the kind of what the file holds instead. */
export async function findLanguageModel(path: string, engine: Engine): Promise<AnyModel | string> {
  if (isArpaFile(path)) return NgramLanguageModel.fromArpa(openText(path), path);
  const content = await loadModelContent(path);
  if (content.kind === LANGUAGE_MODEL_KIND) return LanguageModel.fromModel(content, { engine, file: path });
  if (content.kind === NGRAM_KIND) return NgramLanguageModel.fromModel(content, path);
  return content.kind;
}
