/** Where there is no file system (browsers, edge runtimes): models go in and out as bytes. */
import { ValueError } from '../base/errors.js';

export async function saveFile(path: string, _bytes: Uint8Array | Iterable<Uint8Array>): Promise<void> {
  throw new ValueError(
    `there is no file system here to save '${path}' in: use toBytes() and store the bytes yourself`,
  );
}

export async function loadFile(path: string): Promise<Uint8Array> {
  throw new ValueError(
    `there is no file system here to read '${path}' from: fetch the bytes and use fromBytes()`,
  );
}

export async function streamFile(
  path: string,
): Promise<{ readonly size: number; readonly chunks: AsyncGenerator<Uint8Array> }> {
  throw new ValueError(
    `there is no file system here to read '${path}' from: fetch it and give its stream or its bytes`,
  );
}
