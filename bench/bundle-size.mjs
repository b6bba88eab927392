/**
 * Size of the library in a browser bundle, minified and gzipped: the whole core, and what a page needs that only runs a
 * model. `node bench/bundle-size.mjs` (after `npm run kernels`).
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = (path) => JSON.stringify(join(root, 'src', path));
const entries = {
  'the whole core (import * from lexigrad)': `export * from ${from('index.ts')};`,
  'lexigrad/classify': `export * from ${from('models/classify.ts')};`,
  'TextClassifier alone': `export { TextClassifier } from ${from('models/classifier/classifier.ts')};`,
  'LanguageModel alone': `export { LanguageModel } from ${from('models/language-model/language-model.ts')};`,
  'graph, program and engines': `export * from ${from('graph/index.ts')}; export * from ${from('program/index.ts')}; export * from ${from('engine/index.ts')};`,
};
for (const [name, contents] of Object.entries(entries)) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    alias: { '#host': join(root, 'src/files/host-none.ts') },
    tsconfigRaw: '{}',
  });
  const [file] = outputFiles;
  const gzipped = gzipSync(file.contents, { level: 9 }).length;
  console.log(
    `${name.padEnd(42)} ${(file.contents.length / 1000).toFixed(1).padStart(7)} kB minified  ${(gzipped / 1000).toFixed(1).padStart(6)} kB gzipped`,
  );
}
