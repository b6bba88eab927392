/** The audit of labelled data as people read it in a terminal of 80 columns. */
import type { AuditReport, DuplicateGroup, Leak } from '../report/audit.js';
import { auditFindings, type Finding } from '../report/findings.js';
import { listed } from '../report/format.js';
import type { LabelErrorReport } from '../report/label-errors.js';
import { LABEL_WIDTH } from './evaluation.js';
import { wrapped } from './evaluation-lines.js';
import { count, cut, percent, printable, probability, table } from './format.js';
import type { Terminal } from './terminal.js';

const MOST_LABELS = 24;
/** What is listed of each kind; the page and --json have more. */
const MOST = 5;
const TEXT_WIDTH = 2 * 74;

export function auditLines(report: AuditReport, terminal: Terminal): string {
  const heading = (text: string) => `\n${terminal.mark('bold', text)}\n`;
  const { labels, exact, near, leaks, labelErrors, data } = report;
  const parts = [
    auditFindings(report)
      .map((finding) => findingLines(finding, terminal))
      .join(''),
  ];
  parts.push(heading('Labels'), labelTable(labels));
  if (leaks !== undefined && leaks.listed.length > 0) {
    parts.push(
      heading('Test texts that the training data know'),
      ...leaks.listed.slice(0, MOST).map(leakLines),
    );
  }
  for (const [title, { listed: groups }] of [
    ['Duplicates', exact],
    ['Near duplicates', near],
  ] as const) {
    if (groups.length > 0) parts.push(heading(title), ...groups.slice(0, MOST).map(groupLines));
  }
  if (labelErrors !== undefined && labelErrors.suspects.length > 0) {
    parts.push(heading('Labels that may be wrong'), suspectLines(labelErrors));
  }
  return `${count(data.examples)} examples\n${parts.join('')}`;
}

const SIGNS = { problem: ['red', '✗'], hint: ['yellow', '!'], fine: ['green', '✓'] } as const;

function findingLines({ kind, title, advice }: Finding, terminal: Terminal): string {
  const [colour, sign] = SIGNS[kind];
  const lines = wrapped(printable(title), '    ') + (advice === '' ? '' : wrapped(advice, '      '));
  return `  ${terminal.mark(colour, sign)}${lines.slice(3)}`;
}

function labelTable(labels: AuditReport['labels']): string {
  const withTest = labels.some(({ testCount }) => testCount !== undefined);
  const rows = labels
    .slice(0, MOST_LABELS)
    .map(({ label, count: times, share, testCount }) => [
      cut(printable(label), LABEL_WIDTH),
      count(times),
      percent(share),
      ...(withTest ? [count(testCount ?? 0)] : []),
    ]);
  const rest =
    labels.length > MOST_LABELS ? `  (and ${count(labels.length - MOST_LABELS)} more labels)\n` : '';
  return table([['label', 'examples', 'share', ...(withTest ? ['in the test data'] : [])], ...rows]) + rest;
}

function leakLines({ text, line, label, trainText, trainLine, trainLabel }: Leak): string {
  const places = [place('test', line, label), place('training', trainLine, trainLabel)];
  return `  ${places.join('; ')}\n${textLines(text)}${trainText === text ? '' : textLines(`≈ ${trainText}`)}`;
}

function place(name: string, line: number | undefined, label: string): string {
  return `${name}${line === undefined ? '' : ` line ${count(line)}`}: ${printable(label)}`;
}

function groupLines({ text, variant, count: times, lines, labels }: DuplicateGroup): string {
  const where = lines.length === 0 ? '' : ` (lines ${listed(lines)})`;
  return `  ${count(times)} times${where}: ${labels.map(printable).join(' and ')}\n${textLines(text)}${variant === undefined ? '' : textLines(`≈ ${variant}`)}`;
}

function suspectLines({ suspects }: LabelErrorReport): string {
  const shown = suspects.slice(0, 2 * MOST).map(({ text, line, label, score, suggested, suggestedScore }) => {
    const where = line === undefined ? '' : `line ${count(line)}: `;
    return `  ${where}${printable(label)} (${probability(score)}), rather ${printable(suggested)} (${probability(suggestedScore)})\n${textLines(text)}`;
  });
  const rest =
    suspects.length > shown.length
      ? `  (${count(suspects.length - shown.length)} more: --json or --html)\n`
      : '';
  return shown.join('') + rest;
}

function textLines(text: string): string {
  return wrapped(cut(printable(text.trim()), TEXT_WIDTH), '    ');
}
