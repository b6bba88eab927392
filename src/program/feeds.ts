/** What a run is fed: checking it against the inputs, finding the sizes of symbolic axes, writing it to memory. */
import { ShapeError, ValueError } from '../base/errors.js';
import { type AxisSizes, formatShape } from '../base/shape.js';
import type { Machine } from '../engine/engine.js';
import type { InputNode } from '../graph/node.js';
import type { Storage } from './storage.js';

/** What is fed at a run: for each input by name its elements in row-major order, or a number for a scalar. */
export type Feeds = Readonly<Record<string, ArrayLike<number> | number>>;

/** An input, where it lives, and how its length depends on the one symbolic axis that it may have. */
interface Slot {
  readonly name: string;
  readonly node: InputNode;
  readonly storage: Storage;
  /** The symbolic axis, if there is one. */
  readonly axis: string | undefined;
  /** The product of all numbers of the shape: elements for each unit of the axis. */
  readonly rest: number;
}

export class InputSlots {
  private readonly slots: readonly Slot[];
  private readonly names: ReadonlySet<string>;

  constructor(inputs: ReadonlyMap<string, { readonly node: InputNode; readonly storage: Storage }>) {
    this.slots = [...inputs].map(([name, { node, storage }]) => ({ name, node, storage, ...openAxis(node) }));
    this.names = new Set(inputs.keys());
  }

  /** Whether exactly the inputs are fed, with the lengths that these sizes give. Cheap: nothing is allocated. */
  match(feeds: Feeds, sizes: AxisSizes): boolean {
    let count = 0;
    for (const _ in feeds) count++;
    if (count !== this.slots.length) return false;
    for (const { name, axis, rest } of this.slots) {
      const value = feeds[name];
      if (value === undefined) return false;
      const length = typeof value === 'number' ? 1 : value.length;
      if (length !== (axis === undefined ? rest : rest * sizes[axis]!)) return false;
    }
    return true;
  }

  /**
   * Sizes of the symbolic axes, from how many elements are fed.
   *
   * @throws ValueError for a missing or unknown input; ShapeError where lengths do not fit.
   */
  inferSizes(feeds: Feeds): AxisSizes {
    for (const name of Object.keys(feeds)) {
      if (!this.names.has(name))
        throw new ValueError(
          `there is no input '${name}'; this program's inputs: ${[...this.names].join(', ') || 'none'}`,
        );
    }
    const sizes: Record<string, number> = {};
    const from: Record<string, string> = {};
    for (const { name, node, axis, rest } of this.slots) {
      const value = feeds[name];
      if (value === undefined) throw new ValueError(`input '${name}' ${formatShape(node.shape)} is not fed`);
      const length = typeof value === 'number' ? 1 : value.length;
      if (axis === undefined) {
        if (length !== rest) throw misfit(node, length, `it takes ${rest}`);
        continue;
      }
      const size = length / rest;
      if (!Number.isInteger(size)) throw misfit(node, length, `that is not a multiple of ${rest}`);
      if (sizes[axis] !== undefined && sizes[axis] !== size) {
        throw misfit(
          node,
          length,
          `so '${axis}' would be ${size}, but input '${from[axis]}' makes it ${sizes[axis]}`,
        );
      }
      sizes[axis] = size;
      from[axis] = name;
    }
    return sizes;
  }

  write(feeds: Feeds, machine: Machine): void {
    for (const { name, node, storage } of this.slots) {
      const value = feeds[name]!;
      const values = typeof value === 'number' ? [value] : value;
      if (node.dtype === 'i32') machine.writeInts(storage.address, values);
      else machine.writeFloats(storage.address, values);
    }
  }
}

function misfit(node: InputNode, length: number, why: string): ShapeError {
  return new ShapeError(`input '${node.name}' ${formatShape(node.shape)} was fed ${length} elements: ${why}`);
}

/** The name in an input's shape, if there is one, and the product of all numbers: ['3*batch', 2] → batch, 6. */
function openAxis({ shape }: InputNode): { axis: string | undefined; rest: number } {
  const parts = shape.flatMap((axis) => String(axis).split('*'));
  const numbers = parts.filter((part) => /^\d+$/.test(part));
  return {
    axis: parts.find((part) => !numbers.includes(part)),
    rest: numbers.reduce((product, part) => product * Number(part), 1),
  };
}
