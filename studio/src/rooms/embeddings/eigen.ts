/** Eigenvalues and eigenvectors of symmetric matrices, by Jacobi's rotations (Golub & Van Loan, Matrix Computations, §8.5). */

export interface Eigen {
  /** Largest first. */
  readonly values: readonly number[];
  /** [n, n], row i the unit eigenvector of value i; its largest coordinate is positive. */
  readonly vectors: readonly Float64Array[];
}

/** Each sweep about doubles the digits; a handful always does. */
const MOST_SWEEPS = 50;

/**
 * @param matrix symmetric [n, n], row-major; not changed.
 */
export function symmetricEigen(matrix: ArrayLike<number>, n: number): Eigen {
  const a = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) => matrix[i * n + j]!),
  );
  // Row i of v becomes eigenvector i: the rotations that a is turned by, on rows, because they lie together in memory.
  const v = Array.from({ length: n }, (_, i) => new Float64Array(n).fill(1, i, i + 1));
  const size = Math.sqrt(a.reduce((sum, row) => sum + row.reduce((inner, x) => inner + x * x, 0), 0));
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(a) > 1e-12 * size; sweep++) {
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!);
  return { values: order.map((i) => a[i]![i]!), vectors: order.map((i) => turned(v[i]!)) };
}

/** Makes a[p][q] zero: a ← J aᵀ Jᵀ, with J a rotation in the plane of p and q. */
function rotate(a: readonly Float64Array[], v: readonly Float64Array[], p: number, q: number): void {
  const [rowP, rowQ] = [a[p]!, a[q]!];
  const [pp, qq, pq] = [rowP[p]!, rowQ[q]!, rowP[q]!];
  if (pq === 0) return;
  const tau = (qq - pp) / (2 * pq);
  // The smaller of the two angles, so that the sweeps converge.
  const tangent = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  turn(rowP, rowQ, cosine, sine);
  for (let i = 0; i < a.length; i++) {
    // What the rows have now, the columns have too.
    if (i !== p) a[i]![p] = rowP[i]!;
    if (i !== q) a[i]![q] = rowQ[i]!;
  }
  rowP[p] = pp - tangent * pq;
  rowQ[q] = qq + tangent * pq;
  rowP[q] = rowQ[p] = 0;
  turn(v[p]!, v[q]!, cosine, sine);
}

function turn(x: Float64Array, y: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < x.length; i++) {
    const [before, other] = [x[i]!, y[i]!];
    x[i] = cosine * before - sine * other;
    y[i] = sine * before + cosine * other;
  }
}

function offDiagonal(a: readonly Float64Array[]): number {
  let sum = 0;
  for (const [i, row] of a.entries()) for (let j = 0; j < i; j++) sum += 2 * row[j]! * row[j]!;
  return Math.sqrt(sum);
}

/** v or −v: whichever has its largest coordinate positive, so that the same data always give the same picture. */
function turned(v: Float64Array): Float64Array {
  const largest = v.reduce((best, x) => (Math.abs(x) > Math.abs(best) + 1e-12 ? x : best), 0);
  return largest < 0 ? v.map((x) => -x) : v;
}
