/** lexigrad serve MODEL… */
import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LexigradError } from '../../base/errors.js';
import type { Engine } from '../../engine/engine.js';
import type { RequestReport } from '../../serve/exchange.js';
import { DEFAULT_LIMITS, type Limits } from '../../serve/limits.js';
import {
  fileReloader,
  type Listening,
  listen,
  loadServable,
  processGauges,
  watchFiles,
} from '../../serve/node/index.js';
import type { ServableModel } from '../../serve/served-model.js';
import { createService, type Service } from '../../serve/service.js';
import { fileSystemMessage, messageOf, UsageError } from '../errors.js';
import { bytes, count } from '../format.js';
import {
  addCommonOptions,
  addEngineOptions,
  addExamples,
  atLeast,
  type EngineFlags,
  engineOf,
  several,
  whole,
} from '../options.js';
import type { CommandContext } from '../run.js';
import type { Terminal } from '../terminal.js';

interface ServeFlags extends EngineFlags {
  readonly json?: boolean;
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly cors?: string[];
  readonly watch?: boolean;
  readonly log?: boolean;
  readonly grace: number;
  readonly maxBody: number;
  readonly maxLength: number;
  readonly maxBatch: number;
  readonly maxTokens: number;
  readonly concurrency: number;
  readonly queue: number;
  readonly timeout: number;
}

export function declare(command: Command, terminal: Terminal, { exit }: CommandContext): void {
  command
    .argument(
      '<models...>',
      'files that train has saved; name=FILE gives a model another name than its file’s',
    )
    .description(
      'Answer requests over HTTP with text classifiers and language models. /docs shows what can be asked. ' +
        'SIGTERM and Ctrl-C end it when all requests in hand are answered; SIGHUP loads the models again.',
    );
  addListeningOptions(command);
  addLimitOptions(command);
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad serve tickets.lexigrad', 'on http://127.0.0.1:8000, for this machine alone'],
    ['lexigrad serve tickets.lexigrad story=lm.lexigrad --port 9000', 'two models'],
    ['LEXIGRAD_TOKEN=… lexigrad serve tickets.lexigrad --host 0.0.0.0', 'for others, with a token'],
  ]);
  command.action(async (models: string[]) => exit(await serve(terminal, models, command.opts<ServeFlags>())));
}

function addListeningOptions(command: Command): void {
  const options = [
    new Option('--host <address>', '0.0.0.0 listens to other machines too').default('127.0.0.1'),
    new Option('--port <n>', '0 takes a free one').default(8000).argParser(portNumber),
    new Option(
      '--token <word>',
      'answer only requests that bear it (default: LEXIGRAD_TOKEN, which nobody else sees)',
    ),
    new Option(
      '--cors <origin>',
      'let pages of this origin use the service; may be given again; * is all (default: none)',
    ).argParser(several),
    new Option('--watch', 'load a model again when its file changes'),
    new Option('--log', 'print a line of JSON for every request on standard error'),
    new Option('--grace <seconds>', 'how long to wait for requests in hand at the end')
      .default(30)
      .argParser(atLeast(0)),
  ];
  for (const option of options) command.addOption(option.helpGroup('Listening:'));
}

function addLimitOptions(command: Command): void {
  const add = (flags: string, description: string, standard: number, from: number) => {
    const parse = flags.startsWith('--timeout') ? atLeast(0, { above: true }) : whole(from);
    command.addOption(new Option(flags, description).default(standard).argParser(parse).helpGroup('Limits:'));
  };
  const { bodyBytes, textLength, batchSize, maximumTokens, concurrency, queue, seconds } = DEFAULT_LIMITS;
  add('--max-body <bytes>', 'longest request; more is refused with 413', bodyBytes, 1);
  add('--max-length <n>', 'longest text in characters; more is refused with 422', textLength, 1);
  add('--max-batch <n>', 'most texts in a request; more are refused with 422', batchSize, 1);
  add('--max-tokens <n>', 'most tokens that a text may be generated with', maximumTokens, 1);
  add('--concurrency <n>', 'requests that are worked on at once', concurrency, 1);
  add('--queue <n>', 'requests that may wait; others are refused with 429', queue, 0);
  add('--timeout <seconds>', 'time for a request; after it 503 or 504', seconds, 0);
}

function portNumber(text: string): number {
  const port = whole()(text);
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
}

/** @returns the exit code: 0, or 1 when requests had to be cut off */
async function serve(terminal: Terminal, models: readonly string[], flags: ServeFlags): Promise<number> {
  const paths = modelPaths(models);
  const token = tokenOf(flags);
  const engine = await engineOf(flags);
  const reload = fileReloader(() => service, paths, engine);
  const service: Service = createService({
    models: await loadAll(paths, engine),
    ...{ token, reload, limits: limitsOf(flags), gauges: processGauges },
    ...(flags.cors === undefined ? {} : { cors: flags.cors.includes('*') ? ('*' as const) : flags.cors }),
    ...(flags.log
      ? { onRequest: (report: RequestReport) => terminal.say(JSON.stringify(logLine(report))) }
      : {}),
    onDefect: (error, id) =>
      terminal.say(`request ${id}: ${error instanceof Error ? error.stack : String(error)}`),
  });
  const listening = await listenOrSay(service, flags);

  const reloadAndSay = async (name?: string) => {
    try {
      for (const { model, hash, changed } of await reload(name)) {
        terminal.say(`${model}: loaded again, weights ${hash}${changed ? '' : ' as before'}`);
      }
    } catch (error) {
      terminal.say(
        `${terminal.note('yellow', 'warning:')} a model was not loaded again, the old one stays: ${messageOf(error)}`,
      );
    }
  };
  const stopWatching = flags.watch ? watchFiles(paths, (name) => void reloadAndSay(name)) : () => {};
  const onReload = () => void reloadAndSay();
  process.on('SIGHUP', onReload);
  const ended = signalOf(['SIGTERM', 'SIGINT']);

  await announce(terminal, service, listening, { ...flags, token });
  const signal = await ended;
  stopWatching();
  process.off('SIGHUP', onReload);
  const waiting = service.busy();
  terminal.say(
    `${signal}: ending${waiting === 0 ? '' : `, when ${count(waiting)} requests in hand are answered`}`,
  );
  const cut = await listening.close(flags.grace);
  if (cut > 0)
    terminal.say(`${count(cut)} requests took longer than --grace ${flags.grace} and were cut off`);
  return cut > 0 ? 1 : 0;
}

/** `tickets.lexigrad` is the model tickets; `support=tickets.lexigrad` is the model support. */
function modelPaths(models: readonly string[]): Record<string, string> {
  const paths: Record<string, string> = {};
  for (const each of models) {
    const named = /^([\w.-]+)=(.+)$/.exec(each);
    const name = named?.[1] ?? basename(each).replace(/\.lexigrad$/, '');
    const path = named?.[2] ?? each;
    if (Object.hasOwn(paths, name)) {
      throw new UsageError(
        `two models are called '${name}': give one of them another name, as in other=${path}`,
      );
    }
    paths[name] = path;
  }
  return paths;
}

function tokenOf({ token = process.env.LEXIGRAD_TOKEN }: ServeFlags): string | undefined {
  if (token === undefined) return undefined;
  if (/^\S+$/.test(token)) return token;
  throw new UsageError(
    'the token must not be empty and must not have spaces: leave out --token and LEXIGRAD_TOKEN for none',
  );
}

function limitsOf(flags: ServeFlags): Limits {
  const { maxBody, maxLength, maxBatch, maxTokens, concurrency, queue, timeout } = flags;
  return {
    ...{ bodyBytes: maxBody, textLength: maxLength, batchSize: maxBatch, maximumTokens: maxTokens },
    ...{ concurrency, queue, seconds: timeout },
  };
}

async function loadAll(
  paths: Readonly<Record<string, string>>,
  engine: Engine,
): Promise<Record<string, ServableModel>> {
  const models: Record<string, ServableModel> = {};
  for (const [name, path] of Object.entries(paths)) models[name] = await loadServable(path, engine);
  return models;
}

async function listenOrSay(service: Service, { host, port }: ServeFlags): Promise<Listening> {
  try {
    return await listen(service, { host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const place = `port ${port} of ${host}`;
    const reasons: Readonly<Record<string, string>> = {
      EADDRINUSE: `${place} is in use: end the program that uses it, or choose another with --port`,
      EACCES: `there is no permission for ${place}: choose a port from 1024 with --port`,
      EADDRNOTAVAIL: `${host} is not an address of this machine: choose another with --host`,
      ENOTFOUND: `${host} is not known: choose another with --host`,
    };
    const reason = code === undefined ? undefined : (reasons[code] ?? fileSystemMessage(code));
    throw reason === undefined ? error : new LexigradError(reason);
  }
}

async function announce(
  terminal: Terminal,
  { shelf, limits }: Service,
  { url }: Listening,
  { json, host, token, cors }: ServeFlags,
): Promise<void> {
  for (const { name, kind, operations, model } of shelf.list()) {
    terminal.say(
      `${name}: ${kind.replace('-', ' ')}, ${count(model.parameterCount)} parameters; it can ${operations.join(', ')}`,
    );
  }
  const access = token === undefined ? 'without a token' : 'with a token';
  terminal.say(
    `listening on ${url} ${access}, requests up to ${bytes(limits.bodyBytes)}; ${url}/docs shows what can be asked`,
  );
  if (token === undefined && !isLoopback(host)) {
    terminal.say(
      `${terminal.note('yellow', 'warning:')} every machine that reaches ${host} can use this service: ` +
        'set LEXIGRAD_TOKEN, or leave out --host',
    );
  }
  if (token === undefined && cors?.includes('*')) {
    terminal.say(
      `${terminal.note('yellow', 'warning:')} with --cors * and no token, every web page can use this service`,
    );
  }
  if (json) await terminal.writeJson({ url, models: shelf.names });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** The first of the signals; the second ends the process as if nobody listened. */
function signalOf(signals: readonly NodeJS.Signals[]): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const listener = (signal: NodeJS.Signals) => {
      for (const each of signals) process.off(each, listener);
      resolve(signal);
    };
    for (const each of signals) process.on(each, listener);
  });
}

function logLine({ seconds, ...report }: RequestReport): object {
  return { time: new Date().toISOString(), ...report, milliseconds: Number((1000 * seconds).toFixed(2)) };
}
