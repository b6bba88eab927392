/** Results as a table for people. */

const WAYS = { higher: 'more is better', lower: 'less is better' };

/** One block a case: the median of each contestant, its range, and how many times better Lexigrad is. */
export function formatReport(report) {
  const { title, workload, runs, machine, cases, absent, failed } = report;
  const width = Math.max(8, ...cases.flatMap((each) => each.contestants.map(({ name }) => name.length)));
  const blocks = cases
    .filter((each) => each.contestants.length > 0)
    .map((each) => [heading(each), ...each.contestants.map((row) => line(row, each, width))].join('\n'));
  const notes = [
    ...absent.map(({ name, reason }) => `absent: ${name}: ${reason}`),
    ...failed.map(({ name, reason }) => `FAILED: ${name}: ${reason}`),
  ];
  return [
    `${title} (${workload}), median of ${runs} ${runs === 1 ? 'run' : 'runs'}${report.quick ? ', QUICK: no measurement' : ''}`,
    `${machine.processor}, ${machine.cores} cores, ${machine.system}, node ${machine.node}, load ${machine.load}`,
    ...blocks.map((block) => `\n${block}`),
    ...(notes.length === 0 ? [] : ['', ...notes]),
    '',
  ].join('\n');
}

function heading({ id, unit, better, baseline, contestants }) {
  const against =
    baseline === undefined || contestants.length === 1 ? '' : `; × how many times better ${baseline} is`;
  return `${id} (${unit}, ${WAYS[better]}${against})`;
}

function line({ name, median, minimum, maximum, advantage }, { baseline }, width) {
  const range = minimum === maximum ? '' : `${formatNumber(minimum)} … ${formatNumber(maximum)}`;
  const ratio = advantage === undefined || name === baseline ? '' : `${formatNumber(advantage)}×`;
  return `  ${name.padEnd(width)} ${formatNumber(median).padStart(11)} ${ratio.padStart(9)}   ${range}`.trimEnd();
}

/** Three digits that mean something: 12,345 · 123 · 12.3 · 1.23 · 0.0123 */
export function formatNumber(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en');
  if (size >= 10) return value.toFixed(1);
  if (size >= 0.1 || size === 0) return value.toFixed(2);
  return value.toPrecision(3);
}
