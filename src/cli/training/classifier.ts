/** `train` on labelled texts. */
import type { LabelledExample } from '../../files/examples.js';
import { readExamples } from '../../files/node/examples.js';
import { TextClassifier } from '../../models/classifier/classifier.js';
import { findLabels, splitExamples } from '../../models/classifier/examples.js';
import type { ClassifierOptions } from '../../models/classifier/options.js';
import { TRAINING_DEFAULTS, trainClassifier } from '../../models/classifier/train.js';
import { UsageError } from '../errors.js';
import { checkLabels, evaluateClassifier } from '../evaluation.js';
import { count, counted, percent, printable } from '../format.js';
import { describeStep } from './describe.js';
import { pretrainedFor } from './embeddings.js';
import { type Job, noteDuplicates, runOptions, type SplitResult, shellWord, type Trained } from './job.js';
import { describeSplit, noteLabels } from './labels.js';
import { classifierOptions, readFeatures } from './settings.js';

/** Texts whose features are counted to describe a typical training step. */
const DEFAULT_BATCH = TRAINING_DEFAULTS.batchSize;

export async function trainOnTexts(job: Job): Promise<Trained> {
  const { data, flags, note } = job;
  const all = await readAll(job, data);
  const labels = findLabels(all);
  noteLabels(job, all, labels, 'text');
  const empty = all.filter(({ text }) => text.trim() === '').length;
  if (empty > 0) note(`${counted(empty, 'text is', 'texts are')} empty`);

  const strange = Object.keys(flags.classWeights ?? {}).find((label) => !labels.includes(label));
  if (typeof flags.classWeights === 'object' && strange !== undefined) {
    throw new UsageError(
      `--class-weights: there is no label '${strange}'; the labels are ${labels.join(', ')}`,
    );
  }

  const validation = flags.validation === undefined ? undefined : await readAll(job, flags.validation);
  const test = flags.test === undefined ? undefined : await readAll(job, flags.test);
  if (validation !== undefined) checkLabels(validation, labels, flags.validation!);
  if (test !== undefined) checkLabels(test, labels, flags.test!);
  const known = new Set(
    validation === undefined && test === undefined ? [] : all.map(({ text }) => text.trim()),
  );
  for (const [split, examples] of [
    ['validation', validation],
    ['test', test],
  ] as const) {
    const texts = (examples ?? []).map(({ text }) => text);
    noteDuplicates(job, known, texts, { split, noun: 'text' });
  }

  const options = classifierOptions(flags, {
    features: flags.features === undefined ? undefined : await readFeatures(flags.features),
    pretrained:
      typeof flags.embeddings === 'string'
        ? await pretrainedFor(job, flags.embeddings, textsOf(all), { kind: flags.tokenizer ?? 'words' })
        : undefined,
  });
  const { holdOut = TRAINING_DEFAULTS.holdOut, seed = TRAINING_DEFAULTS.seed } = flags;
  // The same split as the training makes, to report on it.
  const heldOut = validation ?? (splitExamples(all, holdOut, seed).heldOut as LabelledExample[]);
  describeSplit(job, { heldOut: heldOut.length, total: all.length, noun: 'text', byLabel: true, seed });

  const begin = () => job.begin({ unit: 'texts', by: options.selectBy ?? 'loss' });
  const model = await trainClassifier(all, { ...options, ...runOptions(job, begin) }, validation, (parts) => {
    const classifier = new TextClassifier(parts);
    announce(job, classifier, options, all);
    job.trainingRun.listen();
    return classifier;
  });
  return {
    model,
    data: { examples: all.length, labels: labels.length, ...model.record.data },
    measure: () => measureSplits(job, model, heldOut, test),
    next: nextSteps(job, all),
  };
}

async function readAll(job: Job, file: string): Promise<LabelledExample[]> {
  const reader = await readExamples(file, job.read);
  if (file === job.data) {
    const { textColumns, labelColumn, notes } = reader.description;
    for (const sentence of notes) job.note(sentence);
    if (labelColumn !== undefined) {
      job.note(
        `text column: ${textColumns.map(printable).join(' and ')}; label column: ${printable(labelColumn)}`,
      );
    }
  }
  const examples: LabelledExample[] = [];
  for await (const batch of reader.batches()) for (const example of batch) examples.push(example);
  return examples;
}

function* textsOf(examples: readonly LabelledExample[]): Iterable<string> {
  for (const { text } of examples) yield text;
}

/** Says what was chosen, once the data has been counted and before the first step. */
function announce(
  job: Job,
  classifier: TextClassifier,
  options: ClassifierOptions,
  examples: readonly LabelledExample[],
): void {
  const { config, vocabulary, handBuilt, network } = classifier;
  const { flags, engine, note } = job;
  const kinds = [
    config.tokenizer.kind === 'words'
      ? 'words of any language, lower case'
      : `${config.tokenizer.kind} tokens`,
    ...(config.wordNgrams > 1 ? [`runs of up to ${config.wordNgrams} words`] : []),
    ...(config.subwords === null ? [] : [`pieces of words of ${config.subwords.join(' to ')} characters`]),
    ...(config.characterNgrams > 0
      ? [`runs of up to ${config.characterNgrams} Chinese, Japanese or Thai characters`]
      : []),
  ];
  if (config.embeddings) note(`features: ${kinds.join(', ')}; ${count(vocabulary.size)} different ones`);
  if (handBuilt.size > 0) note(`hand-built features: ${handBuilt.names.map(printable).join(', ')}`);
  const layers = [
    ...(config.embeddings ? [`${config.pooling} of embeddings (${config.dimension})`] : []),
    ...config.hidden.map((units) => `${config.activation} (${units})`),
    `${config.head} (${config.labels.length})`,
  ];
  note(`network: ${layers.join(' → ')}; ${count(classifier.parameterCount)} parameters`);
  if (!flags.describe) return;
  const { batchSize = DEFAULT_BATCH, optimizer, clip, freezeEmbeddings } = options;
  const sample = examples.slice(0, batchSize).map(({ text }) => text);
  const parameters = network.parameters.filter((node) => !freezeEmbeddings || node !== network.table);
  const step = { loss: network.loss, parameters, optimizer, clip };
  const sizes = { batch: sample.length, items: Math.max(1, classifier.encode(sample).ids.length) };
  job.terminal.say(describeStep(step, sizes, engine));
}

async function measureSplits(
  job: Job,
  classifier: TextClassifier,
  heldOut: readonly LabelledExample[],
  test: readonly LabelledExample[] | undefined,
): Promise<SplitResult[]> {
  const { data, flags } = job;
  const results: SplitResult[] = [];
  if (heldOut.length > 0) {
    const share = percent(flags.holdOut ?? TRAINING_DEFAULTS.holdOut);
    const from = flags.validation ?? `${share} of ${data}, held out`;
    const evaluation = await evaluateClassifier(classifier, heldOut, flags.validation ?? data);
    results.push({ split: 'validation', from, evaluation });
  }
  if (test !== undefined) {
    const evaluation = await evaluateClassifier(classifier, test, flags.test!);
    results.push({ split: 'test', from: flags.test!, evaluation });
  }
  return results;
}

function nextSteps({ output }: Job, examples: readonly LabelledExample[]): [string, string][] {
  const model = shellWord(output);
  const shortest = examples.filter(({ text }) => /\S+\s+\S+|\p{sc=Han}{4}/u.test(text)).slice(0, 50);
  const [sample] = shortest.sort((a, b) => a.text.length - b.text.length);
  const text = shellWord(printable((sample?.text ?? 'some text').slice(0, 60)));
  return [
    [`lexigrad predict ${model} ${text} --explain`, 'a label, and why'],
    [`lexigrad predict ${model} - < texts.txt`, 'a label for each line'],
    [`lexigrad info ${model}`, 'what the model is made of'],
  ];
}
