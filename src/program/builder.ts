/** Collects the steps of a program while its nodes are lowered, and decides which values share a storage. */
import { ShapeError } from '../base/errors.js';
import { type AxisSizes, axisSize, type DType, elementCount, type Shape } from '../base/shape.js';
import type { KernelArguments, KernelName } from '../engine/kernels.js';
import { InputNode, type Node, ParameterNode } from '../graph/node.js';
import { Storage } from './storage.js';

/** Shapes in numbers, once the symbolic sizes are known. */
export class Sizes {
  readonly known: AxisSizes;
  constructor(known: AxisSizes) {
    this.known = known;
  }
  of(shape: Shape): number[] {
    return shape.map((axis) => axisSize(axis, this.known));
  }
  count(shape: Shape): number {
    return elementCount(shape, this.known);
  }
  /** The last axis as columns, all before it as rows. */
  matrix(shape: Shape): { rows: number; columns: number } {
    return { rows: this.count(shape.slice(0, -1)), columns: this.count(shape.slice(-1)) };
  }
}

/** One kernel call whose arguments are known when sizes and addresses are. */
export interface Step<K extends KernelName = KernelName> {
  readonly kernel: K;
  readonly arguments: (sizes: Sizes) => KernelArguments<K>;
  readonly reads: readonly Storage[];
  readonly writes: readonly Storage[];
  /** The operation that it computes, for people. */
  readonly label: string;
  /** Shape of the result, for people. */
  readonly shape: Shape;
}

/** How an operation is computed: emits its kernels. */
export type Lowering = (node: Node, builder: Builder) => void;

export class Builder {
  readonly steps: Step[] = [];
  readonly storagesByNode = new Map<Node, Storage>();
  readonly inputs = new Map<string, { node: InputNode; storage: Storage }>();
  readonly parameters = new Map<ParameterNode, Storage>();
  readonly constants: { node: Node; storage: Storage }[] = [];
  /** Everything in the arena. */
  readonly temporaries = new Set<Storage>();
  randomState: Storage | undefined;
  private readonly remainingUses: Map<Node, number>;
  private readonly nodesByStorage = new Map<Storage, Node[]>();
  private current: Node | undefined;

  /** @param uses how many nodes and roots read each node */
  constructor(uses: ReadonlyMap<Node, number>) {
    this.remainingUses = new Map(uses);
  }

  /** Lowers one node: leaves get their place, the rest its kernels. */
  lower(node: Node, lowering: Lowering): void {
    this.current = node;
    lowering(node, this);
    for (const operand of node.inputs) this.remainingUses.set(operand, this.remainingUses.get(operand)! - 1);
    this.current = undefined;
  }

  place(node: Node): void {
    if (node instanceof InputNode) {
      const storage = this.arena(node.shape, node);
      storage.pinned = true;
      if (this.inputs.has(node.name)) {
        throw new ShapeError(
          `two different inputs are named '${node.name}'; feeds are by name, so give each its own`,
        );
      }
      this.inputs.set(node.name, { node, storage });
    } else {
      const storage = new Storage(node.shape, node.dtype, true);
      if (node instanceof ParameterNode) this.parameters.set(node, storage);
      else this.constants.push({ node, storage });
      this.assign(node, storage);
    }
  }

  storage(node: Node): Storage {
    return this.storagesByNode.get(node)!;
  }

  storages(nodes: readonly Node[]): Storage[] {
    return nodes.map((node) => this.storage(node));
  }

  /** Storage for a node's value; that of the first operand in `reuse` that nobody reads any more, if there is one. */
  result(node: Node, reuse: readonly Node[] = []): Storage {
    const old = reuse.map((operand) => this.storage(operand)).find((storage) => this.isFree(storage, node));
    if (old === undefined) return this.arena(node.shape, node);
    this.assign(node, old);
    return old;
  }

  /** The node is the same memory as another. */
  alias(node: Node, of: Node): void {
    this.assign(node, this.storage(of));
  }

  /** Storage that belongs to no node. */
  temporary(extent: Shape | ((sizes: AxisSizes) => number), dtype: DType = 'f32'): Storage {
    const storage = new Storage(extent, dtype);
    this.temporaries.add(storage);
    return storage;
  }

  /** Seed and step of the run, which dropout reads. */
  random(): Storage {
    this.randomState ??= new Storage([3], 'i32', true);
    return this.randomState;
  }

  emit<K extends KernelName>(
    kernel: K,
    reads: readonly Storage[],
    writes: readonly Storage[],
    args: (sizes: Sizes) => KernelArguments<K>,
    label = this.current?.op.name ?? kernel,
  ): void {
    for (const storage of [...reads, ...writes]) storage.touch(this.steps.length);
    const shape = this.current?.shape ?? [];
    this.steps.push({ kernel, reads, writes, arguments: args, label, shape } as unknown as Step);
  }

  /** Copies a whole storage into another, to begin at the given element of it. */
  copy(from: Storage, to: Storage, at: (sizes: AxisSizes) => number, label: string): void {
    this.emit(
      'copy',
      [from],
      [to],
      (sizes) => ({
        y: to.address + 4 * at(sizes.known),
        x: from.address,
        d0: 1,
        d1: 1,
        d2: 1,
        d3: 1,
        d4: from.elements(sizes.known),
        x0: 0,
        x1: 0,
        x2: 0,
        x3: 0,
        x4: 1,
        y0: 0,
        y1: 0,
        y2: 0,
        y3: 0,
        y4: 1,
      }),
      label,
    );
  }

  /** What a storage holds at this point of the program, kept from later changes. */
  snapshot(storage: Storage): Storage {
    const kept = this.temporary(storage.elements, storage.dtype);
    this.copy(storage, kept, () => 0, 'keep the value before updates');
    return kept;
  }

  private arena(shape: Shape, node: Node): Storage {
    const storage = new Storage(shape, node.dtype);
    this.temporaries.add(storage);
    this.assign(node, storage);
    return storage;
  }

  private assign(node: Node, storage: Storage): void {
    this.storagesByNode.set(node, storage);
    const nodes = this.nodesByStorage.get(storage);
    if (nodes === undefined) this.nodesByStorage.set(storage, [node]);
    else nodes.push(node);
  }

  /** True when the value in a storage is read by nobody but the node that is now computed. */
  private isFree(storage: Storage, reader: Node): boolean {
    if (storage.persistent || storage.pinned) return false;
    const readings = reader.inputs.filter((operand) => this.storage(operand) === storage).length;
    const remaining = this.nodesByStorage
      .get(storage)!
      .reduce((sum, node) => sum + (this.remainingUses.get(node) ?? 0), 0);
    return remaining === readings;
  }
}
