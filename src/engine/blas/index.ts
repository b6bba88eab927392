/**
 * The blas engine: the wasm engine's memory and kernels, with matrix products handed to the BLAS library of the system
 * (OpenBLAS, Intel MKL, BLIS, Accelerate). Node only, optional, nothing to compile.
 *
 * Results may differ in the last bits between libraries, processors and numbers of threads.
 */
import { availableParallelism } from 'node:os';
import { LexigradError, ValueError } from '../../base/errors.js';
import type { Engine } from '../engine.js';
import { measureProducts } from '../measure.js';
import { wasmEngine } from '../wasm/index.js';
import { parseChoice } from './choice.js';
import { findBlas } from './find.js';
import { type Foreign, loadForeign } from './foreign.js';
import type { Blas } from './library.js';
import { BlasMachine } from './machine.js';

export interface BlasOptions {
  /**
   * `openblas`, `mkl`, `blis`, `accelerate`, the path of a library file, `auto` or `off`. Default: what the environment
   * variable LEXIGRAD_BLAS says, else `auto`: the first of the usual libraries that is not far slower than wasm.
   */
  readonly library?: string;
  /** Threads of the library, for the whole process (default: as many as the processor has). */
  readonly threads?: number;
  /** What gives memory and computes everything else (default: `wasmEngine()`). */
  readonly wasm?: Engine;
}

export interface BlasEngine extends Engine {
  readonly name: 'blas';
  /** Maker, version and processor kind, as far as the library tells: 'OpenBLAS 0.3.21 SkylakeX'. */
  readonly library: string;
  /** The file that was opened. */
  readonly file: string;
  /** Threads that the library uses; undefined where it does not tell. */
  readonly threads: number | undefined;
}

/**
 * The blas engine.
 *
 * @example
 * import { useEngine } from 'lexigrad';
 * import { loadBlasEngine } from 'lexigrad/engine/blas';
 * const engine = await loadBlasEngine({ threads: 2 });
 * engine.description;                          // 'blas (OpenBLAS 0.3.21 SkylakeX, 2 threads) + wasm (…)'
 * useEngine(engine);
 *
 * @throws ValueError when it cannot be had: why, and what to do.
 */
export async function loadBlasEngine(options: BlasOptions = {}): Promise<BlasEngine> {
  const {
    library = process.env.LEXIGRAD_BLAS,
    threads = availableParallelism(),
    wasm = wasmEngine(),
  } = options;
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new ValueError(`threads is ${threads}: give a whole number from 1`);
  }
  const choice = parseChoice(library);
  if (choice.kind === 'off') throw new ValueError('the system’s BLAS is switched off (LEXIGRAD_BLAS=off)');
  const foreign = await loadForeign();
  const objection = (blas: Blas) => objectionTo(createEngine(blas, foreign, wasm), wasm);
  const blas = findBlas({ foreign, platform: process.platform, choice, threads, objection });
  const engine = createEngine(blas, foreign, wasm);
  warmUp(engine);
  return engine;
}

/**
 * OpenBLAS packs matrices into buffers of its own and prefetches beyond what it has packed. As long as no product was
 * large enough to touch those pages, small products miss the address cache at every step: 2 to 3 times as slow.
 */
function warmUp(engine: Engine): void {
  measureProducts(engine, { size: 512, milliseconds: 0 });
}

/** The blas engine, or the reason why there is none. */
export type FoundBlas =
  | { readonly engine: BlasEngine; readonly reason?: undefined }
  | { readonly engine?: undefined; readonly reason: string };

/**
 * The same for a program that does without where it must.
 * @throws ValueError when a library is named, by option or LEXIGRAD_BLAS, and cannot be had: who names one wants it.
 */
export async function findBlasEngine(options: BlasOptions = {}): Promise<FoundBlas> {
  const { kind } = parseChoice(options.library ?? process.env.LEXIGRAD_BLAS);
  try {
    return { engine: await loadBlasEngine(options) };
  } catch (error) {
    const mayLack = kind === 'automatic' || kind === 'off';
    if (mayLack && error instanceof LexigradError) return { reason: error.message };
    throw error;
  }
}

function createEngine(blas: Blas, foreign: Foreign, wasm: Engine): BlasEngine {
  const { title, file, threads } = blas;
  const parallel = threads === undefined ? '' : `, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const engine: BlasEngine = {
    name: 'blas',
    description: `blas (${title}${parallel}) + ${wasm.description}`,
    library: title,
    file,
    threads,
    createMachine: () => new BlasMachine(engine, blas, foreign, wasm.createMachine()),
  };
  return engine;
}

/**
 * The reference implementation of BLAS, which some systems have under the generic name, is many times slower than wasm.
 * Only so clear a case is refused: a closer race would fall out differently from run to run, and with it the results.
 */
function objectionTo(engine: BlasEngine, wasm: Engine): string | undefined {
  const quick = { size: 384, milliseconds: 10 };
  const [theirs, ours] = [measureProducts(engine, quick), measureProducts(wasm, quick)];
  if (theirs > ours / 2) return undefined;
  const [slow, fast] = [theirs.toFixed(1), ours.toFixed(1)];
  return `${engine.library} multiplies at ${slow} GFLOP/s, wasm at ${fast}, so it is not used`;
}
