/** `train` on plain text. */

import { DataError } from '../../base/errors.js';
import { detectTask, readLines } from '../../files/node/task.js';
import { encodeCorpus, splitCorpus, UNKNOWN_ID } from '../../models/language-model/corpus.js';
import { LanguageModel } from '../../models/language-model/language-model.js';
import {
  isClustered,
  isSampled,
  type LanguageModelConfig,
  type LanguageModelOptions,
  OUTPUT_OPTIONS,
} from '../../models/language-model/options.js';
import { typicalFeeds } from '../../models/language-model/output.js';
import { withPreset } from '../../models/language-model/presets.js';
import { TRAINING_DEFAULTS, trainLanguageModel } from '../../models/language-model/train.js';
import { UsageError } from '../errors.js';
import { perplexity } from '../evaluation.js';
import { count, counted, percent, printable } from '../format.js';
import { describeStep } from './describe.js';
import { pretrainedFor } from './embeddings.js';
import { type Job, noteDuplicates, runOptions, type SplitResult, shellWord, type Trained } from './job.js';
import { languageModelOptions } from './settings.js';

/** Epochs of a large corpus are long: checkpoints are written within them. */
const CHECKPOINT_STEPS = 500;
const DESCRIBED_BATCH = 128;

/** Refuses a table where plain text is needed. @throws DataError */
export async function checkPlainText(job: Pick<Job, 'read'>, file: string): Promise<void> {
  const { task, reasons } = await detectTask(file, job.read);
  if (task === 'lm') return;
  throw new DataError(
    `a language model reads plain text, one sentence a line, but this looks like a table (${reasons[0]}): ` +
      'say --format text if it is text all the same',
    { file },
  );
}

export async function trainOnLines(job: Job): Promise<Trained> {
  const { data, flags, trainingRun, note } = job;
  const { validation, test } = flags;
  const others = [validation, test].filter((file) => file !== undefined);
  if (flags.task === undefined) for (const file of others) await checkPlainText(job, file);
  const { tokenizer: kind = 'words' } = flags;
  const pretrained =
    typeof flags.embeddings === 'string'
      ? await pretrainedFor(job, flags.embeddings, linesOf(job, data), { kind })
      : undefined;
  const options = withPreset(languageModelOptions(flags, { pretrained }));
  for (const [flag, given] of [
    ['--decays', flags.decays],
    ['--fixed-kernels', flags.fixedKernels],
  ]) {
    if (given !== undefined && !options.farWords)
      throw new UsageError(
        `${flag} is about the kernels over far words: add --far-words, as in --far-words 32`,
      );
  }

  checkOutputFlags(options);

  // Lines are only kept where something is to be compared with them.
  const known = others.length > 0 ? new Set<string>() : undefined;
  let lineCount = 0;
  let firstLine = '';
  async function* watched(): AsyncGenerator<string> {
    for await (const line of linesOf(job, data)) {
      lineCount++;
      if (line.trim() === '') continue;
      firstLine ||= line;
      known?.add(line.trim());
      yield line;
    }
  }
  const begin = () => job.begin({ unit: 'tokens', by: 'perplexity' });
  const run = { ...options, ...runOptions(job, begin), checkpointEverySteps: CHECKPOINT_STEPS };
  const given = validation === undefined ? undefined : linesOf(job, validation);
  const lm = await trainLanguageModel(watched(), run, given, (parts) => {
    const model = new LanguageModel(parts);
    note(
      `${counted(lineCount, 'line')}, ${count(model.vocabulary.totalCount)} tokens with the sentence ends`,
    );
    announce(job, model, options);
    trainingRun.listen();
    return model;
  });
  const { checkpointEverySteps: _, ...settings } = lm.record.settings ?? {};
  lm.record = { ...lm.record, settings };

  for (const [split, file] of [
    ['validation', validation],
    ['test', test],
  ] as const) {
    if (file === undefined || trainingRun.signal.aborted) continue;
    const lines: string[] = [];
    for await (const line of linesOf(job, file)) if (line.trim() !== '') lines.push(line);
    noteDuplicates(job, known!, lines, { split, noun: 'line' });
  }
  return {
    model: lm,
    data: { lines: lineCount, ...lm.record.data },
    measure: () => measureSplits(job, lm),
    next: nextSteps(job, lm, firstLine),
  };
}

const OUTPUT_FLAGS = {
  samples: '--samples',
  cutoffs: '--cutoffs',
  classes: '--classes',
  selfNormalization: '--self-normalization',
  directConnections: '--direct',
} as const;

function checkOutputFlags(options: LanguageModelOptions): void {
  const { output = 'softmax' } = options;
  for (const [name, kinds] of OUTPUT_OPTIONS) {
    if (!options[name] || (kinds as readonly string[]).includes(output)) continue;
    throw new UsageError(
      `${OUTPUT_FLAGS[name]} is for --output-layer ${kinds.join(' or ')}, but here it is ${output}`,
    );
  }
}

function linesOf({ read }: Job, file: string): AsyncGenerator<string> {
  return readLines(file, read.encoding === undefined ? {} : { encoding: read.encoding });
}

function announce(job: Job, lm: LanguageModel, options: LanguageModelOptions): void {
  const { config, vocabulary, network } = lm;
  const { flags, note } = job;
  const { seed = TRAINING_DEFAULTS.seed, holdOut = TRAINING_DEFAULTS.holdOut } = options;
  const tokens =
    config.tokenizer.kind === 'words' ? 'words of any language, lower case' : `${config.tokenizer.kind}`;
  const unknown = vocabulary.countOf(UNKNOWN_ID) / vocabulary.totalCount;
  note(`tokens: ${tokens}; vocabulary ${count(vocabulary.size)}, ${percent(unknown)} of the text unknown`);
  const where = config.context === 'running' ? 'crosses sentence ends' : 'stops at sentence ends';
  const { farWords, decays, blocks, normalization } = config;
  const kernels = `${counted(decays.length, config.learnedKernels ? 'learned kernel' : 'fixed kernel')}`;
  const layers = [
    `embeddings (${config.order - 1} × ${config.dimension})`,
    ...(farWords > 0 ? [`with ${kernels} over ${counted(farWords, 'word')} more`] : []),
    ...config.hidden.map((units) => `${config.activation} (${units})`),
    ...(blocks > 0 ? [counted(blocks, 'residual block')] : []),
    ...(normalization === 'none' ? [] : [`layer norm ${normalization} each`]),
    `${outputName(config)} (${count(vocabulary.size)}${config.tied ? ', tied' : ''})`,
  ];
  note(`network: order ${config.order}, context ${where}; ${layers.join(' → ')}`);
  note(`${count(lm.parameterCount)} parameters`);
  const which = config.context === 'running' ? 'the last lines' : `of the lines, seed ${seed}`;
  if (flags.validation !== undefined) note(`validation: ${flags.validation}`);
  else if (holdOut > 0) note(`validation: ${percent(holdOut)} held out (${which})`);
  else note('validation: none; the weights of the last epoch are kept');
  if (!flags.describe) return;
  const parameters = network.parameters.filter(
    (node) => !network.fixed.includes(node) && !(options.freezeEmbeddings && node === network.table),
  );
  const { optimizer, clip = TRAINING_DEFAULTS.clip, batchSize = DESCRIBED_BATCH } = options;
  const feeds = typicalFeeds(network.output, config, vocabulary, batchSize);
  const step = { loss: network.loss, parameters, optimizer, clip, feeds };
  job.terminal.say(describeStep(step, { batch: batchSize }, job.engine));
}

function outputName({ output, samples, cutoffs, selfNormalization }: LanguageModelConfig): string {
  if (isSampled(output))
    return `${output === 'nce' ? 'nce' : 'sampled softmax'} with ${count(samples)} words drawn`;
  if (isClustered(output)) {
    const clusters =
      cutoffs.length <= 4 ? `from ${cutoffs.map(count).join(', ')}` : `${count(cutoffs.length)}`;
    return output === 'adaptive'
      ? `adaptive softmax, clusters ${clusters}`
      : `softmax of ${counted(cutoffs.length, 'class', 'classes')}`;
  }
  return selfNormalization > 0 ? `softmax, self-normalised by ${selfNormalization}` : 'softmax';
}

async function measureSplits(job: Job, lm: LanguageModel): Promise<SplitResult[]> {
  const { data, flags } = job;
  const results: SplitResult[] = [];
  const { holdOut = TRAINING_DEFAULTS.holdOut, seed = TRAINING_DEFAULTS.seed } = flags;
  if (flags.validation !== undefined) {
    const evaluation = perplexity(await lm.perplexity(linesOf(job, flags.validation)));
    results.push({ split: 'validation', from: flags.validation, evaluation });
  } else if (holdOut > 0) {
    // The same split as the training made, read anew to count its unknown words.
    const corpus = await encodeCorpus(linesOf(job, data), lm.tokenizer, lm.vocabulary);
    const { heldOut } = splitCorpus(corpus, holdOut, lm.config.context, seed);
    if (heldOut.ids.length > 0) {
      const from = `${percent(holdOut)} of ${data}, held out`;
      results.push({ split: 'validation', from, evaluation: perplexity(lm.perplexityOf(heldOut)) });
    }
  }
  if (flags.test !== undefined) {
    const evaluation = perplexity(await lm.perplexity(linesOf(job, flags.test)));
    results.push({ split: 'test', from: flags.test, evaluation });
  }
  return results;
}

function nextSteps({ output }: Job, lm: LanguageModel, line: string): [string, string][] {
  const model = shellWord(output);
  const characters = lm.config.tokenizer.kind === 'characters';
  const begin = characters ? [...line].slice(0, 6).join('') : line.split(/\s+/).slice(0, 3).join(' ');
  const text = shellWord(printable(begin.slice(0, 60)));
  return [
    [`lexigrad next ${model} ${text}`, 'what comes next'],
    [`lexigrad generate ${model} ${text} --temperature 0.8`, 'text that it makes up'],
    [`lexigrad score ${model} ${text}`, 'how surprising each token is'],
  ];
}
