/** Files that were named when the studio was started: `lexigrad studio model.lexigrad`. */
import { signal } from '@preact/signals';
import type { GivenFile } from '../components/index.js';

interface ListedFile {
  readonly name: string;
  readonly url: string;
}

/** Those that are there to be opened; empty on other servers. */
export const listedFiles = signal<readonly ListedFile[]>([]);

let asking: Promise<void> | undefined;

/** Asks the server once. Other servers have no such list, and may answer with anything. */
export function listFiles(): Promise<void> {
  asking ??= ask();
  return asking;
}

async function ask(): Promise<void> {
  try {
    const list = (await (await fetch('given.json')).json()) as { readonly files?: readonly ListedFile[] };
    listedFiles.value = list.files ?? [];
  } catch {
    listedFiles.value = [];
  }
}

export async function fetchListed({ name, url }: ListedFile): Promise<GivenFile> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
  return { name, bytes: new Uint8Array(await response.arrayBuffer()) };
}
