/** `lexigrad serve` as a process of its own: what it says, its signals, its exit codes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, Folder } from '../cli/harness.js';
import { trainClassifier, trainLanguageModel } from './harness.js';

const root = new URL('../../', import.meta.url);
const program = fileURLToPath(new URL(`node_modules/.cache/lexigrad/serve-${process.pid}.mjs`, root));
const folder = new Folder();
const file = folder.at('goods.lexigrad');
const other = folder.at('other.lexigrad');
const story = folder.at('story.lexigrad');

beforeAll(async () => {
  await (await trainClassifier(1)).save(file);
  await (await trainClassifier(2)).save(other);
  await (await trainLanguageModel()).save(story);
  await build({
    entryPoints: [fileURLToPath(new URL('src/cli/main.ts', root))],
    outfile: program,
    ...{ bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' },
    alias: { '#host': fileURLToPath(new URL('src/files/node/host.ts', root)) },
  });
});
afterAll(() => rmSync(program, { force: true }));

class Running {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  private readonly ended: Promise<number | null>;

  constructor(argv: readonly string[], environment: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [program, 'serve', ...argv, '--port', '0', '--json'], {
      env: { ...process.env, ...environment },
    });
    this.child.stdout!.on('data', (chunk) => {
      this.stdout += chunk;
    });
    this.child.stderr!.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  /** Waits until something has been said. */
  async said(pattern: RegExp, where: 'stdout' | 'stderr' = 'stderr'): Promise<void> {
    while (!pattern.test(this[where])) {
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async url(): Promise<string> {
    await this.said(/\n/, 'stdout');
    return JSON.parse(this.stdout).url;
  }

  end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

describe('lexigrad serve', () => {
  it('says what it serves, answers, loads again at SIGHUP, and ends at SIGTERM with 0', async () => {
    const live = folder.at('live.lexigrad');
    copyFileSync(file, live);
    const running = new Running([live, `tale=${story}`, '--log', '--watch']);
    const url = await running.url();
    expect(JSON.parse(running.stdout)).toEqual({ url, models: ['live', 'tale'] });
    expect(running.stderr).toMatch(/live: text classifier, [\d,]+ parameters; it can classify, embed/);
    expect(running.stderr).toMatch(/tale: language model, .* generate/);
    expect(running.stderr).toContain(`listening on ${url} without a token`);
    expect(running.stderr).not.toContain('warning');
    const body = '{"text":"a pear"}';
    expect((await fetch(`${url}/v1/classify`, { method: 'POST', body })).status).toBe(200);
    await running.said(/"route":"\/v1\/classify","status":200,"milliseconds":[\d.]+\}/);
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/process_resident_memory_bytes \d+/);

    running.child.kill('SIGHUP');
    await running.said(/tale: loaded again, weights \w+ as before/);
    copyFileSync(other, live);
    await running.said(/live: loaded again, weights \w+\n/);

    expect(await running.end()).toBe(0);
    expect(running.stderr).toContain('SIGTERM: ending');
  });

  it('takes the token from the environment, and warns when it is open to all', async () => {
    const guarded = new Running([file, '--host', '0.0.0.0'], { LEXIGRAD_TOKEN: 'secret' });
    const url = (await guarded.url()).replace('0.0.0.0', '127.0.0.1');
    const post = (headers: Record<string, string>) =>
      fetch(`${url}/v1/classify`, { method: 'POST', body: '{"text":"a"}', headers });
    expect((await post({})).status).toBe(401);
    expect((await post({ authorization: 'Bearer secret' })).status).toBe(200);
    expect(guarded.stderr).toContain('with a token');
    expect(guarded.stderr).not.toContain('warning');
    expect(await guarded.end('SIGINT')).toBe(0);

    const open = new Running([file, '--host', '0.0.0.0', '--cors', '*']);
    await open.url();
    expect(open.stderr).toContain('every machine that reaches 0.0.0.0 can use this service');
    expect(open.stderr).toContain('every web page can use this service');
    expect(await open.end()).toBe(0);
  });

  it('refuses what cannot be, with the reason', async () => {
    const table = folder.write('table.csv', 'text,label\n');
    for (const [argv, code, reason] of [
      [[], 2, "missing required argument 'models'"],
      [[file, file], 2, "two models are called 'goods': give one of them another name"],
      [[folder.at('gone.lexigrad')], 1, 'gone.lexigrad'],
      [[table], 1, 'a text file'],
      [[`no/name=${file}`], 1, 'no/name'],
      [[file, '--token', ''], 2, 'the token must not be empty'],
      [[file, '--timeout', '0'], 2, 'It must be a number above 0'],
      [[file, '--host', '203.0.113.7'], 1, '203.0.113.7 is not an address of this machine'],
      [[file, '--port', '70000'], 2, 'It must be a whole number from 0 to 65535'],
    ] as const) {
      const outcome = await cli(['serve', ...argv]);
      expect(outcome.stderr).toContain(reason);
      expect(outcome.code, reason).toBe(code);
    }
    const running = new Running([file]);
    const { port } = new URL(await running.url());
    const second = await cli(['serve', file, '--port', port]);
    expect(second.stderr).toContain(`port ${port} of 127.0.0.1 is in use`);
    expect(second.code).toBe(1);
    await running.end();
  });
});
