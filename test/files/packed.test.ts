import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/base/errors.js';
import { type Tensor, tensorBytes, tensorFromBytes } from '../../src/files/dtypes.js';
import { decodeModel, encodeModel } from '../../src/files/model-file.js';
import { asHalf, type PackedTensor, packedTensors, unpack } from '../../src/files/packed.js';
import { encodeSafetensors } from '../../src/files/safetensors.js';

const int8: PackedTensor = {
  kind: 'int8',
  shape: [2, 3],
  codes: Int8Array.of(127, -127, 0, 1, 2, 3),
  scales: Float32Array.of(0.5, 2),
};
const product: PackedTensor = {
  kind: 'product',
  shape: [3, 4],
  parts: 2,
  codes: Uint8Array.of(0, 1, 1, 0, 1, 1),
  centroids: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  norms: { codes: Uint8Array.of(0, 1, 0), values: Float32Array.of(1, 10) },
};

/** A model file with one packed tensor. */
function fileOf(packed: PackedTensor, changes: Record<string, Tensor | undefined> = {}): Uint8Array {
  const tensors = { ...packedTensors('w', packed), ...changes };
  const present = Object.entries(tensors).filter(
    (entry): entry is [string, Tensor] => entry[1] !== undefined,
  );
  const packing = { w: packed.kind };
  return encodeModel({ kind: 'k', version: '1', config: {}, tensors: new Map(present), packing });
}

const f32 = (shape: readonly number[], ...data: number[]): Tensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(data),
});

describe('packed tensors', () => {
  it('int8: codes times the scale of their row', () => {
    expect([...unpack(int8)]).toEqual([63.5, -63.5, 0, 2, 4, 6]);
  });

  it('product: centroids side by side, times the norm', () => {
    expect([...unpack(product)]).toEqual([1, 2, 7, 8, 30, 40, 50, 60, 3, 4, 7, 8]);
    const { norms: _, ...plain } = product;
    expect([...unpack(plain)]).toEqual([1, 2, 7, 8, 3, 4, 5, 6, 3, 4, 7, 8]);
  });

  it.each([int8, product])('come back from a file ($kind), as they are and as weights', (packed) => {
    const { tensors, packed: found } = decodeModel(fileOf(packed));
    expect(found).toEqual(new Map([['w', packed]]));
    expect([...tensors.keys()]).toEqual(['w']);
    const { dtype, shape, data } = tensors.get('w')!;
    expect({ dtype, shape, data: [...data] }).toEqual({
      dtype: 'F32',
      shape: packed.shape,
      data: [...unpack(packed)],
    });
  });

  it('are halves where that loses nothing', () => {
    const { 'w/scales': scales } = packedTensors('w', int8);
    expect(scales!.dtype).toBe('F16');
    const odd = packedTensors('w', { ...int8, scales: Float32Array.of(0.1, 1) });
    expect(odd['w/scales']!.dtype).toBe('F32');
  });

  it('asHalf gives what half precision gives', () => {
    const values = fc.oneof(
      fc.double({ min: -65504, max: 65504, noNaN: true }),
      fc.double({ min: -1e-4, max: 1e-4, noNaN: true }),
    );
    fc.assert(
      fc.property(values, (value) => {
        const tensor: Tensor = { dtype: 'F16', shape: [1], data: Float32Array.of(asHalf(value)) };
        const [back] = tensorFromBytes('F16', [1], tensorBytes(tensor)).data as Float32Array;
        expect(back).toBeCloseTo(asHalf(value), 12);
        expect(Math.abs(asHalf(value) - value)).toBeLessThanOrEqual(
          Math.max(2 ** -25, Math.abs(value) * 2 ** -11),
        );
      }),
    );
    expect(asHalf(1e6)).toBe(1e6);
    expect(asHalf(Number.NaN)).toBeNaN();
  });
});

describe('hostile files', () => {
  const u8 = (shape: readonly number[], ...data: number[]): Tensor => ({
    dtype: 'U8',
    shape,
    data: Uint8Array.from(data),
  });
  const cases: [string, Uint8Array, RegExp][] = [
    ['no scales', fileOf(int8, { 'w/scales': undefined }), /float tensor 'w\/scales', which is missing/],
    ['scales of another kind', fileOf(int8, { 'w/scales': u8([2], 1, 1) }), /which is U8/],
    ['too few scales', fileOf(int8, { 'w/scales': f32([1], 1) }), /2 rows, but scales \[1\]/],
    [
      'an infinite scale',
      fileOf(int8, { 'w/scales': f32([2], 1, Number.POSITIVE_INFINITY) }),
      /scale Infinity in row 1/,
    ],
    [
      'a scale that is no number',
      fileOf(int8, { 'w/scales': f32([2], Number.NaN, 1) }),
      /scale NaN in row 0/,
    ],
    ['a negative scale', fileOf(int8, { 'w/scales': f32([2], -1, 1) }), /scale -1 in row 0/],
    ['a scale beyond all weights', fileOf(int8, { 'w/scales': f32([2], 1, 1e38) }), /in row 1/],
    ['codes that are floats', fileOf(int8, { w: f32([2, 3], 1, 2, 3, 4, 5, 6) }), /needs I8 codes/],
    [
      'codes of one axis',
      fileOf(int8, { w: { dtype: 'I8', shape: [6], data: new Int8Array(6) } }),
      /needs I8 codes/,
    ],
    ['the code −128', fileOf({ ...int8, codes: Int8Array.of(0, 0, 0, 0, -128, 0) }), /code −128 at 4/],
    [
      'a centroid that is not there',
      fileOf(product, { w: u8([3, 2], 0, 1, 1, 2, 0, 0) }),
      /centroid 2 at 3, and there are 2/,
    ],
    ['a norm that is not there', fileOf(product, { 'w/norms': u8([3], 0, 1, 9) }), /norm 9 at 2/],
    ['norms for other rows', fileOf(product, { 'w/norms': u8([2], 0, 1) }), /3 rows, but norms U8 \[2\]/],
    ['no centroids', fileOf(product, { 'w/centroids': undefined }), /'w\/centroids', which is missing/],
    [
      'centroids of other parts',
      fileOf(product, { 'w/centroids': f32([1, 4, 2], 1, 2, 3, 4, 5, 6, 7, 8) }),
      /needed are \[2,/,
    ],
    [
      'endless centroids',
      fileOf(product, { 'w/centroids': f32([2, 1, 65], ...new Array(130).fill(1)) }),
      /width from 1 to 64/,
    ],
    [
      'centroids without end',
      fileOf(product, { 'w/centroids': f32([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, Number.NaN) }),
      /must be finite/,
    ],
    ['centroids without width', fileOf(product, { 'w/centroids': f32([2, 2, 0]) }), /needed are/],
  ];
  it.each(cases)('with %s are refused', (_, bytes, message) => {
    expect(() => decodeModel(bytes, 'small.lexigrad')).toThrow(FormatError);
    expect(() => decodeModel(bytes, 'small.lexigrad')).toThrow(message);
  });

  it.each(['{', 'null', '[1]', '{"w":"int3"}', '{"w":null}'])(
    'with the packing %s are refused',
    (packing) => {
      const metadata = {
        format: 'lexigrad',
        formatVersion: '1',
        kind: 'k',
        version: '1',
        config: '{}',
        packing,
      };
      expect(() => decodeModel(encodeSafetensors(packedTensors('w', int8), metadata))).toThrow(
        /update lexigrad/,
      );
    },
  );

  it('never give anything but weights or a FormatError, whatever byte is changed', () => {
    const bytes = fileOf(product);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const changed = bytes.slice();
        changed[at] = value;
        try {
          for (const { data } of decodeModel(changed).tensors.values())
            expect(data.length).toBeLessThan(1000);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
    );
  });
});
