/** The compiler: from nodes to a list of kernel calls whose sizes and addresses are still open. */
import { type Node, topologicalOrder } from '../graph/node.js';
import { Builder } from './builder.js';
import { checkUpdate } from './check-update.js';
import { lowerings } from './lower.js';
import { countUses, type LoweredOpName, rewrite } from './rewrite.js';
import type { Storage } from './storage.js';
import {
  changedStorages,
  emitUpdates,
  type LoweredUpdate,
  type ParameterUpdate,
  type RowTerm,
  rowTerms,
} from './update.js';

/** What a program is to do. */
export interface ProgramSpec {
  /** Values to compute, by the names under which they are read. */
  readonly outputs?: Readonly<Record<string, Node>>;
  /** Parameters to change, after all outputs are computed. */
  readonly updates?: readonly ParameterUpdate[];
  /** Scales all gradients of the updates down so that their global norm is at most this. */
  readonly clip?: number;
  /** Whether dropout drops. Default: true where there are updates. */
  readonly training?: boolean;
}

export interface Compiled {
  readonly builder: Builder;
  readonly outputs: ReadonlyMap<string, { readonly node: Node; readonly storage: Storage }>;
  /** [norm, scale], where the spec clips */
  readonly norm: Storage | undefined;
}

export function compileSpec(spec: ProgramSpec): Compiled {
  const updates = spec.updates ?? [];
  updates.forEach(checkUpdate);
  const training = spec.training ?? updates.length > 0;
  const outputNames = Object.keys(spec.outputs ?? {});
  const roots = new Roots(outputNames.map((name) => spec.outputs![name]!));
  const updateRoots = updates.map((update) => ({
    update,
    hyper: roots.add(update.hyper),
    gradient: gradientRoots(update.gradient, roots),
    state: [update.parameter, ...update.slots, ...(update.lastTouched ? [update.lastTouched] : [])].map(
      (node) => roots.add(node),
    ),
  }));

  const rewritten = withoutRepeats(rewrite(roots.nodes, training), updateRoots);
  const lowered = updateRoots.map(
    ({ update, hyper, gradient }): LoweredUpdate => ({
      update,
      hyper: rewritten.nodes[hyper]!,
      gradient:
        typeof gradient === 'number'
          ? rewritten.nodes[gradient]!
          : gradient.map((term) => rewritten.term(term)),
    }),
  );

  const order = topologicalOrder(rewritten.nodes);
  const builder = new Builder(countUses(order, rewritten.nodes));
  for (const node of order) {
    if (node.inputs.length === 0 && node.op.name !== 'dimension') builder.place(node);
    else builder.lower(node, lowerings[node.op.name as LoweredOpName]);
  }
  const changed = changedStorages(lowered, builder);
  const outputs = new Map(
    outputNames.map((name, i) => {
      const node = rewritten.nodes[i]!;
      const own = builder.storage(node);
      // An output that is a parameter is read as it was when the other outputs were computed.
      const storage = changed.has(own) ? builder.snapshot(own) : own;
      storage.pinned = true;
      return [name, { node, storage }];
    }),
  );
  return { builder, outputs, norm: emitUpdates(lowered, spec.clip, builder) };
}

/** Nodes to compute, each by its number. */
class Roots {
  readonly nodes: Node[];
  constructor(nodes: readonly Node[]) {
    this.nodes = [...nodes];
  }
  add(node: Node): number {
    return this.nodes.push(node) - 1;
  }
}

interface TermRoots {
  readonly values: number;
  readonly ids: number;
}

/** A row-sparse gradient is asked for as rows and ids, so that its dense form is never made. */
function gradientRoots(gradient: Node, roots: Roots): number | TermRoots[] {
  const terms = rowTerms(gradient);
  if (terms === undefined) return roots.add(gradient);
  return terms.map(({ values, ids }) => ({ values: roots.add(values), ids: roots.add(ids) }));
}

/**
 * Where the values of a single row term are the rows of bags, repeated for each item, and nobody else wants them, the
 * repetition is left to the kernel that sums them.
 */
function withoutRepeats(
  nodes: Node[],
  updates: readonly { readonly gradient: number | TermRoots[] }[],
): { nodes: Node[]; term: (roots: TermRoots) => RowTerm } {
  const uses = countUses(topologicalOrder(nodes), nodes);
  const ends = new Map<number, Node>();
  for (const { gradient } of updates) {
    if (typeof gradient === 'number' || gradient.length !== 1) continue;
    const [{ values }] = gradient as [TermRoots];
    const node = nodes[values]!;
    if (node.op.name !== 'segmentRepeat' || uses.get(node) !== 1) continue;
    ends.set(values, node.inputs[1]!);
    nodes[values] = node.inputs[0]!;
  }
  const term = ({ values, ids }: TermRoots): RowTerm => ({
    values: nodes[values]!,
    ids: nodes[ids]!,
    ends: ends.get(values),
  });
  return { nodes: [...nodes, ...ends.values()], term };
}
