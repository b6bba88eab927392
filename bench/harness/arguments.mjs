/** What was asked for on the command line. */
import { parseArgs } from 'node:util';

export const HELP = `node bench/run.mjs [workload …] [options]

Measures Lexigrad beside every other library that is installed, and prints medians and ratios.

  --runs N        rounds; every contestant runs once in each (default 5; with --quick 1)
  --quick         everything tiny: shows that it works, says nothing about speed
  --only WORD     only contestants with this word in their name; may be given again
  --output DIR    where the .json and .svg files go (default bench/results; with --quick out/bench)
  --list          name the workloads and contestants, and who is absent
`;

/** @throws TypeError with a sentence for the user */
export function readArguments(words) {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      runs: { type: 'string' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      output: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const runs = Number(values.runs ?? (values.quick ? 1 : 5));
  if (!Number.isSafeInteger(runs) || runs < 1) {
    throw new TypeError(`--runs is '${values.runs}': give a whole number from 1`);
  }
  return { ...values, runs, names: positionals };
}
