/** The web server of `lexigrad studio`, asked as browsers and as strangers would. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStudioServer } from '../../src/cli/studio/server.js';
import { cli, Folder } from './harness.js';

const folder = new Folder();
let port = 0;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request whose path is sent as it stands: clients of the usual kind would tidy it first. */
function ask(path: string, { method = 'GET', host = `127.0.0.1:${port}` } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path, method, headers: { host } }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(pieces).toString(),
        }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

mkdirSync(folder.at('page/assets'), { recursive: true });
mkdirSync(folder.at('page-two'), { recursive: true });
mkdirSync(folder.at('runs/one'), { recursive: true });
folder.write('page/index.html', '<!doctype html>');
folder.write('page/assets/room-1a2b.js', 'export {}');
folder.write('page-two/secret.txt', 'secret');
folder.write('secret.txt', 'secret');
folder.write('runs/one/steps.jsonl', '{}\n');
folder.write('größe 1.lexigrad', 'model');
symlinkSync(folder.at('secret.txt'), folder.at('page/link.txt'));

const server = createStudioServer({
  page: folder.at('page'),
  given: [folder.at('runs'), folder.at('größe 1.lexigrad')],
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('the server of the studio', () => {
  it('gives the page with the headers that allow shared memory, and forbids it to talk elsewhere', async () => {
    const { status, headers, body } = await ask('/?x#y');
    expect([status, body]).toEqual([200, '<!doctype html>']);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    });
    expect(headers['content-security-policy']).toContain("default-src 'self'");
  });

  it('knows types, and lets what carries a hash in its name be kept', async () => {
    const { headers } = await ask('/assets/room-1a2b.js');
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers['cache-control']).toContain('immutable');
    const { headers: head, body } = await ask('/assets/room-1a2b.js', { method: 'HEAD' });
    expect([head['content-length'], body]).toEqual(['9', '']);
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/../page-two/secret.txt',
    '/..\\secret.txt',
    '/link.txt',
    '/assets',
    '/nothing.js',
    '/given/../../secret.txt',
    '/given/0/../../secret.txt',
    '/given/9/steps.jsonl',
  ])('does not give %s', async (path) => {
    const { status, body } = await ask(path);
    expect([status, body]).toEqual([404, 'There is no such file.\n']);
  });

  it.each(['/%', '/%ff', '/a%00b'])('says that %s is not a path', async (path) => {
    expect((await ask(path)).status).toBe(400);
  });

  it('answers nobody who came by another name, and only to who reads', async () => {
    expect((await ask('/', { host: 'evil.example' })).status).toBe(403);
    expect((await ask('/', { host: `localhost:${port}` })).status).toBe(200);
    const { status, headers } = await ask('/', { method: 'POST' });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it('lists the files that were given, and gives those alone', async () => {
    const { files } = JSON.parse((await ask('/given.json')).body);
    expect(files).toMatchObject([
      { name: 'one/steps.jsonl', url: 'given/0/one/steps.jsonl', bytes: 3 },
      { name: 'größe 1.lexigrad', url: 'given/1/gr%C3%B6%C3%9Fe%201.lexigrad', bytes: 5 },
    ]);
    for (const [i, body] of [
      [0, '{}\n'],
      [1, 'model'],
    ] as const)
      expect((await ask(`/${files[i].url}`)).body).toBe(body);
  });
});

describe('lexigrad studio', () => {
  it('refuses a port that is none, one in use, and files that are not there', async () => {
    expect(await cli(['studio', '--port', '70000'])).toMatchObject({ code: 2 });
    const missing = await cli(['studio', folder.at('none.lexigrad')]);
    expect(missing.code).toBe(1);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port: taken } = other.address() as AddressInfo;
    const refused = await cli(['studio', '--port', String(taken)]);
    other.close();
    expect(refused.code).toBe(1);
    // In a checkout whose page is not built, that is what it says first.
    expect(refused.stderr).toMatch(/is in use: give another|is not built/);
  });
});
