/**
 * `npm run check:package`: what publint and arethetypeswrong say of the packed package. Both are in tools/, which is
 * installed where it is missing; dist/ must be built.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installIn, root, run } from './setup.mjs';

installIn(join(root, 'tools'), 'Installing the tools that check the package …');
const program = (name) => join(root, 'tools/node_modules/.bin', name);
const folder = mkdtempSync(join(tmpdir(), 'lexigrad-check-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
run(program('publint'), ['run', '--strict', join(folder, `lexigrad-${version}.tgz`)]);
// The package is ES modules for Node 20 and bundlers: what older resolution would find does not count.
run(program('attw'), [
  join(folder, `lexigrad-${version}.tgz`),
  ...['--profile', 'esm-only', '--format', 'ascii', '--summary'],
]);
