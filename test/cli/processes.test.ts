/** The program as a process of its own: signals, resumption, pipes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csv, Folder, labelledTexts, succeed } from './harness.js';

const root = new URL('../../', import.meta.url);
const program = fileURLToPath(new URL(`node_modules/.cache/lexigrad/cli-${process.pid}.mjs`, root));
const folder = new Folder();
const data = folder.write('goods.csv', csv(labelledTexts()));
const LONG = ['--epochs', '400', '--patience', '1000', '--seed', '2'];

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('src/cli/main.ts', root))],
    outfile: program,
    ...{ bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' },
    alias: { '#host': fileURLToPath(new URL('src/files/node/host.ts', root)) },
  });
});
afterAll(() => rmSync(program, { force: true }));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the program; `watch` sees all that has been said whenever more is said. */
function start(
  argv: readonly string[],
  watch: (said: string, child: ChildProcess) => void = () => {},
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...argv], { stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    watch(stderr, child);
  });
  child.stdin.on('error', () => {});
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Sends a signal once, when something has been said. */
function when(said: RegExp, signal: NodeJS.Signals): (stderr: string, child: ChildProcess) => void {
  let sent = false;
  return (stderr, child) => {
    if (sent || !said.test(stderr)) return;
    sent = true;
    child.kill(signal);
  };
}

describe('an interrupted training', () => {
  const whole = folder.at('whole.lexigrad');
  beforeAll(async () => {
    await succeed(['train', data, '-o', whole, ...LONG]);
  });

  it('saves at Ctrl-C, says how to go on, and comes to the same bytes', async () => {
    const output = folder.at('interrupted.lexigrad');
    const argv = ['train', data, '-o', output, ...LONG];
    const first = await start(argv, when(/^epoch +20\//m, 'SIGINT'));
    expect(first.code).toBe(130);
    expect(first.stderr).toContain(`lexigrad train ${data} -o ${output}`);
    expect(first.stderr).toContain('--resume');
    expect(first.stdout).toBe('');
    expect(existsSync(output)).toBe(false);

    const other = await start([...argv, '--learning-rate', '0.5', '--resume']);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('--learning-rate was not given and is now 0.5');

    const changed = folder.write('changed.csv', csv(labelledTexts().slice(2)));
    const otherData = await start(['train', changed, '-o', output, ...LONG, '--resume']);
    expect(otherData.stderr).toContain('the training data is not the same');

    const second = await start([...argv, '--resume']);
    expect(second.stderr).toContain('resumed from');
    expect(second.code).toBe(0);
    expect(readFileSync(output).equals(readFileSync(whole))).toBe(true);
    expect(existsSync(`${output}.checkpoint`)).toBe(false);
  });

  it('goes on from the last checkpoint when it was killed', async () => {
    const output = folder.at('killed.lexigrad');
    const argv = ['train', data, '-o', output, ...LONG];
    const first = await start(argv, when(/^epoch +60\//m, 'SIGKILL'));
    expect(first.signal).toBe('SIGKILL');
    const second = await start([...argv, '--resume', '--json']);
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout).stopped).toBe('finished');
    expect(readFileSync(output).equals(readFileSync(whole))).toBe(true);
  });

  it('saves nothing where no checkpoint is wanted', async () => {
    const output = folder.at('unsaved.lexigrad');
    const argv = ['train', data, '-o', output, ...LONG, '--no-checkpoint', '--json'];
    const { code, stdout } = await start(argv, when(/^epoch +20\//m, 'SIGINT'));
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ stopped: 'interrupted', checkpoint: null });
    expect(existsSync(`${output}.checkpoint`)).toBe(false);
  });
});

describe('pipes', () => {
  const model = folder.at('pipes.lexigrad');
  beforeAll(async () => {
    await succeed(['train', data, '-o', model, '--epochs', '2']);
  });

  it('answers a line before the next one is given', async () => {
    const child = spawn(process.execPath, [program, 'predict', model, '-', '--json']);
    const answers = child.stdout[Symbol.asyncIterator]();
    for (const text of ['a pear', 'the saw']) {
      child.stdin.write(`${text}\n`);
      expect(JSON.parse(String((await answers.next()).value)).text).toBe(text);
    }
    child.stdin.end();
    expect((await answers.next()).done).toBe(true);
  });

  it('ends quietly when nobody reads any more', async () => {
    const child = spawn(process.execPath, [program, 'predict', model, '-']);
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdin.on('error', () => {});
    const feeding = setInterval(() => child.stdin.write('an apple a day\n'.repeat(1000)), 5);
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    clearInterval(feeding);
    expect(code).toBe(0);
    expect(stderr).toBe('');
  });

  it('prints help from the built program', async () => {
    const { code, stdout } = await start([]);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: lexigrad');
  });
});
