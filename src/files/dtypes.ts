/** Element types of safetensors, and their bytes (little-endian) ↔ typed arrays. */

/** Half-precision numbers are widened to float32 in memory; they keep their dtype, and are narrowed when written. */
export interface TensorArrays {
  F32: Float32Array;
  F16: Float32Array;
  BF16: Float32Array;
  I32: Int32Array;
  I64: BigInt64Array;
  U8: Uint8Array;
  I8: Int8Array;
}

export type TensorType = keyof TensorArrays;

/** A tensor in memory: row-major `data`, with as many elements as the shape says; shape [] is a single number. */
export type Tensor = {
  [Type in TensorType]: {
    readonly dtype: Type;
    readonly shape: readonly number[];
    readonly data: TensorArrays[Type];
  };
}[TensorType];

/** Bytes of one element. */
export const elementBytes: Readonly<Record<TensorType, number>> = {
  F32: 4,
  F16: 2,
  BF16: 2,
  I32: 4,
  I64: 8,
  U8: 1,
  I8: 1,
};

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The bytes of a tensor's elements. */
export function tensorBytes(tensor: Tensor): Uint8Array {
  const { dtype, data } = tensor;
  const stored =
    dtype === 'F16'
      ? Uint16Array.from(data, toHalf)
      : dtype === 'BF16'
        ? Uint16Array.from(data, toBfloat)
        : data;
  return littleEndian(
    new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength),
    elementBytes[dtype],
  );
}

/** A tensor from the bytes of its elements, which are copied. */
export function tensorFromBytes(dtype: TensorType, shape: readonly number[], bytes: Uint8Array): Tensor {
  // A copy in a buffer of its own is aligned, whatever the place in the file was. (`slice` of a Node Buffer is no copy.)
  const { buffer } = littleEndian(new Uint8Array(bytes), elementBytes[dtype]);
  switch (dtype) {
    case 'F32':
      return { dtype, shape, data: new Float32Array(buffer) };
    case 'F16':
      return { dtype, shape, data: Float32Array.from(new Uint16Array(buffer), fromHalf) };
    case 'BF16':
      return { dtype, shape, data: Float32Array.from(new Uint16Array(buffer), fromBfloat) };
    case 'I32':
      return { dtype, shape, data: new Int32Array(buffer) };
    case 'I64':
      return { dtype, shape, data: new BigInt64Array(buffer) };
    case 'U8':
      return { dtype, shape, data: new Uint8Array(buffer) };
    case 'I8':
      return { dtype, shape, data: new Int8Array(buffer) };
  }
}

/** The bytes in little-endian order: as they are on nearly every machine, else copied with each element reversed. */
function littleEndian<Bytes extends Uint8Array>(bytes: Bytes, size: number): Bytes | Uint8Array<ArrayBuffer> {
  if (hostIsLittleEndian || size === 1) return bytes;
  const swapped = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) swapped[i] = bytes[i - (i % size) + size - 1 - (i % size)]!;
  return swapped;
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** IEEE 754 half: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest half; ties go to the even one. */
function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  // Halfway between the largest half, 65504, and the next step up.
  if (magnitude >= 65520) return sign | 0x7c00;
  // In units of the last place; subnormals share the exponent of the smallest normal numbers.
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const units = roundToEven(magnitude / 2 ** (exponent - 10));
  // A carry out of the fraction runs into the exponent by itself, as the encoding intends.
  return sign | (units < 1024 ? units : ((exponent + 15) << 10) + (units - 1024));
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat(half: number): number {
  bits[0] = half << 16;
  return float[0]!;
}

function toBfloat(value: number): number {
  float[0] = value;
  if (Number.isNaN(value)) return 0x7fc0;
  // Adds just under half a step, or half a step when the kept part is odd: ties to even.
  return (bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) >>> 16;
}
