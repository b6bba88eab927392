/** What threads do to a whole process: it ends by itself, and its memory does not grow with machines that are gone. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'lexigrad-threads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const library = join(folder, 'library.mjs');
beforeAll(async () => {
  await build({
    stdin: {
      contents: `export * from './src/engine/wasm/index.ts'; export * from './src/engine/kernels.ts';`,
      resolveDir: root,
    },
    outfile: library,
    bundle: true,
    format: 'esm',
    logLevel: 'error',
  });
});

/** Fills n floats by an instruction large enough to share. */
const prelude = `
import { instructionSize, kernelNumbers, wasmEngine } from './library.mjs';
const engine = wasmEngine({ threads: 3 });
export function fill(n, machine = engine.createMachine()) {
  const y = machine.allocate(n);
  const code = new Int32Array(instructionSize('fill'));
  code.set([kernelNumbers.fill, y, n]);
  machine.run(machine.load(code));
  return machine;
}
export async function ready(machine) {
  while (machine.helpers < 2) await new Promise((resolve) => setTimeout(resolve, 2));
}
`;

function runScript(name: string, text: string, ...flags: string[]) {
  writeFileSync(join(folder, 'prelude.mjs'), prelude);
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, `import { fill, ready } from './prelude.mjs';\n${text}`);
  return spawnSync(process.execPath, [...flags, path], { encoding: 'utf8', timeout: 50_000 });
}

describe('a process with threads', () => {
  it('ends by itself, before and after the helpers have come, spinning or asleep', () => {
    for (const rest of [
      '',
      'await ready(machine); fill(200000, machine);',
      'await ready(machine); await sleep(30);',
    ]) {
      const { status, stdout, stderr } = runScript(
        'ends',
        `const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
        const machine = fill(200000); ${rest} console.log('done');`,
      );
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'done\n', stderr: '' });
    }
  });

  it('may end in the midst of things, with its own exit code', () => {
    const { status } = runScript('exits', `await ready(fill(200000)); process.exit(7);`);
    expect(status).toBe(7);
  });

  it('works from within a worker thread that is then terminated', () => {
    const { status, stdout, stderr } = runScript(
      'nested',
      `import { isMainThread, parentPort, Worker } from 'node:worker_threads';
      if (isMainThread) {
        const worker = new Worker(new URL(import.meta.url));
        worker.on('message', async (helpers) => {
          console.log(helpers);
          await worker.terminate();
        });
      } else {
        const machine = fill(200000);
        await ready(machine);
        fill(200000, machine);
        parentPort.postMessage(machine.helpers);
        setInterval(() => fill(200000, machine), 1);
      }`,
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '2\n', stderr: '' });
  });

  it('gives memory back when machines are dropped', () => {
    // 1.6 GB in all, with two helpers that know of every machine.
    const { status, stdout, stderr } = runScript(
      'drops',
      `let most = 0;
      for (let i = 0; i < 50; i++) {
        fill(8 * 2 ** 20);
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 20));
        most = Math.max(most, process.memoryUsage().rss / 2 ** 20);
      }
      console.log(most < 1000 ? 'given back' : 'most: ' + most + ' MiB');`,
      '--expose-gc',
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'given back\n', stderr: '' });
  });
});
