/** lexigrad predict MODEL TEXT… */
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { CLASSIFIER_KIND, TextClassifier } from '../../models/classifier/classifier.js';
import { type Decision, decide } from '../../models/classifier/decision.js';
import {
  type Explanation,
  type ExplanationMethod,
  explanationMethods,
} from '../../models/classifier/explanation.js';
import type { FeatureExplanation } from '../../models/feedforward/feedforward.js';
import type { LabelScore } from '../../models/heads.js';
import { loadModelContent } from '../../models/model-content.js';
import { UsageError } from '../errors.js';
import { explanationLines } from '../explain.js';
import { isFastTextFile, loadFastText } from '../fasttext.js';
import { bar, counted, displayWidth, pad, printable, probability } from '../format.js';
import { lineBatches } from '../input.js';
import { labelLines } from '../label-lines.js';
import { wrongKind } from '../models.js';
import {
  addCommonOptions,
  addEngineOptions,
  addExamples,
  type EngineFlags,
  engineOf,
  mass,
  whole,
} from '../options.js';
import { checkPage, writePage } from '../page.js';
import type { Terminal } from '../terminal.js';

interface PredictFlags extends EngineFlags {
  readonly json?: boolean;
  readonly explain?: boolean;
  readonly label?: string;
  readonly method?: ExplanationMethod;
  readonly html?: string;
  readonly minScore?: number;
  readonly top?: number;
}

/** What predicts: texts, or rows of numbers written as texts. */
interface Predictor {
  readonly labels: readonly string[];
  readonly several: boolean;
  /** Whether integrated gradients differ from gradient × input. */
  readonly deep: boolean;
  predict(texts: readonly string[]): LabelScore[][];
  decide(scores: readonly LabelScore[], minimumScore?: number): Decision;
  explain(text: string, label?: string): Explanation;
  /** Labels standard input line by line, where that can be done faster than by batches. */
  labelLines?(terminal: Terminal): Promise<void>;
}

const BAR_WIDTH = 20;
/** What stands in place of a label where the model abstains. */
const NO_LABEL = '(none)';

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument(
      '<model>',
      'a text classifier (or feedforward network) that train has saved, or one of fastText (.bin, .ftz)',
    )
    .argument('[texts...]', 'texts to label; - reads one a line from standard input')
    .description('Label texts. A feedforward network takes rows of numbers, as in 0.5,1.2.')
    .addOption(
      new Option('--top <k>', 'show the k likeliest labels (default: 3; with -: 1; --json: all)').argParser(
        whole(1),
      ),
    )
    .addOption(
      new Option(
        '--min-score <p>',
        `give a label only from this probability on, else ${NO_LABEL}, in JSON null (default: 0; several labels: each its own)`,
      ).argParser(mass),
    )
    .option('--explain', 'show what each word and feature contributed')
    .option('--label <label>', 'explain this label, not the likeliest')
    .addOption(
      new Option(
        '--method <name>',
        'explain by leaving out, by gradient × input, or by integrated gradients (default: occlusion)',
      ).choices(explanationMethods),
    )
    .option('--html <file>', 'write the explanations as one page')
    .action(async (model: string, texts: string[]) => predict(terminal, model, texts, command.opts()));
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad predict tickets.lexigrad "my card was charged twice"', 'labels with probabilities'],
    ['lexigrad predict tickets.lexigrad "charged twice" --explain', 'and why'],
    ['lexigrad predict tickets.lexigrad "charged twice" --html why.html', 'the same as a page'],
    ['lexigrad predict tickets.lexigrad - --min-score 0.9 < texts.txt', 'no label where it is not sure'],
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
  const { label, html, method, explain = (label ?? html ?? method) !== undefined } = flags;
  if (html !== undefined && fromStdin)
    throw new UsageError('--html explains texts that are given as arguments, not standard input');
  await checkPage(html, [path]);
  const predictor = await loadPredictor(path, flags);
  if (label !== undefined && !predictor.labels.includes(label)) {
    throw new UsageError(`the model has no label '${label}'; its labels are ${predictor.labels.join(', ')}`);
  }
  const show: Show = { terminal, predictor, ...flags, explain };
  if (!fromStdin) {
    const scores = predictor.predict(texts);
    for (const [i, text] of texts.entries()) {
      if (flags.json) await terminal.writeJson(asJson(text, scores[i]!, show));
      else await terminal.write((i > 0 ? '\n' : '') + asBlock(text, scores[i]!, show, texts.length > 1));
    }
    if (html !== undefined) {
      const { explanationPage } = await import('../../report/html/explanation-page.js');
      const predictions = texts.map((text, i) => ({
        explanation: predictor.explain(text, label),
        scores: scores[i]!,
      }));
      await writePage(html, explanationPage(predictions, { model: basename(path), method }), terminal);
    }
    return;
  }
  const plain = !flags.json && !explain && !predictor.several && flags.minScore === undefined;
  if (predictor.labelLines !== undefined && plain && (flags.top ?? 1) === 1) {
    await predictor.labelLines(terminal);
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
  if (await isFastTextFile(path)) return fastTextPredictor(path);
  const content = await loadModelContent(path);
  const engine = await engineOf(flags);
  if (content.kind === CLASSIFIER_KIND) {
    const classifier = TextClassifier.fromModel(content, { engine, file: path });
    return {
      labels: classifier.labels,
      several: classifier.config.head === 'multilabel',
      deep: classifier.config.hidden.length > 0,
      decide: (scores, minimumScore) => decide(scores, classifier, minimumScore),
      predict: (texts) => classifier.classifyBatch(texts),
      explain: (text, label) => classifier.explain(text, label),
      ...(classifier.isDirect
        ? { labelLines: (terminal: Terminal) => labelLines(terminal, classifier) }
        : {}),
    };
  }
  const { FeedforwardNetwork, NETWORK_KIND } = await import('../../models/feedforward.js');
  if (content.kind !== NETWORK_KIND) throw wrongKind(path, 'predict', 'a text classifier', content.kind);
  const network = FeedforwardNetwork.fromModel(content, { engine, file: path });
  const rowOf = (text: string) => numbersOf(text, network.config.featureNames);
  return {
    labels: network.labels,
    several: false,
    deep: true,
    decide: (scores, minimumScore) =>
      decide(scores, { labels: network.labels, calibration: { thresholds: [] } }, minimumScore),
    predict: (texts) => network.predictBatch(texts.map(rowOf)),
    explain: (text, label) => explanationOfNumbers(text, network.explain(rowOf(text), label)),
  };
}

/** The explanation of a network that reads no words. */
function explanationOfNumbers(text: string, { features, ...rest }: FeatureExplanation): Explanation {
  return {
    ...{ text, baseline: 0, origin: 0, words: [], ngrams: [], ...rest },
    features: features.map((feature) => ({ ...feature, integrated: feature.gradient })),
  };
}

/** Scores are those of fastText's own program. */
async function fastTextPredictor(path: string): Promise<Predictor> {
  const model = await loadFastText(path);
  return {
    labels: model.labels,
    several: false,
    deep: false,
    // A text of which the model knows nothing gets no label at all.
    decide: (scores, minimumScore) =>
      scores.length === 0
        ? { label: null, labels: [], score: 0 }
        : decide(scores, { labels: model.labels, calibration: { thresholds: [] } }, minimumScore),
    predict: (texts) => model.classifyBatch(texts),
    explain: () => {
      throw new UsageError(
        `${path} is a fastText model: --explain works for models that lexigrad has trained`,
      );
    },
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
  readonly method?: ExplanationMethod;
  readonly minScore?: number;
  readonly top?: number;
}

function asJson(text: string, scores: readonly LabelScore[], show: Show) {
  const { predictor, top, explain, label, minScore } = show;
  const shown = scores.slice(0, top ?? scores.length);
  const decision = predictor.decide(scores, minScore);
  return {
    text,
    label: decision.label,
    score: decision.score,
    ...(predictor.several ? { labels: decision.labels } : {}),
    scores: Object.fromEntries(shown.map(({ label: name, score }) => [name, score])),
    ...(explain ? { explanation: withoutText(predictor.explain(text, label)) } : {}),
  };
}

function withoutText({ text: _, ...explanation }: Explanation) {
  return explanation;
}

/** Label, probability (of as many as asked for), text: between tabs. */
function asLine(text: string, scores: readonly LabelScore[], show: Show): string {
  const { top = 1, minScore = 0 } = show;
  if (scores.length === 0) return `${[NO_LABEL, probability(0), text].join('\t')}\n`;
  const cells = scores
    .slice(0, top)
    .flatMap(({ label, score }) => [score < minScore ? NO_LABEL : printable(label), probability(score)]);
  return `${[...cells, text].join('\t')}\n${reason(text, show)}`;
}

function asBlock(text: string, scores: readonly LabelScore[], show: Show, titled: boolean): string {
  const { terminal, predictor, top = 3, minScore } = show;
  const shown = scores.slice(0, top);
  const width = Math.max(...shown.map((each) => displayWidth(printable(each.label))));
  const lines = shown.map((each) =>
    `${pad(printable(each.label), width)}  ${probability(each.score)}  ${terminal.mark('cyan', bar(each.score, BAR_WIDTH))}`.trimEnd(),
  );
  const title = titled ? [terminal.mark('bold', printable(text))] : [];
  const { labels } = predictor.decide(scores, minScore);
  if (minScore !== undefined && labels.length === 0)
    title.push(`${NO_LABEL}: no label has a probability of ${minScore}`);
  else if (scores.length === 0) title.push(`${NO_LABEL}: the model knows nothing of this text`);
  else if (predictor.several) title.push(`labels: ${labels.map(printable).join(', ') || NO_LABEL}`);
  return `${[...title, ...lines].join('\n')}\n${reason(text, show)}`;
}

function reason(text: string, { predictor, explain, label, terminal, method }: Show): string {
  if (!explain) return '';
  return explanationLines(predictor.explain(text, label), terminal, method, predictor.deep);
}
