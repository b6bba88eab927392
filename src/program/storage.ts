/** Where values live: storages, their lifetimes, and the plan that places them in one arena. */
import { type AxisSizes, type DType, elementCount, type Shape } from '../base/shape.js';
import { ALIGNMENT, alignUp } from '../engine/engine.js';

/**
 * A run of elements in memory. Several nodes can share one: a reshape with what it reshapes, a result with an operand
 * that nobody needs any more.
 */
export class Storage {
  readonly dtype: DType;
  /** `persistent` has its own block (parameters, constants); the rest is in the program's arena. */
  readonly persistent: boolean;
  /** Byte address, once placed. */
  address = 0;
  /** Numbers of the first and the last step that touch it. */
  firstStep = Infinity;
  lastStep = -1;
  /** Kept from before the first step to after the last: inputs and outputs. */
  pinned = false;

  /** How many elements it needs for given sizes of the symbolic axes. */
  readonly elements: (sizes: AxisSizes) => number;

  /** @param extent the shape of what it holds, or the number of elements as a function of the symbolic sizes */
  constructor(extent: Shape | ((sizes: AxisSizes) => number), dtype: DType, persistent = false) {
    this.elements = typeof extent === 'function' ? extent : (sizes) => elementCount(extent, sizes);
    this.dtype = dtype;
    this.persistent = persistent;
  }

  touch(step: number): void {
    this.firstStep = Math.min(this.firstStep, step);
    this.lastStep = Math.max(this.lastStep, step);
  }
}

/**
 * Offsets in one arena such that storages that live at the same time do not overlap: the largest first, each at the
 * lowest place that is free during its life.
 *
 * @returns the bytes of the arena and the offset of each storage.
 */
export function planMemory(
  storages: readonly Storage[],
  sizes: AxisSizes,
): { bytes: number; offsets: Map<Storage, number> } {
  interface Placed {
    readonly storage: Storage;
    readonly begin: number;
    readonly end: number;
  }
  const size = (storage: Storage) => alignUp(Math.max(1, storage.elements(sizes)) * 4, ALIGNMENT);
  const bySize = [...storages].sort((a, b) => size(b) - size(a));
  const placed: Placed[] = [];
  for (const storage of bySize) {
    const neighbours = placed
      .filter((other) => liveTogether(storage, other.storage))
      .sort((a, b) => a.begin - b.begin);
    let begin = 0;
    for (const other of neighbours) {
      if (begin + size(storage) <= other.begin) break;
      begin = Math.max(begin, other.end);
    }
    placed.push({ storage, begin, end: begin + size(storage) });
  }
  return {
    bytes: placed.reduce((top, { end }) => Math.max(top, end), 0),
    offsets: new Map(placed.map(({ storage, begin }) => [storage, begin])),
  };
}

function liveTogether(a: Storage, b: Storage): boolean {
  if (a.pinned || b.pinned) return true;
  return a.firstStep <= b.lastStep && b.firstStep <= a.lastStep;
}
