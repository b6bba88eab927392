/** What a node of an ONNX file reads, for the rules of the import. */
import { ValueError } from '../base/errors.js';
import type { Tensor } from '../files/dtypes.js';
import { type ConstantAttributes, Node } from '../graph/node.js';
import type { Attribute, OnnxNode } from './schema.js';

/** The operands and attributes of one node. Where the file does not hold what a rule asks for, ValueError is thrown. */
export class Operands {
  /** Version of the operators, on which some meanings depend. */
  readonly opset: number;
  private readonly source: OnnxNode;
  private readonly lookup: (name: string) => Node | Tensor;
  private readonly nodeOf: (name: string) => Node;

  constructor(
    source: OnnxNode,
    opset: number,
    lookup: (name: string) => Node | Tensor,
    nodeOf: (name: string) => Node,
  ) {
    this.source = source;
    this.opset = opset;
    this.lookup = lookup;
    this.nodeOf = nodeOf;
  }

  get count(): number {
    return this.source.inputs.length;
  }

  has(i: number): boolean {
    return (this.source.inputs[i] ?? '') !== '';
  }

  /** The i-th operand as a node. */
  node(i: number): Node {
    if (!this.has(i)) throw new ValueError(`operand ${i + 1} is missing`);
    return this.nodeOf(this.source.inputs[i]!);
  }

  all(): Node[] {
    return this.source.inputs.map((_, i) => this.node(i));
  }

  /** The numbers of an operand that stands in the file: a shape, axes, a bound. Undefined where it is left out. */
  numbers(i: number): number[] | undefined {
    if (!this.has(i)) return undefined;
    const value = this.lookup(this.source.inputs[i]!);
    if (!(value instanceof Node)) return Array.from<number | bigint, number>(value.data, Number);
    if (value.op.name === 'constant') return [...(value.attributes as ConstantAttributes).values];
    throw new ValueError(`operand ${i + 1} is computed at each run, but must be known in advance`);
  }

  /** The single number of such an operand. */
  number(i: number): number | undefined {
    const numbers = this.numbers(i);
    if (numbers !== undefined && numbers.length !== 1)
      throw new ValueError(`operand ${i + 1} must be a single number, not ${numbers.length}`);
    return numbers?.[0];
  }

  /** A number among the attributes. */
  attribute(name: string, otherwise: number): number {
    const attribute = this.find(name);
    if (attribute === undefined) return otherwise;
    if (attribute.type === 'int' || attribute.type === 'float') return attribute.value;
    throw new ValueError(`the attribute '${name}' must be a number`);
  }

  text(name: string, otherwise: string): string {
    const attribute = this.find(name);
    if (attribute === undefined) return otherwise;
    if (attribute.type === 'string') return attribute.value;
    throw new ValueError(`the attribute '${name}' must be text`);
  }

  list(name: string): readonly number[] | undefined {
    const attribute = this.find(name);
    if (attribute === undefined || attribute.type === 'ints' || attribute.type === 'floats')
      return attribute?.value;
    throw new ValueError(`the attribute '${name}' must be a list of numbers`);
  }

  tensor(name: string): Tensor | undefined {
    const attribute = this.find(name);
    return attribute?.type === 'tensor' ? attribute.value : undefined;
  }

  /** Axes, which became the operand `place` where they had been an attribute. */
  axes(place: number): readonly number[] | undefined {
    return this.list('axes') ?? this.numbers(place);
  }

  private find(name: string): Attribute | undefined {
    const { attributes } = this.source;
    return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  }
}
