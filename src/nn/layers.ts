/**
 * Layers: parameters with a function from node to node. Counting layers as the textbook does, inputs are not one.
 *
 * Every layer has a name; its parameters are called `name/weight`, `name/bias`, …, and errors name it.
 */
import { ShapeError } from '../base/errors.js';
import { formatShape } from '../base/shape.js';
import { type Node, type ParameterNode, parameter } from '../graph/node.js';
import { add } from '../graph/ops/arithmetic.js';
import { matmul } from '../graph/ops/matrix.js';
import { dropout, layerNorm } from '../graph/ops/normalization.js';
import { bag, gather, type Pooling, segmentPool } from '../graph/ops/rows.js';
import { concat } from '../graph/ops/structure.js';
import { type Activation, activate } from './activations.js';
import { gainOf, type Initializer, initialValues } from './initializers.js';

export interface Layer {
  readonly name: string;
  readonly parameters: readonly ParameterNode[];
  forward(x: Node): Node;
}

export interface LinearOptions {
  /** g in a = g(Wx + b) (default: linear) */
  readonly activation?: Activation;
  /** Default: true */
  readonly bias?: boolean;
  /** Of W. Default: Kaiming for ReLU and its kin, else Xavier, with the activation's gain. */
  readonly initializer?: Initializer;
  readonly biasInitializer?: Initializer;
  /** Seed of the initial values (default 1). */
  readonly seed?: number;
}

/** a = g(x Wᵀ + b): x [batch, inputs] → [batch, outputs]; W [outputs, inputs], b [outputs] */
export class Linear implements Layer {
  readonly name: string;
  readonly weight: ParameterNode;
  readonly bias: ParameterNode | undefined;
  readonly activation: Activation;
  readonly inputs: number;
  readonly outputs: number;

  constructor(name: string, inputs: number, outputs: number, options: LinearOptions = {}) {
    const { activation = 'linear', bias = true, seed = 1 } = options;
    const gain = gainOf(activation);
    const initializer = options.initializer ?? { kind: gain === Math.SQRT2 ? 'kaiming' : 'xavier', gain };
    this.name = name;
    this.inputs = inputs;
    this.outputs = outputs;
    this.activation = activation;
    this.weight = made(`${name}/weight`, [outputs, inputs], initializer, seed);
    this.bias = bias
      ? made(`${name}/bias`, [outputs], options.biasInitializer ?? { kind: 'zeros' }, seed)
      : undefined;
  }

  get parameters(): readonly ParameterNode[] {
    return this.bias === undefined ? [this.weight] : [this.weight, this.bias];
  }

  forward(x: Node): Node {
    if (x.shape.at(-1) !== this.inputs) {
      throw new ShapeError(
        `layer '${this.name}' takes ${this.inputs} inputs, but is given ${formatShape(x.shape)}. ` +
          `Make the layer with ${x.shape.at(-1)} inputs, or the value before it with ${this.inputs} outputs.`,
      );
    }
    const product = matmul(x, this.weight, { transposeB: true });
    return activate(this.bias === undefined ? product : add(product, this.bias), this.activation);
  }
}

export interface EmbeddingOptions {
  /** Default: N(0, 1/√dimension) */
  readonly initializer?: Initializer;
  readonly seed?: number;
  /** Start from these values, row-major [rows, dimension] (pretrained vectors). */
  readonly values?: ArrayLike<number>;
}

/** One vector for each id: ids […] → […, dimension]; E [rows, dimension] */
export class Embedding implements Layer {
  readonly name: string;
  readonly table: ParameterNode;

  constructor(name: string, rows: number, dimension: number, options: EmbeddingOptions = {}) {
    const {
      initializer = { kind: 'normal', deviation: 1 / Math.sqrt(dimension) },
      seed = 1,
      values,
    } = options;
    this.name = name;
    const tableName = `${name}/table`;
    this.table =
      values === undefined
        ? made(tableName, [rows, dimension], initializer, seed)
        : parameter(tableName, [rows, dimension], values);
  }

  get parameters(): readonly ParameterNode[] {
    return [this.table];
  }

  forward(ids: Node): Node {
    return gather(this.table, ids);
  }
}

/** How a bag of embeddings becomes one vector; `mean+max` is both, side by side. */
export type BagPooling = Pooling | 'mean+max';

/** A bag of embeddings, pooled: ids [items], ends [batch] → [batch, dimension] (twice that for mean+max) */
export class EmbeddingBag {
  readonly name: string;
  readonly table: ParameterNode;
  readonly pooling: BagPooling;

  constructor(
    name: string,
    rows: number,
    dimension: number,
    pooling: BagPooling = 'mean',
    options: EmbeddingOptions = {},
  ) {
    this.name = name;
    this.pooling = pooling;
    this.table = new Embedding(name, rows, dimension, options).table;
  }

  get parameters(): readonly ParameterNode[] {
    return [this.table];
  }

  /** Width of what `forward` gives. */
  get outputs(): number {
    const dimension = this.table.shape[1] as number;
    return this.pooling === 'mean+max' ? 2 * dimension : dimension;
  }

  forward(ids: Node, ends: Node): Node {
    if (this.pooling !== 'mean+max') return bag(this.table, ids, ends, this.pooling);
    const rows = gather(this.table, ids);
    return concat([segmentPool(rows, ends, 'mean'), segmentPool(rows, ends, 'max')]);
  }
}

/** Drops elements while training; see `dropout`. */
export class Dropout implements Layer {
  readonly name: string;
  readonly rate: number;
  readonly parameters = [];

  constructor(name: string, rate: number) {
    this.name = name;
    this.rate = rate;
  }

  forward(x: Node): Node {
    return dropout(x, this.rate, this.name);
  }
}

/** Layer normalisation with learned gain and bias: [batch, size] → the same */
export class LayerNorm implements Layer {
  readonly name: string;
  readonly gain: ParameterNode;
  readonly bias: ParameterNode;

  constructor(name: string, size: number) {
    this.name = name;
    this.gain = parameter(`${name}/gain`, [size], 1);
    this.bias = parameter(`${name}/bias`, [size], 0);
  }

  get parameters(): readonly ParameterNode[] {
    return [this.gain, this.bias];
  }

  forward(x: Node): Node {
    return layerNorm(x, this.gain, this.bias);
  }
}

/** x + f(x) (He et al. 2016): the layer learns what to change, and the gradient has a way past it. */
export class Residual implements Layer {
  readonly name: string;
  readonly inner: Layer;

  constructor(name: string, inner: Layer) {
    this.name = name;
    this.inner = inner;
  }

  get parameters(): readonly ParameterNode[] {
    return this.inner.parameters;
  }

  forward(x: Node): Node {
    return add(x, this.inner.forward(x));
  }
}

/** One layer after the other: a feedforward network is a⁽⁰⁾ = x, a⁽ⁱ⁾ = layerᵢ(a⁽ⁱ⁻¹⁾). */
export class Sequential implements Layer {
  readonly name: string;
  readonly layers: readonly Layer[];

  constructor(name: string, layers: readonly Layer[]) {
    this.name = name;
    this.layers = layers;
  }

  get parameters(): readonly ParameterNode[] {
    return this.layers.flatMap((layer) => layer.parameters);
  }

  forward(x: Node): Node {
    return this.layers.reduce((value, layer) => layer.forward(value), x);
  }
}

function made(name: string, shape: readonly number[], initializer: Initializer, seed: number): ParameterNode {
  return parameter(name, shape, initialValues(initializer, shape, seed, name));
}
