/** The weights of a language model as the calls of a prediction want them: addresses and matrices by name. */
import type { Floats } from '../../../engine/engine.js';
import type { ParameterNode } from '../../../graph/node.js';
import type { Workspace } from '../../../program/index.js';
import { Calls } from './calls.js';
import { CodedMatrix, FloatMatrix, type Matrix, type Precision, takeRowCodes } from './matrix.js';
import { Blocks } from './memory.js';

/** Smaller matrices than this, 512 kB as floats, stay in the caches beside the processor, and 16 bits save nothing. */
const LARGE_MATRIX = 2 ** 17;

export class Weights {
  readonly workspace: Workspace;
  readonly precision: Precision;
  /** The copies. */
  readonly blocks: Blocks;
  /** The largest number of inputs of a coded matrix. */
  private widest = 0;
  private readonly parameters: ReadonlyMap<string, ParameterNode>;

  constructor(workspace: Workspace, parameters: readonly ParameterNode[], precision: Precision) {
    this.workspace = workspace;
    this.parameters = new Map(parameters.map((node) => [node.name, node]));
    this.precision = precision;
    this.blocks = new Blocks(workspace.machine);
  }

  /** Where a parameter is. */
  address(name: string): number {
    return this.workspace.addressOf(this.named(name));
  }

  /** The same, or 0 where the network has none of this name. */
  addressIfAny(name: string): number {
    return this.parameters.has(name) ? this.address(name) : 0;
  }

  values(name: string): Floats {
    return this.workspace.view(this.named(name)) as Floats;
  }

  /** A matrix within the network: its errors reach every logit, so it is copied in 8 bits or not at all. */
  matrix(name: string): Matrix {
    return this.make(name, this.precision === 'int8' ? 'int8' : 'float32');
  }

  /** A matrix with a row for each word of the vocabulary, which gives a part of that word's logit. */
  outputMatrix(name: string): Matrix {
    const [rows, columns] = this.named(name).shape as readonly [number, number];
    const isSmall = this.precision === 'int16' && rows * columns <= LARGE_MATRIX;
    return this.make(name, isSmall ? 'float32' : this.precision);
  }

  /** Columns `begin` … `end` − 1 of a matrix as one of its own. */
  columns(name: string, begin: number, end: number): Matrix {
    const values = this.values(name);
    const [rows, columns] = this.named(name).shape as readonly [number, number];
    const width = end - begin;
    const part = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++)
      part.set(values.subarray(row * columns + begin, row * columns + end), row * width);
    if (this.precision === 'int8') return this.code(part, [rows, width], 'int8');
    const address = this.blocks.take(part.length);
    this.workspace.machine.writeFloats(address, part);
    return new FloatMatrix(address, [rows, width]);
  }

  /** An empty list of calls for so many rows. */
  calls(rows: number, blocks: Blocks): Calls {
    return new Calls(this.widest === 0 ? undefined : takeRowCodes(blocks, rows, this.widest));
  }

  private make(name: string, precision: Precision): Matrix {
    const shape = this.named(name).shape as readonly [number, number];
    if (precision === 'float32') return new FloatMatrix(this.address(name), shape);
    return this.code(this.values(name), shape, precision);
  }

  private code(values: Floats, shape: readonly [number, number], precision: 'int16' | 'int8'): Matrix {
    this.widest = Math.max(this.widest, shape[1]);
    return new CodedMatrix(this.blocks, values, shape, precision);
  }

  private named(name: string): ParameterNode {
    return this.parameters.get(name)!;
  }
}
