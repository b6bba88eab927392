/**
 * The tour that `npm start` gives: a text classifier and a language model, trained on the example data, asked, explained
 * and saved. Read it as an example of the library's use.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { styleText } from 'node:util';
import {
  defaultEngine,
  type Explanation,
  type LabelScore,
  TextClassifier,
  type TrainingEvent,
} from 'lexigrad';
import { readExamples } from 'lexigrad/files/node';
import { runStory } from './story/demonstration.js';

const OUT = 'out';
const started = performance.now();

mkdirSync(OUT, { recursive: true });
heading('Lexigrad');
print(`engine: ${defaultEngine().description}, Node ${process.versions.node}`);

await classifierTour();
await languageModelTour();

heading('What to try next');
print(`  npx lexigrad predict ${OUT}/messages.lexigrad "where is my parcel" --explain
  npx lexigrad next ${OUT}/story.lexigrad "the dog gets"
  npx lexigrad generate ${OUT}/story.lexigrad "the cat" --count 3
  npx lexigrad train YOUR_DATA.csv
Everything took ${((performance.now() - started) / 1000).toFixed(0)} s.`);

async function classifierTour(): Promise<void> {
  heading('1. A text classifier: what does a customer want?');
  const examples = await readExamples('examples/data/messages.csv');
  print('reading examples/data/messages.csv: 1,680 short messages in English and Chinese, 8 intents');
  const all = [];
  for await (const example of examples) all.push(example);
  // Every tenth message is kept for the test and not looked at in training.
  const test = all.filter((_, i) => i % 10 === 0);
  const train = all.filter((_, i) => i % 10 !== 0);

  const classifier = await TextClassifier.train(train, { onEvent: progress('accuracy') });
  const report = await classifier.evaluate(test);
  print(
    `test accuracy ${percent(report.accuracy)} (macro F1 ${percent(report.scores.macro.f1)}) on ${report.examples} messages that were held out;` +
      ` guessing would give ${percent(1 / classifier.labels.length)}`,
  );

  for (const text of [
    'the charger melted after two days!!',
    'i was charged twice for one order',
    '密码忘了登不上去怎么办',
    'love it, thank you so much 😊',
  ]) {
    print(`  ${text}\n    ${scores(classifier.classify(text))}`);
  }
  print('\nWhy? What each word adds to the first label’s score:');
  print(`  ${explained(classifier.explain('i was charged twice for one order'))}`);
  await classifier.save(`${OUT}/messages.lexigrad`);
  print(
    `saved ${OUT}/messages.lexigrad: ${classifier.parameterCount.toLocaleString('en')} parameters, weights ${classifier.hash}`,
  );
}

async function languageModelTour(): Promise<void> {
  heading('2. A language model: what comes next?');
  print(
    'a story grammar writes 12,000 sentences; it knows how predictable they are, so we see how good the model is',
  );
  const story = await runStory(progress('perplexity'));
  writeFileSync(`${OUT}/story.txt`, story.corpus);
  print(
    `perplexity on ${story.testTokens.toLocaleString('en')} test tokens (V = ${story.model.vocabulary.size}):`,
  );
  print(`  the grammar itself, the best possible  ${story.grammar.toFixed(3)}`);
  print(
    `  neural model of order 5                ${story.neural.toFixed(3)}   (${percent(story.neural / story.grammar - 1)} above)`,
  );
  print(
    `  counted 5-grams, modified Kneser–Ney   ${story.ngram.toFixed(3)}   (${percent(story.ngram / story.grammar - 1)} above)`,
  );

  print('\nPairs that never occur in training, though they do with similar words:');
  print('                        neural   n-gram   | after similar words: neural   n-gram');
  for (const { subject, participle, neural, ngram, neuralSiblings, ngramSiblings } of story.pairs) {
    const cells = [neural, ngram, neuralSiblings, ngramSiblings].map((p) => p.toFixed(3));
    print(
      `  ${`${subject} gets ${participle}`.padEnd(20)}  ${cells[0]}    ${cells[1]}    |                      ${cells[2]}    ${cells[3]}`,
    );
  }
  print('The network has learned which words are alike, and expects what it has not seen; counts cannot.');

  const prompt = 'i forgot to make sure that the dog gets';
  print(`\n${prompt} …`);
  print(
    `  ${story.model
      .next(prompt)
      .map(({ token, probability }) => `${token} ${percent(probability)}`)
      .join('  ')}`,
  );
  print('made up by the model:');
  for (const seed of [1, 2, 3])
    print(`  ${story.model.generate({ prompt: 'the cat', seed, temperature: 0.8 }).text}`);
  await story.model.save(`${OUT}/story.lexigrad`);
  print(
    `saved ${OUT}/story.lexigrad: ${story.model.parameterCount.toLocaleString('en')} parameters, weights ${story.model.hash}`,
  );
}

/** One line an epoch, and a running line between them on a terminal. */
function progress(measure: string): (event: TrainingEvent) => void {
  const live = process.stdout.isTTY === true;
  let drawn = 0;
  return (event) => {
    if (event.kind === 'step' && live && performance.now() - drawn > 100) {
      drawn = performance.now();
      process.stdout.write(`\r\x1b[K  step ${event.step}/${event.totalSteps}  loss ${event.loss.toFixed(3)}`);
    }
    if (event.kind === 'epoch') {
      if (live) process.stdout.write('\r\x1b[K');
      const value = event.validation?.[measure]?.toFixed(3) ?? '–';
      const speed = Math.round(event.examplesPerSecond).toLocaleString('en');
      print(
        `  epoch ${String(event.epoch).padStart(2)}  loss ${event.trainLoss.toFixed(3)}  validation ${measure} ${value}  ${speed}/s`,
      );
    }
  };
}

function scores(ranked: readonly LabelScore[]): string {
  return ranked
    .slice(0, 3)
    .map(({ label, score }) => `${label} ${percent(score)}`)
    .join('  ');
}

function explained({ label, words }: Explanation): string {
  return `${label}: ${words.map(({ token, occlusion }) => `${token} ${occlusion >= 0 ? '+' : '−'}${Math.abs(occlusion).toFixed(2)}`).join('  ')}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function heading(text: string): void {
  print(`\n${styleText('bold', text)}`);
}

function print(text: string): void {
  console.log(text);
}
