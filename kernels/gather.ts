/**
 * Kernels between rows and ids: lookup, its dense gradient, and the grouping behind its row-sparse gradient.
 */
import { copyWords } from './copy';
import { at, rowAt } from './lanes';
import { addInto } from './rows';
import { fail, isFirstThread, scratch, sliceBegin, sliceEnd } from './slices';

export function gatherKernel(y: usize, table: usize, ids: usize, n: i32, width: i32, rows: i32): void {
  const end = sliceEnd(n, 1);
  for (let i = sliceBegin(n, 1); i < end; i++) {
    const id = load<i32>(at(ids, i));
    if (<u32>id >= <u32>rows) {
      fail();
      return;
    }
    copyWords(rowAt(y, i, width), rowAt(table, id, width), width);
  }
}

/** Threads share the rows of y: each reads all ids and adds those that are its own. */
export function scatterRowsKernel(y: usize, values: usize, ids: usize, n: i32, width: i32, rows: i32): void {
  const begin = sliceBegin(rows, 1);
  const end = sliceEnd(rows, 1);
  memory.fill(rowAt(y, begin, width), 0, (<usize>(end - begin) * <usize>width) << 2);
  for (let i = 0; i < n; i++) {
    const id = load<i32>(at(ids, i));
    if (<u32>id >= <u32>rows) {
      fail();
      return;
    }
    if (id >= begin && id < end) addInto(rowAt(y, id, width), rowAt(values, i, width), width);
  }
}

const DIGIT_BITS: i32 = 11;
const DIGITS: i32 = 1 << DIGIT_BITS;

/**
 * Radix sort of (id, position) pairs, lowest digit first; each pass is stable. Passes go to and fro between
 * (unique, order) and the two halves of the scratch argument, so that the last one ends in (unique, order).
 */
export function groupRowsKernel(
  ids: usize, n: i32, rows: i32, order: usize, unique: usize, starts: usize, count: usize, spare: usize,
): void {
  if (!isFirstThread()) return;
  if (!allBelow(ids, n, rows)) {
    fail();
    return;
  }
  const bits = rows > 1 ? 32 - clz(rows - 1) : 1;
  const passes = (bits + DIGIT_BITS - 1) / DIGIT_BITS;
  let keys = ids;
  let positions: usize = 0;
  for (let pass = 0; pass < passes; pass++) {
    const last = ((passes - pass) & 1) == 1;
    const toKeys = last ? unique : spare;
    const toPositions = last ? order : at(spare, n);
    sortByDigit(toKeys, toPositions, keys, positions, n, pass * DIGIT_BITS);
    keys = toKeys;
    positions = toPositions;
  }
  store<i32>(count, markRuns(unique, starts, n));
}

function allBelow(ids: usize, n: i32, rows: i32): bool {
  for (let i = 0; i < n; i++) if (load<u32>(at(ids, i)) >= <u32>rows) return false;
  return true;
}

/** One counting sort; positions 0 … n−1 where the address is 0. */
function sortByDigit(
  toKeys: usize, toPositions: usize, keys: usize, positions: usize, n: i32, shift: i32,
): void {
  const next = scratch();
  memory.fill(next, 0, DIGITS * 4);
  for (let i = 0; i < n; i++) {
    const counter = at(next, digit(load<i32>(at(keys, i)), shift));
    store<i32>(counter, load<i32>(counter) + 1);
  }
  let sum = 0;
  for (let d = 0; d < DIGITS; d++) {
    const size = load<i32>(at(next, d));
    store<i32>(at(next, d), sum);
    sum += size;
  }
  for (let i = 0; i < n; i++) {
    const key = load<i32>(at(keys, i));
    const counter = at(next, digit(key, shift));
    const place = load<i32>(counter);
    store<i32>(counter, place + 1);
    store<i32>(at(toKeys, place), key);
    store<i32>(at(toPositions, place), positions == 0 ? i : load<i32>(at(positions, i)));
  }
}

// @ts-ignore: decorator
@inline
function digit(key: i32, shift: i32): i32 {
  return (key >>> shift) & (DIGITS - 1);
}

/**
 * Keeps one of each run of equal sorted keys, in place, and writes where the runs begin; returns how many
 * there are.
 */
function markRuns(keys: usize, starts: usize, n: i32): i32 {
  let groups = 0;
  let previous = -1;
  for (let i = 0; i < n; i++) {
    const key = load<i32>(at(keys, i));
    if (key == previous) continue;
    store<i32>(at(keys, groups), key);
    store<i32>(at(starts, groups), i);
    groups++;
    previous = key;
  }
  store<i32>(at(starts, groups), n);
  return groups;
}

export function groupSumKernel(
  y: usize, values: usize, order: usize, starts: usize, sources: usize, count: usize, width: i32,
): void {
  const groups = load<i32>(count);
  const end = sliceEnd(groups, 1);
  for (let u = sliceBegin(groups, 1); u < end; u++) {
    const row = rowAt(y, u, width);
    const first = load<i32>(at(starts, u));
    const last = load<i32>(at(starts, u + 1));
    for (let j = first; j < last; j++) {
      const position = load<i32>(at(order, j));
      const source = sources == 0 ? position : load<i32>(at(sources, position));
      if (j == first) copyWords(row, rowAt(values, source, width), width);
      else addInto(row, rowAt(values, source, width), width);
    }
  }
}
