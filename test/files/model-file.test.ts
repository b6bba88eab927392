import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataError, FormatError, ValueError } from '../../src/base/errors.js';
import type { Tensor } from '../../src/files/dtypes.js';
import { decodeModel, encodeModel } from '../../src/files/model-file.js';
import { readModelFile, writeModelFile } from '../../src/files/node/model-file.js';
import { writeFileAtomic } from '../../src/files/node/write.js';
import { encodeSafetensors } from '../../src/files/safetensors.js';

const weights: Tensor = { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) };
const model = {
  kind: 'text-classifier',
  version: '0.1.0',
  config: { labels: ['a', '垃圾'] },
  tensors: { weights },
};
const metadata = { format: 'lexigrad', formatVersion: '1', kind: 'k', version: '1', config: '{}' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lexigrad-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('model files', () => {
  it('give the model back', () => {
    const loaded = decodeModel(encodeModel(model));
    expect(loaded).toEqual({ ...model, tensors: new Map([['weights', weights]]) });
  });

  it('refuse a config that JSON cannot hold', () => {
    expect(() => encodeModel({ ...model, config: { loss: Number.NaN } })).toThrow(ValueError);
    expect(() => encodeModel({ ...model, config: { f: () => 1 } })).toThrow(/'f'/);
  });

  const bytes = (...values: number[]) => Uint8Array.from({ length: 64 }, (_, i) => values[i] ?? 0);
  const withMetadata = (more: object) => encodeSafetensors({ weights }, { ...metadata, ...more });
  const cases: [string, Uint8Array, RegExp][] = [
    ['an empty file', new Uint8Array(0), /empty file/],
    ['a text file', new TextEncoder().encode('label\ttext of some length\n'), /text file.*right order/],
    ['a fastText model', bytes(0xba, 0x16, 0x4f, 0x2f, 12), /fastText/],
    ['an ONNX model', bytes(0x08, 0x08, 0x12, 0x07), /ONNX/],
    ['a zip archive', bytes(0x50, 0x4b, 3, 4), /zip/],
    ['gzip', bytes(0x1f, 0x8b), /gzip/],
    ['a pickle', bytes(0x80, 4), /pickle/],
    ['another safetensors file', encodeSafetensors({ weights }), /not a Lexigrad model/],
    ['a later format', withMetadata({ formatVersion: '2' }), /update lexigrad/],
    [
      'a file without a kind',
      encodeSafetensors({}, { format: 'lexigrad', formatVersion: '1' }),
      /lacks its kind/,
    ],
    ['a broken config', withMetadata({ config: '{' }), /not JSON/],
    ['a config that sets prototypes', withMetadata({ config: '{"a":[{"__proto__":{}}]}' }), /__proto__/],
    [
      'a config without bottom',
      withMetadata({ config: '['.repeat(100_000) + ']'.repeat(100_000) }),
      /deep|not JSON/,
    ],
    ['a model cut short', encodeModel(model).subarray(0, 100), /cut short/],
  ];
  it.each(cases)('are told from %s', (_, content, message) => {
    expect(() => decodeModel(content, 'm.lexigrad')).toThrow(FormatError);
    expect(() => decodeModel(content, 'm.lexigrad')).toThrow(message);
  });

  it('live on disk', async () => {
    const path = join(folder, 'm.lexigrad');
    await writeModelFile(path, model);
    expect((await readModelFile(path)).config).toEqual(model.config);
    await expect(readModelFile(join(folder, 'none'))).rejects.toThrow(DataError);
    await expect(readModelFile(join(folder, 'none'))).rejects.toThrow(/no such file/);
    await expect(readModelFile(folder)).rejects.toThrow(/folder/);
  });
});

describe('writeFileAtomic', () => {
  it('replaces a file and leaves nothing beside it', async () => {
    const path = join(folder, 'file');
    await writeFileAtomic(path, new Uint8Array(10));
    await writeFileAtomic(path, ['one ', new TextEncoder().encode('two '), 'three']);
    expect(await readFile(path, 'utf8')).toBe('one two three');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('keeps the old file and cleans up when writing fails', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'old');
    function* failing(): Generator<string> {
      yield 'half of the new one';
      throw new Error('no more');
    }
    await expect(writeFileAtomic(path, failing())).rejects.toThrow('no more');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('follows a link, and fails plainly where there is no folder', async () => {
    await writeFile(join(folder, 'real'), 'old');
    await symlink(join(folder, 'real'), join(folder, 'link'));
    await writeFileAtomic(join(folder, 'link'), new TextEncoder().encode('new'));
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('new');
    await expect(writeFileAtomic(join(folder, 'no', 'file'), new Uint8Array(1))).rejects.toThrow(/ENOENT/);
  });
});
