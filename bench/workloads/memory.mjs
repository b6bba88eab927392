/**
 * Whether memory stays flat while training goes on, MiB resident after each epoch of a classifier and of a language model.
 * No garbage collection is forced: it is what the system sees.
 */
import { corpusPaths, readTexts, writeCorpus } from '../harness/corpus.mjs';
import { library } from '../harness/places.mjs';

const MODELS = ['classifier', 'language model'];

export default {
  name: 'memory',
  title: 'Resident memory over epochs',
  full: { epochs: 8 },
  quick: { epochs: 2, limit: 60 },
  cases: ({ epochs }) =>
    MODELS.flatMap((model) => [
      ...Array.from({ length: epochs }, (_, i) => ({ id: idOf(model, i + 1), unit: 'MiB', better: 'lower' })),
      {
        id: `${model}: growth from the second epoch to the last`,
        unit: 'MiB',
        better: 'lower',
        chart: false,
      },
    ]),
  prepare: (settings) => writeCorpus(settings.folder, settings),
  contestants: [
    {
      name: 'lexigrad classifier',
      threads: 1,
      run: (settings) => watch('classifier', settings, trainClassifier),
    },
    {
      name: 'lexigrad language model',
      threads: 1,
      run: (settings) => watch('language model', settings, trainLanguageModel),
    },
  ],
};

async function watch(model, settings, train) {
  const sizes = [];
  const onEvent = ({ kind }) => {
    if (kind === 'epoch') sizes.push(process.memoryUsage.rss() / 2 ** 20);
  };
  await train(settings, { epochs: settings.epochs, patience: settings.epochs, onEvent });
  const values = Object.fromEntries(sizes.map((size, i) => [idOf(model, i + 1), size]));
  return { ...values, [`${model}: growth from the second epoch to the last`]: sizes.at(-1) - sizes[1] };
}

async function trainClassifier({ folder }, options) {
  const { TextClassifier } = await library('models');
  const { readExamples } = await library('files/node');
  const examples = await readExamples(corpusPaths(folder).train, { format: 'fasttext' });
  await TextClassifier.train(examples, { ...options, tokenizer: { kind: 'whitespace' }, subwords: null });
}

async function trainLanguageModel({ folder }, options) {
  const { LanguageModel } = await library('models');
  const size = { dimension: 32, hidden: [32], maximumVocabulary: 5000 };
  await LanguageModel.train(readTexts(folder), { ...options, ...size, tokenizer: { kind: 'whitespace' } });
}

function idOf(model, epoch) {
  return `${model}: after epoch ${epoch}`;
}
