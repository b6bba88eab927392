import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, ValueError } from '../../src/base/errors.js';
import type { Tensor } from '../../src/files/dtypes.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/files/safetensors.js';

/** A file with the given header text and data, whatever they say. */
function rawFile(header: string, data = new Uint8Array(0), declaredLength?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, declaredLength ?? BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}

const f32 = (values: number[], shape = [values.length]): Tensor => {
  return { dtype: 'F32', shape, data: Float32Array.from(values) };
};

const tensor: fc.Arbitrary<Tensor> = fc.oneof(
  fc.array(fc.float()).map((values) => f32(values)),
  fc
    .array(fc.integer())
    .map((values): Tensor => ({ dtype: 'I32', shape: [1, values.length], data: Int32Array.from(values) })),
  fc
    .array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
    .map((values): Tensor => ({ dtype: 'I64', shape: [values.length], data: BigInt64Array.from(values) })),
  fc.uint8Array().map((data): Tensor => ({ dtype: 'U8', shape: [data.length], data })),
  fc.int8Array().map((data): Tensor => ({ dtype: 'I8', shape: [data.length, 1, 1], data })),
);

describe('safetensors', () => {
  it('reads the same from a view into a larger buffer, as file reads give it', () => {
    const bytes = encodeSafetensors({ x: { dtype: 'F32', shape: [3], data: Float32Array.of(1, 2, 3) } });
    const pooled = Buffer.alloc(bytes.length + 100).fill(7);
    pooled.set(bytes, 13);
    const { tensors } = decodeSafetensors(pooled.subarray(13, 13 + bytes.length));
    expect(tensors.get('x')!.data).toEqual(Float32Array.of(1, 2, 3));
  });

  it('gives back what was written, and the same bytes for the same content in any order', () => {
    const names = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', 'a"\\b', 'constructor', '\ud800'),
    );
    const named = fc.uniqueArray(fc.tuple(names, tensor), { selector: ([name]) => name, maxLength: 6 });
    fc.assert(
      fc.property(named, fc.dictionary(fc.string(), fc.string()), (entries, metadata) => {
        fc.pre(entries.every(([name]) => name !== '__metadata__'));
        const bytes = encodeSafetensors(new Map(entries), metadata);
        expect(encodeSafetensors(new Map([...entries].reverse()), metadata)).toEqual(bytes);
        const read = decodeSafetensors(bytes);
        expect(read.tensors).toEqual(new Map(entries));
        expect(read.metadata).toEqual(new Map(Object.entries(metadata)));
      }),
    );
  });

  it('pads the header to 8 bytes and lays tensors out by element size, then name', () => {
    const bytes = encodeSafetensors({
      b: f32([1]),
      a: f32([2, 3]),
      u: { dtype: 'U8', shape: [], data: Uint8Array.of(7) },
    });
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerLength % 8).toBe(0);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)).trimEnd()).toBe(
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},' +
        '"u":{"dtype":"U8","shape":[],"data_offsets":[12,13]}}',
    );
  });

  it('reads tensors at odd places', () => {
    const header =
      '{"u":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"f":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}';
    const { tensors } = decodeSafetensors(rawFile(header, Uint8Array.of(9, 0, 0, 0x80, 0x3f)));
    expect(tensors.get('f')!.data).toEqual(Float32Array.of(1));
  });

  it('reads and writes half precision', () => {
    const halves = [0, -0, 1, -2, 65504, 2 ** -24, 2 ** -14, Number.POSITIVE_INFINITY, 0.333251953125];
    const file = encodeSafetensors({ h: { dtype: 'F16', shape: [9], data: Float32Array.from(halves) } });
    expect([...decodeSafetensors(file).tensors.get('h')!.data]).toEqual(halves);
    const rounded = encodeSafetensors({
      h: {
        dtype: 'F16',
        shape: [5],
        data: Float32Array.of(65519, 65520, 1 + 2 ** -11, 1 + 3 * 2 ** -11, Number.NaN),
      },
      b: { dtype: 'BF16', shape: [3], data: Float32Array.of(1, 1 + 2 ** -8, 1 + 3 * 2 ** -8) },
    });
    const { tensors } = decodeSafetensors(rounded);
    expect([...tensors.get('h')!.data]).toEqual([
      65504,
      Number.POSITIVE_INFINITY,
      1,
      1 + 2 ** -9,
      Number.NaN,
    ]);
    expect([...tensors.get('b')!.data]).toEqual([1, 1, 1 + 2 ** -6]);
  });

  it('gives each of the 65,536 halves back', () => {
    const bytes = new Uint8Array(new Uint16Array(65536).map((_, i) => i).buffer);
    const header = '{"h":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}';
    const read = decodeSafetensors(rawFile(header, bytes));
    const again = encodeSafetensors(read.tensors);
    const view = new Uint16Array(again.slice(again.length - 131072).buffer);
    const wrong = view.filter((half, i) => half !== i && !((i & 0x7c00) === 0x7c00 && (i & 0x3ff) !== 0));
    expect(wrong).toHaveLength(0);
  });

  it('refuses tensors it cannot write', () => {
    expect(() => encodeSafetensors({ a: f32([1, 2], [3]) })).toThrow(ValueError);
    expect(() => encodeSafetensors({ a: f32([1, 2], [-1, -2]) })).toThrow(ValueError);
    expect(() => encodeSafetensors(new Map([['__metadata__', f32([1])]]))).toThrow(ValueError);
  });
});

describe('a hostile safetensors file', () => {
  const entry = (begin: number | string, end: number | string, more = '"dtype":"F32","shape":[1]') =>
    `{${more},"data_offsets":[${begin},${end}]}`;
  const four = new Uint8Array(4);
  const eight = new Uint8Array(8);
  const cases: [string, Uint8Array, RegExp][] = [
    ['too short', Uint8Array.of(1, 2, 3), /too short/],
    ['header longer than the file', rawFile('{}', four, 1000n), /cut short/],
    ['header longer than the limit', rawFile('{}', four, 100_000_001n), /limit/],
    ['header of 2^64-1 bytes', rawFile('{}', four, 2n ** 64n - 1n), /limit/],
    ['empty header', rawFile(''), /begin with/],
    ['header in no UTF-8', rawFile('{}').map((byte, i) => (i === 8 ? 0xff : byte)), /UTF-8/],
    ['white space before the header', rawFile(' {}'), /begin with/],
    ['overlap', rawFile(`{"a":${entry(0, 4)},"b":${entry(0, 4)}}`, four), /overlaps/],
    ['partial overlap', rawFile(`{"a":${entry(0, 4)},"b":${entry(2, 6)}}`, eight), /overlaps/],
    ['gap', rawFile(`{"a":${entry(4, 8)}}`, eight), /gap/],
    ['trailing bytes', rawFile(`{"a":${entry(0, 4)}}`, eight), /belong to none/],
    ['data cut short', rawFile(`{"a":${entry(0, 4)}}`, four.subarray(1)), /must end/],
    ['end before begin', rawFile(`{"a":${entry(0, 4)},"b":${entry(4, 0)}}`, four), /must end/],
    ['wrong byte length', rawFile(`{"a":${entry(0, 8)}}`, eight), /needs 4/],
    [
      'shape overflow',
      rawFile(`{"a":${entry(0, 4, '"dtype":"F32","shape":[4294967296,4294967296]')}}`, four),
      /impossible/,
    ],
    [
      'shape overflow to 0',
      rawFile(`{"a":${entry(0, 0, '"dtype":"F32","shape":[9007199254740991,9007199254740991,0]')}}`),
      /impossible/,
    ],
    ['negative shape', rawFile(`{"a":${entry(0, 4, '"dtype":"F32","shape":[-1]')}}`, four), /whole number/],
    ['fraction in shape', rawFile(`{"a":${entry(0, 4, '"dtype":"F32","shape":[1.5]')}}`, four), /no ]/],
    ['huge offset', rawFile(`{"a":${entry(0, '99999999999999999999')}}`, four), /whole number/],
    [
      'three offsets',
      rawFile('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', four),
      /more than 2/,
    ],
    ['unknown dtype', rawFile(`{"a":${entry(0, 4, '"dtype":"F31","shape":[1]')}}`, four), /F31/],
    [
      'dtype of the prototype',
      rawFile(`{"a":${entry(0, 4, '"dtype":"constructor","shape":[1]')}}`, four),
      /constructor/,
    ],
    ['no dtype', rawFile(`{"a":${entry(0, 4, '"shape":[1]')}}`, four), /lacks/],
    ['unknown key', rawFile(`{"a":${entry(0, 4, '"dtype":"F32","shape":[1],"evil":1')}}`, four), /unknown/],
    [
      'repeated key',
      rawFile(`{"a":${entry(0, 4, '"dtype":"F32","dtype":"F32","shape":[1]')}}`, four),
      /twice/,
    ],
    ['repeated tensor', rawFile(`{"a":${entry(0, 4)},"a":${entry(4, 8)}}`, eight), /twice/],
    [
      'repeated tensor by an escape',
      rawFile(`{"a":${entry(0, 4)},"\\u0061":${entry(4, 8)}}`, eight),
      /twice/,
    ],
    ['repeated metadata', rawFile('{"__metadata__":{},"__metadata__":{}}'), /twice/],
    ['repeated metadata key', rawFile('{"__metadata__":{"a":"","a":""}}'), /twice/],
    ['metadata that is no text', rawFile('{"__metadata__":{"a":1}}'), /not a string/],
    ['metadata that is a list', rawFile('{"__metadata__":[]}'), /no {/],
    ['a tensor that is a list', rawFile('{"a":[]}'), /no {/],
    ['endless nesting', rawFile(`{"a":${'['.repeat(1_000_000)}`), /broken/],
    ['text after the end', rawFile('{} x'), /after the closing/],
    ['string not closed', rawFile('{"a'), /not closed/],
    ['string of backslashes', rawFile(`{"${'\\'.repeat(99_999)}"`), /broken/],
    ['bad escape', rawFile('{"\\x":1}'), /not valid JSON/],
    ['trailing comma', rawFile('{"__metadata__":{"a":"b",}}'), /no "/],
    ['cut in the middle', rawFile('{"a":{"dtype":'), /broken/],
  ];
  it.each(cases)('is refused: %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'evil.bin')).toThrow(FormatError);
    expect(() => decodeSafetensors(bytes, 'evil.bin')).toThrow(message);
  });

  it('may name tensors and metadata __proto__', () => {
    const file = rawFile(`{"__metadata__":{"__proto__":"x"},"__proto__":${entry(0, 4)}}`, four);
    const { tensors, metadata } = decodeSafetensors(file);
    expect([...tensors.keys()]).toEqual(['__proto__']);
    expect(metadata.get('__proto__')).toBe('x');
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });

  it('is refused or read, and nothing else, whatever byte is changed', () => {
    const good = encodeSafetensors({ a: f32([1, 2]), b: f32([3]) }, { format: 'x' });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, cut) => {
        const bad = good.slice(0, good.length - (cut % 3));
        if (at < bad.length) bad[at] = value;
        try {
          decodeSafetensors(bad);
        } catch (problem) {
          expect(problem).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
