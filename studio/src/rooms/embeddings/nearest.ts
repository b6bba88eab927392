/** The nearest neighbours of all rows, exact: every cosine is computed, by products of the library's engine. */
import { defaultEngine } from 'lexigrad';
import { input, matmul } from 'lexigrad/graph';
import { Workspace } from 'lexigrad/program';
import type { Matrix } from './pca.js';

const BLOCK = 256;

export interface NearestLists {
  /** [rows][count], nearest first; each row begins with itself. */
  readonly indices: number[][];
  /** 1 − cosine. */
  readonly distances: number[][];
}

/**
 * @param unit rows of length 1
 * @param onBlock is awaited after each block of rows; false ends the work early
 */
export async function nearestOfAll(
  unit: Matrix,
  count: number,
  onBlock: (done: number) => Promise<boolean>,
): Promise<NearestLists | undefined> {
  const { data, rows, columns } = unit;
  const program = new Workspace(defaultEngine()).compile({
    outputs: {
      cosines: matmul(input('some', ['rows', columns]), input('all', [rows, columns]), { transposeB: true }),
    },
  });
  const lists: NearestLists = { indices: [], distances: [] };
  for (let start = 0; start < rows; start += BLOCK) {
    const end = Math.min(rows, start + BLOCK);
    program.run({ some: data.subarray(start * columns, end * columns), all: data });
    const cosines = program.view('cosines');
    for (let row = start; row < end; row++) {
      const scores = cosines.subarray((row - start) * rows, (row - start + 1) * rows);
      const nearest = [row, ...largest(scores, count - 1, row)];
      lists.indices.push(nearest);
      lists.distances.push(nearest.map((other) => (other === row ? 0 : Math.max(0, 1 - scores[other]!))));
    }
    if (!(await onBlock(end))) return undefined;
  }
  return lists;
}

/** Places of the largest scores, largest first; one place is left out. Few are wanted of many: insertion will do. */
function largest(scores: ArrayLike<number>, count: number, without: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    if (i === without) continue;
    if (best.length === count && !(scores[i]! > scores[best[count - 1]!]!)) continue;
    let at = best.length;
    while (at > 0 && scores[best[at - 1]!]! < scores[i]!) at--;
    best.splice(at, 0, i);
    if (best.length > count) best.pop();
  }
  return best;
}
