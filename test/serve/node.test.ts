/** The service on sockets: connections that break, models that change, and an end that drops nobody. */
import { copyFileSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createService, type Service, type ServiceOptions } from '../../src/serve/index.js';
import {
  fileReloader,
  type Listening,
  listen,
  loadServable,
  watchFiles,
} from '../../src/serve/node/index.js';
import { Folder } from '../cli/harness.js';
import { trainClassifier, trainLanguageModel } from './harness.js';

const folder = new Folder();
const file = folder.at('goods.lexigrad');
const other = folder.at('other.lexigrad');
const open: Listening[] = [];

beforeAll(async () => {
  await (await trainClassifier(1)).save(file);
  await (await trainClassifier(2)).save(other);
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close(0);
});

async function start(options: Partial<ServiceOptions> = {}): Promise<{ service: Service; at: Listening }> {
  const service = createService({ models: { goods: await loadServable(file) }, ...options });
  const at = await listen(service, { port: 0 });
  open.push(at);
  return { service, at };
}

function classify(at: Listening, text = 'pear'): Promise<Response> {
  return fetch(`${at.url}/v1/classify`, { method: 'POST', body: JSON.stringify({ text }) });
}

/** Sends bytes as they are, and gives all that comes back until the connection ends. */
function raw(at: Listening, bytes: string, { cut = false } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(at.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') reject(error);
    });
    socket.write(bytes, () => {
      if (cut) socket.destroy();
    });
  });
}

describe('on sockets', () => {
  it('listens to this machine alone and answers', async () => {
    const { at } = await start();
    expect(at.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const response = await classify(at);
    expect(response.status).toBe(200);
    expect(((await response.json()) as { labels: { label: string }[] }).labels[0]!.label).toBe('fruit');
  });

  it('says when the address cannot be had', async () => {
    const { at, service } = await start();
    await expect(listen(service, { port: at.port })).rejects.toThrow('EADDRINUSE');
  });

  it('bears connections that break, and bytes that are no requests', async () => {
    const { at, service } = await start();
    const head = 'POST /v1/classify HTTP/1.1\r\nHost: x\r\n';
    await raw(at, `${head}Content-Length: 50\r\n\r\n{"text":`, { cut: true });
    await raw(at, `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"tex`, { cut: true });
    await raw(at, `${head}Content-Length: 15\r\n\r\n{"text":"pear"}`, { cut: true });
    expect(await raw(at, 'no request\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
    expect(await raw(at, `${head}Content-Length: -5\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400/);
    expect(await raw(at, `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`)).toMatch(/^HTTP\/1\.1 400/);
    const noHost = 'GET /health HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n';
    expect(await raw(at, noHost)).toMatch(/^HTTP\/1\.1 400[\s\S]*application\/problem\+json/);
    expect((await classify(at)).status).toBe(200);
    expect(service.busy()).toBe(0);
  });

  it('refuses a body that is too long without reading it all', async () => {
    const { at } = await start({ limits: { bodyBytes: 1000 } });
    const response = await fetch(`${at.url}/v1/classify`, { method: 'POST', body: 'a'.repeat(3_000_000) });
    expect(response.status).toBe(413);
    expect((await classify(at)).status).toBe(200);
  });

  it('frees the place of a stream whose reader goes away', async () => {
    const lm = await trainLanguageModel();
    lm.generateTokens = function* () {
      for (;;) yield 'pear';
    };
    const { at, service } = await start({ models: { lm }, limits: { maximumTokens: 1e6 } });
    const gone = new AbortController();
    const response = await fetch(`${at.url}/v1/generate`, {
      ...{ method: 'POST', body: '{"stream":true,"maximumTokens":1000000}', signal: gone.signal },
    });
    await response.body!.getReader().read();
    expect(service.busy()).toBe(1);
    gone.abort();
    while (service.busy() > 0) await wait(5);
  });
});

describe('the end', () => {
  it('waits for requests in hand, and takes no new connections', async () => {
    const lm = await trainLanguageModel();
    let tokens = 0;
    lm.generateTokens = function* () {
      for (const begun = performance.now(); performance.now() - begun < 150; tokens++) yield 'pear';
    };
    const { at, service } = await start({ models: { lm }, limits: { maximumTokens: 1e6 } });
    const answer = fetch(`${at.url}/v1/generate`, { method: 'POST', body: '{"maximumTokens":1000000}' });
    while (service.busy() === 0) await wait(1);
    const ended = at.close();
    const response = await answer;
    expect(response.status).toBe(200);
    expect(((await response.json()) as { tokens: string[] }).tokens).toHaveLength(tokens);
    expect(await ended).toBe(0);
    await expect(fetch(`${at.url}/health`)).rejects.toThrow();
  });

  it('cuts off what takes too long, and counts it', async () => {
    const lm = await trainLanguageModel();
    lm.generateTokens = function* () {
      for (;;) yield 'pear';
    };
    const { at, service } = await start({ models: { lm }, limits: { maximumTokens: 1e6, seconds: 5 } });
    const answer = fetch(`${at.url}/v1/generate`, { method: 'POST', body: '{"maximumTokens":1000000}' });
    const failure = expect(answer).rejects.toThrow();
    while (service.busy() === 0) await wait(1);
    expect(await at.close(0.05)).toBe(1);
    await failure;
  });
});

describe('models from files', () => {
  it('are loaded again under load without a request that fails', async () => {
    const path = folder.at('live.lexigrad');
    copyFileSync(file, path);
    const reload = fileReloader(() => service, { goods: path });
    const { at, service } = await start({ models: { goods: await loadServable(path) }, reload });
    const before = service.shelf.get('goods').hash;
    let failed = 0;
    let running = true;
    const clients = Array.from({ length: 8 }, async () => {
      while (running) if ((await classify(at)).status !== 200) failed++;
    });
    copyFileSync(other, path);
    const response = await fetch(`${at.url}/admin/reload`, { method: 'POST', body: '{}' });
    const { reloaded } = (await response.json()) as { reloaded: { changed: boolean; hash: string }[] };
    expect(reloaded).toMatchObject([{ model: 'goods', changed: true }]);
    expect(service.shelf.get('goods').hash).toBe(reloaded[0]!.hash);
    expect(reloaded[0]!.hash).not.toBe(before);
    running = false;
    await Promise.all(clients);
    expect(failed).toBe(0);
  });

  it('stay as they are when the new file is broken', async () => {
    const path = folder.at('broken.lexigrad');
    copyFileSync(file, path);
    const reload = fileReloader(() => service, { goods: path });
    const { at, service } = await start({ models: { goods: await loadServable(path) }, reload });
    writeFileSync(path, 'nonsense');
    const response = await fetch(`${at.url}/admin/reload`, { method: 'POST', body: '{"model":"goods"}' });
    expect(response.status).toBe(500);
    const { detail } = (await response.json()) as { detail: string };
    expect(detail).toMatch(/the old one stays: .*broken\.lexigrad: this is not a Lexigrad model/);
    const unknown = await fetch(`${at.url}/admin/reload`, { method: 'POST', body: '{"model":"gone"}' });
    expect(unknown.status).toBe(404);
    expect((await classify(at)).status).toBe(200);
    expect(service.metrics.text([])).toContain(
      'lexigrad_model_reloads_total{model="goods",result="failed"} 1',
    );
  });

  it('must be of texts', async () => {
    await expect(loadServable(folder.at('gone.lexigrad'))).rejects.toThrow('gone.lexigrad');
    await expect(loadServable(folder.write('text.lexigrad', 'text'))).rejects.toThrow('text file');
  });

  it('are noticed when they change, once they have come to rest', async () => {
    const path = folder.write('watched', 'one');
    const changed: string[] = [];
    const stop = watchFiles({ goods: path }, (name) => changed.push(name), 10);
    await wait(60);
    expect(changed).toEqual([]);
    writeFileSync(path, 'two, and longer');
    while (changed.length === 0) await wait(5);
    await wait(60);
    expect(changed).toEqual(['goods']);
    stop();
    utimesSync(path, 1, 1);
    await wait(60);
    expect(changed).toEqual(['goods']);
  });
});
