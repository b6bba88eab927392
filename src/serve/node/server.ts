/** The service on Node's own HTTP server: listening, and ending without dropping anybody. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Service } from '../service.js';

export interface ListenOptions {
  /** Default 127.0.0.1: this machine alone. */
  readonly host?: string;
  /** Default 8000; 0 takes a free one. */
  readonly port?: number;
}

export interface Listening {
  /** `http://127.0.0.1:8000` */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more connections, and ends when all requests in hand are answered.
   *
   * @param seconds how long to wait for them (default 30); then they are cut off
   * @returns how many requests were cut off
   */
  close(seconds?: number): Promise<number>;
}

/** Clients and proxies keep connections for about a minute; the server should not be the first to close them. */
const KEEP_ALIVE = 65_000;
/** The head of a request is a few hundred bytes, and comes at once. */
const LONGEST_HEAD = 10_000;
const CHECK_INTERVAL = 5000;
const IDLE_INTERVAL = 50;

/** @throws the system's error when the address cannot be had (`EADDRINUSE`, `EACCES`, …) */
export async function listen(
  service: Service,
  { host = '127.0.0.1', port = 8000 }: ListenOptions = {},
): Promise<Listening> {
  const time = 1000 * service.limits.seconds;
  let closing = false;
  const answer = getRequestListener(service.fetch, { errorHandler: refuseMalformed });
  const server = createServer(
    {
      requestTimeout: time,
      headersTimeout: Math.min(LONGEST_HEAD, time),
      keepAliveTimeout: KEEP_ALIVE,
      connectionsCheckingInterval: CHECK_INTERVAL,
      noDelay: true,
    },
    (incoming, outgoing) => {
      if (closing) outgoing.setHeader('connection', 'close');
      void answer(incoming, outgoing);
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;

  return {
    url: `http://${name}:${address.port}`,
    port: address.port,
    close(seconds = 30) {
      closing = true;
      service.close();
      return new Promise((resolve) => {
        let cut = 0;
        // A connection becomes idle when its last answer is sent.
        const idle = setInterval(() => server.closeIdleConnections(), IDLE_INTERVAL);
        const deadline = setTimeout(() => {
          cut = service.busy();
          server.closeAllConnections();
        }, 1000 * seconds);
        server.close(() => {
          clearInterval(idle);
          clearTimeout(deadline);
          resolve(cut);
        });
      });
    },
  };
}

/** Requests that cannot even be read as such: a path that is no path, a host that is no host. */
function refuseMalformed(error: unknown): Response {
  const detail = `this is not a request that can be answered: ${error instanceof Error ? error.message : String(error)}`;
  const document = { type: 'about:blank', title: 'Bad Request', status: 400, detail };
  return new Response(JSON.stringify(document), {
    status: 400,
    headers: { 'content-type': 'application/problem+json' },
  });
}
