/** The other libraries: which are here, in which version, and how the others can be had. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bench } from './places.mjs';

const NPM = 'npm ci --prefix bench';

/** How to find each peer. `find` gives its version, or undefined where it is absent. */
export const peers = {
  tfjs: { find: () => npmVersion('@tensorflow/tfjs'), install: NPM },
  'tfjs-wasm': { find: () => npmVersion('@tensorflow/tfjs-backend-wasm'), install: NPM },
  'jax-js': { find: () => npmVersion('@jax-js/jax'), install: NPM },
  'brain.js': { find: () => npmVersion('brain.js'), install: NPM },
  'fasttext.wasm.js': { find: () => npmVersion('fasttext.wasm.js'), install: NPM },
  'onnxruntime-node': {
    find: () => npmVersion('onnxruntime-node'),
    install: NPM,
  },
  pytorch: { find: () => pythonVersion('torch'), install: 'apt install python3-torch libopenblas0-openmp' },
  'scikit-learn': { find: () => pythonVersion('sklearn'), install: 'apt install python3-sklearn' },
  'fasttext-python': {
    find: () => pythonVersion('fasttext') ?? pythonVersion('fasttext_pybind'),
    install: 'apt install python3-fasttext',
  },
  fasttext: { find: fastTextVersion, install: 'apt install fasttext' },
  blas: { find: blasFound, install: 'apt install libopenblas0 (and koffi: npm install)' },
  python3: { find: () => pythonVersion('sys', 'sys.version.split()[0]'), install: 'apt install python3' },
};

/**
 * Versions of the peers that contestants need, and who must stay away.
 * @param find how to look a peer up by name; for tests
 * @returns versions by name, and for each contestant that lacks something `{ name, reason }`
 */
export function roll(contestants, find = (name) => peers[name].find()) {
  const names = [...new Set(contestants.flatMap(({ needs = [] }) => needs))];
  const found = names.map((name) => [name, find(name)]).filter(([, version]) => version !== undefined);
  const versions = Object.fromEntries(found);
  const absent = contestants.flatMap(({ name, needs = [] }) => {
    const missing = needs.filter((need) => versions[need] === undefined);
    if (missing.length === 0) return [];
    const advice = [...new Set(missing.map((need) => peers[need].install))].join('; ');
    return [{ name, reason: `${missing.join(' and ')} not found (${advice})` }];
  });
  return { versions, absent };
}

function npmVersion(name) {
  try {
    return JSON.parse(readFileSync(join(bench, 'node_modules', name, 'package.json'), 'utf8')).version;
  } catch {
    return undefined;
  }
}

function pythonVersion(module, version = `getattr(${module}, '__version__', 'of unknown version')`) {
  return firstLine('python3', ['-c', `import ${module}; import sys; print(${version})`]);
}

/** The program names no version when asked for none, but prints its usage. */
function fastTextVersion() {
  const { error, stdout, stderr } = spawnSync('fasttext', [], { encoding: 'utf8' });
  if (error !== undefined) return undefined;
  return /usage: fasttext/.test(stdout + stderr) ? 'command' : undefined;
}

/** Asked in a process of its own: the library sets up threads that a measurement should not inherit. */
function blasFound() {
  const code = `const { findBlasEngine } = await import(${JSON.stringify(new URL('../../dist/engine/blas/index.js', import.meta.url).href)});
    console.log((await findBlasEngine({ threads: 1 })).engine?.library ?? '');`;
  return firstLine(process.execPath, ['--input-type=module', '-e', code]);
}

function firstLine(command, words) {
  const { status, stdout } = spawnSync(command, words, { encoding: 'utf8' });
  const line = status === 0 ? stdout.trim().split('\n')[0] : '';
  return line === '' ? undefined : line;
}
