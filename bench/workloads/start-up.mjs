/**
 * Starting, ms of a whole process: to import the library, load a classifier and label one text; and the same with the
 * command line. `node -e 0` is what no JavaScript program can beat.
 */
import { join } from 'node:path';
import { runCommand } from '../harness/children.mjs';
import { writeCorpus } from '../harness/corpus.mjs';
import { command } from '../harness/places.mjs';
import { median } from '../harness/statistics.mjs';
import { fastTextTraining, lexigradModel, lexigradTraining, trainBoth } from './classifiers.mjs';
import { wasmTraining } from './train-classifier.mjs';

const TEXT = 'stocks rise as oil prices fall';
const [IN_PROGRAM, IN_SHELL] = ['a program that labels one text', 'a command that labels one text'];
const KIND = 'unigrams';

export default {
  name: 'start-up',
  title: 'Starting up and labelling one text',
  full: { epochs: 1, limit: 5000, repeats: 10 },
  quick: { epochs: 1, limit: 60, repeats: 1 },
  cases: () => [IN_PROGRAM, IN_SHELL].map((id) => ({ id, unit: 'ms', better: 'lower' })),
  prepare: (settings) => writeCorpus(settings.folder, settings),
  contestants: [
    {
      name: 'lexigrad',
      prepare: (settings) => trainBoth((kind) => lexigradTraining(kind, settings)),
      run: async (settings) => {
        const model = lexigradModel(KIND, settings.folder);
        const index = new URL('../../dist/index.js', import.meta.url).href;
        const code = `const { TextClassifier } = await import(${JSON.stringify(index)});
          (await TextClassifier.load(${JSON.stringify(model)})).classify(${JSON.stringify(TEXT)});`;
        return {
          [IN_PROGRAM]: await milliseconds(settings, nodeRunning(code)),
          [IN_SHELL]: await milliseconds(settings, [process.execPath, command, 'predict', model, TEXT]),
        };
      },
    },
    {
      name: 'node -e 0',
      run: async (settings) => {
        const empty = await milliseconds(settings, nodeRunning('0'));
        return { [IN_PROGRAM]: empty, [IN_SHELL]: empty };
      },
    },
    {
      name: 'fasttext.wasm.js',
      needs: ['fasttext.wasm.js'],
      prepare: (settings) => trainBoth((kind) => wasmTraining(kind, settings)),
      run: async (settings) => {
        const peer = new URL('../peers/fasttext-wasm.mjs', import.meta.url).href;
        const code = `const { loadModel } = await import(${JSON.stringify(peer)});
          (await loadModel(${JSON.stringify(join(settings.folder, `wasm-${KIND}.bin`))}))(${JSON.stringify(TEXT)}, 1);`;
        return { [IN_PROGRAM]: await milliseconds(settings, nodeRunning(code)) };
      },
    },
    {
      name: 'fasttext',
      needs: ['fasttext'],
      prepare: (settings) => trainBoth((kind) => fastTextTraining(kind, settings, 'start')),
      run: async (settings) => {
        const words = ['fasttext', 'predict-prob', join(settings.folder, `start-${KIND}.bin`), '-'];
        return { [IN_SHELL]: await milliseconds(settings, words, `${TEXT}\n`) };
      },
    },
    {
      name: 'tfjs-wasm, ready and no more',
      needs: ['tfjs', 'tfjs-wasm'],
      run: async (settings) => {
        const peer = new URL('../peers/tfjs.mjs', import.meta.url).href;
        const code = `await (await import(${JSON.stringify(peer)})).start('wasm');`;
        return { [IN_PROGRAM]: await milliseconds(settings, nodeRunning(code)) };
      },
    },
  ],
};

function nodeRunning(code) {
  return [process.execPath, '--input-type=module', '-e', code];
}

async function milliseconds({ repeats }, words, input) {
  const times = [];
  for (let i = 0; i < repeats; i++) times.push(1000 * (await runCommand(words, { input })).seconds);
  return median(times);
}
