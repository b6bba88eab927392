/** The graphs of models: of ONNX files as they stand there, of our own models as the library builds them. */
import { FeedforwardNetwork, LanguageModel, TextClassifier } from 'lexigrad';
import type { LoadedModel } from 'lexigrad/files';
import { graphToJSON, type Node } from 'lexigrad/graph';
import { graphOfOnnx, type OnnxModel } from 'lexigrad/onnx';
import { shapeText } from './shapes.js';
import type { GraphNodeKind } from './tasks.js';

export interface PlainNode {
  readonly kind: GraphNodeKind;
  readonly title: string;
  readonly detail: string;
}

export interface PlainEdge {
  readonly from: number;
  readonly to: number;
  readonly shape: string;
}

export interface PlainGraph {
  readonly nodes: readonly PlainNode[];
  readonly edges: readonly PlainEdge[];
}

/** The graph of a prediction; undefined for models that are no graph, such as n-grams. */
export function graphOfModel(content: LoadedModel, file: string): PlainGraph | undefined {
  switch (content.kind) {
    case 'text-classifier':
      return graphOfNode(TextClassifier.fromModel(content, { file }).network.probabilities);
    case 'language-model':
      return graphOfNode(LanguageModel.fromModel(content, { file }).network.logits);
    case 'feedforward-network':
      return graphOfNode(FeedforwardNetwork.fromModel(content, { file }).network.probabilities);
    default:
      return undefined;
  }
}

function graphOfNode(output: Node): PlainGraph {
  const { nodes, outputs } = graphToJSON(output);
  const shapes = nodes.map(({ shape }) => shapeText(shape));
  return {
    nodes: nodes.map(({ id, op, name, inputs, attributes, formula }) => ({
      kind: kindOf(op, outputs.includes(id), inputs.length),
      title: op === 'constant' && 'value' in attributes ? String(attributes.value) : (name ?? op),
      detail: inputs.length === 0 ? shapes[id]! : formula,
    })),
    edges: nodes.flatMap(({ id, inputs }) => inputs.map((from) => ({ from, to: id, shape: shapes[from]! }))),
  };
}

function kindOf(op: string, isOutput: boolean, inputs: number): GraphNodeKind {
  if (isOutput) return 'output';
  if (op === 'input') return 'input';
  if (op === 'parameter') return 'weight';
  return inputs === 0 ? 'constant' : 'operation';
}

/** Operators with their weights in them; shapes are those of the file, or else what the library infers. */
export function graphOfOnnxModel(model: OnnxModel): PlainGraph {
  const { graph } = model;
  const shapes = shapesOf(model);
  const nodes: PlainNode[] = [];
  const edges: PlainEdge[] = [];
  const makers = new Map<string, number>();
  for (const { name } of graph.inputs) {
    if (graph.initializers.has(name)) continue;
    makers.set(name, nodes.length);
    nodes.push({ kind: 'input', title: name, detail: shapes.get(name) ?? '' });
  }
  for (const { opType, name, inputs, outputs, attributes } of graph.nodes) {
    const id = nodes.length;
    const weights = inputs.flatMap((input) => {
      const tensor = graph.initializers.get(input);
      return tensor === undefined ? [] : [`${input} ${shapeText(tensor.shape)}`];
    });
    const settings = Object.entries(attributes).flatMap(([key, { value }]) =>
      typeof value === 'number' || typeof value === 'string' ? [`${key} ${value}`] : [],
    );
    nodes.push({ kind: 'operation', title: opType, detail: [...weights, ...settings].join(', ') || name });
    for (const input of inputs) {
      const from = makers.get(input);
      if (from !== undefined) edges.push({ from, to: id, shape: shapes.get(input) ?? '' });
    }
    for (const output of outputs) makers.set(output, id);
  }
  for (const { name } of graph.outputs) {
    const id = nodes.length;
    const from = makers.get(name);
    nodes.push({ kind: 'output', title: name, detail: shapes.get(name) ?? '' });
    if (from !== undefined) edges.push({ from, to: id, shape: shapes.get(name) ?? '' });
  }
  return { nodes, edges };
}

function shapesOf(model: OnnxModel): Map<string, string> {
  const { inputs, outputs, values } = model.graph;
  const shapes = new Map<string, string>();
  try {
    for (const [name, node] of graphOfOnnx(model).nodes) shapes.set(name, shapeText(node.shape));
  } catch {
    // Operators that the library does not know: the file's own shapes have to do.
  }
  for (const { name, shape } of [...inputs, ...outputs, ...values])
    if (shape !== undefined) shapes.set(name, shapeText(shape));
  return shapes;
}
