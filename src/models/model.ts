/** What every trained model has: weights in a workspace, a record of its training, and a file form. */
import { saveFile } from '#host';
import { VERSION } from '../base/version.js';
import type { Engine } from '../engine/engine.js';
import { encodeModel, type ModelContent } from '../files/index.js';
import type { ParameterNode } from '../graph/node.js';
import type { Workspace } from '../program/index.js';
import type { TrainingRecord } from './record.js';
import { tensorsOf } from './tensors.js';
import { weightsHash } from './weights-hash.js';

export { checkKind } from './check-kind.js';

export interface LoadOptions {
  /** Default: `defaultEngine()` */
  readonly engine?: Engine;
  /** The name to give in messages. */
  readonly file?: string;
}

export abstract class Model {
  abstract readonly workspace: Workspace;
  abstract readonly network: { readonly parameters: readonly ParameterNode[] };
  /** How the model was trained: options, data, history, results. */
  record: TrainingRecord = {};

  /** The model as its file holds it. */
  abstract toModel(): ModelContent;

  /** The bytes of the model file. The same model gives the same bytes. */
  toBytes(): Uint8Array {
    return encodeModel(this.toModel());
  }

  /** Writes the model file, whole or not at all. Where there is no file system, use `toBytes`. */
  async save(path: string): Promise<void> {
    await saveFile(path, this.toBytes());
  }

  /** Hash of the weights: the same for the same training. */
  get hash(): string {
    return weightsHash(this.workspace, this.network.parameters);
  }

  /** Numbers that training found. */
  get parameterCount(): number {
    return this.network.parameters.reduce((total, node) => total + node.initial.length, 0);
  }

  protected contentOf(kind: string, config: unknown): ModelContent {
    return { kind, version: VERSION, config, tensors: tensorsOf(this.workspace, this.network.parameters) };
  }
}
