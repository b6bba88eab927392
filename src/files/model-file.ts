/**
 * `.lexigrad` model files: safetensors, with what else a model needs in the metadata. Reading one runs no code.
 *
 *   format         'lexigrad'
 *   formatVersion  '1'
 *   kind           what the model is: 'text-classifier', 'language-model', …
 *   version        the version of the library that wrote it
 *   config         everything that is not a tensor, as JSON
 *   packing        which tensors are packed, and how, as JSON; absent where none is (see packed.ts)
 */
import { FormatError, ValueError } from '../base/errors.js';
import type { Tensor } from './dtypes.js';
import {
  type PackedTensor,
  type Packing,
  parsePacking,
  partsOfPacked,
  readPacked,
  unpack,
} from './packed.js';
import { decodeSafetensors, encodeSafetensors, type Named, safetensorsPieces } from './safetensors.js';

/** A model as its file holds it. */
export interface ModelContent {
  readonly kind: string;
  /** The version of the library that wrote the file. */
  readonly version: string;
  /** Plain JSON. What it must hold is the model's own business to check. */
  readonly config: unknown;
  readonly tensors: Named<Tensor>;
  /** Which of the tensors are packed, and how (default: none). */
  readonly packing?: Packing;
}

/** A model read from a file. */
export interface LoadedModel extends Omit<ModelContent, 'packing'> {
  /** By name. Packed ones are float32 here; their numbers are made when `data` is first asked for. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The packed ones as they stand in the file; absent where there are none. */
  readonly packed?: ReadonlyMap<string, PackedTensor>;
}

const FORMAT = 'lexigrad';
const FORMAT_VERSION = 1;
const DEEPEST_CONFIG = 64;

/**
 * The bytes of a model file. The same content gives the same bytes.
 *
 * @throws ValueError when the config is not plain JSON (a NaN, an infinity, a function), or as `encodeSafetensors`.
 */
export function encodeModel(content: ModelContent): Uint8Array {
  return encodeSafetensors(content.tensors, modelMetadata(content));
}

/** The same bytes as pieces in order, for writing; see `safetensorsPieces`. @throws ValueError as `encodeModel`. */
export function modelPieces(content: ModelContent): Uint8Array[] {
  return safetensorsPieces(content.tensors, modelMetadata(content));
}

/** All of a model but its tensors, as texts: for files that hold both. @throws ValueError as `encodeModel`. */
export function modelMetadata({ kind, version, config, packing }: ModelContent): Record<string, string> {
  return {
    format: FORMAT,
    formatVersion: String(FORMAT_VERSION),
    kind,
    version,
    config: JSON.stringify(config, refuseNonJson) ?? 'null',
    ...(packing === undefined ? {} : { packing: JSON.stringify(packing) }),
  };
}

/**
 * Reads a model file.
 *
 * @param file the name to give in messages.
 * @throws FormatError when the file is something else (it says what, where it can tell), damaged, or of a later
 * format version.
 */
export function decodeModel(bytes: Uint8Array, file?: string): LoadedModel {
  const other = recognizeOtherFile(bytes);
  if (other !== undefined) throw new FormatError(`this is not a Lexigrad model but ${other}`, { file });
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  if (!hasModelMetadata(metadata)) {
    const message =
      'this is a safetensors file, but not a Lexigrad model: its metadata does not say format = lexigrad';
    throw new FormatError(message, { file });
  }
  return modelOfMetadata(metadata, tensors, file);
}

/** Whether the texts beside a file's tensors are those of `modelMetadata`. */
export function hasModelMetadata(metadata: ReadonlyMap<string, string>): boolean {
  return metadata.get('format') === FORMAT;
}

/** A model from the texts of `modelMetadata` and its tensors. @throws FormatError as `decodeModel`. */
export function modelOfMetadata(
  metadata: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, Tensor>,
  file?: string,
): LoadedModel {
  const formatVersion = metadata.get('formatVersion') ?? '';
  if (formatVersion !== String(FORMAT_VERSION)) {
    throw new FormatError(
      `this model has format version '${formatVersion}', and this version of the library reads ${FORMAT_VERSION}: ` +
        'update lexigrad, or save the model again with the version that it needs',
      { file },
    );
  }
  const field = (name: string): string => {
    const value = metadata.get(name);
    if (value === undefined)
      throw new FormatError(`the model file lacks its ${name}: it is damaged`, { file });
    return value;
  };
  return {
    kind: field('kind'),
    version: field('version'),
    config: parseConfig(field('config'), file),
    ...unpacked(metadata.get('packing'), tensors, file),
  };
}

/** The tensors of a file with the packed ones among them as weights. */
function unpacked(
  packing: string | undefined,
  tensors: ReadonlyMap<string, Tensor>,
  file?: string,
): Pick<LoadedModel, 'tensors' | 'packed'> {
  if (packing === undefined) return { tensors };
  const weights = new Map(tensors);
  const packed = new Map<string, PackedTensor>();
  for (const [name, kind] of parsePacking(packing, file)) {
    packed.set(name, readPacked(name, kind, tensors, file));
    for (const part of partsOfPacked(name, kind)) weights.delete(part);
  }
  for (const [name, tensor] of packed) weights.set(name, weightsOf(tensor));
  return { tensors: weights, packed };
}

/** A packed tensor as one of float32, which is not made before it is wanted. */
function weightsOf(packed: PackedTensor): Tensor {
  let data: Float32Array | undefined;
  return {
    dtype: 'F32',
    shape: packed.shape,
    get data() {
      data ??= unpack(packed);
      return data;
    },
  };
}

function parseConfig(text: string, file?: string): unknown {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    throw new FormatError('the config in the model file is not JSON: the file is damaged', { file });
  }
  checkConfig(config, 0, file);
  return config;
}

/** Refuses what could harm code that walks or copies the config: endless depth, and keys that set prototypes. */
function checkConfig(value: unknown, depth: number, file?: string): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth === DEEPEST_CONFIG) {
    throw new FormatError(`the config in the model file is nested more than ${DEEPEST_CONFIG} deep`, {
      file,
    });
  }
  if (Object.hasOwn(value, '__proto__')) {
    throw new FormatError(`the config in the model file has a key '__proto__'`, { file });
  }
  for (const item of Array.isArray(value) ? value : Object.values(value)) checkConfig(item, depth + 1, file);
}

/** `JSON.stringify` would write null for these in silence. */
function refuseNonJson(key: string, value: unknown): unknown {
  const isJson = typeof value === 'number' ? Number.isFinite(value) : typeof value !== 'function';
  if (!isJson)
    throw new ValueError(`the config cannot be saved: '${key}' is ${String(value)}, which JSON cannot hold`);
  return value;
}

/** Whether bytes begin as ONNX files do: the version of the format, then a name or the graph. */
export function looksLikeOnnx([first, version, next]: Uint8Array): boolean {
  return first === 0x08 && version! > 0 && version! < 0x20 && [0x12, 0x1a, 0x3a, 0x42].includes(next!);
}

/** What a file is that people may take for a model file; undefined when it may be one. */
function recognizeOtherFile(bytes: Uint8Array): string | undefined {
  const startsWith = (...start: number[]) => start.every((byte, i) => bytes[i] === byte);
  if (bytes.length === 0) return 'an empty file';
  if (startsWith(0xba, 0x16, 0x4f, 0x2f)) {
    return 'a fastText model: FastTextModel.load reads it, and so do the commands predict, evaluate, neighbors and info';
  }
  if (looksLikeOnnx(bytes)) return 'an ONNX model: read it with fromOnnx or importOnnx of lexigrad/onnx';
  if (startsWith(0x50, 0x4b, 0x03, 0x04)) return 'a zip archive (a PyTorch or NumPy file, perhaps)';
  if (startsWith(0x1f, 0x8b)) return 'a gzip file: unpack it first';
  if (startsWith(0x80) && bytes[1]! >= 2 && bytes[1]! <= 5 && bytes[8] !== 0x7b)
    return 'a Python pickle, which is not safe to read';
  if (startsWith(0x89, 0x48, 0x44, 0x46)) return 'an HDF5 file (a Keras model, perhaps)';
  if (startsWith(0x47, 0x47, 0x55, 0x46)) return 'a GGUF model';
  return looksLikeText(bytes.subarray(0, 512))
    ? 'a text file: are model and data in the right order?'
    : undefined;
}

/** No control characters but white space. The length field of a safetensors file has zeros in its upper bytes. */
function looksLikeText(start: Uint8Array): boolean {
  return start.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
}
