/** fasttext.wasm.js: fastText compiled to WebAssembly. It trains from an address alone and gives models as blobs. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

async function start() {
  const { getFastTextClass, getFastTextModule } = await import('fasttext.wasm.js');
  const FastText = await getFastTextClass({ getFastTextModule });
  return new FastText();
}

/** Trains on a file of labelled lines and saves the model. */
export async function train(file, output, options) {
  const fastText = await start();
  const model = await fastText.trainSupervised(dataAddress(file), options, () => {});
  await writeFile(output, new Uint8Array(await model.saveModel().arrayBuffer()));
}

/** The share of texts whose likeliest label is right. */
export async function test(file, modelFile) {
  const model = await open(modelFile);
  const meter = await model.test(dataAddress(file), 1, 0);
  return meter.precision;
}

/** @returns a function that gives the k likeliest labels of a text */
export async function loadModel(file) {
  const model = await open(file);
  return (text, k) => {
    const pairs = model.ft.predict(`${text}\n`, k, 0);
    return Array.from({ length: pairs.size() }, (_, i) => pairs.get(i));
  };
}

/** Straight into its file system: loadModel would fetch an address. */
async function open(file) {
  const { FastTextModel } = await import('fasttext.wasm.js');
  const fastText = await start();
  fastText.fs.writeFile('model.bin', readFileSync(file));
  fastText.ft.loadModel('model.bin');
  return new FastTextModel(fastText.ft, fastText.core);
}

function dataAddress(file) {
  return `data:text/plain;base64,${readFileSync(file).toString('base64')}`;
}
