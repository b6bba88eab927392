/** Writing a page where `--html` says. */
import { realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { writeFileAtomic } from '../files/node/write.js';
import { fileSystemMessage, UsageError } from './errors.js';
import type { Terminal } from './terminal.js';

/**
 * Makes sure, before the work begins, that a page can be written and overwrites nothing that is read.
 *
 * @throws UsageError
 */
export async function checkPage(path: string | undefined, inputs: readonly string[]): Promise<void> {
  if (path === undefined) return;
  const [place, ...others] = await Promise.all(
    [path, ...inputs].map((each) => realpath(each).catch(() => resolve(each))),
  );
  const clash = others.indexOf(place!);
  if (clash >= 0) throw new UsageError(`--html would overwrite ${inputs[clash]}: name another file`);
  if ((await stat(path).catch(() => undefined))?.isDirectory())
    throw new UsageError(`--html: ${path} is a folder: name a file in it`);
  const folder = await stat(dirname(path)).catch(({ code }: NodeJS.ErrnoException) => code ?? 'ENOENT');
  if (typeof folder === 'string' || !folder.isDirectory()) {
    const code = typeof folder === 'string' ? folder : 'ENOTDIR';
    throw new UsageError(`--html: ${fileSystemMessage(code, dirname(path)) ?? code}`);
  }
}

export async function writePage(path: string, page: string, terminal: Terminal): Promise<void> {
  await writeFileAtomic(path, [page]);
  terminal.say(`wrote ${path}: open it in a browser`);
}
