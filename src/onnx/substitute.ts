/** Graphs with other nodes in the places of some. */
import { Node, topologicalOrder } from '../graph/node.js';

/**
 * The same outputs, computed from other nodes: each node of `replacements` gives way to what it is mapped to.
 *
 * @param replacements of the same shape and dtype as what they stand for.
 */
export function substitute<Name extends string>(
  outputs: Readonly<Record<Name, Node>>,
  replacements: ReadonlyMap<Node, Node>,
): Record<Name, Node> {
  const done = new Map<Node, Node>(replacements);
  for (const node of topologicalOrder(Object.values<Node>(outputs))) {
    if (done.has(node)) continue;
    const inputs = node.inputs.map((input) => done.get(input)!);
    const isSame = inputs.every((input, i) => input === node.inputs[i]);
    done.set(node, isSame ? node : new Node(node.op, inputs, node.attributes, node.shape, node.dtype));
  }
  const entries = Object.entries<Node>(outputs).map(([name, node]) => [name, done.get(node)!]);
  return Object.fromEntries(entries) as Record<Name, Node>;
}
