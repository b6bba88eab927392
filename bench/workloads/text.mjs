/**
 * From text to word ids, MB/s of UTF-8 on one core: tokenising a corpus and looking its words up. Beside the library stands
 * what one would write by hand: `split` at spaces and a Map. It knows no other white space and no normal forms.
 */
import { readTexts, writeCorpus } from '../harness/corpus.mjs';
import { microseconds } from '../harness/measure.mjs';
import { library } from '../harness/places.mjs';

export default {
  name: 'text',
  title: 'Tokenising and looking words up',
  full: { milliseconds: 3000 },
  quick: { milliseconds: 5, limit: 60 },
  cases: () => ['whitespace', 'words'].map((id) => ({ id, unit: 'MB/s', better: 'higher' })),
  prepare: (settings) => writeCorpus(settings.folder, settings),
  contestants: [
    { name: 'lexigrad, features of a classifier', threads: 1, run: features },
    { name: 'lexigrad, tokens as strings', threads: 1, run: lexigrad },
    { name: 'split and Map', threads: 1, run: byHand },
    { name: 'Intl.Segmenter and Map', threads: 1, run: segmenter },
  ],
};

/** The way of texts into a classifier: no strings on it. */
async function features(settings) {
  const { TextClassifier } = await library('models');
  const values = {};
  for (const kind of ['whitespace', 'words']) {
    const texts = readTexts(settings.folder);
    const examples = texts.map((text, i) => ({ text, label: i % 2 === 0 ? 'even' : 'odd' }));
    const options = { tokenizer: { kind }, wordNgrams: 1, subwords: null, epochs: 1, holdOut: 0 };
    const classifier = await TextClassifier.train(examples, options);
    values[kind] = speed(texts, settings, (text) => classifier.encode([text]).ids);
  }
  return values;
}

async function lexigrad(settings) {
  const { createTokenizer, VocabularyBuilder } = await library('text');
  const values = {};
  for (const kind of ['whitespace', 'words']) {
    const tokenizer = createTokenizer({ kind });
    const texts = readTexts(settings.folder);
    const builder = new VocabularyBuilder();
    for (const text of texts) builder.add(tokenizer.tokenize(text));
    const vocabulary = builder.build();
    values[kind] = speed(texts, settings, (text) => vocabulary.encode(tokenizer.tokenize(text)));
  }
  return values;
}

function byHand(settings) {
  return { whitespace: plain(settings, (text) => text.split(' ')) };
}

function segmenter(settings) {
  const words = new Intl.Segmenter('en', { granularity: 'word' });
  const split = (text) =>
    Array.from(words.segment(text.toLowerCase()), ({ segment }) => segment).filter((word) => word !== ' ');
  return { words: plain(settings, split) };
}

function plain(settings, split) {
  const texts = readTexts(settings.folder);
  const ids = new Map();
  for (const text of texts) for (const word of split(text)) if (!ids.has(word)) ids.set(word, ids.size);
  return speed(texts, settings, (text) => Int32Array.from(split(text), (word) => ids.get(word) ?? 0));
}

/** Megabytes a second; what `encode` gives is looked at, so that no compiler may leave it out. */
function speed(texts, { milliseconds }, encode) {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  let tokens = 0;
  const time = microseconds(() => {
    for (const text of texts) tokens += encode(text).length;
  }, milliseconds);
  if (tokens === 0) throw new Error('no token was found');
  return bytes / time;
}
