/** Running programs: contestants in processes of their own, and commands that contestants time from outside. */
import { fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CONTESTANT = fileURLToPath(new URL('contestant.mjs', import.meta.url));
const TIMEOUT = 15 * 60_000;
const TAIL = 600;

/**
 * Runs one stage (`prepare` or `run`) of a contestant.
 * @returns `{ values, memory }`, `{ absent: reason }` or `{ failed: message }`
 */
export function runContestant(workload, contestant, stage, settings) {
  return new Promise((resolve) => {
    const child = fork(CONTESTANT, [workload, contestant, stage, JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...threadVariables(settings.threads) },
      timeout: TIMEOUT,
      killSignal: 'SIGKILL',
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        said = (said + text).slice(-TAIL);
      });
    }
    let answer;
    child.on('message', (message) => {
      answer = message;
    });
    child.on('close', (code, signal) => {
      resolve(answer ?? { failed: `ended with ${signal ?? code} and no result: ${said.trim()}` });
    });
  });
}

/** Every library has its own name for the number of threads. */
function threadVariables(threads) {
  if (threads === undefined) return {};
  const names = ['LEXIGRAD_THREADS', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'];
  return Object.fromEntries(names.map((name) => [name, String(threads)]));
}

/**
 * Runs a command to its end.
 * @param input what it reads on standard input: text, or `{ file }` to be streamed
 * @returns wall seconds from start to end, the peak of its resident memory in MiB (Linux; else undefined), its output
 * @throws Error when it fails, with the end of what it said
 */
export function runCommand(words, { input = '', env = {} } = {}) {
  const [program, ...rest] = words;
  const start = performance.now();
  const child = spawn(program, rest, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const memory = watchMemory(child.pid);
  const output = { stdout: [], stderr: [] };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (chunk) => output[name].push(chunk));
  // A command that does not read its input closes it early.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = (performance.now() - start) / 1000;
      const peakMiB = memory();
      const stdout = Buffer.concat(output.stdout).toString();
      if (code === 0) return resolve({ seconds, peakMiB, stdout });
      const said = (Buffer.concat(output.stderr).toString() || stdout).trim().slice(-TAIL);
      return reject(new Error(`${words.join(' ')} ended with ${code}: ${said}`));
    });
  });
}

/** Reads the kernel's own high-water mark now and then; it only rises, so the last reading is close. */
function watchMemory(pid) {
  let peak;
  const read = () => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1];
      if (kilobytes !== undefined) peak = Number(kilobytes) / 1024;
    } catch {
      // It has ended, or this is no Linux.
    }
  };
  const timer = setInterval(read, 20);
  return () => {
    clearInterval(timer);
    return peak;
  };
}
