/** Writing files so that a crash leaves the old one or the new one, never half of one. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The content of a file: bytes, or pieces of bytes or text in order. */
export type FileContent = Uint8Array | Iterable<Uint8Array | string>;

const PIECE_CHARACTERS = 1 << 20;

/**
 * Writes a file whole or not at all: beside its place, flushed to the disk, then renamed onto it. A link is followed.
 *
 * @throws the file system's own errors; the temporary file is removed then.
 */
export async function writeFileAtomic(path: string, content: FileContent): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const folder = dirname(target);
  const temporary = join(folder, `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await writeAll(file, content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
  await syncFolder(folder);
}

async function writeAll(file: FileHandle, content: FileContent): Promise<void> {
  if (content instanceof Uint8Array) {
    await file.writeFile(content);
    return;
  }
  let text = '';
  for (const piece of content) {
    if (typeof piece === 'string') {
      text += piece;
      if (text.length < PIECE_CHARACTERS) continue;
    }
    if (text !== '') await file.writeFile(text);
    text = '';
    if (typeof piece !== 'string') await file.writeFile(piece);
  }
  if (text !== '') await file.writeFile(text);
}

/** Makes the rename itself last. Some systems (Windows) cannot open a folder; the file is whole all the same. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch {
    // Nothing is lost but the promise that the new name survives a power cut.
  } finally {
    await handle?.close();
  }
}
