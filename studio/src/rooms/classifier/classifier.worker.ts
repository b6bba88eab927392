import { type Example, splitExamples, TextClassifier } from 'lexigrad';
import type { LabelledExample } from 'lexigrad/files';
import { measureClassifier } from 'lexigrad/report';
import { type ClassificationReport, type MultiLabelReport, mostProbable } from 'lexigrad/train';
import { type LabelledTexts, readLabelledTexts } from '../../text-models/labelled.js';
import { TrainingReporter } from '../../text-models/reporter.js';
import { serve, Transfer } from '../../worker/serve.js';
import type {
  CellExample,
  ClassifierFacts,
  ClassifierTasks,
  DataSource,
  DataSummary,
  Evaluation,
  Question,
  Reading,
} from './tasks.js';

const FIRST_ROWS = 8;
/** Of a text, in lists. */
const LONGEST_SHOWN = 400;
const MOST_MISTAKES = 100;
const MOST_IN_CELL = 100;

let data: { readonly id: number; readonly texts: LabelledTexts } | undefined;
let model: TextClassifier | undefined;

serve<ClassifierTasks>({
  read: async (source) => summarize(await read(source)),

  train: async ({ data: source, options, resume }, { progress, signal }) => {
    const { examples } = await read(source);
    const reporter = new TrainingReporter(progress, signal, resume);
    const trained = await TextClassifier.train(examples, { ...options, ...reporter.options });
    const bytes = trained.toBytes() as Uint8Array<ArrayBuffer>;
    return new Transfer({ bytes, record: trained.record }, [bytes.buffer]);
  },

  load: ({ bytes, name }) => {
    model = TextClassifier.fromBytes(bytes, { file: name });
    return factsOf(model, bytes.length);
  },

  evaluate: async ({ data: source, heldOut }) => {
    const { examples } = await read(source);
    const judged =
      heldOut === undefined ? examples : splitExamples(examples, heldOut.share, heldOut.seed).heldOut;
    return evaluate(theModel(), judged as readonly LabelledExample[]);
  },

  explain: (question) => explain(theModel(), question),
});

function theModel(): TextClassifier {
  if (model === undefined) throw new Error('there is no model yet: train one, or open a file');
  return model;
}

async function read(source: DataSource): Promise<LabelledTexts> {
  if (data?.id !== source.id) {
    const { id, bytes, name, textColumn, labelColumn } = source;
    const texts = await readLabelledTexts(bytes, name, {
      textColumn: textColumn === '' ? undefined : textColumn,
      labelColumn: labelColumn === '' ? undefined : labelColumn,
    });
    data = { id, texts };
  }
  return data.texts;
}

function summarize({ examples, ...rest }: LabelledTexts): DataSummary {
  const counts = new Map<string, number>();
  for (const { label, labels = [label] } of examples)
    for (const name of labels) counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    ...rest,
    rows: examples.length,
    labels: Array.from(counts, ([label, rows]) => ({ label, rows })).sort((a, b) => b.rows - a.rows),
    several: examples.some(({ labels }) => labels !== undefined),
    characters: examples.reduce((total, { text }) => total + text.length, 0),
    first: examples.slice(0, FIRST_ROWS).map(({ line, label, labels = [label], text }) => ({
      line,
      label: labels.join(', '),
      text: shown(text),
    })),
  };
}

function factsOf(classifier: TextClassifier, bytes: number): ClassifierFacts {
  const { labels, config, index, parameterCount, hash, record } = classifier;
  const { dimension, hidden, head } = config;
  return {
    ...{ labels, several: head === 'multilabel', dimension, hidden, hash, record, bytes },
    features: config.embeddings ? index.size : 0,
    parameters: parameterCount,
  };
}

async function evaluate(
  classifier: TextClassifier,
  examples: readonly LabelledExample[],
): Promise<Evaluation> {
  const measured = await measureClassifier(classifier, examples as readonly Example[], {
    mistakes: MOST_MISTAKES,
  });
  const { report, truth, probabilities, mistakes } = measured;
  const { labels } = classifier;
  const common = {
    ...measuresOf(report),
    labels,
    mistakes: mistakes.map((mistake) => ({ ...mistake, text: shown(mistake.text) })),
  };
  if (report.kind === 'multi-label') return { ...common, confusion: undefined, cells: new Map() };
  const predicted = mostProbable(probabilities, labels.length);
  const cells = new Map<number, CellExample[]>();
  examples.forEach(({ line, text }, i) => {
    const key = truth[i]! * labels.length + predicted[i]!;
    const score = probabilities[i * labels.length + predicted[i]!]!;
    const list = cells.get(key) ?? [];
    list.push({ line, text: shown(text), score });
    cells.set(key, list);
  });
  for (const [key, list] of cells)
    cells.set(key, list.sort((a, b) => b.score - a.score).slice(0, MOST_IN_CELL));
  return { ...common, confusion: report.confusion.counts, cells };
}

function measuresOf(report: ClassificationReport | MultiLabelReport) {
  const { examples, accuracy, scores, logLoss, calibration } = report;
  return {
    ...{ examples, accuracy, logLoss, classes: scores.classes },
    macroF1: scores.macro.f1,
    calibrationError: calibration.error,
  };
}

function explain(classifier: TextClassifier, { text, label, struck }: Question): Reading {
  const scores = classifier.classify(text);
  const known = classifier.labels.includes(label) ? label : scores[0]!.label;
  const explanation = classifier.explain(text, known);
  const spans = explanation.words.filter((_, i) => struck.includes(i));
  if (spans.length === 0) return { explanation, scores, without: undefined };
  // From the end, so that the places of the words before stay right.
  const left = spans.reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text);
  return { explanation, scores, without: classifier.classify(left) };
}

function shown(text: string): string {
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}
