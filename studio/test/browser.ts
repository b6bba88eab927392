/**
 * What the tests of the studio need: the page on a server, and a browser that looks at it.
 *
 * `npm test` builds the page first and the tests look at that. Run by `npx vitest run studio/test/…`, they look at the
 * sources, by a Vite server of their own. Without a browser they are skipped, unless LEXIGRAD_REQUIRE_BROWSER=1.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStudioServer } from '../../src/cli/studio/server.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const USUAL_PLACES = [
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'],
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** The program of a Chromium; LEXIGRAD_CHROMIUM names one that stands elsewhere. */
export const chromium = [process.env.LEXIGRAD_CHROMIUM, ...USUAL_PLACES].find(
  (path) => path !== undefined && existsSync(path),
);

export interface Studio {
  readonly url: string;
  /** A new page at a hash such as `#/units?w=2`, with what it logs watched. */
  readonly open: (hash?: string, options?: BrowserContextOptions) => Promise<OpenPage>;
}

export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught errors, and requests that failed. */
  readonly problems: readonly string[];
}

/** Like `describe`, with the studio open; skipped where there is no browser. */
export function describeStudio(name: string, tests: (studio: () => Studio) => void): void {
  if (chromium === undefined) {
    withoutBrowser(name);
    return;
  }
  describe(name, () => {
    let studio: Studio | undefined;
    const closers: (() => Promise<unknown>)[] = [];
    beforeAll(async () => {
      const server = await serveStudio();
      closers.push(server.close);
      const { chromium: browsers } = await import('playwright-core');
      const browser = await browsers.launch({ executablePath: chromium, args: FLAGS });
      closers.push(() => browser.close());
      studio = { url: server.url, open: (hash, options) => openPage(browser, server.url, hash, options) };
    }, 60_000);
    afterAll(async () => {
      for (const close of closers.reverse()) await close();
    });
    tests(() => studio!);
  });
}

function withoutBrowser(name: string): void {
  if (process.env.LEXIGRAD_REQUIRE_BROWSER === '1') {
    it(`${name} (in a browser)`, () => {
      expect.fail('there is no Chromium: install one, or give its path in LEXIGRAD_CHROMIUM');
    });
  } else {
    describe.skip(`${name} (no Chromium was found; LEXIGRAD_CHROMIUM may name one)`, () => {
      it('is not tested here', () => {});
    });
  }
}

/** The built page (LEXIGRAD_STUDIO_BUILT: 1, or its folder) by the server of `lexigrad studio`, or the sources by Vite. */
async function serveStudio(): Promise<{ readonly url: string; readonly close: () => Promise<unknown> }> {
  const built = process.env.LEXIGRAD_STUDIO_BUILT;
  if (built !== undefined && built !== '') {
    const server = createStudioServer({ page: built === '1' ? here('../../dist/studio') : built });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const close = () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    };
    return { url: `http://127.0.0.1:${port}/`, close };
  }
  const { createServer } = await import('vite');
  const vite = await createServer({
    configFile: here('../vite.config.ts'),
    logLevel: 'warn',
    server: { port: 0, strictPort: false, hmr: false, watch: null },
  });
  await vite.listen();
  return { url: vite.resolvedUrls!.local[0]!, close: () => vite.close() };
}

/** What Vite's own script says when it cannot watch for changes, which here it must not. */
const OF_THE_SERVER = /^\[vite\]|^WebSocket connection to/;

async function openPage(
  browser: Browser,
  url: string,
  hash = '',
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    acceptDownloads: true,
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const problems: string[] = [];
  page.on('console', (message) => {
    const counts = ['error', 'warning'].includes(message.type()) && !OF_THE_SERVER.test(message.text());
    if (counts) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('requestfailed', (request) => problems.push(`${request.url()}: ${request.failure()?.errorText}`));
  await page.goto(url + hash);
  await page.locator('main h1').waitFor();
  return { page, problems };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds that is serious or worse, as `rule: target`. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { readonly axe: typeof import('axe-core') };
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
      );
  });
}
