import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../../src/base/errors.js';
import { decodeLines, decodeText } from '../../src/files/lines.js';
import { openText } from '../../src/files/node/open.js';
import { readLines } from '../../src/files/node/task.js';

const utf8 = (text: string) => new TextEncoder().encode(text);
const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};
const texts = async (lines: AsyncIterable<{ text: string }>) =>
  (await collect(lines)).map(({ text }) => text);

/** The bytes cut at arbitrary places, inside characters too. */
function cutUp(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

describe('decodeLines', () => {
  it('gives the lines and their numbers, however the bytes are cut', async () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n\0]/g, ''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 9 }),
        async (all, end, size) => {
          fc.pre(!all[0]?.startsWith('\ufeff'));
          const bytes = utf8(all.map((text) => text + end).join(''));
          const lines = await collect(decodeLines(cutUp(bytes, size)));
          expect(lines).toEqual(all.map((text, i) => ({ text, line: i + 1 })));
        },
      ),
    );
  });

  it('drops a byte-order mark, and reads UTF-16 that has one', async () => {
    expect(await texts(decodeLines([utf8('\ufeffa\nb')]))).toEqual(['a', 'b']);
    const wide = '\ufeff你好\r\n🎉\n'
      .split('')
      .flatMap((unit) => [unit.charCodeAt(0) & 0xff, unit.charCodeAt(0) >> 8]);
    const littleEndian = Uint8Array.from(wide);
    const bigEndian = littleEndian.map((_, i) => littleEndian[i ^ 1]!);
    for (const bytes of [littleEndian, bigEndian]) {
      expect(await texts(decodeLines(cutUp(bytes, 3)))).toEqual(['你好', '🎉']);
    }
  });

  it('says where bytes are not UTF-8, what they look like and what to do', async () => {
    const bytes = Uint8Array.from([...utf8('fine\nalso \ufffd fine\né caf'), 0xe9, ...utf8(' noir\n')]);
    const reading = collect(decodeLines([bytes], { file: 'menu.csv' }));
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow(
      /^menu\.csv:3:6: byte 0xE9 is not valid UTF-8.*iconv -f windows-1252/,
    );
    const chinese = Uint8Array.from([0xc4, 0xe3, 0xba, 0xc3, 0xca, 0xc0, 0xbd, 0xe7]);
    await expect(collect(decodeLines([chinese]))).rejects.toThrow(/iconv -f gb18030/);
  });

  it('reads another encoding when told', async () => {
    expect(await texts(decodeLines([Uint8Array.of(0x63, 0xe9, 0x0a)], { encoding: 'windows-1252' }))).toEqual(
      ['cé'],
    );
    await expect(collect(decodeLines([utf8('a')], { encoding: 'no-such' }))).rejects.toThrow(
      /no encoding 'no-such'/,
    );
    const half = decodeLines([Uint8Array.of(0xff, 0xfe, 0x00, 0xd8)], {});
    await expect(collect(half)).rejects.toThrow(/not utf-16le/);
  });

  it('marks damaged lines instead when asked to', async () => {
    const bytes = Uint8Array.from([...utf8('a\n'), 0xff, 0x0a, ...utf8('b\n')]);
    expect(await collect(decodeLines([bytes], { invalid: 'mark' }))).toEqual([
      { text: 'a', line: 1 },
      { text: '\ufffd', line: 2, damaged: true },
      { text: 'b', line: 3 },
    ]);
  });

  it('refuses binary files', async () => {
    await expect(collect(decodeLines([utf8('a\nb\0')]))).rejects.toThrow(/^line 2: there is a NUL byte/);
  });
});

describe('decodeText', () => {
  it('gives whole lines with LF', async () => {
    expect((await collect(decodeText(cutUp(utf8('a\r\nb\r\n\nc'), 2)))).join('')).toBe('a\nb\n\nc');
  });
});

describe('openText', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lexigrad-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const put = async (name: string, content: Uint8Array): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };

  it('unpacks gzip by its first bytes, several members too', async () => {
    const packed = Buffer.concat([gzipSync('a\nb'), gzipSync('c\n')]);
    expect(await texts(openText(await put('no-ending', packed)))).toEqual(['a', 'bc']);
  });

  it('words what goes wrong', async () => {
    await expect(collect(openText(join(folder, 'none')))).rejects.toThrow(/no such file/);
    await expect(collect(openText(folder))).rejects.toThrow(/folder/);
    const cut = await put('cut.gz', gzipSync('a'.repeat(1000)).subarray(0, 20));
    await expect(collect(openText(cut))).rejects.toThrow(/cut\.gz: the gzip data is damaged or cut short/);
    await expect(collect(readLines(await put('empty.txt', utf8('\n \n'))))).rejects.toThrow(/is empty/);
  });

  it('can be left early', async () => {
    const path = await put('long.txt', utf8('line\n'.repeat(200_000)));
    for await (const { line } of openText(path)) if (line === 3) break;
    await rm(path);
  });
});
