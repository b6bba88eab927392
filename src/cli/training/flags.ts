/** The flags of `train`, which task each is for, and what they tell the models. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LexigradError } from '../../base/errors.js';
import type { Head } from '../../models/classifier/options.js';
import { TRAINING_DEFAULTS as CLASSIFIER } from '../../models/classifier/train.js';
import {
  type ContextMode,
  DEFAULT_DECAYS,
  type Normalization,
  normalizations,
} from '../../models/language-model/options.js';
import { DEFAULT_CLASSES, DEFAULT_SAMPLES } from '../../models/language-model/output.js';
import { PRESETS, type PresetName, presetNames } from '../../models/language-model/presets.js';
import { TRAINING_DEFAULTS as LM } from '../../models/language-model/train.js';
import { type Activation, activationNames, type BagPooling } from '../../nn/index.js';
import { type OutputName, outputNames } from '../../nn/output/index.js';
import { createSchedule, Optimizer, type OptimizerOptions, type ScheduleSpec } from '../../optim/index.js';
import type { TokenizerKind } from '../../text/index.js';
import { UsageError } from '../errors.js';
import type { CommonFlags, EngineFlags } from '../options.js';
import { atLeast, range, share, sizes, whole } from '../options.js';

export type TrainTask = 'classifier' | 'lm' | 'ngram' | 'network';

export const TASK_NAMES: Readonly<Record<TrainTask, string>> = {
  classifier: 'a text classifier',
  lm: 'a language model',
  ngram: 'an n-gram model',
  network: 'a feedforward network on numbers',
};

/** The flags as commander gives them; undefined where the model's own default holds. */
export interface TrainFlags extends CommonFlags, EngineFlags {
  readonly validation?: string;
  readonly test?: string;
  readonly task?: TrainTask;
  readonly ngram?: boolean;
  readonly like?: string;
  readonly memory?: number;
  readonly output?: string;
  readonly resume?: boolean;
  readonly checkpoint?: boolean;
  readonly profile?: boolean;
  readonly describe?: boolean;
  readonly log?: string;
  readonly tensorboard?: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly weightDecay?: number;
  readonly optimizer?: OptimizerOptions;
  readonly schedule?: ScheduleSpec;
  readonly clip?: number;
  readonly patience?: number;
  readonly holdOut?: number;
  readonly dropout?: number;
  readonly hidden?: number[];
  readonly activation?: Activation;
  readonly tokenizer?: TokenizerKind;
  readonly dimension?: number;
  readonly minCount?: number;
  readonly embeddings?: string | false;
  readonly freezeEmbeddings?: boolean;
  readonly pooling?: BagPooling;
  readonly wordNgrams?: number;
  readonly subwords?: [number, number] | 'none';
  readonly characterNgrams?: number;
  readonly buckets?: number;
  readonly hogwild?: boolean;
  readonly wordDropout?: number;
  readonly selectBy?: 'loss' | 'accuracy' | 'macroF1';
  readonly classWeights?: 'balanced' | Record<string, number>;
  readonly head?: Head;
  readonly features?: string;
  readonly order?: number;
  readonly context?: ContextMode;
  readonly maxVocabulary?: number;
  readonly tied?: boolean;
  readonly direct?: boolean;
  readonly preset?: PresetName;
  readonly farWords?: number;
  readonly decays?: number[];
  readonly fixedKernels?: boolean;
  readonly blocks?: number;
  readonly normalization?: Normalization;
  readonly embeddingDropout?: number;
  readonly average?: number;
  readonly outputLayer?: OutputName;
  readonly samples?: number;
  readonly cutoffs?: number[];
  readonly classes?: number;
  readonly selfNormalization?: number;
}

/** Flags that may differ between a run and its resumption: they steer, or what they say is remembered otherwise. */
const STEERING = [
  'json',
  'debug',
  'output',
  'resume',
  'checkpoint',
  'profile',
  'describe',
  'log',
  'tensorboard',
];
const REMEMBERED_OTHERWISE = [
  'task',
  'ngram',
  'engine',
  'exact',
  'threads',
  'validation',
  'test',
  'features',
];

const EVERY: readonly TrainTask[] = ['classifier', 'lm', 'ngram', 'network'];
const ALL: readonly TrainTask[] = ['classifier', 'lm', 'network'];
const TEXT: readonly TrainTask[] = ['classifier', 'lm'];
const restricted = new WeakMap<Option, readonly TrainTask[]>();

export function addTrainOptions(command: Command): void {
  let group = '';
  let tasks = ALL;
  const add = (flags: string, description: string, parse?: (text: string) => unknown): Option => {
    const option = new Option(flags, description).helpGroup(group);
    if (parse !== undefined) option.argParser(parse);
    restricted.set(option, tasks);
    command.addOption(option);
    return option;
  };

  group = 'The run:';
  tasks = EVERY;
  add('--validation <file>', 'data to choose the best epoch by (default: some of DATA is held out)');
  add('--test <file>', 'data to measure the finished model on, once');
  add('--task <name>', 'what to train (default: what the data is for)').choices([...EVERY]);
  add('--ngram', "count n-grams, as --task ngram does; the model file is DATA's name with .ngram.lexigrad");
  add('-o, --output <file>', "the model file (default: DATA's name with .lexigrad, in this folder)");
  tasks = ALL;
  add('--seed <n>', `of everything that is random (default: ${CLASSIFIER.seed})`, whole());
  add('--resume', 'go on from where an interrupted run stopped');
  add('--no-checkpoint', 'do not save the state of training beside the model');
  add('--describe', 'tell what a training step computes: kernels, shapes, work, memory');
  add(
    '--log <place>',
    'write losses as JSON lines, to a file or a folder of runs, for studio (default: none)',
  );
  add(
    '--tensorboard <folder>',
    'write losses and measures for TensorBoard; a folder for each run (default: none)',
  );

  tasks = TEXT;
  add('--profile', 'tell how long each kernel took; slower');
  tasks = ALL;

  group = 'Training:';
  add(
    '--epochs <n>',
    `passes over the data, at most (default: ${CLASSIFIER.epochs}; lm ${LM.epochs})`,
    whole(1),
  );
  add(
    '--batch-size <n>',
    `examples a step (default: ${CLASSIFIER.batchSize}; lm 32, 128 or 512 by corpus)`,
    whole(1),
  );
  add(
    '--learning-rate <η>',
    `(default: ${CLASSIFIER.learningRate}; lm ${LM.learningRate})`,
    atLeast(0, { above: true }),
  );
  add(
    '--optimizer <name>',
    'adamw (default), adam, rmsprop, adagrad or sgd, as in sgd:momentum=0.9',
    optimizer,
  );
  add('--weight-decay <λ>', `(default: ${LM.weightDecay} with adamw, else 0)`, atLeast(0));
  add(
    '--schedule <name>',
    'of the learning rate: constant, linear (classifier), cosine (lm: with warmup), step, oneCycle or plateau, ' +
      'as in cosine:warmup=300',
    schedule,
  );
  add(
    '--clip <norm>',
    `largest norm of the gradient (default: none; lm ${LM.clip})`,
    atLeast(0, { above: true }),
  );
  add(
    '--patience <n>',
    `stop after n validations without a better one (default: ${CLASSIFIER.patience}; lm ${LM.patience})`,
    whole(1),
  );
  add(
    '--hold-out <share>',
    `share of DATA kept for validation (default: ${CLASSIFIER.holdOut}; lm ${LM.holdOut})`,
    share,
  );
  add('--dropout <share>', 'of units, in training (default: 0; lm 0.1)', share);
  add(
    '--hidden <sizes>',
    'units of the hidden layers, as in 64,32, or none (default: none; lm 256; network 8)',
    sizes,
  );
  add('--activation <name>', 'of hidden layers (default: relu; lm and network tanh)').choices(
    activationNames,
  );

  group = 'Text (classifier and lm):';
  tasks = [...TEXT, 'ngram'];
  add('--tokenizer <name>', 'what a token is (default: words, of any language, in lower case)').choices([
    ...['words', 'whitespace', 'characters'],
  ]);
  add(
    '--dimension <n>',
    'numbers in each embedding (default: 16 to 64, as there are labels; lm 128)',
    whole(1),
  );
  add('--min-count <n>', 'leave out what is seen less often (default: 1; lm words 2)', whole(1));
  tasks = TEXT;
  add('--embeddings <file>', 'start from these: .vec, .txt, .bin, or a .lexigrad model');
  add('--freeze-embeddings', 'leave the embeddings as they are');
  add(
    '--buckets <n>',
    'features beyond single words share so many places by their hash (default: each has its own)',
    whole(1),
  );
  add(
    '--hogwild',
    'threads do not wait for each other; not reproducible; with --optimizer sgd --batch-size 1 (default: off)',
  );
  add(
    '--word-dropout <share>',
    'of the features of a text, or of the context words of lm, in training (default: 0.5; lm 0)',
    share,
  );

  group = 'Text classifier:';
  tasks = ['classifier'];
  add('--pooling <name>', 'how the embeddings of a text become one (default: mean)').choices([
    ...['mean', 'sum', 'max', 'mean+max'],
  ]);
  add(
    '--word-ngrams <n>',
    'longest run of words that is a feature (default: 2; 1 with --embeddings)',
    whole(1),
  );
  add(
    '--subwords <range>',
    'pieces of words as features, as in 3,6, or none (default: 3,5 on small data)',
    range,
  );
  add('--character-ngrams <n>', 'runs of characters, where words have no spaces (default: 2 there)', whole());
  add('--select-by <measure>', 'what decides which epoch is best (default: loss)').choices([
    ...['loss', 'accuracy', 'macroF1'],
  ]);
  add(
    '--class-weights <weights>',
    'balanced, or as in spam=5,ham=1 (default: all examples alike)',
    classWeights,
  );
  add(
    '--head <name>',
    'how the network ends (default: softmax; multilabel where texts have several)',
  ).choices([...['softmax', 'binary', 'multilabel']]);
  add('--features <file>', 'hand-built features: a JSON list of lexicon, regex, length, log');
  add('--no-embeddings', 'hand-built features alone');

  group = 'Language model:';
  tasks = ['lm', 'ngram'];
  add('--order <n>', 'predict each token from the n − 1 before it (default: 5)', whole(2));
  add('--context <mode>', 'what is before the first words of a line (default: sentence: nothing)').choices([
    ...['sentence', 'running'],
  ]);
  add('--max-vocabulary <n>', `the most frequent tokens (default: ${LM.maximumVocabulary})`, whole(3));
  tasks = ['lm'];
  const costs = presetNames.map((name) => `${name}: ${PRESETS[name].cost}`);
  add(
    '--preset <name>',
    `settings that hang together; other flags win over them (default: none). At 10,000 words, trained on a million by one core: ${costs.join('; ')}`,
  ).choices(presetNames);
  add('--far-words <n>', 'words before those, seen through decay kernels (default: 0)', whole());
  add(
    '--decays <list>',
    `at which the kernels start, as in ${DEFAULT_DECAYS.join(',')} (the default)`,
    decays,
  );
  add('--fixed-kernels', 'leave the kernels as they start: FOFE');
  add('--blocks <n>', 'residual blocks after the hidden layers (default: 0)', whole());
  add('--normalization <place>', 'layer normalisation, before or after each block (default: none)').choices([
    ...normalizations,
  ]);
  add('--embedding-dropout <share>', 'of the numbers of embeddings, in training (default: --dropout)', share);
  add(
    '--average <β>',
    'keep the moving average of the weights, with β a step, as in 0.998 (default: the weights themselves)',
    share,
  );
  add('--no-tied', 'an output layer of its own, not the embeddings turned round');
  add('--direct', 'connections from the embeddings straight to the output');
  add(
    '--output-layer <name>',
    'how words are scored in training; predictions are exact with each (default: softmax, all of them)',
  ).choices([...outputNames]);
  add(
    '--samples <n>',
    `words drawn for each batch by --output-layer sampled and nce (default: ${DEFAULT_SAMPLES})`,
    whole(2),
  );
  add(
    '--cutoffs <list>',
    'ids at which clusters begin, with adaptive and classes, as in 1000,4000 (default: by the vocabulary)',
    cutoffs,
  );
  add('--classes <n>', `with --output-layer classes (default: ${DEFAULT_CLASSES})`, whole(2));
  add(
    '--self-normalization <α>',
    'weight of (ln Z)² in the loss, so that scores can be used without Z (default: 0)',
    atLeast(0),
  );

  group = 'N-gram model:';
  tasks = ['ngram'];
  add('--like <model>', 'take tokenizer and vocabulary from this language model, to be mixed with it');
  add(
    '--memory <MB>',
    'about so much for counting, before counts are put aside on the disk (default: 537)',
    whole(1),
  );
}

/** @throws UsageError for a flag that means nothing for the task */
export function checkFlags(command: Command, task: TrainTask, data: string): void {
  for (const option of command.options) {
    const tasks = restricted.get(option);
    if (tasks === undefined || tasks.includes(task)) continue;
    if (command.getOptionValueSource(option.attributeName()) !== 'cli') continue;
    // --embeddings and --no-embeddings share a name; only what was written counts.
    if (option.negate !== (command.getOptionValue(option.attributeName()) === false)) continue;
    const meant = tasks.map((each) => TASK_NAMES[each]).join(' or ');
    throw new UsageError(
      `${option.long} is for ${meant}, but ${data} trains ${TASK_NAMES[task]}: leave it out, or say --task`,
    );
  }
}

/** The flags that decide what is computed, as given: a checkpoint remembers them. */
export function decisiveFlags(command: Command): Record<string, unknown> {
  const left = [...STEERING, ...REMEMBERED_OTHERWISE];
  const flags = Object.entries(command.opts<TrainFlags>()).filter(
    ([name, value]) =>
      command.getOptionValueSource(name) === 'cli' &&
      !left.includes(name) &&
      !(name === 'embeddings' && typeof value === 'string'),
  );
  return Object.fromEntries(flags);
}

/** `sgd:momentum=0.9` */
function optimizer(text: string): OptimizerOptions {
  const { name, settings } = nameWithSettings(text);
  const options = { kind: name, ...settings } as OptimizerOptions;
  const known = new Optimizer({}).options;
  const unknown = Object.keys(settings).find((key) => !Object.hasOwn(known, key) || key === 'kind');
  if (unknown !== undefined) throw new InvalidArgumentError(`An optimiser has no setting '${unknown}'.`);
  return refused(() => new Optimizer(options) && options);
}

/** `cosine:warmup=300,floor=0.01` */
function schedule(text: string): ScheduleSpec {
  const { name, settings } = nameWithSettings(text);
  const spec = { kind: name, ...settings } as ScheduleSpec;
  return refused(() => createSchedule(spec) && spec);
}

/** `balanced`, or `spam=5,ham=1` */
function classWeights(text: string): 'balanced' | Record<string, number> {
  if (text === 'balanced') return text;
  const { name, settings } = nameWithSettings(`weights:${text}`);
  const isSound = Object.values(settings).every((value) => typeof value === 'number' && value >= 0);
  if (name === 'weights' && isSound) return settings as Record<string, number>;
  throw new InvalidArgumentError('Say balanced, or a weight for each label, as in spam=5,ham=1.');
}

/** `0.6,0.85,0.96` */
function decays(text: string): number[] {
  const list = text.split(',').map(Number);
  if (list.every((decay) => decay > 0 && decay <= 1)) return list;
  throw new InvalidArgumentError('Say numbers above 0 and at most 1, as in 0.6,0.85,0.96.');
}

/** `1000,4000` */
function cutoffs(text: string): number[] {
  const list = text.split(',').map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (list.every((id, i) => id > (list[i - 1] ?? -1))) return list;
  throw new InvalidArgumentError('Say whole numbers that rise, as in 1000,4000.');
}

function nameWithSettings(text: string): { name: string; settings: Record<string, unknown> } {
  const colon = text.indexOf(':');
  if (colon < 0) return { name: text, settings: {} };
  const pairs = text
    .slice(colon + 1)
    .split(',')
    .map((pair): [string, unknown] => {
      const sign = pair.lastIndexOf('=');
      const value = pair.slice(sign + 1);
      if (sign < 1 || value === '') throw new InvalidArgumentError(`'${pair}' is not like name=value.`);
      const isNumber = Number.isFinite(Number(value));
      return [pair.slice(0, sign), isNumber ? Number(value) : value === 'true' ? true : value];
    });
  return { name: text.slice(0, colon), settings: Object.fromEntries(pairs) };
}

/** The library's own refusals, as those of a flag. */
function refused<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (error instanceof LexigradError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
