/** Which rows of a table of vectors are drawn: the page and the worker must mean the same ones. */

export type Choosing = 'first' | 'even';

export interface RowChoice {
  /** At most so many. */
  readonly most: number;
  /** The first of the table, which are usually the most frequent words, or rows evenly spread over all of it. */
  readonly choosing: Choosing;
}

/** Numbers of the rows, rising. */
export function chooseRows(size: number, { most, choosing }: RowChoice): Int32Array {
  const count = Math.min(size, most);
  const stride = choosing === 'even' ? size / count : 1;
  return Int32Array.from({ length: count }, (_, i) => Math.floor(i * stride));
}
