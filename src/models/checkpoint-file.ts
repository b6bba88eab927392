/**
 * Checkpoints as bytes: a model file of the kind 'checkpoint', which holds the state of a training run and the settings
 * that the run was started with. A run may only go on under the settings it began with: anything else would neither
 * be the old run nor a new one.
 */
import { FormatError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import { decodeModel, encodeModel, type ModelContent, type Tensor } from '../files/index.js';
import { modelPieces } from '../files/model-file.js';
import type { Checkpoint, TrainingState } from '../train/checkpoint.js';

export const CHECKPOINT_KIND = 'checkpoint';

/** Everything that decides what a run computes: options, hashes of the data, engine. Plain JSON. */
export type RunSettings = Readonly<Record<string, unknown>>;

/** A checkpoint with the settings of its run. */
export interface SavedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly settings: RunSettings;
}

/**
 * The bytes of a checkpoint file.
 *
 * @throws ValueError when the settings are not plain JSON
 */
export function encodeCheckpoint(saved: SavedCheckpoint): Uint8Array {
  return encodeModel(contentOf(saved));
}

/** The same bytes as pieces in order, for writing before training goes on. Throws as `encodeCheckpoint` does. */
export function checkpointPieces(saved: SavedCheckpoint): Uint8Array[] {
  return modelPieces(contentOf(saved));
}

function contentOf({ checkpoint, settings }: SavedCheckpoint): ModelContent {
  const { tensors, state } = checkpoint;
  return {
    kind: CHECKPOINT_KIND,
    version: VERSION,
    config: { state, settings },
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, values]) => [name, tensorOf(values)])),
  };
}

/**
 * Reads a checkpoint file.
 *
 * @param file the name to give in messages
 * @throws FormatError when it is no checkpoint, is damaged, or comes from another version of the library
 */
export function decodeCheckpoint(bytes: Uint8Array, file?: string): SavedCheckpoint {
  const { kind, version, config, tensors } = decodeModel(bytes, file);
  if (kind !== CHECKPOINT_KIND) {
    throw new FormatError(`this is a finished ${kind}, not the checkpoint of a run`, { file });
  }
  if (version !== VERSION) {
    const message = `this checkpoint was saved by version ${version} and cannot go on under ${VERSION}`;
    throw new FormatError(`${message}: delete it and start again`, { file });
  }
  const { state, settings } = (config ?? {}) as { state?: unknown; settings?: unknown };
  if (!isState(state) || !isRecord(settings)) {
    throw new FormatError('the training state in the checkpoint is not sound: the file is damaged', { file });
  }
  const values = Object.fromEntries(Array.from(tensors, ([name, { data }]) => [name, data]));
  for (const [name, data] of Object.entries(values)) {
    if (data instanceof Float32Array || data instanceof Int32Array) continue;
    throw new FormatError(`tensor '${name}' of the checkpoint has a type that no run saves`, { file });
  }
  return { checkpoint: { tensors: values as Checkpoint['tensors'], state }, settings };
}

/** Names of the settings that two runs do not share, in order. */
export function differingSettings(saved: RunSettings, current: RunSettings): string[] {
  const names = [...new Set([...Object.keys(saved), ...Object.keys(current)])].sort();
  return names.filter((name) => canonical(saved[name]) !== canonical(current[name]));
}

function tensorOf(data: Float32Array | Int32Array): Tensor {
  const shape = [data.length];
  return data instanceof Int32Array ? { dtype: 'I32', shape, data } : { dtype: 'F32', shape, data };
}

/** JSON with sorted keys, so that the order in which settings were given does not matter. */
function canonical(value: unknown): string {
  const sorted = (_: string, item: unknown) =>
    isRecord(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item;
  return JSON.stringify(value, sorted) ?? '';
}

function isState(value: unknown): value is TrainingState {
  if (!isRecord(value) || !Array.isArray(value.history)) return false;
  const whole = ['step', 'epoch', 'batch', 'waited'].every(
    (name) => Number.isInteger(value[name]) && (value[name] as number) >= 0,
  );
  return whole && Number.isFinite(value.lossSum) && Number.isFinite(value.lossWeight);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
