/** The two bag-of-embeddings classifiers that the classifier workloads share, and the commands that train them. */
import { join } from 'node:path';
import { Absent } from '../harness/absent.mjs';
import { runCommand } from '../harness/children.mjs';
import { corpusPaths } from '../harness/corpus.mjs';
import { command, library } from '../harness/places.mjs';

export const KINDS = {
  unigrams: { wordNgrams: 1, dimension: 10, bucket: 0, learningRate: 0.25 },
  bigrams: { wordNgrams: 2, dimension: 10, bucket: 2_000_000, learningRate: 0.5 },
};

/**
 * Steps of one text by plain gradient descent, as fastText takes them, on as many buckets and as many threads. The learning
 * rate is smaller, since embeddings start from naive Bayes and not at random.
 */
export function lexigradTraining(kind, { folder, epochs, threads = 1, hogwild = false }) {
  const { wordNgrams, dimension, bucket } = KINDS[kind];
  return [
    ...[process.execPath, command, 'train', corpusPaths(folder).train, '--format', 'fasttext'],
    ...[
      '--tokenizer',
      'whitespace',
      '--word-ngrams',
      wordNgrams,
      '--subwords',
      'none',
      '--dimension',
      dimension,
    ],
    ...(bucket > 0 ? ['--buckets', bucket] : []),
    ...['--optimizer', 'sgd', '--batch-size', 1, '--learning-rate', 0.05, '--word-dropout', 0],
    ...['--threads', threads, ...(hogwild ? ['--hogwild'] : [])],
    ...['--epochs', epochs, '--hold-out', 0, '--no-checkpoint', '--json', '-o', lexigradModel(kind, folder)],
  ].map(String);
}

export function lexigradModel(kind, folder) {
  return join(folder, `lexigrad-${kind}.lexigrad`);
}

/** What fastText calls the same; `name` keeps the models of several contestants apart. */
export function fastTextTraining(kind, { folder, epochs, threads = 1 }, name) {
  const { wordNgrams, dimension, bucket, learningRate } = KINDS[kind];
  return [
    ...[
      'fasttext',
      'supervised',
      '-input',
      corpusPaths(folder).train,
      '-output',
      join(folder, `${name}-${kind}`),
    ],
    ...['-wordNgrams', wordNgrams, '-dim', dimension, '-bucket', bucket, '-lr', learningRate],
    ...['-epoch', epochs, '-loss', 'softmax', '-minn', 0, '-maxn', 0, '-thread', threads, '-verbose', 0],
  ].map(String);
}

/** Trains both kinds with the command line and keeps the models for the measurements. */
export async function trainBoth(trainingOf) {
  for (const kind of Object.keys(KINDS)) await runCommand(trainingOf(kind));
}

/** @throws Absent where this version of the library has one thread only */
export async function checkThreads(threads) {
  if (threads === 1) return;
  const { wasmEngine } = await library('engine');
  const { description } = wasmEngine({ threads });
  if (!description.includes(`${threads} threads`))
    throw new Absent(`the wasm engine runs on one thread here (${description})`);
}
