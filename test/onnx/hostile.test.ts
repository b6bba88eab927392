/** ONNX files that are broken or made to harm. */
import * as fc from 'fast-check';
import { PbfWriter } from 'pbf';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/base/errors.js';
import { gather, input, parameter, sum } from '../../src/graph/index.js';
import { Linear } from '../../src/nn/index.js';
import { decodeOnnx, encodeOnnx, exportOnnx, graphToOnnx, importOnnx } from '../../src/onnx/index.js';

const x = input('x', ['batch', 2]);
const layer = new Linear('layer', 2, 3, { activation: 'relu' });
const table = parameter('table', [4, 3], 0.5);
const ids = input('ids', ['batch'], 'i32');
const good = exportOnnx(
  { y: layer.forward(x), z: sum(gather(table, ids), 1) },
  { metadata: new Map([['key', 'value']]), description: 'for breaking' },
);

/** A file with one initializer, whose TensorProto is written by hand. */
function withTensor(write: (to: PbfWriter) => void): Uint8Array {
  const to = new PbfWriter();
  to.writeVarintField(1, 8);
  to.writeMessage(8, (_: null, set) => set.writeVarintField(2, 17), null);
  const tensor = (_: null, inner: PbfWriter) => {
    inner.writeStringField(8, 'w');
    write(inner);
  };
  to.writeMessage(7, (_: null, graph) => graph.writeMessage(5, tensor, null), null);
  return to.finish().slice();
}

describe('files', () => {
  it('come back as they were written', () => {
    expect(encodeOnnx(decodeOnnx(good))).toEqual(good);
  });

  it.each([0, 1, 2, 7, 20, 100, good.length - 1])('cut short after %i bytes are refused', (length) => {
    expect(() => decodeOnnx(good.subarray(0, length))).toThrow(FormatError);
  });

  it('with any bytes changed are read or refused, and nothing else', () => {
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const broken = good.slice();
        for (const [place, byte] of changes) broken[place] = byte;
        try {
          importOnnx(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('of random bytes are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decodeOnnx(bytes)).toThrow(FormatError);
      }),
      { numRuns: 500 },
    );
  });
});

describe('tensors', () => {
  const cases: [string, (to: PbfWriter) => void, RegExp][] = [
    [
      'whose shape is larger than their bytes',
      (to) => {
        to.writePackedVarint(1, [1_000_000, 1_000_000]);
        to.writeVarintField(2, 1);
        to.writeBytesField(9, new Uint8Array(8));
      },
      /"w" .*has 8 bytes, but F32 \[1000000, 1000000\] needs 4000000000000/,
    ],
    [
      'with more elements than can be counted',
      (to) => {
        to.writePackedVarint(1, [2 ** 40, 2 ** 40, 0]);
        to.writeVarintField(2, 1);
      },
      /impossible shape/,
    ],
    [
      'with negative sizes',
      (to) => {
        to.writePackedVarint(1, [-1, -8]);
        to.writeVarintField(2, 1);
        to.writeBytesField(9, new Uint8Array(32));
      },
      /impossible shape \[-1, -8\]/,
    ],
    [
      'with too few listed elements',
      (to) => {
        to.writePackedVarint(1, [3]);
        to.writeVarintField(2, 1);
        to.writePackedFloat(4, [1, 2]);
      },
      /has 2 elements, but its shape \[3\] needs 3/,
    ],
    ['of text', (to) => to.writeVarintField(2, 8), /elements of type 8, which cannot be used/],
    [
      'in another file',
      (to) => {
        to.writePackedVarint(1, [2]);
        to.writeVarintField(2, 1);
        to.writeVarintField(14, 1);
      },
      /kept in another file, which is not read/,
    ],
    [
      'that name another file',
      (to) => to.writeMessage(13, (_: null, entry) => entry.writeStringField(1, 'location'), null),
      /kept in another file/,
    ],
    ['that are segments', (to) => to.writeBytesField(3, new Uint8Array(0)), /only a segment/],
  ];
  it.each(cases)('%s are refused', (_, write, message) => {
    expect(() => decodeOnnx(withTensor(write))).toThrow(FormatError);
    expect(() => decodeOnnx(withTensor(write))).toThrow(message);
  });

  it.each([
    ['float32, listed', 1, (to: PbfWriter) => to.writePackedFloat(4, [1.5, -2]), [1.5, -2]],
    ['float64, listed', 11, (to: PbfWriter) => to.writePackedDouble(10, [1.5, -2]), [1.5, -2]],
    [
      'float64, raw',
      11,
      (to: PbfWriter) => to.writeBytesField(9, new Uint8Array(Float64Array.of(1.5, -2).buffer)),
      [1.5, -2],
    ],
    ['int64, listed', 7, (to: PbfWriter) => to.writePackedVarint(7, [3, -4]), [3n, -4n]],
    ['int32, listed', 6, (to: PbfWriter) => to.writePackedVarint(5, [3, -4]), [3, -4]],
    ['float16, listed', 10, (to: PbfWriter) => to.writePackedVarint(5, [0x3e00, 0xc000]), [1.5, -2]],
    ['booleans', 9, (to: PbfWriter) => to.writeBytesField(9, Uint8Array.of(1, 0)), [1, 0]],
  ] as const)('of %s are read', (_, type, write, expected) => {
    const bytes = withTensor((to) => {
      to.writePackedVarint(1, [2]);
      to.writeVarintField(2, type);
      write(to);
    });
    expect([...decodeOnnx(bytes).graph.initializers.get('w')!.data]).toEqual(expected);
  });
});

describe('models', () => {
  it('with two tensors of one name, or one text twice, are refused', () => {
    const twice = (bytes: Uint8Array) => Uint8Array.from([...bytes, ...bytes]);
    expect(() => decodeOnnx(twice(good))).toThrow(/two graphs/);
  });

  it('are not written over 2 GB', () => {
    const model = graphToOnnx({ y: sum(x) });
    // Only the length counts: nothing of this size is made.
    const huge = { dtype: 'F32', shape: [2 ** 30], data: { byteLength: 2 ** 32 } } as never;
    const graph = { ...model.graph, initializers: new Map([['w', huge]]) };
    expect(() => encodeOnnx({ ...model, graph })).toThrow(/an ONNX file ends below 2 GB/);
  });
});
