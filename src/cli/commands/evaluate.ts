/** lexigrad evaluate MODEL DATA */
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import type { LabelledExample } from '../../files/examples.js';
import { readExamples, readNumericRows } from '../../files/node/examples.js';
import { TextClassifier } from '../../models/classifier/classifier.js';
import { FeedforwardNetwork } from '../../models/feedforward.js';
import { UsageError } from '../errors.js';
import { checkedExamples, type Evaluation, evaluateNetwork } from '../evaluation.js';
import { evaluationJson } from '../evaluation-json.js';
import {
  addLanguageModelOptions,
  evaluateLanguageModelFile,
  type LanguageModelFlags,
  refuseLanguageModelFlags,
} from '../evaluation-language-model.js';
import { evaluationLines } from '../evaluation-lines.js';
import { evaluateFastText, isFastTextFile, loadFastText } from '../fasttext.js';
import { findLanguageModel, isArpaFile } from '../language-models.js';
import { loadModel } from '../models.js';
import {
  addCommonOptions,
  addDataOptions,
  addEngineOptions,
  addExamples,
  engineOf,
  mass,
  readOptionsOf,
  whole,
} from '../options.js';
import { checkPage, writePage } from '../page.js';
import type { Terminal } from '../terminal.js';
import { checkPlainText } from '../training/language-model.js';
import { isModelFile } from '../vectors.js';

/** Flags of classifiers. */
interface ReportFlags {
  readonly html?: string;
  readonly minScore?: number;
  readonly mistakes?: number;
  readonly words?: number;
  readonly bootstrap?: number;
  readonly seed?: number;
}

const REPORT_FLAGS = ['html', 'minScore', 'mistakes', 'words', 'bootstrap', 'seed'] as const;

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument(
      '<model>',
      'a model that train has saved, a classifier of fastText (.bin, .ftz), or n-grams (.arpa)',
    )
    .argument('<data>', 'labelled texts for a classifier, plain text for a language model')
    .description('Measure a model on data that it has not seen: accuracy, F1 and more, or perplexity.')
    .action(async (model: string, data: string) => {
      const { json, lines } = await evaluate(command, model, data, terminal);
      if (command.opts().json) await terminal.writeJson({ data, ...json });
      else await terminal.write(`${data}: ${lines}`);
    });
  addReportOptions(command);
  addLanguageModelOptions(command);
  addDataOptions(command);
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad evaluate tickets.lexigrad test.csv', 'accuracy, F1, confusions, reliability, mistakes'],
    ['lexigrad evaluate tickets.lexigrad test.csv --html report.html', 'the same as a page'],
    ['lexigrad evaluate tickets.lexigrad test.csv --min-score 0.9', 'what abstaining brings'],
    ['lexigrad evaluate corpus.lexigrad test.txt --json', 'perplexity, token count and more as JSON'],
    [
      'lexigrad evaluate corpus.lexigrad test.txt --with corpus.ngram.lexigrad --cache 500 --fit valid.txt',
      'a mixture',
    ],
  ]);
}

function addReportOptions(command: Command): void {
  const add = (flags: string, description: string, parse?: (text: string) => number) => {
    const option = new Option(flags, description).helpGroup('Report on a text classifier:');
    command.addOption(parse === undefined ? option : option.argParser(parse));
  };
  add('--html <file>', 'write the report as one page, with charts and explained mistakes');
  add('--min-score <p>', 'also measure a model that abstains below this probability', mass);
  add(
    '--mistakes <n>',
    'how many of the most confident mistakes to show (default: 10; with --html: 20)',
    whole(),
  );
  add('--words <n>', 'how many words of each label to show (default: 10)', whole());
  add('--bootstrap <n>', 'samples for the intervals (default: 1000, fewer for much data; 0: none)', whole());
  add('--seed <n>', 'of these samples (default: 1)', whole());
}

async function evaluate(
  command: Command,
  path: string,
  data: string,
  terminal: Terminal,
): Promise<Evaluation> {
  const read = readOptionsOf(command);
  if (isArpaFile(data) || (await isModelFile(data)) || (await isFastTextFile(data))) {
    throw new UsageError(`${data} is a model, not data: the model comes first, then the data`);
  }
  const flags = command.opts<ReportFlags & LanguageModelFlags>();
  await checkPage(flags.html, [path, data]);
  if (await isFastTextFile(path)) {
    refuseReportFlags(flags, path);
    refuseLanguageModelFlags(flags, path);
    return evaluateFastText(await loadFastText(path), await readExamples(data, read), data);
  }
  const engine = await engineOf(command.opts());
  const languageModel = await findLanguageModel(path, engine);
  if (typeof languageModel !== 'string') {
    refuseReportFlags(flags, path);
    if (read.format !== 'text') await checkPlainText({ read }, data);
    return evaluateLanguageModelFile({ model: languageModel, path, data }, flags, { engine, terminal });
  }
  refuseLanguageModelFlags(flags, path);
  const model = await loadModel(path, engine);
  if (model instanceof TextClassifier) {
    const examples = checkedExamples(model, await readExamples(data, read), data);
    return reportOn(model, examples, { model: basename(path), data: basename(data), ...flags }, terminal);
  }
  refuseReportFlags(flags, path);
  if (model instanceof FeedforwardNetwork)
    return evaluateNetwork(model, await readNumericRows(data, read), data);
  throw new UsageError(`${path} cannot be measured by evaluate`);
}

/** @throws UsageError for a flag that says something about classifiers of our own */
function refuseReportFlags(flags: ReportFlags, path: string): void {
  const strange = REPORT_FLAGS.find((name) => flags[name] !== undefined);
  if (strange === undefined) return;
  const flag = strange.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(`--${flag} is for text classifiers that train has saved, and ${path} is none`);
}

async function reportOn(
  model: TextClassifier,
  examples: AsyncIterable<LabelledExample>,
  {
    html,
    minScore,
    bootstrap,
    seed,
    ...flags
  }: ReportFlags & { readonly model: string; readonly data: string },
  terminal: Terminal,
): Promise<Evaluation> {
  if (minScore !== undefined && model.config.head === 'multilabel')
    throw new UsageError('--min-score is for models that give one label; those of several have thresholds');
  const { evaluateClassifier } = await import('../../report/evaluation.js');
  const report = await evaluateClassifier(model, examples, {
    ...flags,
    mistakes: flags.mistakes ?? (html === undefined ? 10 : 20),
    minimumScore: minScore,
    bootstrap: bootstrap === 0 ? false : { samples: bootstrap, seed },
    explain: html !== undefined,
  });
  if (html !== undefined) {
    const { evaluationPage } = await import('../../report/html/evaluation-page.js');
    await writePage(html, evaluationPage(report), terminal);
  }
  return { json: evaluationJson(report), lines: evaluationLines(report, terminal) };
}
