/** Whole numbers as bits and as bytes, for tensors of unsigned bytes. */

/** Writes bits one after the other, the lowest of each byte first. */
export class BitWriter {
  private bytes = new Uint8Array(1024);
  private used = 0;

  /** The lowest `count` bits of a number, from 0 to 31 of them. */
  write(value: number, count: number): void {
    this.reserve(count);
    for (let i = 0; i < count; i++) this.push((value >>> i) & 1);
  }

  /** `count` ones and a zero. */
  unary(count: number): void {
    this.reserve(count + 1);
    for (let i = 0; i < count; i++) this.push(1);
    this.push(0);
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, Math.ceil(this.used / 8));
  }

  private push(bit: number): void {
    this.bytes[this.used >>> 3]! |= bit << (this.used & 7);
    this.used++;
  }

  private reserve(count: number): void {
    const needed = Math.ceil((this.used + count) / 8);
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(2 * needed);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

/** Reads what `BitWriter` wrote. Beyond the end everything is zero, and `isPastEnd` says so. */
export class BitReader {
  private readonly bytes: Uint8Array;
  private at: number;

  /** @param from the first byte to read */
  constructor(bytes: Uint8Array, from = 0) {
    this.bytes = bytes;
    this.at = 8 * from;
  }

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value |= this.bit() << i;
    return value >>> 0;
  }

  unary(): number {
    let count = 0;
    while (this.bit() === 1) count++;
    return count;
  }

  get isPastEnd(): boolean {
    return this.at > 8 * this.bytes.length;
  }

  /** Whether nothing but the zeros that fill the last byte is left. */
  get isAtEnd(): boolean {
    if (Math.ceil(this.at / 8) !== this.bytes.length) return false;
    return this.at % 8 === 0 || this.bytes[this.at >>> 3]! >>> (this.at & 7) === 0;
  }

  private bit(): number {
    const bit = ((this.bytes[this.at >>> 3] ?? 0) >>> (this.at & 7)) & 1;
    this.at++;
    return bit;
  }
}

/** A growing list of bytes. */
export class ByteWriter {
  private bytes = new Uint8Array(1024);
  private used = 0;

  /** Seven bits a byte, the lowest first; all but the last have their highest bit set. @param value 0 … 2⁵³ */
  number(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.used++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.used++] = rest;
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.used);
    this.used += bytes.length;
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.used);
  }

  private reserve(count: number): void {
    if (this.used + count <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.used + count));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

/** Reads what `ByteWriter` wrote; undefined where the bytes end too early. */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  number(): number | undefined {
    let value = 0;
    for (let factor = 1; factor < 2 ** 50; factor *= 0x80) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    return undefined;
  }

  take(count: number): Uint8Array | undefined {
    if (this.at + count > this.bytes.length) return undefined;
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }
}
