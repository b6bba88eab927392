/** Weights for programs of other people: plain safetensors, with the names that PyTorch's layers have. */

import { encodeSafetensors, type Tensor } from '../files/index.js';
import { entriesOf } from '../files/safetensors.js';
import type { Model } from './model.js';

/** What our parameters are called where the layer's own name ends. */
const CONVENTIONAL: Readonly<Record<string, string>> = { table: 'weight', gain: 'weight' };

/**
 * A model's weights as a safetensors file that needs nothing of ours to be read: `embedding.weight` [rows, dimension],
 * `hidden1.weight` [outputs, inputs] and `hidden1.bias`, … `output.weight`, `output.bias`, all float32. A language model
 * with tied output has no `output.weight`: it is `embedding.weight`.
 *
 * The metadata are `format` ('pt', as other readers expect), `kind`, `version` and `config`: JSON with the labels, the
 * vocabulary and all settings of the network.
 *
 * @throws ValueError where a classifier has hand-built features that are functions.
 * @example
 * await writeFile('support.safetensors', toSafetensors(classifier));
 */
export function toSafetensors(model: Model): Uint8Array {
  const { kind, version, config, tensors } = model.toModel();
  const ours = new Map(entriesOf(tensors));
  const named = model.network.parameters.map(({ name }): [string, Tensor] => [
    conventionalName(name),
    ours.get(name)!,
  ]);
  return encodeSafetensors(new Map(named), { format: 'pt', kind, version, config: JSON.stringify(config) });
}

/** `embedding/table` → `embedding.weight`, `block1/norm/gain` → `block1.norm.weight` */
export function conventionalName(name: string): string {
  const parts = name.split('/');
  const last = parts.pop()!;
  return [...parts, CONVENTIONAL[last] ?? last].join('.');
}
