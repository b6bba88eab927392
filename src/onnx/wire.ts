/**
 * Protobuf messages of unknown origin, field by field. Every message is read inside its own bytes: a length that lies
 * can neither reach past them nor ask for memory.
 */
import { PbfReader } from 'pbf';
import { FormatError } from '../base/errors.js';

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** Reads the value of the field at hand; a field that is not read is passed over. */
export class FieldReader {
  private readonly reader: PbfReader;
  /** What is being read, for messages. */
  private readonly what: string;

  constructor(bytes: Uint8Array, what: string) {
    this.reader = new PbfReader(bytes);
    this.what = what;
  }

  /** Calls `field` with the number of each field. @throws FormatError where the bytes are no message. */
  readAll(field: (number: number) => void): void {
    const { reader } = this;
    try {
      for (let number = reader.nextField(); number !== 0; number = reader.nextField()) field(number);
    } catch (cause) {
      // The protobuf reader itself throws plain errors.
      if (cause instanceof FormatError) throw cause;
      throw this.damaged();
    }
    if (reader.pos !== reader.length) throw this.damaged();
  }

  /** A message or raw bytes, where they lie. */
  bytes(): Uint8Array {
    this.expect(LENGTH_DELIMITED);
    const bytes = this.reader.readBytes();
    this.checkPlace();
    return bytes;
  }

  text(): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes());
    } catch (cause) {
      if (cause instanceof FormatError) throw cause;
      throw new FormatError(`the ONNX file is damaged: a name in its ${this.what} is not UTF-8 text`);
    }
  }

  /** A whole number with a sign. Those past 2⁵³ are rounded, as the largest of all stands for “to the end”. */
  int(): number {
    this.expect(VARINT);
    const value = this.reader.readVarint(true);
    this.checkPlace();
    return value;
  }

  float(): number {
    this.expect(FIXED_32);
    return this.reader.readFloat();
  }

  /** Adds one number, or a packed list of them. */
  intsInto(list: number[]): void {
    if (this.reader.type === LENGTH_DELIMITED) this.packed(list, () => this.reader.readVarint(true));
    else list.push(this.int());
  }

  floatsInto(list: number[]): void {
    if (this.reader.type === LENGTH_DELIMITED) this.packed(list, () => this.reader.readFloat());
    else list.push(this.float());
  }

  doublesInto(list: number[]): void {
    if (this.reader.type === LENGTH_DELIMITED) this.packed(list, () => this.reader.readDouble());
    else {
      this.expect(FIXED_64);
      list.push(this.reader.readDouble());
    }
  }

  private packed(list: number[], read: () => number): void {
    const end = this.reader.readVarint() + this.reader.pos;
    if (!(end <= this.reader.length)) throw this.damaged();
    while (this.reader.pos < end) list.push(read());
    if (this.reader.pos !== end) throw this.damaged();
  }

  private expect(type: number): void {
    if (this.reader.type !== type) throw this.damaged();
  }

  private checkPlace(): void {
    if (!(this.reader.pos <= this.reader.length)) throw this.damaged();
  }

  private damaged(): FormatError {
    return new FormatError(
      `the ONNX file is damaged: its ${this.what} does not fit into the bytes that are there`,
    );
  }
}

/** Reads one message: `field` is called for each of its fields and takes what it wants from the reader. */
export function readMessage(
  bytes: Uint8Array,
  what: string,
  field: (number: number, value: FieldReader) => void,
): void {
  const reader = new FieldReader(bytes, what);
  reader.readAll((number) => field(number, reader));
}
