/** The files that `lexigrad studio FILE …` lets the page read, under addresses that name no path of this machine. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';

/** A file as `given.json` lists it. */
export interface GivenFile {
  /** Its name, or its path within the folder that was given, always with `/`. */
  readonly name: string;
  /** Address, relative to the page. */
  readonly url: string;
  readonly bytes: number;
  /** When it was last changed, in milliseconds since 1970. */
  readonly modified: number;
}

/** Folders are looked through to this many files. */
const MOST_FILES = 2000;

export class GivenFiles {
  private readonly paths: readonly string[];
  private found = new Map<string, string>();

  constructor(paths: readonly string[]) {
    this.paths = paths;
  }

  /** What there is now, folders looked through anew: runs appear while they are written. */
  async list(): Promise<{ readonly files: readonly GivenFile[] }> {
    const found = new Map<string, string>();
    const files: GivenFile[] = [];
    for (const [index, path] of this.paths.entries()) {
      for (const file of await filesIn(path)) {
        if (files.length === MOST_FILES) break;
        const facts = await stat(file).catch(() => undefined);
        if (facts === undefined || !facts.isFile()) continue;
        const name = file === path ? basename(file) : relative(path, file).split(sep).join('/');
        const key = `${index}/${name}`;
        found.set(key, file);
        const url = `given/${key.split('/').map(encodeURIComponent).join('/')}`;
        files.push({ name, url, bytes: facts.size, modified: facts.mtimeMs });
      }
    }
    this.found = found;
    return { files };
  }

  /** The path of a listed file; only what the list names is ever read. */
  async find(key: string): Promise<string | undefined> {
    if (!this.found.has(key)) await this.list();
    return this.found.get(key);
  }
}

async function filesIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
