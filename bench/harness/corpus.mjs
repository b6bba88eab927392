/**
 * The labelled texts of the classifier workloads: AG News where it is at hand, else the example messages. Written once in
 * fastText's format, lower case with punctuation set apart, so that every contestant reads the same tokens.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpora, library, root } from './places.mjs';
import { randomNumbers } from './synthetic.mjs';

const AG_NEWS = join(corpora, 'cls/agnews');
/** Every so many of the example messages is for testing. */
const TEST_EVERY = 10;
const EXAMPLE_COPIES = 20;

/**
 * Writes train.txt, test.txt (labelled) and texts.txt (the test texts alone).
 * @param copies how often the training rows are repeated
 * @param limit at most so many rows of each, before they are repeated
 * @returns the paths, and what the texts are
 */
export async function writeCorpus(folder, { copies = 1, limit = Infinity, stream = 0 }) {
  const { train, test, name } = existsSync(join(AG_NEWS, 'test.tsv')) ? agNews() : await messages();
  // The rows stand in an order that learns badly: shuffled, the same way for everybody.
  const rows = Array.from({ length: copies }, (_, i) => shuffled(train.slice(0, limit), i + 1)).flat();
  const tested = test.slice(0, limit);
  const paths = corpusPaths(folder);
  const lines = (examples) => examples.map(({ label, text }) => `__label__${label} ${text}\n`).join('');
  writeFileSync(paths.train, lines(rows));
  writeFileSync(paths.test, lines(tested));
  writeFileSync(paths.texts, tested.map(({ text }) => `${text}\n`).join(''));
  const repeated = Math.max(tested.length, stream);
  writeFileSync(
    paths.stream,
    Array.from({ length: repeated }, (_, i) => `${tested[i % tested.length].text}\n`).join(''),
  );
  return { ...paths, name, rows: rows.length, streamed: repeated };
}

export function corpusPaths(folder) {
  const [train, test, texts, stream] = ['train', 'test', 'texts', 'stream'].map((name) =>
    join(folder, `${name}.txt`),
  );
  return { train, test, texts, stream };
}

/** The test texts, for contestants that label them one by one. */
export function readTexts(folder) {
  return readFileSync(corpusPaths(folder).texts, 'utf8').trimEnd().split('\n');
}

function agNews() {
  const read = (file) =>
    readFileSync(join(AG_NEWS, file), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => {
        const tab = line.indexOf('\t');
        return example(line.slice(0, tab), line.slice(tab + 1));
      });
  return {
    train: shuffled(read('train.subset20k.tsv'), 7),
    test: shuffled(read('test.tsv'), 8),
    name: 'AG News',
  };
}

async function messages() {
  const { readExamples } = await library('files/node');
  const all = [];
  for await (const { text, label } of await readExamples(join(root, 'examples/data/messages.csv'))) {
    all.push(example(label, text));
  }
  const mixed = shuffled(all, 7);
  const train = mixed.filter((_, i) => i % TEST_EVERY !== 0);
  return {
    train: Array.from({ length: EXAMPLE_COPIES }, () => train).flat(),
    test: mixed.filter((_, i) => i % TEST_EVERY === 0),
    name: 'example messages',
  };
}

function example(label, text) {
  const plain = text.toLowerCase().replace(/([^\p{L}\p{N}\s])/gu, ' $1 ');
  return { label: label.replace(/\s+/g, '-'), text: plain.replace(/\s+/g, ' ').trim() };
}

function shuffled(list, seed) {
  const random = randomNumbers(seed);
  const order = [...list];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
