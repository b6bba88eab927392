/** Labelling a file with the command line, texts/s: the whole process, model loading included, lines in and lines out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../harness/children.mjs';
import { corpusPaths, writeCorpus } from '../harness/corpus.mjs';
import { command } from '../harness/places.mjs';
import { fastTextTraining, KINDS, lexigradModel, lexigradTraining, trainBoth } from './classifiers.mjs';

export default {
  name: 'predict',
  title: 'Labelling a stream of texts',
  full: { epochs: 5, stream: 120_000 },
  quick: { epochs: 1, stream: 100, limit: 60 },
  cases: () => Object.keys(KINDS).map((id) => ({ id, unit: 'texts/s', better: 'higher' })),
  prepare: (settings) => writeCorpus(settings.folder, settings),
  contestants: [
    {
      name: 'lexigrad predict',
      threads: 1,
      prepare: (settings) => trainBoth((kind) => lexigradTraining(kind, settings)),
      run: (settings) =>
        forEach(settings, (kind) => [
          process.execPath,
          command,
          'predict',
          lexigradModel(kind, settings.folder),
          '-',
        ]),
    },
    {
      name: 'fasttext predict-prob',
      threads: 1,
      needs: ['fasttext'],
      prepare: (settings) => trainBoth((kind) => fastTextTraining(kind, settings, 'predict')),
      run: (settings) =>
        forEach(settings, (kind) => [
          'fasttext',
          'predict-prob',
          join(settings.folder, `predict-${kind}.bin`),
          '-',
        ]),
    },
  ],
};

/** Every text must come back as a line: who loses some has not done the work. */
async function forEach({ folder }, wordsOf) {
  const input = readFileSync(corpusPaths(folder).stream);
  const texts = countLines(input.toString());
  const values = {};
  for (const kind of Object.keys(KINDS)) {
    const { seconds, stdout } = await runCommand(wordsOf(kind), { input });
    const lines = countLines(stdout);
    if (lines !== texts) throw new Error(`${texts} texts went in and ${lines} lines came out`);
    values[kind] = texts / seconds;
  }
  return values;
}

function countLines(text) {
  return text.split('\n').length - 1;
}
