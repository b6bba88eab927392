/** `train` on a table of numbers. */
import type { NumericExample } from '../../files/examples.js';
import { readNumericRows } from '../../files/node/examples.js';
import { FeedforwardNetwork } from '../../models/feedforward.js';
import type { FeedforwardOptions } from '../../models/feedforward/options.js';
import { TRAINING_DEFAULTS, trainFeedforward } from '../../models/feedforward/train.js';
import { findLabels } from '../../models/feedforward/rows.js';
import { checkLabels, checkWidth, evaluateNetwork } from '../evaluation.js';
import { count, printable } from '../format.js';
import { describeStep } from './describe.js';
import { type Job, runOptions, type SplitResult, shellWord, type Trained } from './job.js';
import { describeSplit, noteLabels } from './labels.js';
import { trainingOptions } from './settings.js';

export async function trainOnNumbers(job: Job): Promise<Trained> {
  const { data, flags } = job;
  const { rows, names } = await readAll(job, data);
  const labels = findLabels(rows);
  noteLabels(job, rows, labels, 'row');
  const validation = flags.validation === undefined ? undefined : (await readAll(job, flags.validation)).rows;
  const test = flags.test === undefined ? undefined : (await readAll(job, flags.test)).rows;
  if (validation !== undefined) checkLabels(validation, labels, flags.validation!);
  if (test !== undefined) checkLabels(test, labels, flags.test!);

  const options: FeedforwardOptions = { ...trainingOptions(flags), featureNames: names };
  const begin = () => job.begin({ unit: 'rows', by: 'loss' });
  const run = { ...options, ...runOptions(job, begin) };
  const model = await trainFeedforward(rows, run, validation, (parts) => {
    const network = new FeedforwardNetwork(parts);
    for (const [file, others] of [[flags.validation, validation], [flags.test, test]] as const) {
      for (const row of others ?? []) checkWidth(network, row, file!);
    }
    announce(job, network, options, rows.length);
    return network;
  });
  const heldOut = Number(model.record.data?.validation ?? 0);
  const { seed = TRAINING_DEFAULTS.seed } = options;
  describeSplit(job, { heldOut, total: rows.length, noun: 'row', byLabel: true, seed });
  return {
    model,
    data: { rows: rows.length, labels: labels.length, ...model.record.data },
    measure: () => measureSplits(job, model, rows, validation, test),
    next: [
      [`lexigrad predict ${shellWord(job.output)} ${rows[0]!.features.join(',')}`, 'a label for a row'],
      [`lexigrad info ${shellWord(job.output)}`, 'what the model is made of'],
    ],
  };
}

async function readAll(job: Job, file: string): Promise<{ rows: NumericExample[]; names: readonly string[] }> {
  const reader = await readNumericRows(file, job.read);
  if (file === job.data) for (const sentence of reader.description.notes) job.note(sentence);
  const rows: NumericExample[] = [];
  for await (const row of reader) rows.push(row);
  return { rows, names: reader.description.featureColumns ?? [] };
}

function announce(job: Job, model: FeedforwardNetwork, options: FeedforwardOptions, rows: number): void {
  const { config, network } = model;
  const layers = [
    `${config.featureNames.map(printable).join(', ')}`,
    ...config.hidden.map((units) => `${config.activation} (${units})`),
    `${config.head} (${config.labels.length})`,
  ];
  job.note(`network: ${layers.join(' → ')}; ${count(model.parameterCount)} parameters`);
  if (!job.flags.describe) return;
  const { batchSize = TRAINING_DEFAULTS.batchSize, optimizer, clip } = options;
  const step = { loss: network.loss, parameters: network.parameters, optimizer, clip };
  job.terminal.say(describeStep(step, { batch: Math.min(rows, batchSize) }, job.engine));
}

async function measureSplits(
  job: Job,
  model: FeedforwardNetwork,
  rows: readonly NumericExample[],
  validation: readonly NumericExample[] | undefined,
  test: readonly NumericExample[] | undefined,
): Promise<SplitResult[]> {
  const { data, flags } = job;
  const results: SplitResult[] = [];
  if (validation !== undefined) {
    const evaluation = await evaluateNetwork(model, validation, flags.validation!);
    results.push({ split: 'validation', from: flags.validation!, evaluation });
  }
  if (test !== undefined) {
    const evaluation = await evaluateNetwork(model, test, flags.test!);
    results.push({ split: 'test', from: flags.test!, evaluation });
  }
  if (results.length > 0) return results;
  // A handful of rows, as of XOR, has nothing to spare for validation: the whole table is what there is to look at.
  return [{ split: 'training', from: data, evaluation: await evaluateNetwork(model, rows, data) }];
}
