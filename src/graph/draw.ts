/** Graphs as pictures: plain data for programs that draw, and the text of two drawing tools. */
import { type DType, formatShape, type Shape } from '../base/shape.js';
import { InputNode, type Node, ParameterNode, scalarConstant, topologicalOrder } from './node.js';

/** A node as plain data. */
export interface GraphNode {
  /** Its place in topological order: inputs come before what uses them. */
  readonly id: number;
  readonly op: string;
  /** As the textbook writes it; y is this node. */
  readonly formula: string;
  /** The given name, or that of the input or parameter. */
  readonly name?: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Ids of its inputs, in order. */
  readonly inputs: readonly number[];
}

export interface GraphJSON {
  readonly nodes: readonly GraphNode[];
  /** Ids of the outputs. */
  readonly outputs: readonly number[];
}

/** Names for nodes inside a graph: `{ d, e, L }` calls the nodes in those variables d, e and L. */
export type NodeNames = Readonly<Record<string, Node>>;

/**
 * The graph of one or more outputs as plain data. The same graph, built in the same way, has the same ids.
 *
 * @param names names for nodes, before those that inputs and parameters have of their own
 * @example
 * const [a, b] = inputs('a', 'b');
 * const y = add(a, b);
 * graphToJSON(y, { y }).nodes[2];
 * // { id: 2, op: 'add', formula: 'y = a + b', name: 'y', shape: [], dtype: 'f32', attributes: {}, inputs: [0, 1] }
 */
export function graphToJSON(outputs: Node | readonly Node[], names: NodeNames = {}): GraphJSON {
  const roots = asList(outputs);
  const order = topologicalOrder(roots);
  const ids = new Map(order.map((node, id) => [node, id]));
  const nameOf = nameLookup(names);
  return {
    nodes: order.map((node, id): GraphNode => {
      const name = nameOf(node);
      return {
        id,
        op: node.op.name,
        formula: node.op.formula,
        ...(name === undefined ? {} : { name }),
        shape: [...node.shape],
        dtype: node.dtype,
        attributes: { ...node.attributes },
        inputs: node.inputs.map((operand) => ids.get(operand)!),
      };
    }),
    outputs: roots.map((root) => ids.get(root)!),
  };
}

/**
 * The graph in the DOT language of Graphviz (`dot -Tsvg`): values flow from left to right, outputs have a double line.
 */
export function toDot(outputs: Node | readonly Node[], names: NodeNames = {}): string {
  const { nodes, labels, edges } = picture(outputs, names);
  const boxes = nodes.map(({ node, isOutput }, id) => {
    const label = labels[id]!.map(escapeDot).join('\\n');
    const attributes = [
      `label="${label}"`,
      `shape=${dotShape(node)}`,
      ...(isOutput ? ['peripheries=2'] : []),
    ];
    return `  n${id} [${attributes.join(', ')}];`;
  });
  const arrows = edges.map(([from, to]) => `  n${from} -> n${to};`);
  return ['digraph {', '  rankdir=LR;', ...boxes, ...arrows, '}', ''].join('\n');
}

/** The graph as a Mermaid flowchart, as Markdown pages on code hosts show it. */
export function toMermaid(outputs: Node | readonly Node[], names: NodeNames = {}): string {
  const { nodes, labels, edges } = picture(outputs, names);
  const boxes = nodes.map(({ node }, id) => {
    const [open, close] = mermaidBrackets(node);
    return `  n${id}${open}"${labels[id]!.map(escapeMermaid).join('<br/>')}"${close}`;
  });
  const arrows = edges.map(([from, to]) => `  n${from} --> n${to}`);
  const marks = nodes.flatMap(({ isOutput }, id) => (isOutput ? [`  style n${id} stroke-width:3px`] : []));
  return ['flowchart LR', ...boxes, ...arrows, ...marks, ''].join('\n');
}

export function asList(outputs: Node | readonly Node[]): readonly Node[] {
  return Array.isArray(outputs) ? (outputs as readonly Node[]) : [outputs as Node];
}

/** Given names come before a node's own. */
function nameLookup(names: NodeNames): (node: Node) => string | undefined {
  const given = new Map(Object.entries(names).map(([name, node]) => [node, name]));
  return (node) => given.get(node) ?? (isNamed(node) ? node.name : undefined);
}

function isNamed(node: Node): node is InputNode | ParameterNode {
  return node instanceof InputNode || node instanceof ParameterNode;
}

function picture(outputs: Node | readonly Node[], names: NodeNames) {
  const roots = asList(outputs);
  const order = topologicalOrder(roots);
  const ids = new Map(order.map((node, id) => [node, id]));
  const nameOf = nameLookup(names);
  return {
    nodes: order.map((node) => ({ node, isOutput: roots.includes(node) })),
    labels: order.map((node) => labelOf(node, nameOf(node))),
    edges: order.flatMap((node, to) => node.inputs.map((operand) => [ids.get(operand)!, to] as const)),
  };
}

/** Lines of a node's label: its name and what it is, and its shape where it is not a single number. */
function labelOf(node: Node, name: string | undefined): string[] {
  const value = scalarConstant(node);
  const what = value !== undefined ? String(value) : isNamed(node) ? undefined : node.op.name;
  const shape =
    node.rank === 0 && node.dtype === 'f32' ? undefined : `${formatShape(node.shape)} ${node.dtype}`;
  const title = [name, what].filter((part) => part !== undefined).join(' = ');
  return shape === undefined ? [title] : [title, shape];
}

function dotShape(node: Node): string {
  if (node instanceof ParameterNode) return 'box';
  return node.inputs.length === 0 ? 'plaintext' : 'ellipse';
}

function mermaidBrackets(node: Node): readonly [string, string] {
  if (node instanceof ParameterNode) return ['[', ']'];
  return node.inputs.length === 0 ? ['[/', '/]'] : ['([', '])'];
}

function escapeDot(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll(/\s+/g, ' ');
}

/** Everything that could end the label or be read as markup becomes a character code. */
function escapeMermaid(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[#"<>&`\\]/g, (mark) => `#${mark.charCodeAt(0)};`);
}
