/** ONNX models of any origin → graphs, as far as they are simple networks. */
import { FormatError, LexigradError } from '../base/errors.js';
import type { Axis } from '../base/shape.js';
import type { Tensor } from '../files/dtypes.js';
import { constant, type InputNode, input, Node, type ParameterNode, parameter } from '../graph/node.js';
import { decodeOnnx } from './decode.js';
import { importRules } from './import-rules.js';
import { Operands } from './operands.js';
import type { OnnxModel, OnnxNode, OnnxValue } from './schema.js';

/** Versions of the standard operators whose meanings are known here. */
const OLDEST_OPSET = 7;
const NEWEST_OPSET = 28;

/** An ONNX model as a graph that engines run and `backward` differentiates. */
export interface ImportedGraph {
  /** Fed at each run. Float64 inputs are float32 here, and integers of any size are 32-bit. */
  readonly inputs: Readonly<Record<string, InputNode>>;
  readonly outputs: Readonly<Record<string, Node>>;
  /** Every computed value by its name in the file. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** The weights, in the order in which they are first used; a `Workspace` holds and changes them. */
  readonly parameters: readonly ParameterNode[];
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads an ONNX file as a graph: multi-layer perceptrons and their kin, from any tool. Weights become parameters,
 * dropout drops as it does in a trained network: nothing.
 *
 * @param options.file the name to give in messages.
 * @throws FormatError for an operator that is not known here (it names the node and the operator), for uses of an
 * operator that the graph cannot express, and for everything that `decodeOnnx` refuses.
 * @example
 * const { inputs, outputs, parameters } = importOnnx(await readFile('mlp.onnx'));
 * evaluate(outputs, { x: [1, 2, 3, 4] });
 */
export function importOnnx(bytes: Uint8Array, { file }: { readonly file?: string } = {}): ImportedGraph {
  return graphOfOnnx(decodeOnnx(bytes, file), { file });
}

/** The same from a decoded model. */
export function graphOfOnnx(model: OnnxModel, { file }: { readonly file?: string } = {}): ImportedGraph {
  const { opset, graph, metadata } = model;
  if (!(opset >= OLDEST_OPSET && opset <= NEWEST_OPSET)) {
    throw new FormatError(
      `the ONNX file uses version ${opset} of the operators; ${OLDEST_OPSET} to ${NEWEST_OPSET} are known: convert it`,
      { file },
    );
  }
  const values = new Values(graph.initializers, file);
  const given = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const inputs = given.map((value) => [value.name, values.addInput(value)] as const);
  for (const node of graph.nodes) values.addNode(node, opset);
  return {
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(graph.outputs.map(({ name }) => [name, values.node(name, 'the outputs')])),
    nodes: values.computed(),
    parameters: values.parameters,
    metadata,
  };
}

/** The values met so far, by name. Tensors stay tensors until a node calculates with them. */
class Values {
  readonly parameters: ParameterNode[] = [];
  private readonly byName: Map<string, Node | Tensor>;
  private readonly file: string | undefined;

  constructor(initializers: ReadonlyMap<string, Tensor>, file: string | undefined) {
    this.byName = new Map(initializers);
    this.file = file;
  }

  addInput({ name, elementType, shape }: OnnxValue): InputNode {
    if (elementType === undefined || elementType === 'BOOL')
      throw this.refusal(`its input '${name}' is no tensor of numbers`);
    if (shape === undefined) throw this.refusal(`its input '${name}' does not say how many axes it has`);
    const isFloat = ['F32', 'F64', 'F16', 'BF16'].includes(elementType);
    const axes = shape.map((axis, i) => axisOf(axis, `${name}_axis${i}`));
    const node = this.guarded(`input '${name}'`, () => input(name, axes, isFloat ? 'f32' : 'i32'));
    this.define(name, node);
    return node;
  }

  addNode(node: OnnxNode, opset: number): void {
    const what = `node '${node.name || node.outputs[0]}' (${node.opType})`;
    const rule = node.domain === '' || node.domain === 'ai.onnx' ? importRules.get(node.opType) : undefined;
    if (rule === undefined) {
      const operator = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`;
      throw this.refusal(
        `its node '${node.name || node.outputs[0]}' is the operator ${operator}, which Lexigrad cannot run. It can run ` +
          [...importRules.keys()].join(', '),
      );
    }
    const [output, ...others] = node.outputs;
    if (output === undefined || output === '') throw this.refusal(`${what} has no output`);
    if (others.some((other) => other !== '') && node.opType !== 'Dropout')
      throw this.refusal(`${what} has more than one output`);
    const operands = new Operands(
      node,
      opset,
      (name) => this.value(name, what),
      (name) => this.node(name, what),
    );
    this.define(
      output,
      this.guarded(what, () => rule(operands)),
    );
  }

  /** A value to calculate with: weights become parameters when they are first used. */
  node(name: string, reader: string): Node {
    const value = this.value(name, reader);
    if (value instanceof Node) return value;
    const made = this.guarded(`tensor '${name}'`, () => this.nodeOf(name, value));
    this.byName.set(name, made);
    return made;
  }

  /** All that is a node by now. */
  computed(): Map<string, Node> {
    return new Map([...this.byName].filter((entry): entry is [string, Node] => entry[1] instanceof Node));
  }

  private value(name: string, reader: string): Node | Tensor {
    const value = this.byName.get(name);
    if (value === undefined)
      throw this.refusal(`${reader} asks for '${name}', which nothing before it gives`);
    return value;
  }

  private nodeOf(name: string, tensor: Tensor): Node {
    const { dtype, shape, data } = tensor;
    if (dtype === 'F32' || dtype === 'F16' || dtype === 'BF16') {
      if (shape.length === 0) return constant(data[0]!);
      const made = parameter(name, shape, data);
      this.parameters.push(made);
      return made;
    }
    return constant(Array.from<number | bigint, number>(data, Number), shape, 'i32');
  }

  private define(name: string, value: Node | Tensor): void {
    if (this.byName.has(name)) throw this.refusal(`two of its values are called '${name}'`);
    this.byName.set(name, value);
  }

  /** What the graph refuses is a fault of the file here. */
  private guarded<Result>(what: string, make: () => Result): Result {
    try {
      return make();
    } catch (cause) {
      if (cause instanceof LexigradError) throw this.refusal(`${what}: ${cause.message}`);
      throw cause;
    }
  }

  private refusal(what: string): FormatError {
    return new FormatError(`the ONNX file cannot be used: ${what}`, { file: this.file });
  }
}

/** A size as the graph names it. Names that would be read as numbers or products are replaced. */
function axisOf(axis: number | string, substitute: string): Axis {
  if (typeof axis === 'number') return axis >= 0 ? axis : plain(substitute);
  return /^(?:\d+\*)?[^\d*][^*]*$/.test(axis) ? axis : plain(substitute);
}

function plain(name: string): string {
  return name.replaceAll('*', '_').replace(/^\d/, '_');
}
