/**
 * Event files of TensorBoard: scalars by step. A file is a row of records,
 *
 *   length (u64), masked CRC-32C of the length (u32), message, masked CRC-32C of the message (u32)
 *
 * little-endian, each message an `Event` of TensorFlow's event.proto; the first one names the version.
 */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PbfWriter } from 'pbf';

/** CRC-32C, Castagnoli's polynomial, its bits from the lowest. */
const POLYNOMIAL = 0x82f63b78;
const MASK = 0xa282ead8;
const VERSION = 'brain.Event:2';
/** Field numbers of Event, Summary and Summary.Value. */
const EVENT = { wallTime: 1, step: 2, version: 3, summary: 5 };
const SUMMARY = { value: 1 };
const VALUE = { tag: 1, simpleValue: 2 };

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
  return crc;
});

/** CRC-32C of bytes, as in RFC 3720: 0xe3069283 for `123456789`. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 255]!;
  return (crc ^ 0xffffffff) >>> 0;
}

/** The checksum as records keep it: rotated by 15 bits and shifted, so that a CRC of CRCs stays a good one. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK) >>> 0;
}

/** One record around a message. */
export function eventRecord(message: Uint8Array): Uint8Array {
  const record = new Uint8Array(message.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(message.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(message, 12);
  view.setUint32(12 + message.length, maskedCrc32c(message), true);
  return record;
}

/** Writes scalars to a new event file; each call is on the disk when it returns, so that a running training shows. */
export class EventFile {
  readonly path: string;

  /**
   * Begins a file in a folder, which is made if it is not there.
   *
   * @throws the file system's own errors.
   */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.path = freeName(folder);
    const first = new PbfWriter();
    first.writeDoubleField(EVENT.wallTime, now());
    first.writeStringField(EVENT.version, VERSION);
    writeFileSync(this.path, eventRecord(first.finish()), { flag: 'wx' });
  }

  /**
   * Adds an event.
   *
   * @param values by tag; a tag like `train/loss` stands in the group `train`. Kept as float32.
   * @throws the file system's own errors.
   */
  scalars(step: number, values: Readonly<Record<string, number>>): void {
    const event = new PbfWriter();
    event.writeDoubleField(EVENT.wallTime, now());
    event.writeVarintField(EVENT.step, step);
    event.writeMessage(EVENT.summary, writeSummary, values);
    appendFileSync(this.path, eventRecord(event.finish()));
  }
}

function writeSummary(values: Readonly<Record<string, number>>, summary: PbfWriter): void {
  for (const entry of Object.entries(values)) summary.writeMessage(SUMMARY.value, writeValue, entry);
}

function writeValue([tag, value]: [string, number], message: PbfWriter): void {
  message.writeStringField(VALUE.tag, tag);
  message.writeFloatField(VALUE.simpleValue, value);
}

/** Seconds since 1970. */
function now(): number {
  return Date.now() / 1000;
}

/** TensorBoard reads the files of a folder in the order of their names, as one run. */
function freeName(folder: string): string {
  const seconds = String(Math.floor(now())).padStart(10, '0');
  for (let number = 0; ; number++) {
    const path = join(folder, `events.out.tfevents.${seconds}.lexigrad.${process.pid}.${number}`);
    if (!existsSync(path)) return path;
  }
}
