/** Numbers put aside on the disk and read again: room for what is larger than memory. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '../../base/errors.js';

/** How many numbers are read at a time; several runs are read side by side. */
const PIECE_NUMBERS = 1 << 15;

/** A store that counting can use (`NgramLanguageModel.train`), and how to be rid of it. */
export interface TemporaryStore {
  write(numbers: Int32Array): Promise<() => AsyncGenerator<Int32Array>>;
  /** How many bytes were written. */
  readonly byteLength: number;
  /** Removes all files. Nothing can be read afterwards. */
  remove(): Promise<void>;
}

/**
 * A store in a folder of its own, which is made when something is first written.
 *
 * No file stays open between two readings, so that any number of runs can be merged.
 *
 * @param folder where the folder is made; default: the system's folder for temporary files
 * @throws DataError when the disk is full or cannot be written to
 *
 * @example
 * const store = temporaryStore();
 * try {
 *   const model = await NgramLanguageModel.train(lines, { memory: 2 ** 28, store });
 * } finally {
 *   await store.remove();
 * }
 */
export function temporaryStore(folder = tmpdir()): TemporaryStore {
  let place: Promise<string> | undefined;
  let files = 0;
  let byteLength = 0;
  return {
    get byteLength() {
      return byteLength;
    },
    async write(numbers) {
      const path = await attempt(async () => {
        place ??= mkdtemp(join(folder, 'lexigrad-'));
        const path = join(await place, `run-${++files}`);
        const file = await open(path, 'wx');
        try {
          await file.writeFile(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
        } finally {
          await file.close();
        }
        return path;
      });
      byteLength += numbers.byteLength;
      return () => readNumbers(path, numbers.length);
    },
    async remove() {
      if (place !== undefined) await rm(await place, { recursive: true, force: true });
    },
  };

  async function attempt<Result>(action: () => Promise<Result>): Promise<Result> {
    try {
      return await action();
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? 'the disk is full' : String(cause);
      throw new DataError(`counts cannot be put aside in ${folder}: ${why}`);
    }
  }
}

async function* readNumbers(path: string, count: number): AsyncGenerator<Int32Array> {
  for (let at = 0; at < count; at += PIECE_NUMBERS) {
    const numbers = new Int32Array(Math.min(PIECE_NUMBERS, count - at));
    const bytes = new Uint8Array(numbers.buffer);
    const file = await open(path, 'r');
    try {
      for (let filled = 0; filled < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, at * 4 + filled);
        if (bytesRead === 0) throw new DataError('counts that were put aside are gone', { file: path });
        filled += bytesRead;
      }
    } finally {
      await file.close();
    }
    yield numbers;
  }
}
