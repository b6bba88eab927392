/** Models from files, loaded again when asked to or when the files change. */
import { stat } from 'node:fs/promises';
import { FormatError } from '../../base/errors.js';
import type { Engine } from '../../engine/engine.js';
import { readModelFile } from '../../files/node/model-file.js';
import { CLASSIFIER_KIND, TextClassifier } from '../../models/classifier/classifier.js';
import { LANGUAGE_MODEL_KIND, LanguageModel } from '../../models/language-model/language-model.js';
import type { Reload, Reloaded } from '../reload.js';
import type { ServableModel } from '../served-model.js';
import type { Service } from '../service.js';

/** @throws DataError when the file cannot be read, FormatError when it holds no model that can be served */
export async function loadServable(path: string, engine?: Engine): Promise<ServableModel> {
  const content = await readModelFile(path);
  switch (content.kind) {
    case CLASSIFIER_KIND:
      return TextClassifier.fromModel(content, { engine, file: path });
    case LANGUAGE_MODEL_KIND:
      return LanguageModel.fromModel(content, { engine, file: path });
    default:
      throw new FormatError(
        `only text classifiers and language models can be served; this is of the kind '${content.kind}'`,
        { file: path },
      );
  }
}

/**
 * How to load the models of a service again. Reloads are done one after the other; where one fails, the old model
 * stays, and the error is thrown on.
 *
 * @param paths the file of each model, by the model's name
 */
export function fileReloader(
  service: () => Service,
  paths: Readonly<Record<string, string>>,
  engine?: Engine,
): Reload {
  let last: Promise<unknown> = Promise.resolve();
  const reloadOne = async (name: string): Promise<Reloaded> => {
    const { shelf, metrics } = service();
    const before = shelf.get(name).hash;
    try {
      const { hash } = shelf.put(name, await loadServable(paths[name]!, engine));
      metrics.countReload(name, 'succeeded');
      return { model: name, hash, changed: hash !== before };
    } catch (error) {
      metrics.countReload(name, 'failed');
      throw error;
    }
  };
  const reloadAll = async (name?: string) => {
    const results: Reloaded[] = [];
    for (const each of name === undefined ? Object.keys(paths) : [name]) results.push(await reloadOne(each));
    return results;
  };
  return (name) => {
    const result = last.then(() => reloadAll(name));
    last = result.catch(() => {});
    return result;
  };
}

const POLL_MILLISECONDS = 1000;

/**
 * Calls back when a file has changed, and has stayed as it is for a second: whoever writes it should be finished.
 * Files are looked at rather than watched, which works on every file system.
 *
 * @returns stops it
 */
export function watchFiles(
  paths: Readonly<Record<string, string>>,
  onChange: (name: string) => void,
  milliseconds = POLL_MILLISECONDS,
): () => void {
  const names = Object.keys(paths);
  /** What was loaded, and what was there at the last look. */
  const known = new Map<string, string>();
  const seen = new Map<string, string>();
  let looking = false;
  const look = async () => {
    if (looking) return;
    looking = true;
    for (const name of names) {
      const now = await signatureOf(paths[name]!);
      if (!known.has(name)) known.set(name, now);
      const settled = now === seen.get(name);
      seen.set(name, now);
      if (now === known.get(name) || !settled || now === MISSING) continue;
      known.set(name, now);
      onChange(name);
    }
    looking = false;
  };
  void look();
  const timer = setInterval(() => void look(), milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}

const MISSING = '';

async function signatureOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return MISSING;
  }
}
