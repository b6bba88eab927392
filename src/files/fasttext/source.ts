/** The bytes of a file in order, whose number is known before: every length can be checked before memory is taken. */
import { FormatError } from '../../base/errors.js';
import { type ByteChunks, concatenate } from '../bytes.js';

export class ByteSource {
  readonly file: string | undefined;
  private readonly size: number;
  private readonly iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  private buffer: Uint8Array = new Uint8Array(0);
  /** Of the next byte within the buffer, and of the buffer's first byte within the file. */
  private position = 0;
  private offset = 0;

  /** @param size how many bytes `chunks` will give */
  constructor(chunks: ByteChunks, size: number, file?: string) {
    this.iterator =
      Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    this.size = size;
    this.file = file;
  }

  /** Bytes that are still to come. */
  get remaining(): number {
    return this.size - this.offset - this.position;
  }

  /** @throws FormatError unless `count` bytes are still to come. @param what they are, for the message */
  require(count: number, what: string): void {
    if (count <= this.remaining) return;
    const { remaining } = this;
    throw this.problem(
      `the file ends too early: ${what} would take ${count.toLocaleString('en')} bytes, and ` +
        `${remaining === 1 ? '1 is' : `${remaining.toLocaleString('en')} are`} left. It was cut short, or is damaged: copy it again`,
    );
  }

  /** A view of the next `count` bytes, good until the next call. */
  async take(count: number, what: string): Promise<DataView> {
    this.require(count, what);
    while (this.buffer.length - this.position < count) if (!(await this.more())) throw this.cutShort(what);
    const at = this.buffer.byteOffset + this.position;
    this.position += count;
    return new DataView(this.buffer.buffer, at, count);
  }

  /** The bytes up to the next 0, which is passed over. Good until the next call. */
  async takeUntilZero(limit: number, what: string): Promise<Uint8Array> {
    for (;;) {
      const end = this.buffer.indexOf(0, this.position);
      if (end >= 0 && end - this.position <= limit) {
        const bytes = this.buffer.subarray(this.position, end);
        this.position = end + 1;
        return bytes;
      }
      if (this.buffer.length - this.position > limit) {
        throw this.problem(`${what} is longer than ${limit} bytes: the file is damaged`);
      }
      if (!(await this.more())) throw this.cutShort(what);
    }
  }

  /** Fills an array with the next bytes: nothing of them is held twice. */
  async fill(target: Uint8Array, what: string): Promise<void> {
    this.require(target.length, what);
    let filled = 0;
    while (filled < target.length) {
      if (this.position === this.buffer.length && !(await this.more())) throw this.cutShort(what);
      const part = this.buffer.subarray(this.position, this.position + target.length - filled);
      target.set(part, filled);
      filled += part.length;
      this.position += part.length;
    }
  }

  /** Lets the source close its file. */
  async close(): Promise<void> {
    await this.iterator.return?.();
  }

  problem(message: string): FormatError {
    return new FormatError(message, this.file === undefined ? {} : { file: this.file });
  }

  private async more(): Promise<boolean> {
    const next = await this.iterator.next();
    if (next.done) return false;
    this.offset += this.position;
    const rest = this.buffer.subarray(this.position);
    this.buffer = rest.length === 0 ? next.value : concatenate([rest, next.value]);
    this.position = 0;
    return true;
  }

  private cutShort(what: string): FormatError {
    return this.problem(`the file ends within ${what}: it was cut short while it was read`);
  }
}
