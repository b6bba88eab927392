/** The library's sources for benchmarks, bundled in memory: they run without a build, on every supported Node. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** @param contents what to export from them, as the text of a module in the project's root */
export async function importSources(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    alias: { '#host': fileURLToPath(new URL('../src/files/node/host.ts', import.meta.url)) },
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
