/**
 * Whether a hyperplane separates two sets of points: decided, not guessed.
 *
 * By Gordan's theorem (1873) exactly one of two things holds. Either some w, b put every point on its side; or some
 * point lies between examples of the one set and also between examples of the other: their convex hulls meet. Whoever
 * shows such a point has proved that no line, plane or hyperplane can separate the sets.
 *
 * Finding it is a linear program: λ ≥ 0, Σ λᵢ = 1, Σ λᵢ yᵢ (xᵢ, 1) = 0 with yᵢ = ±1. It is solved by the simplex
 * method with Bland's rule (1977), which always ends, in whole numbers of any size, so that there is no rounding.
 */

/** A weighted mean of some points. */
export interface Mixture {
  /** Which points, by their place in the list. */
  readonly points: readonly number[];
  /** Their weights; each above 0, all together 1. */
  readonly weights: readonly number[];
}

/** The proof that two sets cannot be separated: a point that both reach. */
export interface SharedPoint {
  readonly point: readonly number[];
  /** The point as a mixture of points of the first set (y = −1), and of the second (y = +1). */
  readonly negative: Mixture;
  readonly positive: Mixture;
}

/** Larger problems (points × numbers a point) are not decided: exact arithmetic would take too long. */
export const LARGEST_SEPARABILITY = 20_000;

/**
 * A point in both convex hulls, or undefined where there is none and a hyperplane separates the sets.
 *
 * @param points finite numbers, all of the same length. @param signs −1 or +1, one a point.
 */
export function findSharedPoint(
  points: readonly (readonly number[])[],
  signs: readonly number[],
): SharedPoint | undefined {
  const dimension = points[0]?.length ?? 0;
  const columns = points.map((point, i) => [...point, 1].map((value) => value * signs[i]!));
  const rows = Array.from({ length: dimension + 1 }, (_, row) =>
    wholeNumbers(columns.map((column) => column[row]!)),
  );
  const shares = feasiblePoint(rows, points.length);
  if (shares === undefined) return undefined;
  const mixture = (sign: number): Mixture => {
    const chosen = [...shares.keys()].filter((i) => signs[i] === sign && shares[i]! > 0);
    // The last row says that both sets have the same weight, so each has half of it.
    return { points: chosen, weights: chosen.map((i) => 2 * shares[i]!) };
  };
  const negative = mixture(-1);
  const coordinate = (axis: number) =>
    negative.points.reduce((sum, point, i) => sum + negative.weights[i]! * points[point]![axis]!, 0);
  return {
    point: Array.from({ length: dimension }, (_, axis) => coordinate(axis)),
    negative,
    positive: mixture(1),
  };
}

/**
 * Some λ ≥ 0 with Σ λ = 1 and rows · λ = 0, or undefined: the first phase of the simplex method. It starts from one
 * artificial variable a row and drives their sum to 0.
 */
function feasiblePoint(rows: readonly bigint[][], count: number): number[] | undefined {
  const ones = new Array<bigint>(count).fill(1n);
  // Each row of the table: the coefficients, then the right-hand side. All stand over one common denominator.
  const table = [...rows.map((row) => [...row, 0n]), [...ones, 1n]];
  const objective = table.reduce((sum, row) => sum.map((value, i) => value + row[i]!));
  const basis = table.map((_, row) => count + row);
  let denominator = 1n;
  while (objective[count]! > 0n) {
    const entering = objective.findIndex((value, column) => column < count && value > 0n);
    if (entering < 0) return undefined;
    const leaving = leavingRow(table, basis, entering, count);
    const pivotRow = table[leaving]!;
    const pivot = pivotRow[entering]!;
    for (const row of [...table, objective]) {
      if (row === pivotRow) continue;
      const factor = row[entering]!;
      // Edmonds' integer pivoting: the division leaves no remainder.
      for (let i = 0; i <= count; i++) row[i] = (row[i]! * pivot - factor * pivotRow[i]!) / denominator;
    }
    denominator = pivot;
    basis[leaving] = entering;
  }
  const shares = new Array<number>(count).fill(0);
  basis.forEach((variable, row) => {
    if (variable < count) shares[variable] = ratio(table[row]![count]!, denominator);
  });
  return shares;
}

/** The row that limits the entering variable most; of equals the one with the lowest variable (Bland's rule). */
function leavingRow(
  table: readonly bigint[][],
  basis: readonly number[],
  entering: number,
  last: number,
): number {
  let best = -1;
  table.forEach((row, i) => {
    if (row[entering]! <= 0n) return;
    if (best < 0) {
      best = i;
      return;
    }
    const difference = row[last]! * table[best]![entering]! - table[best]![last]! * row[entering]!;
    if (difference < 0n || (difference === 0n && basis[i]! < basis[best]!)) best = i;
  });
  return best;
}

/** The same numbers times a power of two that makes them whole. Every finite double has one, so this is exact. */
function wholeNumbers(values: readonly number[]): bigint[] {
  let doublings = 0;
  while (!values.every((value) => Number.isInteger(value * 2 ** doublings)) && doublings < 1000) doublings++;
  return values.map((value) => BigInt(value * 2 ** doublings));
}

/** a / b, for whole numbers too large for doubles. */
function ratio(a: bigint, b: bigint): number {
  return Number((a << 64n) / b) / 2 ** 64;
}
