/**
 * Runs the installed package on any runtime that has ES modules: Node, Deno, Bun. Started in a folder where `lexigrad`
 * is installed; prints one line, or fails. Arguments: the subpaths to import.
 */
import { readFile, rm } from 'node:fs/promises';
import process from 'node:process';

for (const path of process.argv.slice(2)) {
  const module = await import(`lexigrad${path}`);
  if (Object.keys(module).length === 0) throw new Error(`lexigrad${path} exports nothing`);
}

const { LanguageModel, TextClassifier, VERSION } = await import('lexigrad');
const { Classifier } = await import('lexigrad/classify');

const animals = ['cat', 'dog', 'horse', 'owl', 'fox'];
const tools = ['hammer', 'saw', 'drill', 'pliers', 'chisel'];
const examples = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => [
  { text: `the ${animals[i % 5]} and the ${animals[(i + 2) % 5]}`, label: 'animal' },
  { text: `the ${tools[i % 5]} and the ${tools[(i + 3) % 5]}`, label: 'tool' },
]);
const trained = await TextClassifier.train(examples, { epochs: 5, seed: 3 });
await trained.save('smoke.lexigrad');
const loaded = await TextClassifier.load('smoke.lexigrad');
const small = Classifier.fromBytes(await readFile('smoke.lexigrad'), 'smoke.lexigrad');
await rm('smoke.lexigrad');
for (const text of ['an owl', 'a saw']) {
  const [expected] = trained.classify(text);
  for (const model of [loaded, small]) {
    const [found] = model.classify(text);
    if (found.label !== expected.label || Math.abs(found.score - expected.score) > 1e-6)
      throw new Error(`“${text}”: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
  }
}
if (trained.classify('an owl')[0].label !== 'animal') throw new Error('an owl is an animal');

const lines = examples.map(({ text }) => text);
const language = await LanguageModel.train(lines, { epochs: 2, seed: 3 });
if (!(language.next('the', { top: 3 })[0].probability > 0)) throw new Error('no word is likely to follow');
console.log(`lexigrad ${VERSION}: weights ${trained.hash} ${language.hash}`);
