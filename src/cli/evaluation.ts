/** Measuring a model on a file, and telling the result: to people as lines, to programs as one object. */
import { DataError } from '../base/errors.js';
import type { LabelledExample, NumericExample } from '../files/examples.js';
import type { TextClassifier } from '../models/classifier/classifier.js';
import type { FeedforwardNetwork } from '../models/feedforward.js';
import { measureClassifier } from '../report/measure.js';
import {
  ClassificationReport,
  type LabelScores,
  type MultiLabelReport,
  type PerplexityReport,
} from '../train/metrics.js';
import { count, counted, cut, measure, printable, table } from './format.js';

/** Tables of more classes do not fit a screen. */
const MOST_CLASSES = 24;
/** Columns that a label may take in a table. */
export const LABEL_WIDTH = 24;

/** A result of one kind of model. `lines` is for people. */
export interface Evaluation {
  readonly json: Readonly<Record<string, unknown>>;
  readonly lines: string;
}

/**
 * Classifies labelled texts and compares. Texts are read in batches, so a file larger than memory is no problem.
 *
 * @throws DataError with file and line for a label that the model does not have
 */
export async function evaluateClassifier(
  classifier: TextClassifier,
  examples: Iterable<LabelledExample> | AsyncIterable<LabelledExample>,
  file: string,
): Promise<Evaluation> {
  const { report } = await measureClassifier(classifier, checkedExamples(classifier, examples, file), {
    mistakes: 0,
  });
  return report.kind === 'multi-label' ? multiLabel(report) : classification(report);
}

/**
 * The examples as they are, once they are known to fit the model.
 *
 * @throws DataError with file and line for a label that the model does not have, for several labels where it gives one,
 * and where there are no examples
 */
export async function* checkedExamples(
  { labels, config }: TextClassifier,
  examples: Iterable<LabelledExample> | AsyncIterable<LabelledExample>,
  file: string,
): AsyncGenerator<LabelledExample> {
  let isEmpty = true;
  for await (const example of examples) {
    const ids = idsOf(example, labels, file);
    if (config.head !== 'multilabel' && ids.length !== 1) {
      const message = `this example has ${ids.length} labels, but the model gives one: train with --head multilabel`;
      throw new DataError(message, { file, line: example.line });
    }
    isEmpty = false;
    yield example;
  }
  if (isEmpty) throw new DataError('there are no examples to measure', { file });
}

/** The same for a network on rows of numbers. */
export async function evaluateNetwork(
  network: FeedforwardNetwork,
  rows: Iterable<NumericExample> | AsyncIterable<NumericExample>,
  file: string,
): Promise<Evaluation> {
  const truth: number[] = [];
  const features: (readonly number[])[] = [];
  for await (const row of rows) {
    checkWidth(network, row, file);
    truth.push(idsOf(row, network.labels, file)[0]!);
    features.push(row.features);
  }
  if (truth.length === 0) throw new DataError('there are no rows to measure', { file });
  const probabilities = network.probabilities(features);
  return classification(new ClassificationReport(truth, probabilities, network.labels));
}

/** @throws DataError when a row has not the columns that the network was trained on */
export function checkWidth(network: FeedforwardNetwork, row: NumericExample, file: string): void {
  const { featureNames } = network.config;
  if (row.features.length === featureNames.length) return;
  throw new DataError(
    `there are ${row.features.length} numbers beside the label, but the model reads ${featureNames.length}: ` +
      featureNames.map(printable).join(', '),
    { file, line: row.line },
  );
}

/** The report of a model that gives each example one label. */
export function classification(report: ClassificationReport): Evaluation {
  const { macro, classes } = report.scores;
  const lines = [
    `accuracy ${measure(report.accuracy)}, macro F1 ${measure(macro.f1)}, log loss ${measure(report.logLoss)}, ` +
      `calibration error ${measure(report.calibration.error)} on ${counted(report.examples, 'example')}\n`,
    classTable(classes),
    frequentConfusions(report),
  ];
  return { json: { ...report.toJSON() }, lines: lines.join('') };
}

export function perplexity(report: PerplexityReport): Evaluation {
  return { json: { ...report.toJSON() }, lines: `${report}\n` };
}

/** What has labels and a place in a file. */
type Labelled = Pick<LabelledExample, 'label' | 'labels' | 'line'>;

/** @throws DataError when an example has a label that is not among `labels` */
export function checkLabels(examples: readonly Labelled[], labels: readonly string[], file: string): void {
  for (const example of examples) idsOf(example, labels, file);
}

function idsOf(example: Labelled, labels: readonly string[], file: string): number[] {
  return (example.labels ?? [example.label]).map((label) => {
    const id = labels.indexOf(label);
    if (id >= 0) return id;
    const known = `${labels.slice(0, 12).join(', ')}${labels.length > 12 ? ', …' : ''}`;
    throw new DataError(`the model has no label '${label}'; its labels are ${known}`, {
      file,
      line: example.line,
    });
  });
}

/** The report of a model that may give several labels. */
export function multiLabel(report: MultiLabelReport): Evaluation {
  const { accuracy, scores, examples } = report;
  const line =
    `all labels right ${measure(accuracy)}, micro F1 ${measure(scores.micro.f1)}, macro F1 ${measure(scores.macro.f1)} ` +
    `on ${counted(examples, 'example')}\n`;
  return { json: { ...report.toJSON() }, lines: line + classTable(scores.classes) };
}

/** @param thresholds from which probability on each label is given, of a multi-label model */
export function classTable(
  classes: readonly LabelScores[],
  thresholds?: Readonly<Record<string, number>>,
): string {
  if (classes.length > MOST_CLASSES) return `  (${classes.length} classes: --json lists them)\n`;
  const rows = classes.map(({ label, precision, recall, f1, support }) => [
    cut(printable(label), LABEL_WIDTH),
    ...[precision, recall, f1].map((value) => value.toFixed(3)),
    ...(thresholds === undefined ? [] : [thresholds[label]!.toFixed(3)]),
    count(support),
  ]);
  const from = thresholds === undefined ? [] : ['given from'];
  return table([['label', 'precision', 'recall', 'F1', ...from, 'examples'], ...rows]);
}

/** What is mistaken for what most often: where to look first. */
function frequentConfusions({ confusion: { labels, counts } }: ClassificationReport): string {
  if (labels.length <= 2) return '';
  const pairs = counts.flatMap((row, truth) =>
    row.map((times, predicted) => ({ truth, predicted, times: truth === predicted ? 0 : times })),
  );
  const worst = pairs
    .filter(({ times }) => times > 0)
    .sort((a, b) => b.times - a.times)
    .slice(0, 3)
    .map(
      ({ truth, predicted, times }) =>
        `${printable(labels[truth]!)} taken for ${printable(labels[predicted]!)} (${times})`,
    );
  return worst.length === 0 ? '' : `  most frequent mistakes: ${worst.join(', ')}\n`;
}
