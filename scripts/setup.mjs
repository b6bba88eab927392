/** What `npm start` and `npm test` need before they can run: packages, kernels, and (for start) the built library. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a command with its output shown; ends this process where it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Lexigrad needs Node 20.19 or later; this is ${process.versions.node}.`);
  process.exit(2);
}

/** Installs the packages of the lockfile where they are missing or older than it. */
export function install() {
  installIn(root, 'Installing packages …');
}

/** The same for the packages of the studio, which its build and its tests need and nothing else does. */
export function installStudio() {
  installIn(join(root, 'studio'), 'Installing the packages of the studio …');
}

/** Installs the packages of a folder as its lockfile names them. */
export function installIn(folder, message) {
  const marker = join(folder, 'node_modules/.package-lock.json');
  if (existsSync(marker) && modified(marker) >= modified(join(folder, 'package-lock.json'))) return;
  console.error(message);
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
}

/** Compiles the kernels; does nothing where they are up to date. */
export function buildKernels() {
  run(process.execPath, ['scripts/build-kernels.mjs']);
}

/** Compiles the library to dist/, where a source is newer than it. */
export function buildLibrary() {
  const stamp = join(root, 'dist/index.js');
  const newest = Math.max(
    ...['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'].map((path) =>
      newestIn(join(root, path)),
    ),
  );
  if (existsSync(stamp) && modified(stamp) > newest) return;
  console.error('Compiling the library …');
  run(process.execPath, ['scripts/build-library.mjs']);
}

/** Builds the page of the studio to dist/studio/, where a source is newer than it. */
export function buildStudio() {
  const stamp = join(root, 'dist/studio/index.html');
  const sources = [
    'src',
    'studio/src',
    'studio/index.html',
    'studio/package-lock.json',
    'studio/vite.config.ts',
  ];
  const newest = Math.max(...sources.map((path) => newestIn(join(root, path))));
  if (existsSync(stamp) && modified(stamp) > newest) return;
  console.error('Building the studio …');
  run(process.execPath, ['scripts/build-studio.mjs']);
}

function modified(path) {
  return statSync(path).mtimeMs;
}

function newestIn(path) {
  if (!statSync(path).isDirectory()) return modified(path);
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
