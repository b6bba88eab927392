/** Python contestants: scripts here that read settings as JSON and print their results as JSON, on the last line. */
import { fileURLToPath } from 'node:url';
import { runCommand } from '../harness/children.mjs';

export async function runPython(script, workload, settings) {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await runCommand(['python3', file, workload, JSON.stringify(settings)]);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}
