/** The evaluation report of a classifier as people read it in a terminal of 80 columns. */
import {
  type EvaluationReport,
  mainCoverage,
  type ReportedMistake,
  type SingleLabelEvaluation,
} from '../report/evaluation.js';
import type { LabelWords } from '../report/label-words.js';
import type { CalibrationBin, Interval } from '../train/metrics.js';
import { classTable, LABEL_WIDTH } from './evaluation.js';
import {
  bar,
  count,
  counted,
  cut,
  displayWidth,
  measure,
  percent,
  printable,
  probability,
  table,
} from './format.js';
import type { Terminal } from './terminal.js';

const WIDTH = 80;
const BAR_WIDTH = 20;
/** Confusions listed where the matrix does not fit. */
const MOST_CONFUSIONS = 8;
/** Labels whose words are listed. */
const MOST_LABELS = 24;
/** Lines of a mistake's text. */
const TEXT_WIDTH = 2 * (WIDTH - 4);

export function evaluationLines(report: EvaluationReport, terminal: Terminal): string {
  const heading = (text: string) => `\n${terminal.mark('bold', text)}\n`;
  const thresholds = report.kind === 'multi-label' ? report.measures.thresholds : undefined;
  const parts = [
    `${counted(report.data.examples, 'example')}\n`,
    measures(report),
    heading('By label'),
    classTable(report.measures.classes, thresholds),
  ];
  if (report.kind === 'single-label') {
    parts.push(heading('Confusions (rows: true label, columns: what the model said)'), confusions(report));
  }
  parts.push(heading('Reliability: how often it is right, by how sure it is'), reliability(report));
  if (report.kind === 'single-label') {
    parts.push(heading('Abstaining: what --min-score brings'), coverage(report));
  }
  if (report.mistakes.length > 0) {
    parts.push(
      heading('Most confident mistakes'),
      ...report.mistakes.map((mistake) => mistakeLines(mistake, terminal)),
    );
  }
  const withWords = report.labelWords.filter(({ words }) => words.length > 0);
  if (withWords.length > 0) parts.push(heading('Words that speak most for each label'), words(withWords));
  return parts.join('');
}

function measures({
  kind,
  measures: found,
  intervals,
  level,
  reliability: { temperature, before },
}: EvaluationReport): string {
  const interval = (of: Interval | undefined) =>
    of === undefined ? '' : `${Math.round(100 * level)} % interval ${measure(of.low)} – ${measure(of.high)}`;
  const fitted =
    before === undefined
      ? ''
      : `without its temperature of ${temperature.toFixed(2)}: ${measure(before.error)}`;
  const rows =
    kind === 'single-label'
      ? [
          ['accuracy', measure(found.accuracy), interval(intervals.accuracy)],
          ['macro F1', measure(found.macroF1), interval(intervals.macroF1)],
        ]
      : [
          ['micro F1', measure(found.microF1), interval(intervals.microF1)],
          ['macro F1', measure(found.macroF1), interval(intervals.macroF1)],
          ['all labels right', measure(found.exactMatch), interval(intervals.exactMatch)],
          ...found.ranked.map(({ k, precision, recall }) => [
            `precision at ${k}`,
            measure(precision),
            `recall at ${k}: ${measure(recall)}`,
          ]),
        ];
  const all = [
    ...rows,
    ['log loss', measure(found.logLoss), ''],
    ['calibration error', measure(found.calibrationError), fitted],
  ];
  const width = Math.max(...all.map(([name]) => name!.length));
  return all
    .map(([name, value, note]) => `  ${name!.padEnd(width)}  ${value}  ${note}`.trimEnd().concat('\n'))
    .join('');
}

function confusions({ measures: { confusion, classes } }: SingleLabelEvaluation): string {
  const labels = classes.map(({ label }) => cut(printable(label), LABEL_WIDTH));
  const cells = [['', ...labels], ...confusion.map((row, truth) => [labels[truth]!, ...row.map(count)])];
  const matrix = table(cells);
  if (labels.length <= 12 && matrix.split('\n').every((line) => displayWidth(line) <= WIDTH)) return matrix;
  const pairs = confusion
    .flatMap((row, truth) => row.map((times, predicted) => ({ truth, predicted, times })))
    .filter(({ truth, predicted, times }) => truth !== predicted && times > 0)
    .sort((a, b) => b.times - a.times)
    .slice(0, MOST_CONFUSIONS);
  if (pairs.length === 0) return '  none\n';
  return table([
    ['true label', 'taken for', 'times'],
    ...pairs.map(({ truth, predicted, times }) => [labels[truth]!, labels[predicted]!, count(times)]),
  ]);
}

function reliability({ reliability: { bins } }: EvaluationReport): string {
  const used = bins.filter((bin) => bin.count > 0);
  const rangeOf = ({ low, high }: CalibrationBin) =>
    `${(100 * low).toFixed(0)} – ${(100 * high).toFixed(0)} %`;
  const rows = used.map((bin) => [
    rangeOf(bin),
    count(bin.count),
    percent(bin.confidence),
    percent(bin.accuracy),
    bar(bin.accuracy, BAR_WIDTH).padEnd(BAR_WIDTH),
  ]);
  return table([['sure', 'predictions', 'on average', 'right', ''], ...rows]);
}

function coverage({ coverage: points, abstaining }: SingleLabelEvaluation): string {
  const rows = [...mainCoverage(points), ...(abstaining === undefined ? [] : [abstaining])]
    .sort((a, b) => b.coverage - a.coverage)
    .map((point) => [
      `${probability(point.minimumScore)}${point === abstaining ? '  ← --min-score' : ''}`,
      percent(point.coverage),
      point.accuracy === undefined ? '' : percent(point.accuracy),
    ]);
  return table([['least probability', 'answered', 'right'], ...rows]);
}

function mistakeLines(
  { text, line, truth, predicted, score, label }: ReportedMistake,
  terminal: Terminal,
): string {
  const place = line === undefined ? '' : `line ${count(line)}: `;
  const said = predicted.length === 0 ? 'none' : predicted.map(printable).join(', ');
  const sure =
    predicted.length === 1 && predicted[0] === label
      ? probability(score)
      : `${printable(label)} ${probability(score)}`;
  const is = truth.length === 0 ? 'none' : truth.map(printable).join(', ');
  const head = `  ${place}said ${terminal.mark('red', said)} (${sure}), is ${terminal.mark('green', is)}\n`;
  return head + wrapped(cut(printable(text.trim()), TEXT_WIDTH), '    ');
}

function words(all: readonly LabelWords[]): string {
  const shown = all.slice(0, MOST_LABELS).map(({ label, words: list }) => {
    const name = `${cut(printable(label), LABEL_WIDTH)}: `;
    return wrapped(`${name}${list.map(({ ngram }) => printable(ngram)).join(', ')}`, '  ');
  });
  const rest =
    all.length > MOST_LABELS
      ? `  (and ${count(all.length - MOST_LABELS)} more labels: --json lists them)\n`
      : '';
  return shown.join('') + rest;
}

/** Lines of up to 80 columns, broken at spaces, or anywhere in scripts without them. */
export function wrapped(text: string, indent: string, width = WIDTH): string {
  const room = width - displayWidth(indent);
  const lines: string[] = [];
  let line = '';
  for (const part of text.match(/\s*(?:[^\s\u2e80-\uffef]+|\S)/gu) ?? []) {
    if (line !== '' && displayWidth(line + part) > room) {
      lines.push(line);
      line = part.trimStart();
    } else line += line === '' ? part.trimStart() : part;
  }
  if (line !== '') lines.push(line);
  return lines.map((each) => `${indent}${each}\n`).join('');
}
