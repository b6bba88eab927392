/** `npm run bench [-- workload …]`: Lexigrad beside its peers, on this machine, in this run. See README.md here. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HELP, readArguments } from './harness/arguments.mjs';
import { drawChart } from './harness/chart.mjs';
import { compete, isChosen, isLexigrad } from './harness/compete.mjs';
import { roll } from './harness/peers.mjs';
import { bench, isBuilt, root } from './harness/places.mjs';
import { formatReport } from './harness/report.mjs';
import { workloads } from './workloads/index.mjs';

const wanted = readOrExit();
const chosen = wanted.names.length === 0 ? workloads : wanted.names.map(workloadNamed);
if (!isBuilt()) refuse('dist/ is missing: run npm run build first; what is published is what is measured');

if (wanted.list) {
  for (const workload of chosen) console.log(listing(workload));
} else {
  const output = resolve(
    wanted.output ?? join(wanted.quick ? join(root, 'out') : bench, wanted.quick ? 'bench' : 'results'),
  );
  mkdirSync(output, { recursive: true });
  const say = (line) => console.error(line);
  for (const workload of chosen) {
    say(`${workload.name}: ${workload.title}`);
    const report = await compete(workload, { ...wanted, say });
    writeFileSync(join(output, `${workload.name}.json`), `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(join(output, `${workload.name}.svg`), drawChart(report));
    console.log(formatReport(report));
    if (report.failed.some(({ name }) => isLexigrad(name))) process.exitCode = 1;
  }
  say(`written to ${output}`);
}

function readOrExit() {
  try {
    const read = readArguments(process.argv.slice(2));
    if (!read.help) return read;
    console.log(HELP);
    process.exit(0);
  } catch (error) {
    return refuse(`${error.message}\n\n${HELP}`);
  }
}

function workloadNamed(name) {
  const names = workloads.map((each) => each.name);
  return (
    workloads.find((each) => each.name === name) ??
    refuse(`there is no workload '${name}'; there are ${names.join(', ')}`)
  );
}

function listing({ name, title, contestants }) {
  const asked = contestants.filter((each) => isChosen(each.name, wanted.only));
  const { absent } = roll(asked);
  const reasons = new Map(absent.map((each) => [each.name, each.reason]));
  const lines = asked.map(
    (each) => `  ${each.name}${reasons.has(each.name) ? `   absent: ${reasons.get(each.name)}` : ''}`,
  );
  return [`${name}: ${title}`, ...lines, ''].join('\n');
}

function refuse(message) {
  console.error(message);
  process.exit(2);
}
