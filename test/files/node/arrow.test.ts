import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dictionary, float64, list, tableFromArrays, tableToIPC, utf8 } from '@uwdata/flechette';
import { afterAll, describe, expect, it } from 'vitest';
import { DataError, FormatError } from '../../../src/base/errors.js';
import { decodeLz4Block, decodeLz4Frame } from '../../../src/files/lz4.js';
import { readExamples, readNumericRows } from '../../../src/files/node/examples.js';
import { detectTask } from '../../../src/files/node/task.js';

const folder = mkdtempSync(join(tmpdir(), 'lexigrad-arrow-'));
afterAll(() => rmSync(folder, { recursive: true }));

function put(bytes: Uint8Array, name = 'data.arrow'): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

async function read(bytes: Uint8Array) {
  const reader = await readExamples(put(bytes));
  const examples = [];
  for await (const example of reader) examples.push(example);
  return { examples, description: reader.description };
}

const table = tableFromArrays(
  {
    tags: [['a'], [], ['b', 'c']],
    text: ['the battery died', 'a great 😀 screen', null],
    label: ['bad', 'good', 'bad'],
  },
  { types: { tags: list(utf8()), text: utf8(), label: dictionary(utf8()) } },
);
const file = tableToIPC(table, { format: 'file' })!;
const stream = tableToIPC(table, { format: 'stream' })!;
const EXPECTED = [
  { text: 'the battery died', label: 'bad', line: 1 },
  { text: 'a great 😀 screen', label: 'good', line: 2 },
  { text: '', label: 'bad', line: 3 },
];

describe('Arrow', () => {
  it.each([
    ['file', file],
    ['stream', stream],
  ])('gives the rows of a %s, dictionaries looked up, nested columns left out', async (_, bytes) => {
    const { examples, description } = await read(bytes);
    expect(examples).toEqual(EXPECTED);
    expect(description).toMatchObject({ format: 'arrow', textColumns: ['text'], labelColumn: 'label' });
    expect(description.notes).toContain('nested columns are left out: tags (a list)');
  });

  it('reads tables of numbers', async () => {
    const numbers = tableFromArrays(
      { width: [0.5, -1.25, 3, 4], kind: ['a', 'b', 'a', 'b'] },
      { types: { width: float64(), kind: utf8() } },
    );
    const path = put(tableToIPC(numbers, { format: 'file' })!, 'numbers.feather');
    expect((await detectTask(path, { labelColumn: 'kind' })).task).toBe('numeric');
    const rows = [];
    for await (const row of await readNumericRows(path, { labelColumn: 'kind' })) rows.push(row);
    expect(rows[1]).toEqual({ features: [-1.25], label: 'b', line: 2 });
  });

  it('cut short is refused with its path', async () => {
    for (let length = 8; length < file.length; length += 97) {
      await expect(read(file.slice(0, length))).rejects.toThrow(/data\.arrow: this Arrow file is damaged/);
    }
    for (let length = 8; length < stream.length - 64; length += 97) {
      await expect(read(stream.slice(0, length))).rejects.toThrow(/data\.arrow: /);
    }
    await expect(read(new TextEncoder().encode('FEA1 and more'))).rejects.toThrow(/Feather of version 1/);
  });

  it('with bytes changed gives rows or a refusal of ours', async () => {
    for (let place = 0; place < file.length; place += 41) {
      const damaged = file.slice();
      damaged[place]! ^= 0x55;
      try {
        await read(damaged);
      } catch (cause) {
        if (!(cause instanceof FormatError || cause instanceof DataError)) throw cause;
      }
    }
  });
});

describe('LZ4', () => {
  // Three literals, then a match of 9 that overlaps itself; the last five bytes are literals.
  const block = Uint8Array.from([0x35, 97, 98, 99, 3, 0, 0x50, 49, 50, 51, 52, 53]);
  const unpacked = 'abcabcabcabc12345';

  it('unpacks blocks and frames', () => {
    expect(new TextDecoder().decode(decodeLz4Block(block, 17))).toBe(unpacked);
    const head = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
    const raw = [3, 0, 0, 0x80, 33, 33, 33];
    const frame = Uint8Array.from([...head, block.length, 0, 0, 0, ...block, ...raw, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(decodeLz4Frame(frame, 20))).toBe(`${unpacked}!!!`);
    for (let length = 0; length < frame.length; length++) {
      expect(() => decodeLz4Frame(frame.slice(0, length), 20)).toThrow(FormatError);
    }
  });

  it('refuses other lengths, and matches that reach before the beginning', () => {
    expect(() => decodeLz4Block(block, 16)).toThrow(FormatError);
    expect(() => decodeLz4Block(block, 18)).toThrow(FormatError);
    expect(() => decodeLz4Block(Uint8Array.from([0x10, 97, 2, 0, 0x10, 97]), 6)).toThrow(FormatError);
  });
});
