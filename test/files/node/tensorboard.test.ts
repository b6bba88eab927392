import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TensorBoardLog } from '../../../src/cli/training/tensorboard.js';
import { crc32c, EventFile } from '../../../src/files/node/tensorboard.js';

const folder = mkdtempSync(join(tmpdir(), 'lexigrad-events-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Event {
  readonly wallTime: number;
  readonly step: number;
  readonly version?: string;
  readonly scalars: Readonly<Record<string, number>>;
}

/** Bit by bit, after the definition. */
function crcByBits(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const odd = ((crc >>> 0) ^ (byte >> bit)) & 1;
      crc = (crc >>> 1) ^ (odd ? 0x82f63b78 : 0);
    }
  }
  return ~crc >>> 0;
}

function masked(bytes: Uint8Array): number {
  const crc = BigInt(crcByBits(bytes));
  return Number(((((crc >> 15n) | (crc << 17n)) % 2n ** 32n) + 0xa282ead8n) % 2n ** 32n);
}

/** A reader of event files that shares nothing with the writer. */
function readEvents(path: string): Event[] {
  const file = readFileSync(path);
  const events: Event[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    expect(file.readUInt32LE(at + 8)).toBe(masked(file.subarray(at, at + 8)));
    const message = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 12 + length)).toBe(masked(message));
    events.push(parseEvent(message));
    at += length + 16;
  }
  return events;
}

/** Fields of a protobuf message: numbers as they are, the rest as bytes. */
function fields(message: Buffer): [number, number | Buffer][] {
  const found: [number, number | Buffer][] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const [field, wire] = [key >> 3, key & 7];
    const size = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? varint() : 0;
    found.push([field, wire === 0 ? varint() : message.subarray(at, at + size)]);
    at += size;
  }
  return found;
}

function parseEvent(message: Buffer): Event {
  const parts = new Map(fields(message));
  const summary = parts.get(5) as Buffer | undefined;
  const values =
    summary === undefined ? [] : fields(summary).map(([, value]) => new Map(fields(value as Buffer)));
  return {
    wallTime: (parts.get(1) as Buffer).readDoubleLE(),
    step: (parts.get(2) as number | undefined) ?? 0,
    ...(parts.has(3) ? { version: String(parts.get(3)) } : {}),
    scalars: Object.fromEntries(
      values.map((value) => [String(value.get(1)), (value.get(2) as Buffer).readFloatLE()]),
    ),
  };
}

describe('TensorBoard', () => {
  it('has the checksum of RFC 3720', () => {
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  });

  it('reads back what was written, with intact checksums', () => {
    const file = new EventFile(join(folder, 'a', 'b'));
    file.scalars(3, { 'train/loss': 0.5, größe: -1 });
    file.scalars(2 ** 33, { 'train/loss': Number.NaN });
    const [first, second, third] = readEvents(file.path);
    expect(first).toMatchObject({ version: 'brain.Event:2', scalars: {} });
    expect(Math.abs(first!.wallTime - Date.now() / 1000)).toBeLessThan(3600);
    expect(second).toMatchObject({ step: 3, scalars: { 'train/loss': 0.5, größe: -1 } });
    expect(third).toMatchObject({ step: 2 ** 33, scalars: { 'train/loss': Number.NaN } });
    expect(new EventFile(join(folder, 'a', 'b')).path).not.toBe(file.path);
  });

  it('gets losses, learning rate and measures of a training, thinned out', () => {
    const log = new TensorBoardLog(join(folder, 'run'), expect.unreachable);
    const common = { totalSteps: 2000, epoch: 0, gradientNorm: undefined, examples: 1, seconds: 1 };
    for (const step of [1, 2, 3, 4]) {
      log.onEvent({ kind: 'step', step, loss: step, learningRate: 0.5 / step, ...common });
    }
    log.onEvent({ kind: 'checkpoint', step: 4 });
    const validation = { loss: 0.25, accuracy: 1 };
    const rest = { improved: true, examplesPerSecond: 1, learningRate: 0.125 };
    log.onEvent({ kind: 'epoch', epoch: 1, step: 4, trainLoss: 2.5, validation, ...rest });
    const events = readEvents(log.path).slice(1);
    expect(events.map(({ step, scalars }) => [step, scalars])).toEqual([
      [2, { 'train/loss': 1.5, 'train/learning_rate': 0.25 }],
      [4, { 'train/loss': 3.5, 'train/learning_rate': 0.125 }],
      [4, { 'train/epoch': 1, 'train/epoch_loss': 2.5, 'validation/loss': 0.25, 'validation/accuracy': 1 }],
    ]);
  });

  it('lets training go on when the file cannot be written further, and says so once', () => {
    const told: string[] = [];
    const place = join(folder, 'gone');
    const log = new TensorBoardLog(place, (reason) => told.push(reason));
    rmSync(place, { recursive: true });
    const entry = { epoch: 1, step: 1, trainLoss: 1, learningRate: 1, improved: true, examplesPerSecond: 1 };
    for (const epoch of [1, 2]) log.onEvent({ kind: 'epoch', ...entry, epoch });
    expect(told).toEqual([expect.stringMatching(/TensorBoard file ends here.*ENOENT/)]);
  });

  it('refuses a folder that is a file', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => new EventFile(join(folder, 'file'))).toThrow(/EEXIST/);
  });
});
