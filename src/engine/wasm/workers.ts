/** Starting worker threads, and how many to have, in Node and in browsers. */
import { ValueError } from '../../base/errors.js';
import { helperSource } from './helper.generated.js';
import { canShareMemory } from './memory.js';
import type { Message } from './protocol.js';

/** A started worker thread, as far as the pool needs it. */
export interface Helper {
  post(message: Message): void;
}

/** Starts a worker that runs helper.ts; `onEnd` is called when it has failed or ended. May throw. */
export type StartHelper = (onEnd: () => void) => Helper;

/** More threads than this are never taken unasked: matrices of a small model have no work for them. */
const MOST_BY_DEFAULT = 16;

const MOST = 64;

/**
 * The number of threads for an engine: what is asked for, else the environment's LEXIGRAD_THREADS, else one for each
 * core; 1 where the host has no shared memory or no workers.
 * @throws ValueError for what is not a whole number from 1 to 64.
 */
export function chooseThreads(asked: number | undefined): number {
  const fromEnvironment = globalThis.process?.env?.LEXIGRAD_THREADS;
  const given = asked ?? (fromEnvironment ? Number(fromEnvironment) : undefined);
  if (given !== undefined && !(Number.isInteger(given) && given >= 1 && given <= MOST)) {
    const where = asked === undefined ? 'the environment variable LEXIGRAD_THREADS' : '`threads`';
    throw new ValueError(
      `${where} must be a whole number from 1 to ${MOST}, not ${asked ?? `'${fromEnvironment}'`}`,
    );
  }
  if (!canShareMemory() || (nodeWorkers() === undefined && typeof Worker === 'undefined')) return 1;
  return given ?? Math.min(MOST_BY_DEFAULT, coreCount());
}

function coreCount(): number {
  const os = builtin('node:os');
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** Starts a worker of the host, from the text of its program. */
export function startHostHelper(onEnd: () => void): Helper {
  const node = nodeWorkers();
  return node === undefined ? startWebWorker(onEnd) : startNodeWorker(node, onEnd);
}

function startNodeWorker({ Worker }: typeof import('node:worker_threads'), onEnd: () => void): Helper {
  // Nothing is inherited: neither loaders of the host's command line nor its environment concern a helper.
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(helperSource)}`), {
    execArgv: [],
    env: {},
    name: 'lexigrad',
  });
  worker.unref();
  worker.on('error', onEnd);
  worker.on('exit', onEnd);
  return { post: (message) => worker.postMessage(message) };
}

function startWebWorker(onEnd: () => void): Helper {
  const url = URL.createObjectURL(new Blob([helperSource], { type: 'text/javascript' }));
  const worker = new Worker(url, { type: 'module', name: 'lexigrad' });
  worker.addEventListener('error', onEnd);
  return { post: (message) => worker.postMessage(message) };
}

function nodeWorkers(): typeof import('node:worker_threads') | undefined {
  return builtin('node:worker_threads');
}

/** A module of Node, without an import that browsers would stumble over; undefined elsewhere. */
function builtin<Name extends 'node:os' | 'node:worker_threads'>(name: Name) {
  return globalThis.process?.getBuiltinModule?.(name);
}
