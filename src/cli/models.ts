/** Model files by what they hold, and the sentence for a model that a command cannot use. */
import { FormatError } from '../base/errors.js';
import type { Engine } from '../engine/engine.js';
import type { LoadedModel } from '../files/model-file.js';
import { CHECKPOINT_KIND } from '../models/checkpoint-file.js';
import { CLASSIFIER_KIND, TextClassifier } from '../models/classifier/classifier.js';
import { FeedforwardNetwork, NETWORK_KIND } from '../models/feedforward.js';
import { LANGUAGE_MODEL_KIND, LanguageModel } from '../models/language-model/language-model.js';
import { loadModelContent } from '../models/model-content.js';
import { NGRAM_KIND } from '../models/ngram/language-model.js';

export type Model = TextClassifier | LanguageModel | FeedforwardNetwork;

/** What a model is called, and the commands it is for. */
const KINDS: Readonly<Record<string, { readonly name: string; readonly uses: string }>> = {
  [CLASSIFIER_KIND]: { name: 'a text classifier', uses: 'use predict' },
  [LANGUAGE_MODEL_KIND]: { name: 'a language model', uses: 'use next, score or generate' },
  [NGRAM_KIND]: { name: 'an n-gram language model', uses: 'use next, score or generate' },
  [NETWORK_KIND]: { name: 'a feedforward network on numbers', uses: 'use predict' },
  [CHECKPOINT_KIND]: {
    name: 'the checkpoint of an unfinished training',
    uses: 'finish it with train --resume',
  },
};

export function nameOfKind(kind: string): string {
  return KINDS[kind]?.name ?? `a model of the kind '${kind}'`;
}

/** @throws FormatError when the file is damaged, or holds no model that can be used */
export async function loadModel(path: string, engine: Engine): Promise<Model> {
  return buildModel(await loadModelContent(path), path, engine);
}

export function buildModel(content: LoadedModel, path: string, engine: Engine): Model {
  switch (content.kind) {
    case CLASSIFIER_KIND:
      return TextClassifier.fromModel(content, { engine, file: path });
    case LANGUAGE_MODEL_KIND:
      return LanguageModel.fromModel(content, { engine, file: path });
    case NETWORK_KIND:
      return FeedforwardNetwork.fromModel(content, { engine, file: path });
    default: {
      const uses = KINDS[content.kind]?.uses ?? 'a later version of lexigrad may know it';
      throw new FormatError(`this is ${nameOfKind(content.kind)}: ${uses}`, { file: path });
    }
  }
}

/** @throws FormatError when the model is of another kind than the command needs */
export async function loadLanguageModel(
  path: string,
  engine: Engine,
  command: string,
): Promise<LanguageModel> {
  const content = await loadModelContent(path);
  if (content.kind === LANGUAGE_MODEL_KIND) return LanguageModel.fromModel(content, { engine, file: path });
  throw wrongKind(path, command, 'a language model', content.kind);
}

export function wrongKind(path: string, command: string, needed: string, kind: string): FormatError {
  const hint = KINDS[kind] === undefined ? '' : `: ${KINDS[kind].uses}`;
  return new FormatError(`${command} needs ${needed}; this is ${nameOfKind(kind)}${hint}`, { file: path });
}
