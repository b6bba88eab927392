/** `train` on a table of numbers. */
import type { NumericExample } from '../../files/examples.js';
import { readNumericRows } from '../../files/node/examples.js';
import type { FeedforwardOptions } from '../../models/feedforward/options.js';
import { findLabels } from '../../models/feedforward/rows.js';
import { TRAINING_DEFAULTS, trainFeedforward } from '../../models/feedforward/train.js';
import { FeedforwardNetwork } from '../../models/feedforward.js';
import { holdOut } from '../../models/hold-out.js';
import { checkLabels, checkWidth, evaluateNetwork } from '../evaluation.js';
import { count, printable } from '../format.js';
import { describeStep } from './describe.js';
import { type Job, runOptions, type SplitResult, shellWord, type Trained } from './job.js';
import { describeSplit, noteLabels } from './labels.js';
import { trainingOptions } from './settings.js';

/** Tables with fewer rows than this keep all of them for training, unless told otherwise. */
const SMALLEST_SPLIT = 100;

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
  const { seed = TRAINING_DEFAULTS.seed } = flags;
  const begin = () => job.begin({ unit: 'rows', by: 'loss' });
  // The same split as the training makes, to report on it.
  const share = flags.holdOut ?? (rows.length < SMALLEST_SPLIT ? 0 : TRAINING_DEFAULTS.holdOut);
  const heldOut = validation ?? holdOut(rows, ({ label }) => label, share, seed).heldOut;
  const run = { ...options, ...runOptions(job, begin) };
  const model = await trainFeedforward(rows, run, validation, (parts) => {
    const network = new FeedforwardNetwork(parts);
    for (const [file, others] of [
      [flags.validation, validation],
      [flags.test, test],
    ] as const) {
      for (const row of others ?? []) checkWidth(network, row, file!);
    }
    announce(job, network, options, rows.length);
    describeSplit(job, { heldOut: heldOut.length, total: rows.length, noun: 'row', byLabel: true, seed });
    job.trainingRun.listen();
    return network;
  });
  return {
    model,
    data: { rows: rows.length, labels: labels.length, ...model.record.data },
    measure: () => measureSplits(job, model, { rows, heldOut, test }),
    next: [
      [`lexigrad predict ${shellWord(job.output)} ${rows[0]!.features.join(',')}`, 'a label for a row'],
      [`lexigrad info ${shellWord(job.output)}`, 'what the model is made of'],
    ],
  };
}

async function readAll(
  job: Job,
  file: string,
): Promise<{ rows: NumericExample[]; names: readonly string[] }> {
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
  {
    rows,
    heldOut,
    test,
  }: Record<'rows' | 'heldOut', readonly NumericExample[]> & {
    readonly test?: readonly NumericExample[];
  },
): Promise<SplitResult[]> {
  const { data, flags } = job;
  const results: SplitResult[] = [];
  const add = async (
    split: SplitResult['split'],
    from: string,
    examples: readonly NumericExample[],
    file: string,
  ) => results.push({ split, from, evaluation: await evaluateNetwork(model, examples, file) });
  if (heldOut.length > 0) {
    await add('validation', flags.validation ?? `held out of ${data}`, heldOut, flags.validation ?? data);
  } else {
    // A handful of rows, as of XOR, has nothing to spare: the rows it learned from are what there is to look at.
    await add('training', data, rows, data);
  }
  if (test !== undefined) await add('test', flags.test!, test, flags.test!);
  return results;
}
