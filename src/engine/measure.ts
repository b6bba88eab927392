/** How fast an engine multiplies matrices. */
import type { Engine } from './engine.js';
import { instructionSize, kernelNumbers } from './kernels.js';

export interface MeasureOptions {
  /** Rows and columns of the square matrices (default 512). */
  readonly size?: number;
  /** How long to measure, in milliseconds (default 100); at least one product is run. */
  readonly milliseconds?: number;
}

/** GFLOP/s (10⁹ multiplications and additions a second) of a product of square matrices: the best of several runs. */
export function measureProducts(engine: Engine, options: MeasureOptions = {}): number {
  const { size = 512, milliseconds = 100 } = options;
  const elements = size * size;
  const machine = engine.createMachine();
  const [y, a, b] = [machine.allocate(elements), machine.allocate(elements), machine.allocate(elements)];
  machine.floats(a, elements).fill(0.5);
  machine.floats(b, elements).fill(0.25);
  const code = new Int32Array(instructionSize('matmul'));
  code.set([kernelNumbers.matmul, y, a, b, 0, size, size, size, 0, 0, 1, 0, 0, 0, 0]);
  const handle = machine.load(code);
  const end = performance.now() + milliseconds;
  let shortest = Number.POSITIVE_INFINITY;
  let start: number;
  do {
    start = performance.now();
    machine.run(handle);
    shortest = Math.min(shortest, performance.now() - start);
  } while (start < end);
  return (2 * size ** 3) / shortest / 1e6;
}
