/** `evaluate` and `compare` for language models: alone, mixed with others, side by side. */
import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DataError } from '../base/errors.js';
import type { Engine } from '../engine/engine.js';
import { readLines } from '../files/node/task.js';
import {
  type Compared,
  compareLanguageModels,
  type PairedComparison,
} from '../models/language-model/comparison.js';
import {
  type Band,
  type EvaluationText,
  evaluateLanguageModel,
  type LanguageModelEvaluation,
  readEvaluationText,
} from '../models/language-model/evaluation.js';
import { LanguageModel } from '../models/language-model/language-model.js';
import { MixtureModel, type MixtureParts } from '../models/mixture/mixture.js';
import { NeuralCache } from '../models/mixture/neural-cache.js';
import { UsageError } from './errors.js';
import type { Evaluation } from './evaluation.js';
import { count, counted, percent, table } from './format.js';
import { type AnyModel, loadAnyLanguageModel } from './language-models.js';
import { several, whole } from './options.js';
import type { Terminal } from './terminal.js';

export interface LanguageModelFlags {
  readonly with?: string[];
  readonly cache?: number;
  readonly neuralCache?: number;
  readonly fit?: string;
  readonly weights?: number[];
  readonly suggestions?: boolean;
  readonly encoding?: string;
}

type Parse = (text: string, before: string[] | undefined) => unknown;

const MIXTURE_FLAGS = ['with', 'cache', 'neuralCache', 'fit', 'weights'] as const;

export function addLanguageModelOptions(command: Command): void {
  const add = (flags: string, description: string, parse?: Parse) => {
    const option = new Option(flags, description).helpGroup('Language model:');
    command.addOption(
      parse === undefined ? option : option.argParser<unknown>(parse as (text: string) => unknown),
    );
  };
  add('--with <model>', 'mix with this model too; may be given again', several);
  add('--cache <n>', 'mix with a cache: what the last n tokens were, such as 500', whole(1));
  add(
    '--neural-cache <n>',
    'the same, by likeness to the states of the network (Grave et al. 2017)',
    whole(1),
  );
  add('--fit <file>', 'fit the weights of the mixture on this text; never on the test data');
  add('--weights <list>', 'or give them, as in 0.5,0.5, in the order: models, cache', weightList);
  addSuggestionOption(command);
}

export function addSuggestionOption(command: Command): void {
  const description = 'leave out what needs the whole distribution of every token: recall and keystrokes';
  command.addOption(new Option('--no-suggestions', description).helpGroup('Language model:'));
}

/** @throws UsageError when a model that is no language model is given flags of one */
export function refuseLanguageModelFlags(flags: LanguageModelFlags, path: string): void {
  const strange = MIXTURE_FLAGS.find((name) => flags[name] !== undefined);
  if (strange === undefined && flags.suggestions !== false) return;
  const flag = strange?.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) ?? 'no-suggestions';
  throw new UsageError(`--${flag} is for language models, and ${path} is none`);
}

/** Measures a language model, or a mixture of it with what the flags name. */
export async function evaluateLanguageModelFile(
  { model, path, data }: { readonly model: AnyModel; readonly path: string; readonly data: string },
  flags: LanguageModelFlags,
  { engine, terminal }: { readonly engine: Engine; readonly terminal: Terminal },
): Promise<Evaluation> {
  const parts = await partsOf(model, path, flags, engine);
  const text = await readText(data, model, flags);
  if (parts === undefined) {
    const evaluation = evaluateLanguageModel(model, text, flags);
    return { json: evaluationJson(evaluation), lines: evaluationLines(evaluation) };
  }
  const { mixture, fitted } = await mixtureOf(model, parts, flags, data);
  terminal.say(fitted);
  const evaluation = evaluateLanguageModel(mixture, text, flags);
  const components = mixture.components.map((component, k) => ({
    name: component.name,
    weight: mixture.weights[k]!,
    perplexity: perplexityOf(component.targetProbabilities(text.ids)),
    ...(component instanceof NeuralCache ? { flatness: component.flatness } : {}),
  }));
  const rows = components.map(({ name, weight, perplexity }) => [
    name,
    weight.toFixed(3),
    Number.isFinite(perplexity) ? perplexity.toFixed(2) : '∞',
  ]);
  return {
    json: { ...evaluationJson(evaluation), components },
    lines: `mixture, ${evaluationLines(evaluation)}\n${table([['mixed of', 'weight', 'perplexity alone'], ...rows])}`,
  };
}

/** Two models on the same tokens. */
export async function compareLanguageModelFiles(
  paths: readonly [string, string],
  data: string,
  flags: LanguageModelFlags,
  engine: Engine,
): Promise<Evaluation> {
  const measured: (Compared & { readonly evaluation: LanguageModelEvaluation })[] = [];
  for (const path of paths) {
    const model = await loadAnyLanguageModel(path, engine, 'compare');
    const text = await readText(data, model, flags);
    const evaluation = evaluateLanguageModel(model, text, flags);
    measured.push({ model, text, logProbabilities: evaluation.logProbabilities, evaluation });
  }
  const [first, second] = measured as [(typeof measured)[0], (typeof measured)[0]];
  const comparison = compareLanguageModels(first, second);
  const json = Object.fromEntries(
    measured.map(({ evaluation }, i) => ['ab'[i]!, evaluationJson(evaluation)]),
  );
  return {
    json: { models: paths, ...json, comparison },
    lines: comparisonLines(paths, [first.evaluation, second.evaluation], comparison),
  };
}

async function readText(
  data: string,
  { tokenizer, vocabulary }: AnyModel,
  { encoding }: LanguageModelFlags,
): Promise<EvaluationText> {
  const lines = readLines(data, encoding === undefined ? {} : { encoding });
  return readEvaluationText(lines, tokenizer, vocabulary);
}

/** What is mixed; undefined where nothing is. @throws UsageError for flags that contradict each other */
async function partsOf(
  model: AnyModel,
  path: string,
  flags: LanguageModelFlags,
  engine: Engine,
): Promise<MixtureParts | undefined> {
  const { cache, neuralCache, fit, weights } = flags;
  const others = flags.with ?? [];
  if (others.length === 0 && cache === undefined && neuralCache === undefined) {
    if (fit !== undefined || weights !== undefined)
      throw new UsageError('there is nothing to mix: name a model by --with, or a --cache');
    return undefined;
  }
  if ((fit === undefined) === (weights === undefined)) {
    throw new UsageError(
      fit === undefined
        ? 'the mixture needs weights: --fit FILE finds them on text that is neither training nor test data; or give --weights'
        : 'give --fit or --weights, not both',
    );
  }
  if (neuralCache !== undefined && !(model instanceof LanguageModel))
    throw new UsageError(
      `--neural-cache compares the states of a network, and ${path} has none: use --cache`,
    );
  if (neuralCache !== undefined && fit === undefined)
    throw new UsageError('--neural-cache needs --fit, which finds its flatness too');
  const models = [{ name: basename(path), model }];
  for (const other of others) {
    models.push({ name: basename(other), model: await loadAnyLanguageModel(other, engine, '--with') });
  }
  return {
    models,
    cache,
    neuralCache:
      neuralCache !== undefined && model instanceof LanguageModel
        ? { model, length: neuralCache }
        : undefined,
  };
}

async function mixtureOf(
  main: AnyModel,
  parts: MixtureParts,
  flags: LanguageModelFlags,
  data: string,
): Promise<{ mixture: MixtureModel; fitted: string }> {
  const { fit, weights } = flags;
  if (fit === undefined) return { mixture: MixtureModel.of(parts, weights!), fitted: 'weights as given' };
  if (fit === data)
    throw new UsageError(`--fit ${fit} is the test data: weights fitted there would flatter the mixture`);
  const text = await readText(fit, main, flags);
  const result = MixtureModel.fit(parts, text.ids);
  const { nats, tokens, steps } = result.fit;
  const fitted = `weights fitted on ${fit}: perplexity ${Math.exp(nats).toFixed(2)} on ${count(tokens)} tokens there, after ${counted(steps, 'step')} of EM`;
  return { mixture: result.mixture, fitted };
}

/** Alone, where it has an opinion. */
function perplexityOf(probabilities: Float64Array): number {
  const present = probabilities.filter((probability) => !Number.isNaN(probability));
  if (present.length === 0) throw new DataError('a component of the mixture has no opinion on any token');
  return Math.exp(-present.reduce((sum, probability) => sum + Math.log(probability), 0) / present.length);
}

function evaluationJson(evaluation: LanguageModelEvaluation): Record<string, unknown> {
  const { report, logProbabilities: _, ...rest } = evaluation;
  return { ...report.toJSON(), ...rest };
}

function evaluationLines(evaluation: LanguageModelEvaluation): string {
  const { report, sentences, characters, knownPerplexity, suggestions } = evaluation;
  const lines = [
    `${report}\n`,
    `  ${counted(sentences, 'sentence')} of ${counted(characters, 'character')} in all, ` +
      `${evaluation.bitsPerCharacter.toFixed(3)} bits a character\n`,
    `  perplexity of the words alone, without sentence ends: ${evaluation.wordPerplexity.toFixed(2)}\n`,
  ];
  if (knownPerplexity !== undefined)
    lines.push(
      `  perplexity of the words that the model knows, and sentence ends: ${knownPerplexity.toFixed(2)}\n`,
    );
  if (suggestions !== undefined) {
    const { words, top1, top3, top5, keystrokeSaving } = suggestions;
    lines.push(
      `  the next of ${counted(words, 'word')} is the first guess: ${percent(top1)}; among three: ${percent(top3)}; ` +
        `among five: ${percent(top5)}\n`,
    );
    if (keystrokeSaving !== undefined)
      lines.push(`  keystrokes saved with three suggestions: ${percent(keystrokeSaving)}\n`);
  }
  if (evaluation.byFrequency !== undefined)
    lines.push('\n', bandTable('seen in training', evaluation.byFrequency, report.tokens));
  lines.push('\n', bandTable('place in the sentence', evaluation.byPosition, report.tokens));
  return lines.join('');
}

function bandTable(title: string, bands: readonly Band[], tokens: number): string {
  const rows = bands.map((band) => [
    band.name,
    count(band.tokens),
    percent(band.tokens / tokens),
    band.perplexity.toFixed(1),
  ]);
  return table([[title, 'tokens', 'share', 'perplexity'], ...rows]);
}

function comparisonLines(
  [a, b]: readonly [string, string],
  evaluations: readonly [LanguageModelEvaluation, LanguageModelEvaluation],
  comparison: PairedComparison,
): string {
  const rows = [
    ['', basename(a), basename(b)],
    row('perplexity', evaluations, ({ report }) => report.perplexity.toFixed(2)),
    row('bits a token', evaluations, ({ report }) => report.bitsPerToken.toFixed(3)),
    row('bits a character', evaluations, ({ bitsPerCharacter }) => bitsPerCharacter.toFixed(3)),
    row('vocabulary', evaluations, ({ report }) => count(report.vocabularySize ?? 0)),
    row('unknown words', evaluations, ({ report }) => percent(report.oovRate)),
    row('context', evaluations, ({ report }) => (report.crossSentences ? 'runs on' : 'one sentence')),
    ...suggestionRows(evaluations),
    ...bandRows(evaluations, ({ byFrequency = [] }) => byFrequency),
    ...bandRows(evaluations, ({ byPosition }) => byPosition, 'word '),
  ];
  const { ratio, ratioInterval, secondBetter, tokens, leftOut } = comparison;
  const { first, second } = comparison;
  const change = (value: number) => `${value < 1 ? '−' : '+'}${Math.abs(100 * (value - 1)).toFixed(1)} %`;
  const left =
    leftOut === 0 ? '' : ` (${count(leftOut)} left out: words that one of the vocabularies does not have)`;
  return (
    `${count(evaluations[0].report.tokens)} tokens\n${table(rows)}\n` +
    `on the same ${count(tokens)} tokens${left}: ${first.toFixed(2)} and ${second.toFixed(2)}, ` +
    `${change(ratio)} from the first to the second\n` +
    `with other sentences of the same kind: ${change(ratioInterval.low)} to ${change(ratioInterval.high)} ` +
    `(95 %, paired bootstrap); the second is better in ${percent(secondBetter)} of the samples\n`
  );
}

type Pair = readonly [LanguageModelEvaluation, LanguageModelEvaluation];

function row(name: string, pair: Pair, show: (evaluation: LanguageModelEvaluation) => string): string[] {
  return [name, ...pair.map(show)];
}

function suggestionRows(pair: Pair): string[][] {
  if (pair.some(({ suggestions }) => suggestions === undefined)) return [];
  const shares = [
    ['first guess right', 'top1'],
    ['among three', 'top3'],
    ['among five', 'top5'],
  ] as const;
  const rows = shares.map(([name, key]) => row(name, pair, ({ suggestions }) => percent(suggestions![key])));
  if (pair.some(({ suggestions }) => suggestions?.keystrokeSaving === undefined)) return rows;
  return [
    ...rows,
    row('keystrokes saved', pair, ({ suggestions }) => percent(suggestions!.keystrokeSaving!)),
  ];
}

/** Perplexity by band, of the bands that both have. */
function bandRows(
  pair: Pair,
  bandsOf: (evaluation: LanguageModelEvaluation) => readonly Band[],
  prefix = '',
) {
  const [first, second] = pair.map(bandsOf) as [readonly Band[], readonly Band[]];
  return first.flatMap(({ name, perplexity }) => {
    const other = second.find((band) => band.name === name);
    return other === undefined ? [] : [[prefix + name, perplexity.toFixed(1), other.perplexity.toFixed(1)]];
  });
}

/** `0.5,0.3,0.2` */
function weightList(text: string): number[] {
  const list = text.split(',').map(Number);
  const sum = list.reduce((total, weight) => total + weight, 0);
  if (list.every((weight) => weight >= 0) && Math.abs(sum - 1) < 1e-6) return list;
  throw new InvalidArgumentError('Say numbers from 0 that sum to 1, as in 0.6,0.4.');
}
