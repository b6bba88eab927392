/**
 * The reference kernels: plain float64 loops, the specification that every other engine is tested against.
 * Each follows the comment of its entry in `kernelTable`, to the letter and without any cleverness.
 *
 * A kernel returns nothing, or `false` when it met an id, label or bag end out of range. An absent array is empty.
 */
import type { ArgumentKind, KernelName } from '../kernels.js';
import { kernelTable } from '../kernels.js';
import { bagSteps } from './bag-steps.js';
import * as codes from './codes.js';
import { dropout } from './dropout.js';
import { binaryFunction, unaryFunction } from './functions.js';
import * as rows from './rows.js';
import { update } from './update.js';

type Resolved<Kind> = Kind extends 'floats' ? Float64Array : Kind extends 'ints' ? Int32Array : number;
export type ResolvedArguments<K extends KernelName> = {
  [A in keyof (typeof kernelTable)[K]]: Resolved<(typeof kernelTable)[K][A]>;
};
export type ReferenceKernel<K extends KernelName> = (args: ResolvedArguments<K>) => boolean | undefined;

/** One function for each kernel; the type makes a missing one a compile error. */
export const referenceKernels: { [K in KernelName]: ReferenceKernel<K> } = {
  fill({ y, n, value }) {
    y.fill(value, 0, n);
  },

  unary({ code, y, x, n, alpha }) {
    const f = unaryFunction(code, alpha);
    for (let i = 0; i < n; i++) y[i] = f(x[i]!);
  },

  binary({ code, y, a, b, d0, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3 }) {
    const f = binaryFunction(code);
    let at = 0;
    for (let i = 0; i < d0; i++) {
      for (let j = 0; j < d1; j++) {
        for (let k = 0; k < d2; k++) {
          for (let l = 0; l < d3; l++) {
            y[at++] = f(a[i * a0 + j * a1 + k * a2 + l * a3]!, b[i * b0 + j * b1 + k * b2 + l * b3]!);
          }
        }
      }
    }
  },

  select({ y, condition, a, b, n }) {
    for (let i = 0; i < n; i++) y[i] = condition[i] !== 0 ? a[i]! : b[i]!;
  },

  copy({ y, x, d0, d1, d2, d3, d4, x0, x1, x2, x3, x4, y0, y1, y2, y3, y4 }) {
    for (let i = 0; i < d0; i++) {
      for (let j = 0; j < d1; j++) {
        for (let k = 0; k < d2; k++) {
          for (let l = 0; l < d3; l++) {
            for (let m = 0; m < d4; m++) {
              y[i * y0 + j * y1 + k * y2 + l * y3 + m * y4] = x[i * x0 + j * x1 + k * x2 + l * x3 + m * x4]!;
            }
          }
        }
      }
    }
  },

  reduce({ code, y, x, outer, length, inner }) {
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let total = code === 0 ? 0 : -Infinity;
        for (let l = 0; l < length; l++) {
          const value = x[(o * length + l) * inner + i]!;
          total = code === 0 ? total + value : Math.max(total, value);
        }
        y[o * inner + i] = total;
      }
    }
  },

  matmul({
    y,
    a,
    b,
    bias,
    m,
    n,
    k,
    transposeA,
    transposeB,
    batches,
    aStep,
    bStep,
    accumulate,
    activation,
    alpha,
  }) {
    const f = unaryFunction(activation, alpha);
    for (let batch = 0; batch < batches; batch++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = bias.length > 0 ? bias[j]! : 0;
          for (let l = 0; l < k; l++) {
            const left = a[batch * aStep + (transposeA ? l * m + i : i * k + l)]!;
            const right = b[batch * bStep + (transposeB ? j * k + l : l * n + j)]!;
            sum += left * right;
          }
          const at = (batch * m + i) * n + j;
          y[at] = accumulate ? y[at]! + sum : f(sum);
        }
      }
    }
  },

  softmax({ y, x, rows, columns, log }) {
    for (let r = 0; r < rows; r++) {
      const lse = logSumExpOfRow(x, r, columns);
      for (let c = 0; c < columns; c++) {
        const logProbability = x[r * columns + c]! - lse;
        y[r * columns + c] = log ? logProbability : Math.exp(logProbability);
      }
    }
  },

  logSumExp({ y, x, rows, columns }) {
    for (let r = 0; r < rows; r++) y[r] = logSumExpOfRow(x, r, columns);
  },

  crossEntropyGradient({ y, x, lse, labels, scale, rows, columns }) {
    for (let r = 0; r < rows; r++) {
      const label = labels[r]!;
      if (label < 0 || label >= columns) return false;
      for (let c = 0; c < columns; c++) {
        const probability = Math.exp(x[r * columns + c]! - lse[r]!);
        y[r * columns + c] = (probability - (c === label ? 1 : 0)) * scale[r]!;
      }
    }
  },

  layerNorm({ y, x, gain, bias, rows, columns, epsilon }) {
    for (let r = 0; r < rows; r++) {
      const row = x.slice(r * columns, (r + 1) * columns);
      const mean = row.reduce((sum, value) => sum + value, 0) / columns;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns;
      for (let c = 0; c < columns; c++) {
        const normalized = (row[c]! - mean) / Math.sqrt(variance + epsilon);
        y[r * columns + c] = (gain[c] ?? 1) * normalized + (bias[c] ?? 0);
      }
    }
  },

  sumSquares({ y, x, n, count, width }) {
    const length = count.length > 0 ? count[0]! * width : n;
    let sum = 0;
    for (let i = 0; i < length; i++) sum += x[i]! ** 2;
    y[0] = sum;
  },

  clipScale({ y, parts, n, limit }) {
    let squares = 0;
    for (let i = 0; i < n; i++) squares += parts[i]!;
    const norm = Math.sqrt(squares);
    y[0] = norm;
    y[1] = norm <= limit ? 1 : limit / norm;
  },

  update,
  dropout,
  bagSteps,
  ...codes,
  ...rows,
};

/** m + log Σ e^(x−m), m = max x */
function logSumExpOfRow(x: Float64Array, row: number, columns: number): number {
  let max = -Infinity;
  for (let c = 0; c < columns; c++) max = Math.max(max, x[row * columns + c]!);
  if (max === -Infinity) return -Infinity;
  let sum = 0;
  for (let c = 0; c < columns; c++) sum += Math.exp(x[row * columns + c]! - max);
  return max + Math.log(sum);
}

/** Calls a kernel by name with arguments that were resolved one by one, in the order of `kernelTable`. */
export function callReferenceKernel(
  name: KernelName,
  values: readonly (number | Float64Array | Int32Array)[],
): boolean {
  const names = Object.keys(kernelTable[name] satisfies Record<string, ArgumentKind>);
  const args = Object.fromEntries(names.map((argument, i) => [argument, values[i]]));
  const kernel = referenceKernels[name] as (args: unknown) => boolean | undefined;
  return kernel(args) !== false;
}
