/** Updates of parameters as the last steps of a program, dense or row-sparse, with clipping by the global norm. */
import type { AxisSizes, DType } from '../base/shape.js';
import { updateCodes } from '../engine/kernels.js';
import { Node, type ParameterNode } from '../graph/node.js';
import type { Builder } from './builder.js';
import type { Storage } from './storage.js';

/** How one parameter changes at each run. The rules and their slots are described at `update` in `kernelTable`. */
export interface ParameterUpdate {
  readonly parameter: ParameterNode;
  /** ∂L/∂parameter */
  readonly gradient: Node;
  readonly rule: keyof typeof updateCodes;
  /** Optimiser state of the parameter's shape: momenta, sums of squares. */
  readonly slots: readonly ParameterNode[];
  /** Last step at which each row was touched (i32 [rows]); needed where the gradient is row-sparse. */
  readonly lastTouched?: ParameterNode;
  /** The numbers of the rule, [HYPER_SIZE], laid out as `hyperLayout` says; usually an input. */
  readonly hyper: Node;
}

/** One addend of a row-sparse gradient: row ids[i] of the parameter gets values[i]. */
export interface RowTerm {
  readonly values: Node;
  readonly ids: Node;
  /** Where the values are rows repeated for the items of bags: the rows' own node is `values`, and bags end here. */
  readonly ends?: Node;
}

/**
 * The addends of a gradient that touches only some rows of its parameter, or undefined where it is dense.
 * The gradient of every embedding lookup is of this kind, and sums of such are.
 */
export function rowTerms(gradient: Node): RowTerm[] | undefined {
  if (gradient.op.name === 'scatterRows') {
    const [values, ids] = gradient.inputs as [Node, Node];
    return [{ values, ids }];
  }
  if (gradient.op.name !== 'add') return undefined;
  const [left, right] = gradient.inputs.map(rowTerms);
  return left === undefined || right === undefined ? undefined : [...left, ...right];
}

/** True when an optimiser step with this gradient costs what the touched rows cost. */
export function isRowSparse(gradient: Node): boolean {
  return rowTerms(gradient) !== undefined;
}

/** An update whose gradient has been rewritten for the program: dense, or as row terms. */
export interface LoweredUpdate {
  readonly update: ParameterUpdate;
  readonly hyper: Node;
  readonly gradient: Node | readonly RowTerm[];
}

interface RowGroups {
  readonly order: Storage;
  readonly unique: Storage;
  readonly starts: Storage;
  readonly count: Storage;
}

interface Prepared {
  readonly lowered: LoweredUpdate;
  readonly gradient: Storage;
  readonly groups?: RowGroups;
}

/**
 * Emits all updates, after every gradient is known.
 * @returns the storage that holds the gradient's global norm and the scale, where `clip` is given.
 */
export function emitUpdates(
  updates: readonly LoweredUpdate[],
  clip: number | undefined,
  builder: Builder,
): Storage | undefined {
  const changed = changedStorages(updates, builder);
  const prepared = updates.map((lowered) => prepare(lowered, changed, builder));
  const norm = clip === undefined ? undefined : emitClipping(prepared, clip, builder);
  for (const each of prepared) emitUpdate(each, norm, builder);
  return norm;
}

/** Where everything lives that the updates overwrite. */
export function changedStorages(
  updates: readonly { readonly update: ParameterUpdate }[],
  builder: Builder,
): Set<Storage> {
  const nodes = updates.flatMap(({ update }) => [update.parameter, ...update.slots]);
  return new Set(builder.storages(nodes));
}

function prepare(lowered: LoweredUpdate, changed: ReadonlySet<Storage>, builder: Builder): Prepared {
  const { gradient, update } = lowered;
  if (gradient instanceof Node) {
    // In L = w · v the gradient of w is v itself: its old value is wanted even when v is updated before w.
    const storage = builder.storage(gradient);
    return { lowered, gradient: changed.has(storage) ? builder.snapshot(storage) : storage };
  }
  const { values, ids, sources } = joinTerms(gradient, update.parameter, builder);
  const [rows, width] = update.parameter.shape as [number, number];
  const groups: RowGroups = {
    order: builder.temporary(ids.elements, 'i32'),
    unique: builder.temporary(ids.elements, 'i32'),
    starts: builder.temporary((sizes) => ids.elements(sizes) + 1, 'i32'),
    count: builder.temporary([1], 'i32'),
  };
  const { order, unique, starts, count } = groups;
  const scratch = builder.temporary((sizes) => 2 * ids.elements(sizes), 'i32');
  const sums = builder.temporary((sizes) => ids.elements(sizes) * width);
  const label = `row gradients of ${update.parameter.name}`;
  builder.emit(
    'groupRows',
    [ids],
    [order, unique, starts, count, scratch],
    (sizes) => ({
      ids: ids.address,
      n: ids.elements(sizes.known),
      rows,
      order: order.address,
      unique: unique.address,
      starts: starts.address,
      count: count.address,
      scratch: scratch.address,
    }),
    label,
  );
  builder.emit(
    'groupSum',
    present(values, order, starts, count, sources),
    [sums],
    () => ({
      y: sums.address,
      values: values.address,
      order: order.address,
      starts: starts.address,
      sources: sources?.address ?? 0,
      count: count.address,
      width,
    }),
    label,
  );
  return { lowered, gradient: sums, groups };
}

/** All terms as one list of ids and values; `sources` says which row of values an item takes, where not its own. */
function joinTerms(
  terms: readonly RowTerm[],
  parameter: ParameterNode,
  builder: Builder,
): { values: Storage; ids: Storage; sources?: Storage } {
  const idParts = terms.map((term) => builder.storage(term.ids));
  const valueParts = terms.map((term) => builder.storage(term.values));
  if (terms.length === 1) {
    const [ids] = idParts as [Storage];
    const [values] = valueParts as [Storage];
    const [{ ends: endsNode }] = terms as [RowTerm];
    if (endsNode === undefined) return { values, ids };
    const ends = builder.storage(endsNode);
    const sources = builder.temporary(ids.elements, 'i32');
    builder.emit(
      'segmentIds',
      [ends],
      [sources],
      (sizes) => ({
        y: sources.address,
        ends: ends.address,
        segments: ends.elements(sizes.known),
        n: ids.elements(sizes.known),
      }),
      `row gradients of ${parameter.name}`,
    );
    return { values, ids, sources };
  }
  return { ids: join(idParts, 'i32', builder), values: join(valueParts, 'f32', builder) };
}

/** One storage with the elements of all parts, one after the other. */
function join(parts: readonly Storage[], dtype: DType, builder: Builder): Storage {
  const total = (count: number) => (sizes: AxisSizes) =>
    parts.slice(0, count).reduce((sum, part) => sum + part.elements(sizes), 0);
  const joined = builder.temporary(total(parts.length), dtype);
  parts.forEach((part, i) => {
    builder.copy(part, joined, total(i), 'join row gradients');
  });
  return joined;
}

/** norm = √Σ g² over all gradients; result: [norm, scale] */
function emitClipping(prepared: readonly Prepared[], limit: number, builder: Builder): Storage {
  const parts = builder.temporary([prepared.length]);
  prepared.forEach(({ lowered, gradient, groups }, i) => {
    const width = lowered.update.parameter.shape.at(-1) ?? 1;
    builder.emit(
      'sumSquares',
      present(gradient, groups?.count),
      [parts],
      (sizes) => ({
        y: parts.address + 4 * i,
        x: gradient.address,
        n: gradient.elements(sizes.known),
        count: groups?.count.address ?? 0,
        width: width as number,
      }),
      'gradient norm',
    );
  });
  const norm = builder.temporary([2]);
  norm.pinned = true;
  builder.emit(
    'clipScale',
    [parts],
    [norm],
    () => ({ y: norm.address, parts: parts.address, n: prepared.length, limit }),
    'gradient norm',
  );
  return norm;
}

function emitUpdate(
  { lowered, gradient, groups }: Prepared,
  norm: Storage | undefined,
  builder: Builder,
): void {
  const { update, hyper } = lowered;
  const parameter = builder.storage(update.parameter);
  const [slot1, slot2] = update.slots.map((slot) => builder.storage(slot));
  const last = groups && update.lastTouched ? builder.storage(update.lastTouched) : undefined;
  const [rows, width] = rowsAndWidth(update.parameter);
  const hyperStorage = builder.storage(hyper);
  const reads = present(gradient, hyperStorage, norm, groups?.unique, groups?.count);
  builder.emit(
    'update',
    reads,
    present(parameter, slot1, slot2, last),
    () => ({
      code: updateCodes[update.rule],
      parameter: parameter.address,
      gradient: gradient.address,
      slot1: slot1?.address ?? 0,
      slot2: slot2?.address ?? 0,
      rows,
      width,
      ids: groups?.unique.address ?? 0,
      count: groups?.count.address ?? 0,
      last: last?.address ?? 0,
      hyper: hyperStorage.address,
      scale: norm === undefined ? 0 : norm.address + 4,
    }),
    `update ${update.parameter.name}`,
  );
}

function rowsAndWidth(parameter: ParameterNode): [number, number] {
  const [rows = 1, ...rest] = parameter.shape as readonly number[];
  return [rows, rest.reduce((product, axis) => product * axis, 1)];
}

function present(...storages: readonly (Storage | undefined)[]): Storage[] {
  return storages.filter((storage) => storage !== undefined);
}
