/** Servers and clients as processes of their own, and what the system says of them. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CLIENT = fileURLToPath(new URL('client.mjs', import.meta.url));

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill();
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** A process that does not outlive this one. What it says for people is shown only if it fails. */
function start(words, stdin) {
  const child = spawn(process.execPath, words, { stdio: [stdin, 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-2000);
  });
  running.add(child);
  child.on('close', (code) => {
    running.delete(child);
    if (code !== 0) console.error(said);
  });
  return child;
}

/**
 * Starts a server that prints a line of JSON with its `url` when it listens.
 * @returns { url, port, pid, stop } — `stop` sends SIGTERM and gives the exit code
 */
export function startServer(words) {
  const child = start(words, 'ignore');
  const ended = new Promise((resolve) => child.on('close', resolve));
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (!said.includes('\n')) return;
      const { url } = JSON.parse(said);
      resolve({ url, port: Number(new URL(url).port), pid: child.pid, stop });
    });
    ended.then((code) => reject(new Error(`the server ended with ${code}`)));
  });
}

/** Runs a client; see client.mjs for what it is told and tells. */
export function runClient(task) {
  const child = start([CLIENT], 'pipe');
  child.stdin.end(JSON.stringify(task));
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(said));
      else reject(new Error(`the client ended with ${code}`));
    });
  });
}

/** Processor time that a process has used, in seconds; NaN where the system does not tell. */
export function processorSeconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** Resident memory of a process, in MiB; NaN where the system does not tell. */
export function residentMiB(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
