/** Lexigrad's engines, set up for a measurement. */
import { Absent } from './absent.mjs';
import { library } from './places.mjs';

/**
 * @param name `wasm` (the build that this host gets by itself), `plain`, `relaxed` or `blas`
 * @throws Absent where this host, or this version of the library, does not have it
 */
export async function engineOf(name, threads = 1) {
  const { wasmEngine } = await library('engine');
  const wasm = orAbsent(() =>
    wasmEngine({
      threads,
      ...(name === 'relaxed' ? { relaxed: true } : name === 'plain' ? { relaxed: false } : {}),
    }),
  );
  if (name === 'blas') {
    const { loadBlasEngine } = await library('engine/blas');
    return loadBlasEngine({ threads, wasm });
  }
  if (threads > 1 && !wasm.description.includes(`${threads} threads`)) {
    throw new Absent(`the wasm engine runs on one thread here (${wasm.description})`);
  }
  return wasm;
}

/** Workers start in the background; a measurement should not begin before they have. */
export function settle() {
  return new Promise((resolve) => setTimeout(resolve, 200));
}

function orAbsent(make) {
  try {
    return make();
  } catch (error) {
    throw new Absent(error.message);
  }
}
