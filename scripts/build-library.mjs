/**
 * src/ → dist/, afresh, so that nothing stale is published: declarations by tsc, code by esbuild. What the entries of the
 * package share is joined into few files: finding and reading a hundred small ones takes most of the time of a start.
 *
 * The packages that the service and some readers use are bundled too, at the versions of the lockfile, so that installing
 * Lexigrad installs little else; their licences stand in dist/THIRD-PARTY.txt. commander, which is CommonJS and asks for
 * Node's modules by require, stays a dependency.
 */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { root, run } from './setup.mjs';

const dist = join(root, 'dist');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

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
removePrivateDeclarations();
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: entryPoints(),
  outdir: 'dist',
  outbase: 'src',
  chunkNames: 'shared/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2022',
  external: ['node:*', ...builtinModules, '#host', ...externalPackages()],
  sourcemap: true,
  sourcesContent: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
forgetForeignSources(metafile);
writeFileSync(join(dist, 'THIRD-PARTY.txt'), licences(bundledPackages(metafile)));
chmodSync(join(dist, 'cli/main.js'), 0o755);
// The stamp by which `npm start` knows that all of dist/ is there.
utimesSync(join(dist, 'index.js'), new Date(), new Date());

/** Everything that is found by its path: what package.json names, and the commands, which are loaded one by one. */
function entryPoints() {
  const { exports, imports, bin } = manifest;
  const targets = [exports, imports, bin].flatMap(strings).filter((path) => /^\.\/dist\/.*\.js$/.test(path));
  const sources = targets.map((path) => path.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
  const folder = 'src/cli/commands';
  const commands = readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  return [...new Set([...sources, ...commands])];
}

/** What users install themselves. */
function externalPackages() {
  return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
}

/** Leaves those declarations that an entry of the package reaches. */
function removePrivateDeclarations() {
  const reached = new Set();
  const visit = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    const imports = readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)\.js'/g);
    for (const [, path] of imports) visit(resolve(dirname(file), `${path}.d.ts`));
  };
  for (const path of strings(manifest.exports)) if (path.endsWith('.d.ts')) visit(join(root, path));
  const all = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.d.ts'));
  for (const name of all) if (!reached.has(join(dist, name))) rmSync(join(dist, name));
}

/** Source maps carry our own sources; those of other packages are twice as large, and can be had elsewhere. */
function forgetForeignSources({ outputs }) {
  for (const path of Object.keys(outputs).filter((name) => name.endsWith('.map'))) {
    const map = JSON.parse(readFileSync(join(root, path), 'utf8'));
    map.sourcesContent = map.sourcesContent.map((content, i) =>
      map.sources[i].includes('node_modules/') ? null : content,
    );
    writeFileSync(join(root, path), JSON.stringify(map));
  }
}

/** Names of the packages whose code is in the bundle. */
function bundledPackages({ inputs }) {
  const names = Object.keys(inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** Who wrote the bundled packages, and under which terms. */
function licences(names) {
  const entries = names.map((name) => {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`the package ${name} has no licence file: it cannot be bundled`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  const rule = `\n${'-'.repeat(80)}\n\n`;
  return ['Code of these packages is part of the files in this folder.\n', ...entries].join(rule);
}

/** All texts in a JSON value. */
function strings(value) {
  return typeof value === 'string' ? [value] : Object.values(value).flatMap(strings);
}
