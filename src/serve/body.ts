/** The body of a request: read up to a limit, and as JSON. */
import { Problem } from './problem.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * @param limit in bytes
 * @throws Problem 413 when the body is longer, 400 when it is not JSON in UTF-8 or the client goes away
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  let text: string;
  const bytes = await readBytes(request, limit);
  if (bytes.byteLength === 0) throw new Problem(400, 'the body is empty: send a JSON object');
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new Problem(400, 'the body is not UTF-8');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(400, `the body is not JSON: ${(error as SyntaxError).message}`);
  }
}

async function readBytes(request: Request, limit: number): Promise<ArrayBuffer | Uint8Array> {
  const tooLarge = () =>
    new Problem(413, `the body is longer than ${limit} bytes: send fewer texts in one request`);
  // A declared length is a promise that the host holds, so the host may read at its fastest.
  const declared = request.headers.get('content-length');
  if (declared !== null && !(Number(declared) <= limit)) throw tooLarge();
  try {
    if (declared !== null) {
      const bytes = await request.arrayBuffer();
      if (bytes.byteLength > limit) throw tooLarge();
      return bytes;
    }
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      if (length > limit) throw tooLarge();
      chunks.push(chunk);
    }
    return joined(chunks, length);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(400, 'the connection was closed before the whole body had come');
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
