/** Graphs → ONNX models: the nodes that lead to the outputs, with the values that the parameters have. */
import { ValueError } from '../base/errors.js';
import { elementCount, formatShape, sameShape } from '../base/shape.js';
import { VERSION } from '../base/version.js';
import type { Tensor } from '../files/dtypes.js';
import {
  type ConstantAttributes,
  InputNode,
  type Node,
  ParameterNode,
  topologicalOrder,
} from '../graph/node.js';
import type { OpName } from '../graph/ops/index.js';
import { encodeOnnx } from './encode.js';
import { affine, type Rule, rules } from './rules.js';
import { IR_VERSION, type OnnxModel, type OnnxNode, type OnnxValue, OPSET } from './schema.js';
import { GraphWriter, onnxTypeOf } from './writer.js';

export interface ExportOptions {
  /** The value of a parameter, row-major; default: what it starts from. A trained model's: `workspace.read`. */
  readonly valuesOf?: (parameter: ParameterNode) => ArrayLike<number>;
  /** Name of the graph (default `lexigrad`). */
  readonly name?: string;
  /** A sentence for people, which viewers show. */
  readonly description?: string;
  /** Texts to put into the file beside the graph. */
  readonly metadata?: ReadonlyMap<string, string>;
  /** Tensors to put into the file that no node reads. Runtimes pass over them. */
  readonly attachments?: ReadonlyMap<string, Tensor>;
}

/**
 * The bytes of an ONNX file that computes the given nodes: opset 17, IR version 8.
 *
 * Inputs and parameters keep their names; floats are 32-bit, integers 64-bit. Axes with names stay open. Dropout is left
 * out, as it is when predicting. Any graph will do, a training loss or a gradient as well.
 *
 * @param outputs by the names that they are to have.
 * @throws ValueError where a name is used twice or there are no outputs; ShapeError where a run-time size is asked for
 * that no input has.
 * @example
 * const x = input('x', ['batch', 2]);
 * const bytes = exportOnnx({ y: new Linear('hidden', 2, 3, { activation: 'tanh' }).forward(x) });
 */
export function exportOnnx(outputs: Readonly<Record<string, Node>>, options: ExportOptions = {}): Uint8Array {
  return encodeOnnx(graphToOnnx(outputs, options));
}

/** The same as data. */
export function graphToOnnx(outputs: Readonly<Record<string, Node>>, options: ExportOptions = {}): OnnxModel {
  const {
    name = 'lexigrad',
    description = '',
    metadata = new Map(),
    attachments = new Map(),
    valuesOf = (node) => node.initial,
  } = options;
  const outputNames = Object.keys(outputs);
  if (outputNames.length === 0) throw new ValueError('an ONNX model needs at least one output');
  const order = topologicalOrder(Object.values(outputs));
  const inputs = order.filter((node) => node instanceof InputNode);
  const parameters = order.filter((node) => node instanceof ParameterNode);
  const names = [...inputs, ...parameters].map((leaf) => leaf.name);
  const reserved = [...names, ...outputNames, ...attachments.keys()];
  checkNames(reserved);

  const to = new GraphWriter(inputs, reserved);
  for (const parameter of parameters) {
    to.initializers.set(parameter.name, tensorOf(parameter, valuesOf(parameter)));
  }
  for (const [attached, tensor] of attachments) to.initializers.set(attached, tensor);
  const nodes = new Exporter(order, outputs, to).run();
  return {
    irVersion: IR_VERSION,
    opset: OPSET,
    producer: 'lexigrad',
    producerVersion: VERSION,
    description,
    graph: {
      name,
      nodes,
      initializers: to.initializers,
      inputs: inputs.map((node) => valueOfNode(node.name, node)),
      outputs: outputNames.map((output) => valueOfNode(output, outputs[output]!)),
      values: to.values,
    },
    metadata,
  };
}

/** Walks the graph once, each node after its inputs. */
class Exporter {
  private readonly order: readonly Node[];
  private readonly outputs: Readonly<Record<string, Node>>;
  private readonly to: GraphWriter;
  /** The ONNX value that each node became. */
  private readonly names = new Map<Node, string>();
  private readonly scopes = new Map<Node, string>();
  /** Matrix products that become one Gemm with the bias added to them, by that addition. */
  private readonly products = new Map<Node, Node>();

  constructor(order: readonly Node[], outputs: Readonly<Record<string, Node>>, to: GraphWriter) {
    this.order = order;
    this.outputs = outputs;
    this.to = to;
  }

  run(): OnnxNode[] {
    this.findBiases();
    const waiting = new Set(this.products.values());
    for (const node of this.order) {
      if (node instanceof InputNode || node instanceof ParameterNode) this.names.set(node, node.name);
      else if (node.op.name === 'constant') this.names.set(node, this.constant(node));
      else if (!waiting.has(node)) this.names.set(node, this.compute(node));
    }
    return this.withOutputNames();
  }

  /** x W + b, where nothing else reads x W. */
  private findBiases(): void {
    const uses = new Map<Node, number>();
    for (const node of [...this.order.flatMap(({ inputs }) => inputs), ...Object.values(this.outputs)]) {
      uses.set(node, (uses.get(node) ?? 0) + 1);
    }
    for (const node of this.order) {
      const [product, bias] = node.inputs;
      const isBiased =
        node.op.name === 'add' &&
        product!.op.name === 'matmul' &&
        product!.rank === 2 &&
        uses.get(product!) === 1 &&
        sameShape(bias!.shape, [product!.shape[1]!]);
      if (isBiased) this.products.set(node, product!);
    }
  }

  private compute(node: Node): string {
    const { to } = this;
    const product = this.products.get(node);
    to.scope = this.scopeOf(node, product);
    this.scopes.set(node, to.scope);
    const inputs = (product === undefined ? node.inputs : [...product.inputs, node.inputs[1]!]).map(
      (input) => this.names.get(input)!,
    );
    const before = to.nodes.length;
    const name =
      product === undefined
        ? (rules[node.op.name as OpName] as Rule)(to, inputs, node as Parameters<Rule>[2])
        : affine(to, inputs, product as Parameters<typeof affine>[2]);
    if (to.nodes.length > before) to.values.push(valueOfNode(name, node));
    return name;
  }

  /** The layer that a node belongs to: that of its parameters, else that of what it reads. */
  private scopeOf(node: Node, product?: Node): string {
    const operands = product === undefined ? node.inputs : [...node.inputs.slice(1), ...product.inputs];
    for (const operand of operands) {
      const end = operand instanceof ParameterNode ? operand.name.lastIndexOf('/') : -1;
      if (end > 0) return (operand as ParameterNode).name.slice(0, end);
    }
    for (const operand of operands) {
      const scope = this.scopes.get(operand);
      if (scope !== undefined && scope !== '') return scope;
    }
    return '';
  }

  private constant(node: Node): string {
    const { values } = node.attributes as ConstantAttributes;
    const shape = node.shape as readonly number[];
    return node.dtype === 'i32' ? this.to.integers(values, shape) : this.to.floats(values, shape);
  }

  /** The nodes, in which the values that are outputs have the outputs' names. */
  private withOutputNames(): OnnxNode[] {
    const { to } = this;
    const computed = new Set(to.nodes.flatMap(({ outputs }) => outputs));
    const renamed = new Map<string, string>();
    to.scope = '';
    for (const [output, node] of Object.entries(this.outputs)) {
      const value = this.names.get(node)!;
      if (computed.has(value) && !renamed.has(value)) renamed.set(value, output);
      else to.nodes.push(identity(to.unique('Identity'), value, output));
    }
    const final = (name: string) => renamed.get(name) ?? name;
    to.values.splice(0, Infinity, ...to.values.filter(({ name }) => !renamed.has(name)));
    return to.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(final),
      outputs: node.outputs.map(final),
    }));
  }
}

function identity(name: string, input: string, output: string): OnnxNode {
  return { name, opType: 'Identity', domain: '', inputs: [input], outputs: [output], attributes: {} };
}

function valueOfNode(name: string, { dtype, shape }: Node): OnnxValue {
  return { name, elementType: onnxTypeOf[dtype], shape };
}

function tensorOf(parameter: ParameterNode, values: ArrayLike<number>): Tensor {
  const shape = parameter.shape as readonly number[];
  if (values.length !== elementCount(shape)) {
    throw new ValueError(
      `parameter '${parameter.name}' ${formatShape(shape)} cannot have ${values.length} values`,
    );
  }
  return parameter.dtype === 'i32'
    ? { dtype: 'I64', shape, data: BigInt64Array.from(Array.from(values), BigInt) }
    : { dtype: 'F32', shape, data: new Float32Array(values) };
}

/** Inputs, parameters and outputs share one space of names. */
function checkNames(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new ValueError(
      `the name '${twice}' is used for two of the model's inputs, parameters, outputs and attachments: give each its own`,
    );
  }
  if (names.includes('')) throw new ValueError('inputs, parameters and outputs of an ONNX model need names');
}
