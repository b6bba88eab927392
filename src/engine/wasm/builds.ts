/**
 * The two builds of the kernels, and how the host gets one compiled.
 *
 * `relaxed` uses fused multiply-add where the processor has it; `plain` gives the same bits on every machine. Both are
 * carried as base64 text, so that no file has to be found at run time, in Node, bundles and browsers alike.
 */
import { ValueError } from '../../base/errors.js';
import { plainBinary, relaxedBinary } from './binary.generated.js';
import { canShareMemory } from './memory.js';

export type BuildName = 'plain' | 'relaxed';

export interface BuildOptions {
  /** true: insist on the relaxed build; false: the plain one; default: relaxed where the host can run it. */
  readonly relaxed?: boolean;
  /** The plain build, whose results are the same bits on every machine. */
  readonly exact?: boolean;
}

/**
 * The build that the options ask for.
 * @throws ValueError where the relaxed build is asked for and the host, or `exact`, forbids it.
 */
export function chooseBuild({ relaxed, exact = false }: BuildOptions): BuildName {
  if (relaxed === true && exact) {
    throw new ValueError(
      '`relaxed` and `exact` contradict each other: fused multiply-add changes bits. Give one.',
    );
  }
  if (exact || relaxed === false) return 'plain';
  if (canRun('relaxed')) return 'relaxed';
  if (relaxed === true) {
    throw new ValueError(
      'this JavaScript runtime has no relaxed SIMD: leave `relaxed` out to use the plain build, or use Node 22 or ' +
        'later, or a current browser',
    );
  }
  return 'plain';
}

const binaries: { [K in BuildName]?: Uint8Array<ArrayBuffer> } = {};
const modules: { [K in BuildName]?: WebAssembly.Module } = {};
const runnable: { [K in BuildName]?: boolean } = {};

/**
 * The smallest module that only a host of the relaxed build accepts:
 * (func (param v128) (result v128) local.get 0 local.get 0 local.get 0 f32x4.relaxed_madd).
 */
const RELAXED_PROBE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7b, 1, 0x7b, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 0x20, 0, 0x20, 0, 0x20, 0, 0xfd, 0x85, 2, 11],
);

/** Whether the host accepts a build. A host without relaxed SIMD need not unpack the relaxed build to find out. */
export function canRun(build: BuildName): boolean {
  runnable[build] ??=
    (build === 'plain' || WebAssembly.validate(RELAXED_PROBE)) && WebAssembly.validate(binary(build));
  return runnable[build];
}

/** The compiled build: compiled at the first call, kept afterwards. */
export function compiled(build: BuildName): WebAssembly.Module {
  if (!canRun(build)) throw unsupported();
  modules[build] ??= new WebAssembly.Module(binary(build));
  return modules[build];
}

/** Compiles a build off the main thread, as browsers want it, for later calls of `compiled`. */
export async function compileAhead(build: BuildName): Promise<void> {
  if (!canRun(build)) throw unsupported();
  modules[build] ??= await WebAssembly.compile(binary(build));
}

function unsupported(): ValueError {
  return new ValueError(
    'this JavaScript runtime has no WebAssembly SIMD, which the wasm engine needs: use Node 20 or later, or a current ' +
      'browser, or the reference engine',
  );
}

function binary(build: BuildName): Uint8Array<ArrayBuffer> {
  binaries[build] ??= fitToHost(decodeBase64(build === 'plain' ? plainBinary : relaxedBinary));
  return binaries[build];
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  // Node's own decoder is many times faster at start-up than a loop that is not compiled yet.
  const decoder = (globalThis as { Buffer?: typeof Buffer }).Buffer;
  if (decoder !== undefined) return Uint8Array.from(decoder.from(text, 'base64'));
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/** The import of `env.memory` in the binary: two names by length and text, kind 2 (memory), limits 3 (shared, bounded). */
const SHARED_MEMORY_IMPORT = [3, ...codes('env'), 6, ...codes('memory'), 2, 3];
const BOUNDED_LIMITS = 1;

/** Where the host has no shared memory, makes the module ask for an ordinary one: a single byte differs. */
export function fitToHost(
  bytes: Uint8Array<ArrayBuffer>,
  shared = canShareMemory(),
): Uint8Array<ArrayBuffer> {
  if (shared) return bytes;
  const start = bytes.findIndex((_, i) => SHARED_MEMORY_IMPORT.every((byte, j) => bytes[i + j] === byte));
  const patched = bytes.slice();
  patched[start + SHARED_MEMORY_IMPORT.length - 1] = BOUNDED_LIMITS;
  return patched;
}

function codes(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
