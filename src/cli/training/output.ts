/** Where the model goes: decided, checked and said before hours are spent on it. */
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DataError } from '../../base/errors.js';
import { fileSystemMessage, UsageError } from '../errors.js';

/** `mail/tickets.csv.gz` → `tickets.lexigrad`, in the current folder. */
export function defaultOutput(data: string, ending = '.lexigrad'): string {
  const name = basename(data).replace(/\.gz$/i, '');
  return `${name.replace(/(?<=.)\.[^.]+$/, '')}${ending}`;
}

/**
 * Makes sure that a file can be written, and is none of the files that are read.
 *
 * @throws UsageError, or DataError where the folder is missing or cannot be written to
 */
export async function checkOutput(path: string, inputs: readonly string[]): Promise<void> {
  const places = await Promise.all(
    [path, ...inputs].map((each) => realpath(each).catch(() => resolve(each))),
  );
  const clash = places.indexOf(places[0]!, 1);
  if (clash > 0)
    throw new UsageError(`the model would overwrite ${inputs[clash - 1]}: name another file with -o`);
  const folder = dirname(path);
  const present = await stat(path).catch(() => undefined);
  if (present?.isDirectory()) {
    throw new UsageError(`${path} is a folder: name a file in it, as in -o ${join(path, 'model.lexigrad')}`);
  }
  try {
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const why = fileSystemMessage(code, folder) ?? String(cause);
    throw new DataError(`the model cannot be written to ${path}: ${why}`);
  }
}
