/** Builds an ONNX graph node by node: gives names, keeps constants once, and finds run-time sizes. */
import { ShapeError } from '../base/errors.js';
import { type DType, productAxis, type Shape } from '../base/shape.js';
import type { Tensor } from '../files/dtypes.js';
import type { InputNode } from '../graph/node.js';
import { type Attributes, int, type OnnxNode, type OnnxValue } from './schema.js';

/** Ids and labels are 64-bit in ONNX, as everybody else writes them. */
export const onnxTypeOf: Readonly<Record<DType, 'F32' | 'I64'>> = { f32: 'F32', i32: 'I64' };

/** Numbers of a constant that its name spells out. */
const MOST_SHOWN = 4;

export class GraphWriter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, Tensor>();
  readonly values: OnnxValue[] = [];
  /** The part of the network that nodes belong to now, such as `hidden1`: it begins their names. */
  scope = '';
  private readonly inputs: readonly InputNode[];
  private readonly taken = new Set<string>();
  private readonly kept = new Map<string, string>();

  /** @param reserved names that only the graph's inputs, weights and outputs may have. */
  constructor(inputs: readonly InputNode[], reserved: readonly string[]) {
    this.inputs = inputs;
    for (const name of reserved) this.taken.add(name);
  }

  /** Adds a node of one output. Returns the output's name, which is the node's too. */
  node(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const name = this.unique(this.scope === '' ? opType : `${this.scope}/${opType}`);
    this.nodes.push({ name, opType, domain: '', inputs, outputs: [name], attributes });
    return name;
  }

  /** What `make` gives the first time; the same name afterwards. */
  once(key: string, make: () => string): string {
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.kept.set(key, made);
    return made;
  }

  /** Whole numbers as a constant: a list, or with shape [] a single one. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant({ dtype: 'I64', shape, data }, values);
  }

  /** Numbers as a constant, rounded to 32 bits. */
  floats(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.constant({ dtype: 'F32', shape, data: Float32Array.from(values) }, values);
  }

  scalar(value: number): string {
    return this.floats([value], []);
  }

  /** One number in every element of a shape. */
  filled(value: number, shape: Shape): string {
    return this.once(`filled ${value} ${shape.join()}`, () =>
      shape.every((size) => typeof size === 'number')
        ? this.floats(
            Array.from({ length: shape.reduce((count, size) => count * size, 1) }, () => value),
            shape,
          )
        : this.node('Expand', [this.scalar(value), this.sizes(shape)]),
    );
  }

  /** A shape as a value: int64 [rank]. */
  sizes(shape: Shape): string {
    if (shape.every((size) => typeof size === 'number')) return this.integers(shape);
    return this.once(`sizes ${shape.join()}`, () =>
      shape.length === 1
        ? this.size(shape[0]!)
        : this.node(
            'Concat',
            shape.map((axis) => this.size(axis)),
            { axis: int(0) },
          ),
    );
  }

  /**
   * The size of an axis as a value: int64 [1].
   * @throws ShapeError when no input of the graph has the axis.
   */
  size(axis: number | string): string {
    if (typeof axis === 'number') return this.integers([axis]);
    return this.once(`size ${axis}`, () => {
      const [first, ...rest] = axis.split('*');
      if (rest.length === 0) return this.measured(axis);
      const factor = (part: string) => this.size(/^\d+$/.test(part) ? Number(part) : part);
      return rest.reduce((product, part) => this.node('Mul', [product, factor(part)]), factor(first!));
    });
  }

  unique(name: string): string {
    let free = name;
    for (let i = 1; this.taken.has(free); i++) free = `${name}_${i}`;
    this.taken.add(free);
    return free;
  }

  /** The size that an input gives to a named axis: of an axis `3*batch` it is a third. */
  private measured(name: string): string {
    for (const { name: inputName, shape } of this.inputs) {
      const place = shape.findIndex((axis) => typeof axis === 'string' && axis.split('*').includes(name));
      if (place < 0) continue;
      const size = this.node('Shape', [inputName], { start: int(place), end: int(place + 1) });
      const others = String(shape[place]).split('*').map(Number).filter(Number.isFinite);
      const factor = productAxis(others);
      return factor === 1 ? size : this.node('Div', [size, this.integers([factor as number])]);
    }
    throw new ShapeError(
      `the size of axis '${name}' is not known: none of the inputs that the outputs depend on has it`,
    );
  }

  /** Named after what it holds: `constant/0.5`, `constant/[-1,6]`, `constant/[12 numbers]`. */
  private constant(tensor: Tensor, values: readonly number[]): string {
    const { dtype, shape } = tensor;
    // −0 and 0 are two constants, but have one text.
    const texts = values.map((value) => (Object.is(value, -0) ? '-0' : String(value)));
    return this.once(`${dtype} [${shape.join()}] ${texts.join()}`, () => {
      const shown = texts.length <= MOST_SHOWN ? texts.join() : `${texts.length} numbers`;
      const name = this.unique(`constant/${shape.length === 0 ? shown : `[${shown}]`}`);
      this.initializers.set(name, tensor);
      return name;
    });
  }
}
