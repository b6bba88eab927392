/** lexigrad compress MODEL */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { decodeModel, encodeModel, type LabelledExample, type ReadOptions } from '../../files/index.js';
import { readExamples, readNumericRows } from '../../files/node/examples.js';
import { writeModelFile } from '../../files/node/model-file.js';
import { openText } from '../../files/node/open.js';
import { TextClassifier } from '../../models/classifier/classifier.js';
import {
  compressClassifier,
  compressWeights,
  type KeptNames,
  type Quality,
  qualityOf,
} from '../../models/compression/index.js';
import { FeedforwardNetwork } from '../../models/feedforward.js';
import { type Loss, nameWords, type Outcome, storageWords, tell, trialCells } from '../compression-lines.js';
import { UsageError } from '../errors.js';
import { checkedExamples } from '../evaluation.js';
import { isFastTextFile } from '../fasttext.js';
import { bytes, count, counted } from '../format.js';
import { isArpaFile } from '../language-models.js';
import { buildModel, loadModel, type Model } from '../models.js';
import {
  addCommonOptions,
  addDataOptions,
  addEngineOptions,
  addExamples,
  engineOf,
  readOptionsOf,
  whole,
} from '../options.js';
import type { Terminal } from '../terminal.js';
import { checkOutput, defaultOutput } from '../training/output.js';

interface Flags {
  readonly output?: string;
  readonly to?: number;
  readonly int8?: boolean;
  readonly half?: boolean;
  readonly product?: boolean;
  readonly prune?: number;
  readonly names?: KeptNames;
  readonly data?: string;
  readonly validation?: string;
  readonly test?: string;
  readonly seed?: number;
}

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument(
      '<model>',
      'a model that train has saved: a text classifier, a language model, a feedforward network',
    )
    .description(
      'Make a model small: fewer features, fewer bits a number, and with --data a second training for what that costs. ' +
        'What it costs is measured and printed. The small file is used like any other model.',
    )
    .action(async (path: string) => {
      const flags = command.opts<Flags>();
      checkFlags(flags);
      const output = flags.output ?? defaultOutput(path, '.small.lexigrad');
      const inputs = [path, flags.data, flags.validation, flags.test].filter((file) => file !== undefined);
      await checkOutput(output, inputs);
      await checkKnown(path);
      const model = await loadModel(path, await engineOf(command.opts()));
      const outcome =
        model instanceof TextClassifier
          ? await compressTexts(model, flags, readOptionsOf(command), terminal)
          : await compressOther(model, path, flags, readOptionsOf(command));
      await writeModelFile(output, outcome.content);
      await tell(outcome, { path, output, json: command.opts().json }, terminal);
    });
  addCompressOptions(command);
  addDataOptions(command);
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad compress tickets.lexigrad', '8 bits a number; every feature stays'],
    ['lexigrad compress tickets.lexigrad --to 300kB --data tickets.csv', 'what loses least, found by trying'],
    ['lexigrad compress tickets.lexigrad --product --prune 50000 --data tickets.csv', 'a plan of your own'],
    ['lexigrad compress tickets.lexigrad --half --test test.csv', 'and measure what it costs'],
    ['lexigrad compress corpus.lexigrad --int8 --test test.txt', 'a language model'],
  ]);
}

function addCompressOptions(command: Command): void {
  const add = (option: Option) => void command.addOption(option.helpGroup('Compression:'));
  add(new Option('-o, --output <file>', 'where to save (default: the model’s name, .small.lexigrad)'));
  add(
    new Option(
      '--to <size>',
      'the file may have so many bytes, as in 300kB or 1.5MB; needs --data',
    ).argParser(size),
  );
  add(new Option('--int8', '8 bits a number, a scale a row of each matrix (default)'));
  add(new Option('--half', 'every number in 16 bits'));
  add(new Option('--product', 'several numbers share a code of 8 bits (text classifiers)'));
  add(
    new Option(
      '--prune <n>',
      'keep the n most important features (text classifiers; default: all)',
    ).argParser(whole(1)),
  );
  add(
    new Option(
      '--names <which>',
      'features that keep their names; the others are known by their hashes (default: all; words with --product; with --to what loses least)',
    ).choices(['all', 'words', 'none']),
  );
  add(
    new Option('--data <file>', 'the training data: what is left is trained on with it (text classifiers)'),
  );
  add(
    new Option(
      '--validation <file>',
      'what decides how to go on (default: what training held out of --data)',
    ),
  );
  add(new Option('--test <file>', 'measure what is lost on this (default: on what decided)'));
  add(
    new Option('--seed <n>', 'of k-means and retraining (default: that of the training)').argParser(whole()),
  );
}

/** `300kB`, `1.5 MB`, `100000` */
function size(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kM]?)B?$/i.exec(text.trim()) ?? [];
  const factor = { '': 1, k: 1e3, m: 1e6 }[unit?.toLowerCase() ?? ''];
  const value = Number(number) * (factor ?? Number.NaN);
  if (value >= 1) return Math.floor(value);
  throw new InvalidArgumentError('It must be a number of bytes, as in 300kB, 1.5MB or 100000.');
}

function checkFlags({ to, int8, half, product, data, validation }: Flags): void {
  const chosen = [
    ...(to === undefined ? [] : ['--to']),
    ...(int8 ? ['--int8'] : []),
    ...(half ? ['--half'] : []),
    ...(product ? ['--product'] : []),
  ];
  if (chosen.length > 1) throw new UsageError(`${chosen.join(' and ')} exclude each other: choose one`);
  if (to !== undefined && data === undefined)
    throw new UsageError('--to needs --data, the training data, to find out what loses least');
  if (validation !== undefined && data === undefined)
    throw new UsageError('--validation decides over what is done with --data: give both');
}

async function checkKnown(path: string): Promise<void> {
  if (await isFastTextFile(path))
    throw new UsageError(`${path} is a fastText model; compress is for models that train has saved`);
  if (isArpaFile(path))
    throw new UsageError(`${path} holds n-grams: export it to .lexigrad, which is smaller`);
}

async function compressTexts(
  model: TextClassifier,
  flags: Flags,
  read: ReadOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const { to, prune, names, seed } = flags;
  const examplesOf = async (file: string) => {
    const list: LabelledExample[] = [];
    for await (const example of checkedExamples(model, await readExamples(file, read), file))
      list.push(example);
    return list;
  };
  const test = flags.test === undefined ? undefined : await examplesOf(flags.test);
  const examples = flags.data === undefined ? undefined : await examplesOf(flags.data);
  const isSeen = examples !== undefined && examples.length === model.record.data?.train;
  if (isSeen && flags.validation === undefined) {
    terminal.say(
      `note: the model was trained on all of ${flags.data}, so that what is held out of it says little; --validation names other data`,
    );
  }
  const storage = flags.product ? 'product' : flags.half ? 'half' : 'int8';
  let tried = 0;
  const small = await compressClassifier(model, {
    ...(to === undefined ? { storage } : { size: to }),
    ...{ features: prune, names, seed },
    ...(examples === undefined ? {} : { examples }),
    ...(flags.validation === undefined ? {} : { validation: await examplesOf(flags.validation) }),
    onTrial: (trial) => {
      if (tried++ === 0) terminal.say(`trying what fits ${bytes(to!)}; the best two are trained on`);
      terminal.say(`  ${trialCells(trial).join(', ')}`);
    },
  });
  const { plan, classifier, trials } = small;
  const kept = classifier.index.size;
  const all = model.index.size;
  const what =
    `${kept === all ? `all ${counted(kept, 'feature')}` : `${count(kept)} of ${counted(all, 'feature')}`} ` +
    `(${nameWords(plan.names)}), ${storageWords(small.plan)}`;
  if (test !== undefined) {
    const losses = lossesOf(qualityOf(model, test), qualityOf(classifier, test));
    return { content: small.content, what, trials, losses, measuredOn: flags.test! };
  }
  const { quality } = small;
  const losses = quality === undefined ? [] : lossesOf(quality.before, quality.after);
  const heldOut =
    quality &&
    (flags.validation ?? `${counted(quality.before.examples, 'held-out example')} of ${flags.data}`);
  return {
    content: small.content,
    what,
    trials,
    losses,
    ...(heldOut === undefined ? {} : { measuredOn: heldOut }),
  };
}

function lossesOf(before: Quality, after: Quality): Loss[] {
  return [
    { name: 'accuracy', before: before.accuracy, after: after.accuracy },
    { name: 'log loss', before: before.loss, after: after.loss },
  ];
}

async function compressOther(
  model: Exclude<Model, TextClassifier>,
  path: string,
  flags: Flags,
  read: ReadOptions,
): Promise<Outcome> {
  const strange = (['to', 'product', 'prune', 'names', 'data', 'validation', 'seed'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (strange !== undefined)
    throw new UsageError(`--${strange} is for text classifiers; ${path} can be stored with --int8 or --half`);
  const storage = flags.half ? 'half' : 'int8';
  const { content } = compressWeights(model, storage);
  const what =
    storage === 'half' ? 'every number in 16 bits' : 'matrices in 8 bits, a scale a row; the rest in 16 bits';
  if (flags.test === undefined) return { content, what, trials: [], losses: [] };
  const small = buildModel(decodeModel(encodeModel(content)), path, model.workspace.engine);
  const losses = await otherLosses(model, small, flags.test, read);
  return { content, what, trials: [], losses, measuredOn: flags.test };
}

async function otherLosses(before: Model, after: Model, test: string, read: ReadOptions): Promise<Loss[]> {
  if (before instanceof FeedforwardNetwork && after instanceof FeedforwardNetwork) {
    const rows = [];
    for await (const row of await readNumericRows(test, read)) rows.push(row);
    const [a, b] = [await before.evaluate(rows), await after.evaluate(rows)];
    return [
      { name: 'accuracy', before: a.accuracy, after: b.accuracy },
      { name: 'log loss', before: a.logLoss, after: b.logLoss },
    ];
  }
  if (before instanceof TextClassifier || after instanceof TextClassifier) return [];
  if (before instanceof FeedforwardNetwork || after instanceof FeedforwardNetwork) return [];
  const perplexity = async (model: typeof before) => (await model.perplexity(textsOf(test))).perplexity;
  return [{ name: 'perplexity', before: await perplexity(before), after: await perplexity(after) }];
}

async function* textsOf(file: string): AsyncGenerator<string> {
  for await (const { text } of openText(file)) yield text;
}
