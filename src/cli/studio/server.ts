/**
 * The web server of `lexigrad studio`: the built page, and the files named on the command line, read-only, for this
 * machine alone.
 */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GivenFiles } from './given-files.js';

export interface StudioServerOptions {
  /** The folder of the built page. */
  readonly page: string;
  /** Files and folders that the page may read (default: none). */
  readonly given?: readonly string[];
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/**
 * The first three make the page cross-origin isolated, so that it may share memory with its workers. The policy lets
 * it talk to this server and to nobody else.
 */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; " +
    "img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** Built files carry a hash of their content in their names. */
const FOREVER = 'public, max-age=31536000, immutable';

/** A server that listens nowhere yet. */
export function createStudioServer({ page, given = [] }: StudioServerOptions): Server {
  const files = new GivenFiles(given);
  return createServer((request, response) => {
    answer(request, response, page, files).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'The file could not be read.');
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  page: string,
  files: GivenFiles,
): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  // A page of the web could have its own name point here; it must not read what is served.
  if (!isLocal(request.headers.host)) return refuse(response, 403, 'The studio answers to localhost alone.');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return refuse(response, 405, 'The studio can only be read.');
  }
  const path = pathOf(request.url ?? '/');
  if (path === undefined) return refuse(response, 400, 'This is not a path.');
  if (path === '/given.json') return sendJson(request, response, await files.list());
  const file = path.startsWith('/given/') ? await files.find(path.slice(7)) : await pageFile(page, path);
  if (file === undefined) return refuse(response, 404, 'There is no such file.');
  const cache = path.startsWith('/assets/') ? FOREVER : 'no-cache';
  await sendFile(request, response, file, cache);
}

/** Whether a request was meant for this machine; in HTTP/1.1 every request says for whom it is. */
function isLocal(host: string | undefined): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host ?? '');
}

/** The decoded path without the query; undefined where it cannot be decoded or hides something. */
function pathOf(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/s, ''));
    return path.startsWith('/') && !path.includes('\0') ? path : undefined;
  } catch {
    return undefined;
  }
}

/** The file of the page at a path, links followed; undefined where it would lie outside of the page's folder. */
async function pageFile(page: string, path: string): Promise<string | undefined> {
  const wanted = resolve(page, `.${path.endsWith('/') ? `${path}index.html` : path}`);
  try {
    const [root, file] = await Promise.all([realpath(page), realpath(wanted)]);
    const inside = file.startsWith(join(root, sep));
    return inside && (await stat(file)).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: string,
  cache: string,
): Promise<void> {
  const { size } = await stat(file);
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream',
    'Content-Length': size,
    'Cache-Control': cache,
  });
  if (request.method === 'HEAD' || size === 0) response.end();
  // A file that grows while it is read (a run that goes on) must not be longer than was said.
  else await pipeline(createReadStream(file, { end: size - 1 }), response);
}

function sendJson(request: IncomingMessage, response: ServerResponse, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(200, {
    'Content-Type': TYPES['.json']!,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-cache',
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${sentence}\n`);
}
