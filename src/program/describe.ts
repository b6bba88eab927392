/** What a program does, for people: kernels, shapes, work, memory, and time where it was profiled. */
import { type AxisSizes, formatShape } from '../base/shape.js';
import type { KernelName } from '../engine/kernels.js';
import type { Sizes, Step } from './builder.js';
import type { Storage } from './storage.js';

export interface StepReport {
  readonly kernel: KernelName;
  /** The operation that the kernel computes (part of). */
  readonly label: string;
  readonly shape: string;
  /** Floating-point operations; a multiply-add counts as two. */
  readonly flops: number;
  /** Bytes read and written; for row-sparse updates at most: as if no id occurred twice. */
  readonly bytes: number;
}

export function stepReport(step: Step, sizes: Sizes): StepReport {
  const args = step.arguments(sizes) as Readonly<Record<string, number>>;
  const elements = (storages: readonly Storage[]) =>
    storages.reduce((sum, storage) => sum + storage.elements(sizes.known), 0);
  return {
    kernel: step.kernel,
    label: step.label,
    shape: formatShape(step.shape),
    flops: isRowSparseUpdate(step)
      ? 6 * elements(step.reads.slice(0, 1))
      : flopsOf(step.kernel, args, elements(step.writes)),
    bytes: 4 * touched(step, sizes, elements),
  };
}

/** Kernels that look rows up touch those rows, not their whole table. */
function touched(step: Step, sizes: Sizes, elements: (storages: readonly Storage[]) => number): number {
  const { n = 0, width = 0 } = step.arguments(sizes) as Readonly<Record<string, number>>;
  if (step.kernel === 'gather') return 2 * n * width + n;
  if (step.kernel === 'bag') return n * width + n + elements(step.writes);
  if (isRowSparseUpdate(step)) {
    // The gradient is read, and the touched rows of parameter and slots are read and written.
    const gradient = elements(step.reads.slice(0, 1));
    const blocks = step.writes.filter((storage) => storage.dtype === 'f32').length;
    return gradient + 2 * blocks * gradient;
  }
  return elements(step.reads) + elements(step.writes);
}

/** Only row-sparse updates write integers: the step at which each row was last touched. */
function isRowSparseUpdate(step: Step): boolean {
  return step.kernel === 'update' && step.writes.some((storage) => storage.dtype === 'i32');
}

/** Operations of each kernel: exact for products, one (or a nominal number) an element elsewhere. */
function flopsOf(kernel: KernelName, args: Readonly<Record<string, number>>, written: number): number {
  const { m = 0, n = 0, k = 0, batches = 1, rows = 0, columns = 0, width = 1 } = args;
  switch (kernel) {
    case 'matmul':
      return 2 * batches * m * n * k;
    case 'softmax':
    case 'logSumExp':
    case 'crossEntropyGradient':
      return 5 * rows * columns;
    case 'layerNorm':
      return 8 * rows * columns;
    case 'bag':
    case 'segmentPool':
    case 'scatterRows':
      return n * width;
    case 'reduce':
      return args.outer! * args.length! * args.inner!;
    case 'update':
      return 6 * rows * width;
    case 'sumSquares':
      return 2 * n;
    case 'fill':
    case 'copy':
    case 'gather':
    case 'pick':
    case 'oneHot':
    case 'segmentRepeat':
    case 'segmentLength':
    case 'segmentIds':
    case 'groupRows':
      return 0;
    default:
      return written;
  }
}

/** A table of the steps, with totals. */
export function describeProgram(steps: readonly StepReport[], sizes: AxisSizes, arenaBytes: number): string {
  const rows = steps.map(({ kernel, label, shape, flops, bytes }) => [
    kernel,
    label,
    shape,
    count(flops),
    count(bytes),
  ]);
  const total = (of: (step: StepReport) => number) => count(steps.reduce((sum, step) => sum + of(step), 0));
  const where = Object.entries(sizes)
    .map(([axis, size]) => `${axis} = ${size}`)
    .join(', ');
  return [
    table([['kernel', 'operation', 'shape', 'FLOP', 'bytes'], ...rows]),
    `${steps.length} kernels, ${total((step) => step.flops)}FLOP, ${total((step) => step.bytes)}B moved, ` +
      `arena ${count(arenaBytes)}B${where === '' ? '' : ` (${where})`}`,
  ].join('\n');
}

/** Time by kernel and operation, summed over runs. */
export class KernelProfile {
  private readonly entries = new Map<
    string,
    { kernel: string; label: string; calls: number; ms: number; flops: number }
  >();

  add(step: StepReport, ms: number): void {
    const key = `${step.kernel} ${step.label} ${step.shape}`;
    const entry = this.entries.get(key) ?? {
      kernel: step.kernel,
      label: `${step.label} ${step.shape}`,
      calls: 0,
      ms: 0,
      flops: 0,
    };
    entry.calls++;
    entry.ms += ms;
    entry.flops += step.flops;
    this.entries.set(key, entry);
  }

  /** The slowest first: kernel, operation, calls, milliseconds, share, GFLOP/s. */
  toString(): string {
    const entries = [...this.entries.values()].sort((a, b) => b.ms - a.ms);
    const all = entries.reduce((sum, { ms }) => sum + ms, 0);
    return table([
      ['kernel', 'operation', 'calls', 'ms', '%', 'GFLOP/s'],
      ...entries.map(({ kernel, label, calls, ms, flops }) => [
        kernel,
        label,
        String(calls),
        ms.toFixed(1),
        all === 0 ? '–' : ((100 * ms) / all).toFixed(1),
        flops === 0 || ms === 0 ? '–' : (flops / ms / 1e6).toFixed(1),
      ]),
    ]);
  }
}

function count(value: number): string {
  for (const [limit, suffix] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (value >= limit) return `${Number((value / limit).toPrecision(3))} ${suffix}`;
  }
  return `${value} `;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
