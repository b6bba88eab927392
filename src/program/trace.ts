/**
 * A graph with its numbers: what every node was worth at given inputs, and how the loss would change with it. This is
 * the picture of the forward and the backward pass, ready to be drawn.
 */
import type { Axis, Shape } from '../base/shape.js';
import { referenceEngine } from '../engine/reference/index.js';
import { backwardAll } from '../graph/backward.js';
import { asList, type GraphJSON, type GraphNode, graphToJSON, type NodeNames } from '../graph/draw.js';
import { type Node, topologicalOrder } from '../graph/node.js';
import { dimension } from '../graph/ops/arithmetic.js';
import { neededFeeds } from './evaluate.js';
import type { Feeds } from './feeds.js';
import type { Program, RunOptions } from './program.js';
import { Workspace } from './workspace.js';

/** Numbers with the shape they have at this run; row-major. */
export interface TracedValue {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface TracedNode extends GraphNode {
  readonly value: TracedValue;
  /** ∂L/∂node, where a loss is given and depends on the node. */
  readonly gradient?: TracedValue;
}

/** One use of a value. */
export interface TracedEdge {
  /** Id of the value. */
  readonly from: number;
  /** Id of the node that uses it … */
  readonly to: number;
  /** … as this one of its inputs. */
  readonly position: number;
  /** What this use adds to the gradient of `from`: upstream × local derivative. */
  readonly contribution?: TracedValue;
}

export interface Trace extends GraphJSON {
  readonly nodes: readonly TracedNode[];
  readonly edges: readonly TracedEdge[];
  /** Id of the loss, where one is given. */
  readonly loss?: number;
}

export interface TraceOptions extends RunOptions {
  /** A scalar: its gradient with respect to every node is computed as well. */
  readonly gradientsOf?: Node;
  /** Gradients only on the ways from the loss to these nodes (default: of every float node). */
  readonly wrt?: readonly Node[];
  /** Names for nodes, before those that inputs and parameters have of their own. */
  readonly names?: NodeNames;
  /** Whether dropout drops (default false). */
  readonly training?: boolean;
  /** Whose current parameters are used (default: the initial ones, on the reference engine). */
  readonly workspace?: Workspace;
}

/**
 * Runs a graph and keeps everything: the graph as plain data, each node's value, and, where a loss is given, the
 * gradient of each node and the part of it that comes through each edge. Feeds that the graph does not use are ignored.
 *
 * @throws ShapeError when the loss is not a scalar. @throws ValueError when an input is not fed.
 * @example
 * const [a, b, c] = inputs('a', 'b', 'c');
 * const L = multiply(c, add(a, multiply(2, b)));
 * const { nodes } = trace(L, { a: 3, b: 1, c: -2 }, { gradientsOf: L });
 * nodes.at(-1)?.value.values;    // [-10]
 */
export function trace(outputs: Node | readonly Node[], feeds: Feeds = {}, options: TraceOptions = {}): Trace {
  const { gradientsOf: loss, names, training = false } = options;
  const roots = asList(outputs);
  const traced = loss === undefined || roots.includes(loss) ? roots : [...roots, loss];
  const order = topologicalOrder(traced);
  const gradients = loss === undefined ? new Map<Node, Node>() : gradientNodes(loss, options.wrt);

  const recorder = new Recorder();
  const contributions = order.map((node) => contributionNodes(node, gradients));
  for (const node of [...order, ...gradients.values(), ...contributions.flat()]) recorder.record(node);
  const program = (options.workspace ?? new Workspace(referenceEngine)).compile({
    outputs: recorder.outputs,
    training,
  });
  program.run(neededFeeds(program, feeds), options);
  const numbers = (node: Node | undefined) => node && recorder.read(node, program);

  const graph = graphToJSON(traced, names);
  const ids = new Map(order.map((node, id) => [node, id]));
  return {
    ...graph,
    outputs: roots.map((root) => ids.get(root)!),
    ...(loss === undefined ? {} : { loss: ids.get(loss)! }),
    nodes: graph.nodes.map((node, id) => ({
      ...node,
      value: recorder.read(order[id]!, program),
      ...optional('gradient', numbers(gradients.get(order[id]!))),
    })),
    edges: order.flatMap((node, to) =>
      node.inputs.map((from, position) => ({
        from: ids.get(from)!,
        to,
        position,
        ...optional('contribution', numbers(contributions[to]![position])),
      })),
    ),
  };
}

/** ∂loss/∂node for every float node on the way to `wrt`. */
function gradientNodes(
  loss: Node,
  wrt: readonly Node[] = topologicalOrder([loss]).filter(({ dtype }) => dtype === 'f32'),
): ReadonlyMap<Node, Node> {
  return backwardAll(loss, wrt).gradients;
}

/** What a node hands down to each of its inputs, as far as those have gradients. */
function contributionNodes(node: Node, gradients: ReadonlyMap<Node, Node>): (Node | undefined)[] {
  const upstream = gradients.get(node);
  if (upstream === undefined) return [];
  const downstream = node.op.gradient(node, upstream);
  return node.inputs.map((operand, i) => (gradients.has(operand) ? downstream[i] : undefined));
}

/** The outputs of the program that computes everything, and how each is read. */
class Recorder {
  readonly outputs: Record<string, Node> = {};
  private readonly numbers = new Map<Node, number>();

  record(node: Node | undefined): void {
    if (node === undefined || this.numbers.has(node)) return;
    const number = this.numbers.size;
    this.numbers.set(node, number);
    this.outputs[`value ${number}`] = node;
    for (const axis of node.shape) {
      if (typeof axis === 'string') this.outputs[`size of ${axis}`] = dimension(axis);
    }
  }

  read(node: Node, program: Program): TracedValue {
    const name = `value ${this.numbers.get(node)!}`;
    const values = node.dtype === 'i32' ? program.readIntegers(name) : program.read(name);
    return { shape: this.sizesOf(node.shape, program), values: [...values] };
  }

  private sizesOf(shape: Shape, program: Program): number[] {
    const size = (axis: Axis) => (typeof axis === 'number' ? axis : program.scalar(`size of ${axis}`));
    return shape.map(size);
  }
}

function optional<Key extends string>(key: Key, value: TracedValue | undefined) {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: TracedValue };
}
