/** Where things are. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const bench = join(root, 'bench');
/** The command-line program, as it is published. */
export const command = join(root, 'dist/cli/main.js');
/** Corpora that are not part of the project; may be absent. */
export const corpora = join(root, '../shared/data');

export function isBuilt() {
  return existsSync(join(root, 'dist/index.js')) && existsSync(command);
}

/** A module of the built library: `library('text')` is what users import as 'lexigrad/text'. */
export function library(path = '') {
  return import(new URL(`../../dist/${path === '' ? '' : `${path}/`}index.js`, import.meta.url));
}
