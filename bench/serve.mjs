/**
 * `node bench/serve.mjs`: how much `lexigrad serve` bears, on loopback, with a client in a process of its own.
 *
 *   load      single classifications at 1, 16 and 128 connections, in turns with a bare Hono endpoint
 *   overload  more requests than the limits allow: what is answered, and whether the service is well afterwards
 *   soak      with --minutes: the same load for that long, and the server's memory
 *
 * Other programs on the machine take their share of the speed from everybody alike: the ratio to the bare endpoint, and
 * the server's processor time for each request, say more than requests per second then.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from './harness/children.mjs';
import { describeMachine } from './harness/machine.mjs';
import { command, library, root } from './harness/places.mjs';
import { median } from './harness/statistics.mjs';
import { processorSeconds, residentMiB, runClient, startServer } from './serve/processes.mjs';

const HELP = `node bench/serve.mjs [options]

  --seconds N         of each measurement (default 5)
  --rounds N          measurements of each kind, of which the median is told (default 3)
  --connections LIST  default 1,16,128
  --minutes N         soak: load for so long, and watch the memory (default: none)
  --program FILE      the command-line program (default dist/cli/main.js)
`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '1,16,128' },
    minutes: { type: 'string', default: '0' },
    program: { type: 'string', default: command },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const minutes = Number(values.minutes);
const program = resolve(values.program);

const folder = mkdtempSync(join(tmpdir(), 'lexigrad-serve-'));
const classifier = join(folder, 'messages.lexigrad');
const languageModel = join(folder, 'lines.lexigrad');
try {
  const texts = await prepare();
  const { processor, cores, node, load } = describeMachine();
  console.log(`${processor}, ${cores} cores, Node ${node}, load ${load} before`);
  await measureLoad(texts);
  await measureOverload(texts);
  if (minutes > 0) await soak(texts);
  console.log(`load ${describeMachine().load} after`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Trains the models, and gives the texts that are asked about. */
async function prepare() {
  const data = join(root, 'examples/data/messages.csv');
  await runCommand([process.execPath, program, 'train', data, '-o', classifier]);
  const { readExamples } = await library('files/node');
  const texts = [];
  for await (const { text } of await readExamples(data)) texts.push(text);
  const small = ['--order', '3', '--dimension', '16', '--hidden', '16', '--epochs', '1'];
  writeFileSync(join(folder, 'lines.txt'), `${texts.join('\n')}\n`);
  await runCommand([
    ...[process.execPath, program, 'train', join(folder, 'lines.txt'), '--task', 'lm'],
    ...['-o', languageModel, ...small],
  ]);
  return texts;
}

function classifications(texts) {
  return texts.map((text) => ({ method: 'POST', path: '/v1/classify', body: JSON.stringify({ text }) }));
}

async function measureLoad(texts) {
  const service = await startServer([program, 'serve', classifier, '--port', '0', '--json']);
  const bare = await startServer([join(root, 'bench/serve/echo.mjs')]);
  const contestants = [
    { name: 'hono, GET hello', server: bare, requests: [{ method: 'GET', path: '/' }] },
    {
      name: 'hono, POST JSON',
      server: bare,
      requests: texts.map((text) => ({ method: 'POST', path: '/', body: JSON.stringify({ text }) })),
    },
    { name: 'lexigrad classify', server: service, requests: classifications(texts) },
  ];
  const rows = [];
  for (const connections of values.connections.split(',').map(Number)) {
    const results = contestants.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, { server, requests }] of contestants.entries()) {
        results[i].push(await measure(server, { connections, requests }));
      }
    }
    const middle = (i, key) => median(results[i].map((each) => each[key]));
    for (const [i, { name }] of contestants.entries()) {
      rows.push({
        connections,
        what: name,
        'requests/s': Math.round(middle(i, 'rate')),
        'of hello': `${Math.round((100 * middle(i, 'rate')) / middle(0, 'rate'))} %`,
        'p50 ms': Number(middle(i, 'p50').toFixed(2)),
        'p99 ms': Number(middle(i, 'p99').toFixed(2)),
        'server µs/request': Math.round(middle(i, 'processor')),
        'not 200': results[i].reduce((sum, each) => sum + each.refused + each.failures, 0),
      });
    }
  }
  console.table(rows);
  await Promise.all([service.stop(), bare.stop()]);
}

async function measure(server, task) {
  const before = processorSeconds(server.pid);
  const begin = performance.now();
  const { statuses, p50, p99, failures } = await runClient({
    ...{ port: server.port, seconds, warmUp: Math.min(1, seconds / 4), ...task },
  });
  const passed = (performance.now() - begin) / 1000;
  const processor = processorSeconds(server.pid) - before;
  const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  const rate = answered / seconds;
  // The client counts a part of the time that it ran for; the share of the server's time is as large.
  const counted = seconds / passed;
  return {
    ...{ rate, p50, p99, failures, statuses },
    processor: (1e6 * processor * counted) / answered,
    refused: answered - (statuses[200] ?? 0),
  };
}

async function measureOverload(texts) {
  const narrow = ['--concurrency', '4', '--queue', '16', '--timeout', '2', '--max-tokens', '1000'];
  const words = [program, 'serve', languageModel, '--port', '0', '--json', ...narrow];
  const generation = { method: 'POST', path: '/v1/generate', body: '{"maximumTokens":50,"temperature":2}' };
  const writers = await overload('128 clients generate, 4 at once and 16 may wait', words, {
    ...{ connections: 128, requests: [generation] },
  });
  const wide = [
    program,
    'serve',
    classifier,
    '--port',
    '0',
    '--json',
    '--concurrency',
    '64',
    '--queue',
    '64',
  ];
  const crowd = await overload('1000 clients classify, 64 at once and 64 may wait', wide, {
    ...{ connections: 1000, requests: classifications(texts) },
  });
  console.table([writers, crowd]);
}

/** Load beyond the limits; /health is asked meanwhile, and once more when it is over. */
async function overload(what, words, task) {
  const server = await startServer(words);
  const probe = runClient({
    ...{
      port: server.port,
      connections: 1,
      seconds,
      warmUp: 0.5,
      requests: [{ method: 'GET', path: '/health' }],
    },
  });
  const { statuses, failures, p99 } = await measure(server, task);
  const health = await probe;
  const after = await fetch(`${server.url}/ready`);
  const code = await server.stop();
  return {
    ...{ what, answers: JSON.stringify(statuses), failures, 'p99 ms': rounded(p99) },
    'health p99 ms': rounded(health.p99),
    afterwards: `ready ${after.status}, exit ${code}`,
  };
}

function rounded(milliseconds) {
  return milliseconds === null ? 'no answer' : Number(milliseconds.toFixed(1));
}

async function soak(texts) {
  const server = await startServer([program, 'serve', classifier, '--port', '0', '--json']);
  const memory = [];
  const timer = setInterval(() => memory.push(residentMiB(server.pid)), 1000);
  const { statuses, p50, p99, max, failures } = await runClient({
    ...{
      port: server.port,
      connections: 16,
      seconds: 60 * minutes,
      warmUp: 1,
      requests: classifications(texts),
    },
  });
  clearInterval(timer);
  await server.stop();
  const quarter = Math.max(1, Math.floor(memory.length / 4));
  const part = (i) => `${median(memory.slice(i * quarter, (i + 1) * quarter)).toFixed(1)}`;
  console.log(
    `soak of ${minutes} minutes at 16 connections: ${JSON.stringify(statuses)}, ${failures} failures, ` +
      `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, longest ${max.toFixed(0)} ms`,
  );
  console.log(
    `resident MiB, median of each quarter: ${[0, 1, 2, 3].map(part).join(', ')}; most ${Math.max(...memory).toFixed(1)}`,
  );
}
