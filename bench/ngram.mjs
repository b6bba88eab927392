/**
 * N-gram models: node bench/ngram.mjs [training text] [text to predict] [order] [tokenizer]
 *
 * Counts a text, and measures on another: perplexity, bytes an n-gram, and on one core queries (the probability of one word after
 * its context, and the step to the next) and whole distributions a second; the fastest of several turns. Without texts a
 * made-up one of a million words is used, which no perplexity means anything for.
 */
import { readFileSync } from 'node:fs';
import { importSources } from './sources.mjs';

const { NgramLanguageModel, encodeCorpus } = await importSources(`
  export { NgramLanguageModel } from './src/models/ngram/language-model.ts';
  export { encodeCorpus } from './src/models/language-model/corpus.ts';
`);
const [training, text, order = '5', kind = 'whitespace'] = process.argv.slice(2);
const TURNS = 5;

const linesOf = (path) => readFileSync(path, 'utf8').split('\n');
const lines = training === undefined ? madeUp(1_000_000, 1) : linesOf(training);
const started = process.cpuUsage();
const model = await NgramLanguageModel.train(lines, { order: Number(order), tokenizer: { kind } });
const used = process.cpuUsage(started);
const { ngrams } = model;
console.log(`node ${process.version}; ${training ?? 'a made-up text'}, order ${order}`);
print('tokens', model.record.data.trainTokens);
print('vocabulary', model.vocabulary.size);
print('n-grams by length', ngrams.ngramCounts.map((count) => count.toLocaleString('en')).join(' '));
print('seconds of CPU to train', ((used.user + used.system) / 1e6).toFixed(1));
print('bytes an n-gram', (ngrams.byteLength / ngrams.trie.size).toFixed(2));

const { ids } = await encodeCorpus(
  text === undefined ? madeUp(80_000, 2) : linesOf(text),
  model.tokenizer,
  model.vocabulary,
);
const report = model.perplexityOf({ ids, unknown: 0, sentences: 0 });
print('perplexity', `${report.perplexity.toFixed(2)} over ${ids.length.toLocaleString('en')} tokens`);
print(
  'queries a second',
  fastest(() => model.targetProbabilities(ids), ids.length),
);
const some = ids.subarray(0, 5000);
print(
  'distributions a second',
  fastest(() => readAll(model.distributions(some)), some.length),
);

function print(name, value) {
  console.log(`${name.padEnd(26)}${typeof value === 'number' ? value.toLocaleString('en') : value}`);
}

/** Steps a second in the fastest turn. */
function fastest(run, steps) {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < TURNS; turn++) {
    // CPU time, so that other work on the machine does not count.
    const begin = process.cpuUsage();
    run();
    least = Math.min(least, process.cpuUsage(begin).user);
  }
  return Math.round((1e6 * steps) / least);
}

function readAll(distributions) {
  let sum = 0;
  for (const distribution of distributions) sum += distribution[0];
  return sum;
}

/** Sentences of words whose frequencies fall as 1/rank, each after the one before it in its own manner. */
function madeUp(words, seed) {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const sentences = [];
  for (let count = 0; count < words; ) {
    const sentence = [];
    for (let last = 0; sentence.length < 20; count++) {
      last = random() < 0.5 ? (last * 31 + 7) % 10_000 : Math.floor(10_000 ** random());
      sentence.push(`w${last}`);
    }
    sentences.push(sentence.join(' '));
  }
  return sentences;
}
