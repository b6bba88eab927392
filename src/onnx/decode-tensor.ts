/** `TensorProto` → a tensor, whose size is known to be in the file before any memory is taken. */
import { FormatError } from '../base/errors.js';
import { elementBytes, type Tensor, type TensorType, tensorFromBytes } from '../files/dtypes.js';
import { type ElementType, elementTypes } from './schema.js';
import { readMessage } from './wire.js';

const byNumber = new Map<number, ElementType>(
  Object.entries(elementTypes).map(([name, number]) => [number, name as ElementType]),
);

/** The name of an element type, or undefined for one that is not known. */
export function elementTypeOf(number: number): ElementType | undefined {
  return byNumber.get(number);
}

/** What stands in a TensorProto. The elements are in `raw`, or in the list that goes with their type. */
interface StoredTensor {
  name: string;
  type: number;
  readonly shape: number[];
  raw?: Uint8Array;
  readonly floats: number[];
  readonly integers: number[];
  readonly doubles: number[];
}

/**
 * @returns the tensor and its name. Float64 is narrowed to float32, and booleans become bytes.
 * @throws FormatError for data in other files, element types that cannot be held, and sizes that do not fit the shape.
 */
export function decodeTensor(bytes: Uint8Array): { name: string; tensor: Tensor } {
  const stored: StoredTensor = { name: '', type: 0, shape: [], floats: [], integers: [], doubles: [] };
  readMessage(bytes, 'tensor', (field, value) => {
    switch (field) {
      case 1:
        return value.intsInto(stored.shape);
      case 2:
        stored.type = value.int();
        return;
      case 3:
        throw refusal(stored.name, 'is only a segment of a tensor');
      case 4:
        return value.floatsInto(stored.floats);
      case 5:
      case 7:
        return value.intsInto(stored.integers);
      case 8:
        stored.name = value.text();
        return;
      case 9:
        stored.raw = value.bytes();
        return;
      case 10:
        return value.doublesInto(stored.doubles);
      case 13:
        throw external(stored.name);
      case 14:
        if (value.int() !== 0) throw external(stored.name);
        return;
    }
  });
  return { name: stored.name, tensor: tensorOf(stored) };
}

function tensorOf(stored: StoredTensor): Tensor {
  const { name, shape, raw } = stored;
  const type = elementTypeOf(stored.type);
  if (type === undefined) throw refusal(name, `has elements of type ${stored.type}, which cannot be used`);
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!(Number.isSafeInteger(size) && size >= 0 && Number.isSafeInteger(count)))
      throw refusal(name, `has an impossible shape [${shape.join(', ')}]`);
  }
  const held: TensorType = type === 'F64' ? 'F32' : type === 'BOOL' ? 'U8' : type;
  if (raw === undefined) return fromList(stored, type, held, count);
  const width = type === 'F64' ? 8 : elementBytes[held];
  if (raw.length !== count * width)
    throw refusal(name, `has ${raw.length} bytes, but ${type} [${shape.join(', ')}] needs ${count * width}`);
  return type === 'F64'
    ? { dtype: 'F32', shape, data: Float32Array.from(doubles(raw)) }
    : tensorFromBytes(held, shape, raw);
}

/** Elements that stand in the file as a list of numbers. */
function fromList(stored: StoredTensor, type: ElementType, held: TensorType, count: number): Tensor {
  const { name, shape } = stored;
  const list = type === 'F32' ? stored.floats : type === 'F64' ? stored.doubles : stored.integers;
  if (list.length !== count)
    throw refusal(name, `has ${list.length} elements, but its shape [${shape.join(', ')}] needs ${count}`);
  switch (held) {
    case 'F32':
      return { dtype: held, shape, data: Float32Array.from(list) };
    case 'F16':
    case 'BF16': {
      // The bit patterns, each in an integer of its own.
      const bits = Uint16Array.from(list);
      const bytes = new Uint8Array(2 * bits.length);
      bits.forEach((pattern, i) => {
        bytes[2 * i] = pattern & 0xff;
        bytes[2 * i + 1] = pattern >> 8;
      });
      return tensorFromBytes(held, shape, bytes);
    }
    case 'I32':
      return { dtype: held, shape, data: Int32Array.from(list) };
    case 'I64':
      return { dtype: held, shape, data: BigInt64Array.from(list, BigInt) };
    case 'U8':
      return { dtype: held, shape, data: Uint8Array.from(list) };
    case 'I8':
      return { dtype: held, shape, data: Int8Array.from(list) };
  }
}

function doubles(raw: Uint8Array): Float64Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Float64Array.from({ length: raw.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

function external(name: string): FormatError {
  return refusal(
    name,
    'is kept in another file, which is not read: save the model as one file (in Python, onnx.save(model, path))',
  );
}

function refusal(name: string, what: string): FormatError {
  return new FormatError(`the tensor ${JSON.stringify(name)} in the ONNX file ${what}`);
}
