/**
 * src/ → dist/, afresh, so that nothing stale is published: declarations by tsc, code by esbuild. What the entries of the
 * package share is joined into few files: finding and reading a hundred small ones takes most of the time of a start.
 */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root, run } from './setup.mjs';

const dist = join(root, 'dist');
for (const name of existsSync(dist) ? readdirSync(dist) : []) {
  // The page of the studio has its own build.
  if (name !== 'studio') rmSync(join(dist, name), { recursive: true, force: true });
}
run(process.execPath, [
  'node_modules/typescript/bin/tsc',
  '-p',
  'tsconfig.build.json',
  '--emitDeclarationOnly',
]);
await build({
  absWorkingDir: root,
  entryPoints: entryPoints(),
  outdir: 'dist',
  outbase: 'src',
  chunkNames: 'shared/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2023',
  packages: 'external',
  external: ['node:*', '#host'],
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});
const command = join(root, 'dist/cli/main.js');
if (existsSync(command)) chmodSync(command, 0o755);
utimesSync(join(root, 'dist/index.js'), new Date(), new Date());

/** Everything that is found by its path: what package.json names, and the commands, which are loaded one by one. */
function entryPoints() {
  const { exports, imports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const targets = [exports, imports, bin].flatMap(strings).filter((path) => /^\.\/dist\/.*\.js$/.test(path));
  const sources = targets.map((path) => path.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
  const folder = 'src/cli/commands';
  const commands = readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  return [...new Set([...sources, ...commands])];
}

/** All texts in a JSON value. */
function strings(value) {
  return typeof value === 'string' ? [value] : Object.values(value).flatMap(strings);
}
