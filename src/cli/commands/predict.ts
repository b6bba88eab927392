/** lexigrad predict MODEL TEXT… */
import type { Command } from 'commander';
import { Option } from 'commander';
import { readModelFile } from '../../files/node/model-file.js';
import { CLASSIFIER_KIND, TextClassifier } from '../../models/classifier/classifier.js';
import type { Explanation } from '../../models/classifier/explanation.js';
import type { LabelScore } from '../../models/heads.js';
import { UsageError } from '../errors.js';
import { bar, counted, displayWidth, pad, printable, probability } from '../format.js';
import { lineBatches } from '../input.js';
import { wrongKind } from '../models.js';
import {
  addCommonOptions,
  addEngineOptions,
  addExamples,
  type EngineFlags,
  engineOf,
  whole,
} from '../options.js';
import type { Terminal } from '../terminal.js';

interface PredictFlags extends EngineFlags {
  readonly json?: boolean;
  readonly explain?: boolean;
  readonly label?: string;
  readonly top?: number;
}

/** What predicts: texts, or rows of numbers written as texts. */
interface Predictor {
  readonly labels: readonly string[];
  readonly several: boolean;
  predict(texts: readonly string[]): LabelScore[][];
  explain(text: string, label?: string): Explanation;
}

/** From this probability on a label is given, where a text may have several. */
const THRESHOLD = 0.5;
const BAR_WIDTH = 20;

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument('<model>', 'a text classifier (or feedforward network) that train has saved')
    .argument('[texts...]', 'texts to label; - reads one a line from standard input')
    .description('Label texts. A feedforward network takes rows of numbers, as in 0.5,1.2.')
    .addOption(
      new Option('--top <k>', 'show the k likeliest labels (default: 3; with -: 1; --json: all)').argParser(
        whole(1),
      ),
    )
    .option('--explain', 'show what each word contributed')
    .option('--label <label>', 'explain this label, not the likeliest')
    .action(async (model: string, texts: string[]) => predict(terminal, model, texts, command.opts()));
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad predict tickets.lexigrad "my card was charged twice"', 'labels with probabilities'],
    ['lexigrad predict tickets.lexigrad "charged twice" --explain', 'and why'],
    ['lexigrad predict tickets.lexigrad - < texts.txt', 'label, probability, text: one a line'],
    ['lexigrad predict tickets.lexigrad - --json < texts.txt', 'one JSON object a line'],
  ]);
}

async function predict(
  terminal: Terminal,
  path: string,
  texts: string[],
  flags: PredictFlags,
): Promise<void> {
  if (texts.length === 0)
    throw new UsageError('there is no text to label: give one, or - to read lines from standard input');
  const fromStdin = texts.includes('-');
  if (fromStdin && texts.length > 1) throw new UsageError('give texts, or -, but not both');
  const predictor = await loadPredictor(path, flags);
  const { label, explain = label !== undefined } = flags;
  if (label !== undefined && !predictor.labels.includes(label)) {
    throw new UsageError(`the model has no label '${label}'; its labels are ${predictor.labels.join(', ')}`);
  }
  const show: Show = { terminal, predictor, explain, label, ...flags };
  if (!fromStdin) {
    const scores = predictor.predict(texts);
    for (const [i, text] of texts.entries()) {
      if (flags.json) await terminal.writeJson(asJson(text, scores[i]!, show));
      else await terminal.write((i > 0 ? '\n' : '') + asBlock(text, scores[i]!, show, texts.length > 1));
    }
    return;
  }
  for await (const batch of lineBatches(terminal.stdin)) {
    const scores = predictor.predict(batch);
    const lines = batch.map((text, i) =>
      flags.json ? `${JSON.stringify(asJson(text, scores[i]!, show))}\n` : asLine(text, scores[i]!, show),
    );
    await terminal.write(lines.join(''));
  }
}

async function loadPredictor(path: string, flags: PredictFlags): Promise<Predictor> {
  const content = await readModelFile(path);
  const engine = await engineOf(flags);
  if (content.kind === CLASSIFIER_KIND) {
    const classifier = TextClassifier.fromModel(content, { engine, file: path });
    return {
      labels: classifier.labels,
      several: classifier.config.head === 'multilabel',
      predict: (texts) => classifier.classifyBatch(texts),
      explain: (text, label) => classifier.explain(text, label),
    };
  }
  const { FeedforwardNetwork, NETWORK_KIND } = await import('../../models/feedforward.js');
  if (content.kind !== NETWORK_KIND) throw wrongKind(path, 'predict', 'a text classifier', content.kind);
  const network = FeedforwardNetwork.fromModel(content, { engine, file: path });
  const rowOf = (text: string) => numbersOf(text, network.config.featureNames);
  return {
    labels: network.labels,
    several: false,
    predict: (texts) => network.predictBatch(texts.map(rowOf)),
    explain: (text, label) => ({ text, baseline: 0, words: [], ...network.explain(rowOf(text), label) }),
  };
}

/** `0.5, 1.2` → [0.5, 1.2] */
function numbersOf(text: string, names: readonly string[]): number[] {
  const cells = text.trim().split(/\s*[,;\t ]\s*/);
  const numbers = cells.map(Number);
  if (cells.length === names.length && cells.every((cell) => cell !== '') && numbers.every(Number.isFinite))
    return numbers;
  throw new UsageError(
    `'${printable(text)}' is not ${counted(names.length, 'number')} (${names.map(printable).join(', ')}), with commas between them`,
  );
}

interface Show {
  readonly terminal: Terminal;
  readonly predictor: Predictor;
  readonly explain: boolean;
  readonly label?: string;
  readonly top?: number;
}

function asJson(text: string, scores: readonly LabelScore[], { predictor, top, explain, label }: Show) {
  const shown = scores.slice(0, top ?? scores.length);
  return {
    text,
    label: scores[0]!.label,
    score: scores[0]!.score,
    ...(predictor.several ? { labels: given(scores) } : {}),
    scores: Object.fromEntries(shown.map(({ label: name, score }) => [name, score])),
    ...(explain ? { explanation: withoutText(predictor.explain(text, label)) } : {}),
  };
}

/** The labels of a text that may have several. */
function given(scores: readonly LabelScore[]): string[] {
  return scores.filter(({ score }) => score >= THRESHOLD).map(({ label }) => label);
}

function withoutText({ text: _, ...explanation }: Explanation) {
  return explanation;
}

/** Label, probability (of as many as asked for), text: between tabs. */
function asLine(
  text: string,
  scores: readonly LabelScore[],
  { top = 1, predictor, explain, label, terminal }: Show,
): string {
  const cells = scores.slice(0, top).flatMap((each) => [printable(each.label), probability(each.score)]);
  const reason = explain ? explanationLines(predictor.explain(text, label), terminal) : '';
  return `${[...cells, text].join('\t')}\n${reason}`;
}

function asBlock(text: string, scores: readonly LabelScore[], show: Show, titled: boolean): string {
  const { terminal, predictor, top = 3, explain, label } = show;
  const shown = scores.slice(0, top);
  const width = Math.max(...shown.map((each) => displayWidth(printable(each.label))));
  const lines = shown.map((each) =>
    `${pad(printable(each.label), width)}  ${probability(each.score)}  ${terminal.mark('cyan', bar(each.score, BAR_WIDTH))}`.trimEnd(),
  );
  const title = titled ? [terminal.mark('bold', printable(text))] : [];
  const reason = explain ? explanationLines(predictor.explain(text, label), terminal) : '';
  return `${[...title, ...lines].join('\n')}\n${reason}`;
}

/** What each word did for or against the label, in the order of the text. */
function explanationLines(explanation: Explanation, terminal: Terminal): string {
  const { label, score, logit, words, features } = explanation;
  const rows = [
    ...words.map(({ token, occlusion, gradient }) => ({ name: printable(token), occlusion, gradient })),
    ...features.map(({ name, value, gradient }) => ({
      name: `${printable(name)} = ${Number(value.toPrecision(4))}`,
      occlusion: undefined,
      gradient,
    })),
  ].map((row) => ({ ...row, main: row.occlusion ?? row.gradient }));
  const largest = Math.max(...rows.map(({ main }) => Math.abs(main)), 1e-9);
  const width = Math.max(4, ...rows.map(({ name }) => displayWidth(name)));
  const lines = rows.map(({ name, occlusion, gradient, main }) => {
    const drawn = terminal.mark(main < 0 ? 'red' : 'green', bar(Math.abs(main) / largest, BAR_WIDTH));
    const numbers = [
      ...(words.length === 0 ? [] : [occlusion === undefined ? '' : signed(occlusion)]),
      signed(gradient),
    ];
    return `  ${pad(name, width)}${numbers.map((number) => number.padStart(10)).join('')}  ${drawn}\n`;
  });
  const titles = words.length === 0 ? ['gradient'] : ['left out', 'gradient'];
  const head = `  ${pad('', width)}${titles.map((title) => title.padStart(10)).join('')}`;
  const leftOut = words.length === 0 ? '' : 'left out: how much the logit falls without the word; ';
  return (
    `why ${printable(label)} (probability ${probability(score)}, logit ${logit.toFixed(2)}):\n${head}\n` +
    `${lines.join('')}  (${leftOut}gradient: gradient × input)\n`
  );
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
