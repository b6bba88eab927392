/**
 * A text classifier as a fastText model that fastText's own program loads and predicts with.
 *
 * Both average embeddings and apply one layer, but three things differ, and the file makes up for them:
 *
 *   bias      fastText has none. Each row gets one more number, 1; its mean is 1, and the output layer's weights for it
 *             are the bias.
 *   features  fastText hashes sequences and pieces of words into buckets, and **all** of them count in the mean, unseen
 *             ones too; ours are known by name, and unknown ones are left out. fastText leaves buckets out as well, in
 *             pruned dictionaries; so the features become kept buckets, among 2³¹ − 1.
 *   precision fastText reads pruned dictionaries only beside quantised rows, with 8 bits for a part of a row. Each number
 *             becomes the sum of two parts of size 1, of 8 bits each: 16 bits. The output layer reads both alike.
 *
 * A classifier of single words needs only the first, and its numbers stay as they are.
 */
import { ValueError } from '../../base/errors.js';
import {
  DenseMatrix,
  type FastTextContent,
  type FastTextDictionary,
  PackedNames,
  ProductQuantizer,
  QuantizedMatrix,
} from '../../files/fasttext/index.js';
import type { TextClassifier } from '../classifier/classifier.js';
import { isSingleWord, NGRAM_JOINT, SUBWORD_MARK } from '../classifier/features.js';
import { bucketOf, forEachSequence, hashBytes } from './hash.js';
import { END_OF_LINE, LABEL_PREFIX } from './text-reader.js';

/** As many as a file can name, so that hardly any two features share one. */
const MOST_BUCKETS = 0x7fffffff;
const LEVELS = 256;
const encoder = new TextEncoder();

export interface ClassifierConversion {
  readonly content: FastTextContent;
  /** What a user of the file must know, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * @throws ValueError for a classifier that no fastText file can hold, with every reason: hidden layers, another pooling
 * than the mean, hand-built features, runs of characters, hashed features, a tokeniser of characters
 */
export function fastTextFromClassifier(classifier: TextClassifier): ClassifierConversion {
  const obstacles = obstaclesOf(classifier);
  if (obstacles.length > 0) {
    throw new ValueError(`no fastText file can hold this classifier: ${obstacles.join('; ')}`);
  }
  const { config } = classifier;
  const named = namedFeatures(classifier);
  const exact = named.buckets.size === 0 && config.wordNgrams === 1 && config.subwords === null;
  const rows = [...named.words, ...named.buckets.values()];
  const input = exact ? denseInput(classifier, rows) : splitInput(classifier, rows);
  const [minn, maxn] = config.subwords ?? [0, 0];
  const content: FastTextContent = {
    version: 12,
    settings: {
      dim: input.columns,
      ...{ ws: 5, epoch: 1, minCount: config.minimumCount, neg: 5, lrUpdateRate: 100, t: 1e-4 },
      wordNgrams: config.wordNgrams,
      loss: config.head === 'multilabel' ? 'ova' : 'softmax',
      model: 'sup',
      bucket: exact ? 0 : MOST_BUCKETS,
      ...{ minn, maxn },
    },
    dictionary: dictionaryOf(classifier, named, exact),
    input,
    output: outputOf(classifier, exact),
  };
  return { content, notes: notesOf(classifier, named, exact) };
}

/** Why a classifier cannot become a fastText model; empty when it can. */
function obstaclesOf({ config, handBuilt, labels, vocabulary }: TextClassifier): string[] {
  const hashed =
    (config.buckets ?? null) !== null &&
    (config.wordNgrams > 1 || config.subwords !== null || vocabulary.size === 0);
  const head: string = config.head;
  const label = fastTextLabels(labels);
  return [
    ...(config.embeddings ? [] : ['it has no embeddings']),
    ...(config.hidden.length === 0 ? [] : ['it has hidden layers, and fastText has none']),
    ...(config.pooling === 'mean'
      ? []
      : [`its pooling is ${config.pooling}, and fastText knows the mean alone`]),
    ...(handBuilt.size === 0 ? [] : [`it has hand-built features (${handBuilt.names.join(', ')})`]),
    ...(config.characterNgrams === 0
      ? []
      : ['it reads runs of characters across words (--character-ngrams 0 trains without)']),
    ...(hashed ? ['its features are hashed by another function, and their names are not known'] : []),
    ...(config.tokenizer.kind === 'characters'
      ? ['its tokens are characters, and fastText reads words']
      : []),
    ...(['softmax', 'binary', 'multilabel'].includes(head) ? [] : [`its head is ${head}`]),
    ...(new Set(label).size === labels.length ? [] : ['two of its labels differ in white space alone']),
  ];
}

interface NamedFeatures {
  /** Rows of the classifier's table that are words. */
  readonly words: readonly number[];
  /** Bucket → row of the classifier's table. */
  readonly buckets: ReadonlyMap<number, number>;
  /** Features that had to be left out since a more frequent one has their bucket. */
  readonly collisions: number;
  /** Words that fastText cannot look up. */
  readonly unusable: readonly string[];
}

/** Features by what they are for fastText. Frequent ones come first, so that they win where two share a bucket. */
function namedFeatures({ vocabulary }: TextClassifier): NamedFeatures {
  const words: number[] = [];
  const unusable: string[] = [];
  const buckets = new Map<number, number>();
  let collisions = 0;
  for (let row = 0; row < vocabulary.size; row++) {
    const feature = vocabulary.tokenOf(row);
    if (isSingleWord(feature)) {
      // fastText adds </s> to every line by itself, and ends words at white space and at the byte 0.
      if (feature === END_OF_LINE || /[\0\s]/.test(feature) || feature === '') unusable.push(feature);
      else words.push(row);
      continue;
    }
    const bucket = bucketOfFeature(feature);
    if (buckets.has(bucket)) collisions++;
    else buckets.set(bucket, row);
  }
  return { words, buckets, collisions, unusable };
}

function bucketOfFeature(feature: string): number {
  if (feature.startsWith(SUBWORD_MARK)) return bucketOf(hashOf(feature.slice(1)), MOST_BUCKETS);
  const hashes = feature.split(NGRAM_JOINT).map(hashOf);
  let last = 0;
  // Of the sequences that start with the first word the longest comes last.
  forEachSequence(hashes, hashes.length, MOST_BUCKETS, (bucket, begin) => {
    if (begin === 0) last = bucket;
  });
  return last;
}

function hashOf(text: string): number {
  return hashBytes(encoder.encode(text));
}

function dictionaryOf(
  { vocabulary, labels }: TextClassifier,
  { words, buckets }: NamedFeatures,
  exact: boolean,
): FastTextDictionary {
  const names = [...words.map((row) => vocabulary.tokenOf(row)), ...fastTextLabels(labels)];
  return {
    names: PackedNames.of(names.map((name) => encoder.encode(name))),
    wordCount: words.length,
    labelCount: labels.length,
    counts: Float64Array.from(names, (_, i) => (i < words.length ? vocabulary.countOf(words[i]!) : 1)),
    tokenCount: words.reduce((sum, row) => sum + vocabulary.countOf(row), 0),
    kept: exact ? undefined : new Map([...buckets.keys()].map((bucket, place) => [bucket, place])),
  };
}

function fastTextLabels(labels: readonly string[]): string[] {
  return labels.map((label) => LABEL_PREFIX + label.replace(/[\0\s]+/g, '_'));
}

/** [rows, dimension + 1]: each embedding, then 1. */
function denseInput({ workspace, network, config }: TextClassifier, rows: readonly number[]): DenseMatrix {
  const { dimension } = config;
  const table = workspace.view(network.table!);
  const input = new DenseMatrix(rows.length, dimension + 1);
  rows.forEach((row, i) => {
    input.values.set(table.subarray(row * dimension, (row + 1) * dimension), i * (dimension + 1));
    input.values[(i + 1) * (dimension + 1) - 1] = 1;
  });
  return input;
}

/** [rows, 2 dimension + 1]: upper and lower 8 bits of each number on the grid of its column, then 1. */
function splitInput(
  { workspace, network, config }: TextClassifier,
  rows: readonly number[],
): QuantizedMatrix {
  const { dimension } = config;
  const table = workspace.view(network.table!);
  const width = 2 * dimension + 1;
  const quantizer = new ProductQuantizer(width, 1);
  if (rows.length * width > 0x7fffffff) {
    throw new ValueError(
      `${rows.length} features of ${width} parts are more than a fastText file can hold: train with fewer (--min-count 2)`,
    );
  }
  const codes = new Uint8Array(rows.length * width);
  const { centroids } = quantizer;
  for (let column = 0; column < dimension; column++) {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const row of rows) {
      const value = table[row * dimension + column]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    const step = (most - least) / (LEVELS * LEVELS - 1) || 1;
    for (let level = 0; level < LEVELS; level++) {
      centroids[2 * column * LEVELS + level] = least + LEVELS * level * step;
      centroids[(2 * column + 1) * LEVELS + level] = level * step;
    }
    rows.forEach((row, i) => {
      const code = Math.round((table[row * dimension + column]! - least) / step);
      codes[i * width + 2 * column] = code >> 8;
      codes[i * width + 2 * column + 1] = code & 0xff;
    });
  }
  centroids.fill(1, 2 * dimension * LEVELS);
  return new QuantizedMatrix(rows.length, codes, quantizer);
}

/** The last layer, its weights once or twice, then its bias. A binary head becomes two labels, the first always 0. */
function outputOf({ workspace, network, config, labels }: TextClassifier, exact: boolean): DenseMatrix {
  const { dimension } = config;
  const weight = workspace.view(network.output.weight);
  const bias = network.output.bias === undefined ? undefined : workspace.view(network.output.bias);
  const parts = exact ? 1 : 2;
  const output = new DenseMatrix(labels.length, parts * dimension + 1);
  for (let label = 0; label < labels.length; label++) {
    const row = config.head === 'binary' ? label - 1 : label;
    if (row < 0) continue;
    const begin = label * output.columns;
    for (let column = 0; column < parts * dimension; column++) {
      output.values[begin + column] = weight[row * dimension + Math.floor(column / parts)]!;
    }
    output.values[begin + parts * dimension] = bias?.[row] ?? 0;
  }
  return output;
}

function notesOf({ config, labels }: TextClassifier, named: NamedFeatures, exact: boolean): string[] {
  const { kind, lowercase = kind === 'words' } = config.tokenizer;
  const written = fastTextLabels(labels);
  const changed = written.filter((label, i) => label !== LABEL_PREFIX + labels[i]!);
  const tokenizer =
    kind === 'whitespace'
      ? `${lowercase ? 'in lower case' : ''}`
      : 'with spaces between the tokens of its tokenizer';
  return [
    ...(tokenizer === ''
      ? []
      : [`fastText splits texts at spaces and changes nothing: give it texts ${tokenizer}`]),
    ...(exact
      ? []
      : ['the numbers are kept to 16 bits, so scores differ in the fourth or fifth decimal place']),
    ...(config.head === 'multilabel'
      ? ['fastText takes its sigmoids from a table: scores of several labels differ by up to 0.008']
      : []),
    ...(named.collisions === 0
      ? []
      : [
          `${named.collisions} of ${named.buckets.size + named.collisions} features share a bucket with a more frequent one and are left out`,
        ]),
    ...(named.buckets.size === 0
      ? []
      : [
          `of ${Math.round(MOST_BUCKETS / named.buckets.size).toLocaleString('en')} unknown sequences or pieces of words ` +
            'fastText takes one for a known one, since it has nothing but their hashes',
        ]),
    ...(named.unusable.length === 0
      ? []
      : [`fastText cannot look up: ${named.unusable.map((word) => JSON.stringify(word)).join(', ')}`]),
    ...(changed.length === 0 ? [] : [`labels have no white space in fastText: ${changed.join(', ')}`]),
    'a text without any known feature gets no label from fastText, and words that begin with __label__ are passed over',
  ];
}
