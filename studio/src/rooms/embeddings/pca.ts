/** Principal components: the directions in which the vectors differ most. All products are made by the library's engine. */
import { defaultEngine } from 'lexigrad';
import { input, matmul } from 'lexigrad/graph';
import { Workspace } from 'lexigrad/program';
import { symmetricEigen } from './eigen.js';
import type { Principal } from './tasks.js';

const COMPONENTS = 3;
/** Rows in one product. */
const CHUNK = 4096;

/** Rows of numbers in one array. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** The chosen rows of a table in an array of their own. @param unit whether each is brought to length 1 */
export function takeRows(
  table: ArrayLike<number>,
  columns: number,
  chosen: Int32Array,
  unit: boolean,
): Matrix {
  const data = new Float32Array(chosen.length * columns);
  for (let i = 0; i < chosen.length; i++) {
    const from = chosen[i]! * columns;
    let square = 0;
    for (let j = 0; j < columns; j++) square += table[from + j]! ** 2;
    const scale = unit && square > 0 ? 1 / Math.sqrt(square) : 1;
    for (let j = 0; j < columns; j++) data[i * columns + j] = scale * table[from + j]!;
  }
  return { data, rows: chosen.length, columns };
}

/**
 * The first three principal components of the rows, exact: the eigenvectors of their covariance. Where there are fewer
 * columns than three, the others are zero.
 *
 * @param breathe is awaited between products
 */
export async function principalComponents(
  { data, rows, columns }: Matrix,
  breathe: () => Promise<void> = async () => {},
): Promise<Principal> {
  const centred = centre({ data, rows, columns });
  const workspace = new Workspace(defaultEngine());
  const x = input('x', ['rows', columns]);
  const gram = workspace.compile({ outputs: { gram: matmul(x, x, { transposeA: true }) } });
  const covariance = new Float64Array(columns * columns);
  for (const chunk of chunksOf(centred, columns)) {
    gram.run({ x: chunk });
    const part = gram.view('gram');
    for (let i = 0; i < covariance.length; i++) covariance[i]! += part[i]! / rows;
    await breathe();
  }
  const { values, vectors } = symmetricEigen(covariance, columns);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const axes = Float32Array.from({ length: COMPONENTS * columns }, (_, i) => {
    return vectors[Math.floor(i / columns)]?.[i % columns] ?? 0;
  });
  const project = workspace.compile({
    outputs: { y: matmul(x, input('axes', [COMPONENTS, columns]), { transposeB: true }) },
  });
  const points = new Float32Array(COMPONENTS * rows);
  let at = 0;
  for (const chunk of chunksOf(centred, columns)) {
    project.run({ x: chunk, axes });
    const part = project.view('y');
    points.set(part, at);
    at += part.length;
    await breathe();
  }
  const shares = values.map((value) => (total === 0 ? 0 : Math.max(0, value) / total));
  return { points, dimensions: COMPONENTS, shares };
}

/** The rows minus their mean. */
function centre({ data, rows, columns }: Matrix): Float32Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) mean[i % columns]! += data[i]! / rows;
  return data.map((value, i) => value - mean[i % columns]!);
}

function* chunksOf(data: Float32Array, columns: number): Generator<Float32Array> {
  for (let at = 0; at < data.length; at += CHUNK * columns) yield data.subarray(at, at + CHUNK * columns);
}
