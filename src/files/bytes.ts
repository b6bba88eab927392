/** Streams of bytes: looking ahead, joining, and reading by length. */

/** Bytes in pieces of any size: a file stream, a fetched body, or one array in a list. */
export type ByteChunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Looks at the first bytes (fewer if there are not as many) and gives all of them back as well. */
export async function peek(
  chunks: ByteChunks,
  count: number,
): Promise<{ head: Uint8Array; all: AsyncGenerator<Uint8Array> }> {
  const iterator =
    Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  while (length < count && !ended) {
    const next = await iterator.next();
    if (next.done) ended = true;
    else {
      first.push(next.value);
      length += next.value.length;
    }
  }
  const head = concatenate(first);
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head;
      while (!ended) {
        const next = await iterator.next();
        if (next.done) ended = true;
        else yield next.value;
      }
    } finally {
      // The reader may stop early; the source must be told, so that it closes its file.
      if (!ended) await iterator.return?.();
    }
  }
  return { head, all: all() };
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

/** Reads a stream of bytes by length or up to a byte, for binary formats. */
export class ByteReader {
  private readonly iterator: AsyncGenerator<Uint8Array>;
  private buffer: Uint8Array = new Uint8Array(0);
  private position = 0;

  constructor(chunks: AsyncGenerator<Uint8Array>) {
    this.iterator = chunks;
  }

  /** The next `count` bytes, or undefined when there are fewer left. The bytes may be overwritten: copy to keep. */
  async take(count: number): Promise<Uint8Array | undefined> {
    while (this.buffer.length - this.position < count) {
      if (!(await this.fill())) return undefined;
    }
    const bytes = this.buffer.subarray(this.position, this.position + count);
    this.position += count;
    return bytes;
  }

  /**
   * The bytes up to, not including, the next `stop`, which is passed over; undefined when it does not come within
   * `limit` bytes.
   */
  async takeUntil(stop: number, limit: number): Promise<Uint8Array | undefined> {
    for (;;) {
      const end = this.buffer.indexOf(stop, this.position);
      if (end >= 0 && end - this.position <= limit) {
        const bytes = this.buffer.subarray(this.position, end);
        this.position = end + 1;
        return bytes;
      }
      if (this.buffer.length - this.position > limit || !(await this.fill())) return undefined;
    }
  }

  /** Passes over all bytes that are `value`. False when the stream ended. */
  async skip(value: number): Promise<boolean> {
    for (;;) {
      while (this.position < this.buffer.length) {
        if (this.buffer[this.position] !== value) return true;
        this.position++;
      }
      if (!(await this.fill())) return false;
    }
  }

  /** Lets the source close. */
  async close(): Promise<void> {
    await this.iterator.return(undefined);
  }

  private async fill(): Promise<boolean> {
    const next = await this.iterator.next();
    if (next.done) return false;
    this.buffer = concatenate([this.buffer.subarray(this.position), next.value]);
    this.position = 0;
    return true;
  }
}
