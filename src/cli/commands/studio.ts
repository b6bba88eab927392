/** lexigrad studio [FILES…] */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DataError } from '../../base/errors.js';
import { addCommonOptions, addExamples, whole } from '../options.js';
import { createStudioServer } from '../studio/server.js';
import type { Terminal } from '../terminal.js';

const ADDRESS = '127.0.0.1';
/** Tried first where no port is asked for; another free one is taken where it is in use. */
const USUAL_PORT = 8730;

interface StudioFlags {
  readonly port?: number;
  readonly json?: boolean;
}

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument('[files...]', 'models, data, or folders of runs that the page can open')
    .description(
      'Open the studio in a browser: see networks think, train on your own data, explain predictions. ' +
        'It is served to this machine alone, and nothing leaves it.',
    )
    .addOption(
      new Option('--port <n>', `port on ${ADDRESS} (default: ${USUAL_PORT}, or any free one)`).argParser(
        asPort,
      ),
    )
    .action(async (files: string[], { port, json }: StudioFlags) => {
      const page = findPage();
      for (const file of files) await stat(file);
      const server = createStudioServer({ page, given: files });
      const url = `http://${ADDRESS}:${await listen(server, port)}/`;
      if (json) await terminal.writeJson({ url });
      else await terminal.write(`${url}\n`);
      terminal.say('Open this address in a browser. Ctrl-C ends the studio.');
      await untilInterrupted();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad studio', 'serve the studio'],
    ['lexigrad studio tickets.lexigrad', 'with a model at hand'],
    ['lexigrad studio runs/ --port 8000', 'with a folder of runs'],
  ]);
}

function asPort(text: string): number {
  const port = whole()(text);
  if (port <= 65535) return port;
  throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
}

/** Where the built page lies: beside the built program, or, when run from the sources, in dist/. */
function findPage(): string {
  const places = ['../../studio/', '../../../dist/studio/'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const page = places.find((place) => existsSync(`${place}index.html`));
  if (page === undefined) {
    throw new DataError(
      'the page of the studio is not built: in a checkout of Lexigrad, run `npm run build` first; an installed package ' +
        'that lacks it is incomplete, so install it again',
    );
  }
  return page;
}

/** The port it listens on. @throws DataError when the port that was asked for is in use. */
async function listen(server: Server, port: number | undefined): Promise<number> {
  try {
    return await listenOn(server, port ?? USUAL_PORT);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' && port === undefined) return listenOn(server, 0);
    if (code === 'EADDRINUSE')
      throw new DataError(`port ${port} is in use: give another, or leave out --port to get a free one`);
    if (code === 'EACCES')
      throw new DataError(`port ${port} may not be used by this account: give one from 1024`);
    throw error;
  }
}

function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, ADDRESS, () => {
      server.off('error', reject);
      resolve((server.address() as { port: number }).port);
    });
  });
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
