/** The tensors of a model's file in fewer bytes; every kind of model has these. */
import {
  asHalf,
  type ModelContent,
  type PackedTensor,
  packedTensors,
  type Tensor,
} from '../../files/index.js';
import { entriesOf } from '../../files/safetensors.js';
import { quantizeInt8 } from './int8.js';

/**
 * How weights are stored.
 *
 *   half   every weight in 16 bits: about three digits
 *   int8   matrices in 8 bits a weight and a scale a row; everything else in half precision
 */
export type WeightStorage = 'half' | 'int8';

/** Packs one matrix; undefined: half precision will do. */
export type Pack = (
  weights: Float32Array,
  shape: readonly [number, number],
  name: string,
) => PackedTensor | undefined;

/** A model's content with its weights stored in fewer bytes. What is not float32 stays as it is. */
export function storeWeights(content: ModelContent, storage: WeightStorage): ModelContent {
  return packMatrices(content, storage === 'half' ? () => undefined : quantizeInt8);
}

/** @param pack what becomes of matrices (two axes); everything else is stored in half precision */
export function packMatrices(content: ModelContent, pack: Pack): ModelContent {
  const tensors = new Map<string, Tensor>();
  const packing = new Map<string, PackedTensor['kind']>();
  for (const [name, tensor] of entriesOf(content.tensors)) {
    if (tensor.dtype !== 'F32') {
      tensors.set(name, tensor);
      continue;
    }
    const isMatrix = tensor.shape.length === 2;
    const packed = isMatrix ? pack(tensor.data, tensor.shape as [number, number], name) : undefined;
    if (packed === undefined) {
      tensors.set(name, asHalves(tensor));
      continue;
    }
    packing.set(name, packed.kind);
    for (const [part, value] of entriesOf(packedTensors(name, packed))) tensors.set(part, value);
  }
  return { ...content, tensors, ...(packing.size === 0 ? {} : { packing: Object.fromEntries(packing) }) };
}

/** Half precision, where every number fits it; else as it was. */
function asHalves(tensor: Tensor & { readonly dtype: 'F32' }): Tensor {
  const data = tensor.data.map(asHalf);
  const fits = data.every((value) => Math.abs(value) <= 65504);
  return fits ? { dtype: 'F16', shape: tensor.shape, data } : tensor;
}
