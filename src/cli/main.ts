#!/usr/bin/env node
/** The `lexigrad` program. */
import { run } from './run.js';

const { stdout, stderr } = process;
process.exitCode = await run(process.argv.slice(2), {
  // Opened only by the commands that read it: an open stdin would keep the process alive.
  stdin: {
    [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator](),
  },
  stdout,
  stderr,
});
