/** The machine that the numbers are from. */
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

export function describeMachine() {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)),
    system: systemName(),
    architecture: arch(),
    node: process.version,
    /** Processes that wanted a core in the minute before: well above 0 means that others were at work. */
    load: Number(loadavg()[0].toFixed(2)),
  };
}

function systemName() {
  try {
    const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
    if (name !== undefined) return name;
  } catch {
    // Not a Linux with that file.
  }
  return `${type()} ${release()}`;
}
