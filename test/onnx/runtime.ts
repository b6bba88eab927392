/** Runs ONNX files by onnxruntime, which is installed beside the benchmarks: `npm ci --prefix bench --ignore-scripts`. */
import { createRequire } from 'node:module';

/** The part of onnxruntime-node that the tests use. */
interface Runtime {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: object): Promise<Session>;
  };
  readonly Tensor: new (type: string, data: object, shape: readonly number[]) => object;
}

interface Value {
  readonly data: ArrayLike<number | bigint>;
  readonly dims: readonly number[];
}

interface Session {
  readonly inputNames: readonly string[];
  readonly inputMetadata: readonly { readonly name: string; readonly type: string }[];
  run(feeds: Readonly<Record<string, object>>): Promise<Readonly<Record<string, Value>>>;
  release(): Promise<void>;
}

export const MISSING =
  'onnxruntime-node is not installed: npm ci --prefix bench --ignore-scripts (288 MB) brings it';

function load(): Runtime | undefined {
  try {
    return createRequire(new URL('../../bench/package.json', import.meta.url))('onnxruntime-node') as Runtime;
  } catch {
    return undefined;
  }
}

export const runtime = load();
if (runtime === undefined) console.warn(`skipped: ${MISSING}`);

/** What is fed to one input: its elements, row-major, and its shape. */
export interface Fed {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** The outputs of a model by name: elements and shape. Every output is made numbers. */
export async function runOnnx(
  bytes: Uint8Array,
  feeds: Readonly<Record<string, Fed>>,
): Promise<Record<string, { readonly data: number[]; readonly shape: readonly number[] }>> {
  // Warnings are written to stderr: 3 leaves only errors.
  const session = await runtime!.InferenceSession.create(bytes, {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
  try {
    const tensors = Object.fromEntries(
      session.inputMetadata.map(({ name, type }) => [name, tensorOf(type, feeds[name]!)]),
    );
    const outputs = await session.run(tensors);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data, dims }]) => [
        name,
        { data: Array.from(data, Number), shape: dims },
      ]),
    );
  } finally {
    await session.release();
  }
}

function tensorOf(type: string, { shape, data }: Fed): object {
  const elements = type === 'int64' ? BigInt64Array.from(Array.from(data), BigInt) : Float32Array.from(data);
  return new runtime!.Tensor(type, elements, shape);
}

/** The largest absolute difference; NaN counts as infinite. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  const differences = Array.from(a, (value, i) => (value === b[i] ? 0 : Math.abs(value - b[i]!)));
  return differences.some(Number.isNaN) ? Infinity : Math.max(0, ...differences);
}
