/** Classifying one text at a time, in process, µs: from the string to the labels with their scores. */
import { readTexts, writeCorpus } from '../harness/corpus.mjs';
import { latency } from '../harness/measure.mjs';
import { library } from '../harness/places.mjs';
import { fastTextTraining, KINDS, lexigradModel, lexigradTraining, trainBoth } from './classifiers.mjs';
import { wasmTraining } from './train-classifier.mjs';

export default {
  name: 'classify',
  title: 'Classifying one text',
  full: { epochs: 5, calls: 20_000 },
  quick: { epochs: 1, calls: 30, limit: 60 },
  cases: () =>
    Object.keys(KINDS).flatMap((kind) =>
      ['p50', 'p99'].map((share) => ({ id: `${kind}: ${share}`, unit: 'µs', better: 'lower' })),
    ),
  prepare: (settings) => writeCorpus(settings.folder, settings),
  contestants: [
    {
      name: 'lexigrad',
      threads: 1,
      prepare: (settings) => trainBoth((kind) => lexigradTraining(kind, settings)),
      run: async (settings) => {
        const { TextClassifier } = await library('models');
        return forEach(settings, async (kind) => {
          const classifier = await TextClassifier.load(lexigradModel(kind, settings.folder));
          return (text) => classifier.classify(text);
        });
      },
    },
    {
      name: 'fasttext.wasm.js',
      threads: 1,
      needs: ['fasttext.wasm.js'],
      prepare: (settings) => trainBoth((kind) => wasmTraining(kind, settings)),
      run: async (settings) => {
        const { loadModel } = await import('../peers/fasttext-wasm.mjs');
        return forEach(settings, async (kind) => {
          const predict = await loadModel(`${settings.folder}/wasm-${kind}.bin`);
          return (text) => predict(text, 4);
        });
      },
    },
    {
      name: 'fasttext-python',
      threads: 1,
      needs: ['fasttext-python', 'fasttext'],
      prepare: (settings) => trainBoth((kind) => fastTextTraining(kind, settings, 'python')),
      run: async (settings) => {
        const { runPython } = await import('../peers/python.mjs');
        return runPython('fasttext_peer.py', 'classify', { ...settings, kinds: Object.keys(KINDS) });
      },
    },
  ],
};

async function forEach(settings, load) {
  const texts = readTexts(settings.folder);
  const values = {};
  for (const kind of Object.keys(KINDS)) {
    const classify = await load(kind);
    const { p50, p99 } = await latency((i) => classify(texts[i % texts.length]), settings);
    Object.assign(values, { [`${kind}: p50`]: p50, [`${kind}: p99`]: p99 });
  }
  return values;
}
