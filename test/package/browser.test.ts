/** The packed package in a browser: a page built by Vite, plain modules without a build, a worker; none isolated. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium } from '../../studio/test/browser.js';
import { type Installed, install, isBuilt, root, WHY_SKIPPED } from './installed.js';

const required = process.env.LEXIGRAD_REQUIRE_BROWSER === '1';
const why = WHY_SKIPPED + (chromium === undefined ? ' (no Chromium; LEXIGRAD_CHROMIUM may name one)' : '');

/** What is trained in the browser; its likeliest label for “an owl” is the result. */
const TRAIN = `
  const words = { animal: ['cat', 'dog', 'owl', 'fox'], tool: ['saw', 'file', 'drill', 'awl'] };
  const examples = Object.entries(words).flatMap(([label, list]) =>
    list.flatMap((word) => [{ text: 'the ' + word, label }, { text: 'an ' + word, label }]));
  export async function train() {
    const trained = await TextClassifier.train(examples, { epochs: 6 });
    const small = Classifier.fromBytes(trained.toBytes());
    return small.classify('an owl', 1)[0].label + (globalThis.crossOriginIsolated ? ' isolated' : '');
  }`;
const WORKER = `self.onmessage = () => train().then((label) => self.postMessage(label), (error) => self.postMessage(String(error)));`;
const PAGE = `
  train().then((label) => { document.title = label; }, (error) => { document.title = String(error); });
  document.body.dataset.worker = '';
  worker.onmessage = ({ data }) => { document.body.dataset.worker = data; };
  worker.onerror = ({ message }) => { document.body.dataset.worker = 'error: ' + message; };
  worker.postMessage('');`;

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.map': 'application/json',
};

/** What is used here of playwright-core, which only the studio's packages bring. */
interface Playwright {
  readonly chromium: { launch(options: object): Promise<Browser> };
}
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}
interface Page {
  goto(url: string): Promise<unknown>;
  title(): Promise<string>;
  locator(selector: string): { getAttribute(name: string): Promise<string | null> };
}

describe.skipIf(!isBuilt || (chromium === undefined && !required))(`the package in a browser${why}`, () => {
  let app: Installed;
  const servers: Server[] = [];
  beforeAll(() => {
    app = install();
  }, 120_000);
  afterAll(() => {
    for (const server of servers) server.close();
    app.remove();
  }, 60_000);

  it('runs in a page and a worker of a Vite build', async () => {
    const folder = join(app.folder, 'vite');
    mkdirSync(folder);
    const imports = `import { TextClassifier } from 'lexigrad';\nimport { Classifier } from 'lexigrad/classify';`;
    writeFileSync(join(folder, 'train.js'), imports + TRAIN);
    writeFileSync(join(folder, 'worker.js'), `import { train } from './train.js';\n${WORKER}`);
    const start = `new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })`;
    writeFileSync(
      join(folder, 'main.js'),
      `import { train } from './train.js';\nconst worker = ${start};\n${PAGE}`,
    );
    writeFileSync(
      join(folder, 'index.html'),
      '<!doctype html><title>Learning</title><body><script type="module" src="/main.js"></script></body>',
    );
    const found = createRequire(join(root, 'studio/package.json')).resolve('vite');
    const { build } = (await import(pathToFileURL(found).href)) as typeof import('vite');
    await build({ root: folder, logLevel: 'error', worker: { format: 'es' }, configFile: false });
    await expectRuns(join(folder, 'dist'));
  }, 180_000);

  it('runs from plain modules, by an import map', async () => {
    const folder = app.folder;
    const at = (path: string) => `/node_modules/lexigrad/dist/${path}`;
    // A worker has no import map, so its imports are addresses.
    const imports = `import { TextClassifier } from '${at('index.js')}';\nimport { Classifier } from '${at('models/classify.js')}';`;
    writeFileSync(join(folder, 'train.js'), imports + TRAIN);
    writeFileSync(join(folder, 'worker.js'), `import { train } from './train.js';\n${WORKER}`);
    writeFileSync(
      join(folder, 'main.js'),
      `import { train } from './train.js';\nconst worker = new Worker('./worker.js', { type: 'module' });\n${PAGE}`,
    );
    const map = JSON.stringify({ imports: { '#host': at('files/host-none.js') } });
    writeFileSync(
      join(folder, 'index.html'),
      `<!doctype html><title>Learning</title><body><script type="importmap">${map}</script><script type="module" src="/main.js"></script></body>`,
    );
    await expectRuns(folder, { worker: false });
  });

  /** Opens the page of a folder and waits for what it learned. */
  async function expectRuns(folder: string, { worker = true } = {}): Promise<void> {
    const server = createServer(({ url }, response) => {
      const path = new URL(url!, 'http://host').pathname;
      try {
        const bytes = readFileSync(join(folder, path === '/' ? 'index.html' : path));
        response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? TYPES['.html'] }).end(bytes);
      } catch {
        response.writeHead(404).end();
      }
    });
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const found = createRequire(join(root, 'studio/package.json')).resolve('playwright-core');
    const { default: playwright } = (await import(pathToFileURL(found).href)) as { default: Playwright };
    const browser = await playwright.chromium.launch({
      executablePath: chromium,
      args: ['--no-sandbox', '--disable-gpu'],
    });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${port}/`);
      await expect.poll(() => page.title()).toBe('animal');
      if (!worker) return;
      const said = () => page.locator('body').getAttribute('data-worker');
      await expect.poll(said).toBe('animal');
    } finally {
      await browser.close();
    }
  }
});
