/** One matrix product by BLAS. */
import { AS_STORED, type Blas, ROW_MAJOR, TRANSPOSED } from './library.js';
import type { Product } from './plan.js';

/**
 * y ← op(a) op(b) + β y for every matrix of the batch.
 * @param base where the machine's memory begins in the address space of the process
 */
export function multiply(blas: Blas, product: Product, base: number): void {
  const { batches, m, n, aStep, bStep } = product;
  for (let batch = 0; batch < batches; batch++) {
    const y = base + address(product.y) + 4 * batch * m * n;
    const a = base + address(product.a) + 4 * batch * aStep;
    const b = base + address(product.b) + 4 * batch * bStep;
    if (m === 1) rowTimesMatrix(blas, product, y, a, b);
    else if (n === 1) matrixTimesColumn(blas, product, y, a, b);
    else matrixTimesMatrix(blas, product, y, a, b);
  }
}

function matrixTimesMatrix(blas: Blas, product: Product, y: number, a: number, b: number): void {
  const { m, n, k, transposeA, transposeB, beta } = product;
  const formA = transposeA ? TRANSPOSED : AS_STORED;
  const formB = transposeB ? TRANSPOSED : AS_STORED;
  const stepA = transposeA ? m : k;
  const stepB = transposeB ? k : n;
  blas.sgemm(ROW_MAJOR, formA, formB, m, n, k, 1, a, stepA, b, stepB, beta, y, n);
}

/** m = 1: yᵀ = op(b)ᵀ aᵀ. Libraries do not make this case of sgemm as fast as sgemv. */
function rowTimesMatrix(blas: Blas, product: Product, y: number, a: number, b: number): void {
  const { n, k, transposeB, beta } = product;
  if (transposeB) blas.sgemv(ROW_MAJOR, AS_STORED, n, k, 1, b, k, a, 1, beta, y, 1);
  else blas.sgemv(ROW_MAJOR, TRANSPOSED, k, n, 1, b, n, a, 1, beta, y, 1);
}

/** n = 1: y = op(a) b */
function matrixTimesColumn(blas: Blas, product: Product, y: number, a: number, b: number): void {
  const { m, k, transposeA, beta } = product;
  if (transposeA) blas.sgemv(ROW_MAJOR, TRANSPOSED, k, m, 1, a, m, b, 1, beta, y, 1);
  else blas.sgemv(ROW_MAJOR, AS_STORED, m, k, 1, a, k, b, 1, beta, y, 1);
}

/** Instructions hold addresses as signed words; above 2 GiB they are negative. */
function address(word: number): number {
  return word >>> 0;
}
