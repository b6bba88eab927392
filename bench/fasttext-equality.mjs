/**
 * fastText's own program beside ours: the same models, the same documents, every label with its score.
 *
 *   node bench/fasttext-equality.mjs [folder for the models, default: a temporary one] [part of a model's name: only those]
 *
 * Needs `fasttext` (Debian: apt install fasttext) and AG News in ../shared/data/cls/agnews. Trains supervised models with
 * every loss over words, pairs of words and pieces of words, quantises some, and compares `predict-prob … -1` over 27,600
 * documents; then vectors and neighbours of unsupervised models; then a classifier of ours that fastText predicts with.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { importSources } from './sources.mjs';

const SCORE_TOLERANCE = 1e-5;
/** A score of a converted classifier that is further away has more than rounding behind it, and must be rare. */
const FAR = 1e-3;
const RARE = 0.005;
/** Words whose vectors are compared. */
const WORDS = 2000;
/** Words whose neighbours are compared. */
const QUERIES = 20;
/** Half a unit of the sixth digit, which is all that the program prints. */
const PRINTED = 5.1e-6;

const { FastTextModel, TextClassifier, fastTextFromClassifier } = await importSources(
  `export { TextClassifier } from './src/models/classifier/classifier.js';
   export { FastTextModel, fastTextFromClassifier } from './src/models/fasttext/index.js';`,
);

const agnews = fileURLToPath(new URL('../../shared/data/cls/agnews/', import.meta.url));
if (!existsSync(agnews)) throw new Error(`there is no AG News in ${agnews}`);
const [given, only = ''] = process.argv.slice(2);
const folder = given ?? mkdtempSync(join(tmpdir(), 'fasttext-equality-'));
mkdirSync(folder, { recursive: true });
const at = (name) => join(folder, name);

const rows = (file) =>
  readFileSync(join(agnews, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([label, ...text]) => ({ label, text: text.join(' ') }));
/** In an order of their own, since the file ends with two labels alone. */
const shuffled = (list) => list.map((_, i) => list[(i * 7919) % list.length]);
const train = shuffled(rows('train.subset20k.tsv'));
const documents = [...train, ...rows('test.tsv')];
const asLines = (list, labelOf) =>
  list.map((example) => `__label__${labelOf(example)} ${example.text}\n`).join('');
writeFileSync(
  at('train.txt'),
  asLines(train, ({ label }) => label),
);
/** Some 500 labels: the first three letters of the text. */
const firstLetters = ({ text }) => text.slice(0, 3).toLowerCase().replace(/\W/g, '_');
writeFileSync(at('many.txt'), asLines(train, firstLetters));
writeFileSync(at('documents.txt'), documents.map(({ text }) => `${text}\n`).join(''));
/** For models of many labels, of which all are wanted. */
const FEW = 2000;
writeFileSync(
  at('few.txt'),
  documents
    .slice(-FEW)
    .map(({ text }) => `${text}\n`)
    .join(''),
);

const fasttext = (...words) =>
  execFileSync('fasttext', words, {
    encoding: 'utf8',
    maxBuffer: 2 ** 31,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
const COMMON = ['-dim', '10', '-epoch', '3', '-thread', '1', '-verbose', '0'];
const FEATURES = {
  words: ['-wordNgrams', '1'],
  pairs: ['-wordNgrams', '2', '-bucket', '50000'],
  pieces: ['-wordNgrams', '3', '-bucket', '50000', '-minn', '2', '-maxn', '5'],
};

function trained(name, file, ...flags) {
  if (!existsSync(at(`${name}.bin`)))
    fasttext('supervised', '-input', at(file), '-output', at(name), ...COMMON, ...flags);
  return `${name}.bin`;
}

function quantized(name, from, file, ...flags) {
  if (existsSync(at(`${name}.ftz`))) return `${name}.ftz`;
  copyFileSync(at(from), at(`${name}.bin`));
  fasttext('quantize', '-input', at(file), '-output', at(name), '-thread', '1', '-verbose', '0', ...flags);
  return `${name}.ftz`;
}

/** Labels and scores of a line of `predict-prob`. */
function parsed(line) {
  const cells = line.trim() === '' ? [] : line.trim().split(' ');
  return Array.from({ length: cells.length / 2 }, (_, i) => [
    cells[2 * i].replace('__label__', ''),
    Number(cells[2 * i + 1]),
  ]);
}

/** Scores of both, document by document. */
function compareLabels(theirs, ours) {
  let otherLabels = 0;
  let swapped = 0;
  let otherOrder = 0;
  let largest = 0;
  theirs.forEach((line, i) => {
    const expected = parsed(line);
    const found = ours[i];
    const scores = new Map(found.map(({ label, score }) => [label, score]));
    if (expected.length !== found.length || expected.some(([label]) => !scores.has(label))) otherLabels++;
    else if (expected.some(([, score], j) => Math.abs(score - found[j].score) > SCORE_TOLERANCE + PRINTED))
      otherOrder++;
    // Scores that are equal in all digits that the program prints.
    else swapped += expected.filter(([label], j) => label !== found[j].label).length;
    for (const [label, score] of expected)
      largest = Math.max(largest, Math.abs(score - (scores.get(label) ?? 9)));
  });
  return { otherLabels, otherOrder, swapped, largest };
}

let failed = 0;
function report(name, good, text) {
  if (!good) failed++;
  console.log(`${good ? 'equal    ' : 'DIFFERENT'}  ${name.padEnd(22)} ${text}`);
}

async function compareModel(name, top = -1, texts = documents, file = 'documents.txt') {
  if (!name.includes(only)) return;
  const theirs = fasttext('predict-prob', at(name), at(file), String(top)).split('\n').slice(0, -1);
  const model = await FastTextModel.load(at(name));
  const began = performance.now();
  const ours = texts.map(({ text }) =>
    model.predict(text, { top: top < 0 ? Math.max(1, model.labels.length) : top }),
  );
  const micros = (1000 * (performance.now() - began)) / texts.length;
  const { otherLabels, otherOrder, swapped, largest } = compareLabels(theirs, ours);
  const bytes = readFileSync(at(name));
  const sameBytes = Buffer.compare(model.toBytes(), bytes) === 0;
  report(
    name,
    theirs.length === texts.length &&
      otherLabels + otherOrder === 0 &&
      largest <= SCORE_TOLERANCE + PRINTED &&
      sameBytes,
    `${theirs.length} documents, top ${top}: ${otherLabels} with other labels, ${otherOrder} in another order, ` +
      `${swapped} labels swapped among equal printed scores, ` +
      `largest difference of scores ${largest.toExponential(1)}; written again ${sameBytes ? 'the same bytes' : 'OTHER BYTES'}; ` +
      `${micros.toFixed(1)} µs a document`,
  );
}

for (const loss of ['softmax', 'hs', 'ns', 'ova']) {
  for (const [features, flags] of Object.entries(FEATURES))
    await compareModel(trained(`${loss}-${features}`, 'train.txt', '-loss', loss, ...flags));
  const many = trained(`${loss}-many`, 'many.txt', '-loss', loss, '-lr', '0.5', ...FEATURES.pairs);
  await compareModel(many, -1, documents.slice(-FEW), 'few.txt');
  await compareModel(many, 3);
}
const base = 'softmax-pairs.bin';
await compareModel(quantized('q-plain', base, 'train.txt'));
await compareModel(quantized('q-norm', base, 'train.txt', '-qnorm'));
await compareModel(quantized('q-dsub3', base, 'train.txt', '-qnorm', '-dsub', '3'));
await compareModel(
  quantized('q-cutoff', base, 'train.txt', '-qnorm', '-cutoff', '20000', '-retrain', '-epoch', '1'),
);
await compareModel(quantized('q-pieces', 'ova-pieces.bin', 'train.txt', '-cutoff', '30000'));
await compareModel(quantized('q-hs', 'hs-pieces.bin', 'train.txt', '-qnorm', '-cutoff', '30000'));
await compareModel(quantized('q-out', 'ova-many.bin', 'many.txt', '-qnorm', '-qout', '-cutoff', '20000'), 5);

// ——— word vectors ———

for (const [kind, ...flags] of [
  ['skipgram', '-minn', '3', '-maxn', '6', '-bucket', '20000'],
  ['cbow', '-maxn', '0'],
]) {
  const name = `${kind}.bin`;
  if (!name.includes(only)) continue;
  if (!existsSync(at(name)))
    fasttext(
      kind,
      '-input',
      at('documents.txt'),
      '-output',
      at(kind),
      '-dim',
      '20',
      '-epoch',
      '1',
      '-thread',
      '1',
      ...flags,
    );
  const model = await FastTextModel.load(at(name));
  const words = model.words.slice(0, WORDS);
  const unknown = kind === 'skipgram' ? ['zzyzx', 'naïveté', '你好'] : [];
  const print =
    (...command) =>
    (input) =>
      execFileSync('fasttext', command, { encoding: 'utf8', input });
  const vectorLines = print('print-word-vectors', at(name))(`${[...words, ...unknown].join('\n')}\n`);
  const vectorGap = largestGap(vectorLines, (word) => model.wordVector(word));
  report(
    name,
    vectorGap <= SCORE_TOLERANCE,
    `${words.length + unknown.length} word vectors: ${vectorGap.toExponential(1)}`,
  );

  const texts = documents.slice(0, 200).map(({ text }) => text);
  const sentenceLines = print(
    'print-sentence-vectors',
    at(name),
  )(`${texts.join('\n')}\n`)
    .trimEnd()
    .split('\n');
  const sentenceGap = Math.max(
    ...sentenceLines.map((line, i) =>
      gap(line.trim().split(' ').slice(-20).map(Number), model.textVector(texts[i])),
    ),
  );
  report(
    name,
    sentenceGap <= SCORE_TOLERANCE,
    `${texts.length} sentence vectors: ${sentenceGap.toExponential(1)}`,
  );

  const queries = [...words.slice(10, 10 + QUERIES), ...unknown];
  const answers = print(
    'nn',
    at(name),
    '10',
  )(`${queries.join('\n')}\n`)
    .split('Query word? ')
    .slice(1, queries.length + 1)
    .map((block) =>
      block
        .trim()
        .split('\n')
        .map((line) => line.split(' ')),
    );
  let swapped = 0;
  let largest = 0;
  queries.forEach((query, i) => {
    // More than are asked for: among equal similarities others may come first.
    const found = model.neighbors(query, 20);
    answers[i].forEach(([word, similarity], j) => {
      if (found[j].word !== word) swapped++;
      const own = found.find((each) => each.word === word)?.similarity ?? Number.NaN;
      largest = Math.max(
        largest,
        Math.abs(own - Number(similarity)),
        Math.abs(found[j].similarity - Number(similarity)),
      );
    });
  });
  report(
    name,
    largest <= SCORE_TOLERANCE,
    `${queries.length} × 10 neighbours: ${swapped} swapped among equal similarities, ${largest.toExponential(1)}`,
  );
}

function largestGap(lines, vectorOf) {
  return Math.max(
    ...lines
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [word, ...numbers] = line.trim().split(' ');
        return gap(numbers.map(Number), vectorOf(word));
      }),
  );
}

/** The largest difference beyond what five printed digits leave open. */
function gap(expected, found) {
  const open = (value) => (value === 0 ? 0 : 0.501 * 10 ** (Math.floor(Math.log10(Math.abs(value))) - 4));
  return Math.max(...expected.map((value, i) => Math.abs(value - found[i]) - open(value)), 0);
}

// ——— the other way round ———

for (const [name, options] of [
  ['ours-words', { wordNgrams: 1, subwords: null }],
  ['ours-pairs', { wordNgrams: 2, subwords: null }],
  ['ours-pieces', { wordNgrams: 2, subwords: [3, 4] }],
]) {
  if (!name.includes(only)) continue;
  const classifier = await TextClassifier.train(train.slice(0, 4000), { ...options, epochs: 3, seed: 1 });
  const { content, notes } = fastTextFromClassifier(classifier);
  await new FastTextModel(content).save(at(`${name}.bin`));
  const split = (text) => classifier.extractor.tokenizer.tokenize(text).join(' ');
  writeFileSync(at('tokens.txt'), documents.map(({ text }) => `${split(text)}\n`).join(''));
  const theirs = fasttext('predict-prob', at(`${name}.bin`), at('tokens.txt'), '-1')
    .split('\n')
    .slice(0, -1);
  const ours = classifier.classifyBatch(documents.map(({ text }) => text));
  let [otherLabel, largest, sum, far] = [0, 0, 0, 0];
  theirs.forEach((line, i) => {
    const expected = parsed(line);
    const scores = new Map(ours[i].map(({ label, score }) => [label, score]));
    if (expected[0][0] !== ours[i][0].label) otherLabel++;
    const worst = Math.max(
      ...expected.map(([label, score]) => Math.abs(score - SCORE_TOLERANCE - scores.get(label))),
    );
    largest = Math.max(largest, worst);
    sum += worst;
    if (worst > FAR) far++;
  });
  report(
    `${name}.bin`,
    // Unseen n-grams that fall into kept buckets: see the notes of the conversion.
    otherLabel + far < RARE * theirs.length,
    `our classifier in fastText's program: ${theirs.length} documents, ${otherLabel} with another label, ${far} with scores further than ${FAR}, largest difference ` +
      `${largest.toExponential(1)}, mean ${(sum / theirs.length).toExponential(1)}, ${(readFileSync(at(`${name}.bin`)).length / 1e6).toFixed(1)} MB`,
  );
  for (const note of notes) console.log(`           ${note}`);
}

if (given === undefined) rmSync(folder, { recursive: true });
console.log(failed === 0 ? 'all equal' : `${failed} different`);
process.exitCode = failed === 0 ? 0 : 1;
