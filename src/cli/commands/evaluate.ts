/** lexigrad evaluate MODEL DATA */
import type { Command } from 'commander';
import { readExamples, readNumericRows } from '../../files/node/examples.js';
import { readLines } from '../../files/node/task.js';
import { TextClassifier } from '../../models/classifier/classifier.js';
import { LanguageModel } from '../../models/language-model/language-model.js';
import { UsageError } from '../errors.js';
import { type Evaluation, evaluateClassifier, evaluateNetwork, perplexity } from '../evaluation.js';
import { loadModel } from '../models.js';
import {
  addCommonOptions,
  addDataOptions,
  addEngineOptions,
  addExamples,
  engineOf,
  readOptionsOf,
} from '../options.js';
import type { Terminal } from '../terminal.js';
import { checkPlainText } from '../training/language-model.js';
import { isModelFile } from '../vectors.js';

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument('<model>', 'a model that train has saved')
    .argument('<data>', 'labelled texts for a classifier, plain text for a language model')
    .description('Measure a model on data that it has not seen: accuracy, F1 and more, or perplexity.')
    .action(async (model: string, data: string) => {
      const { json, lines } = await evaluate(command, model, data);
      if (command.opts().json) await terminal.writeJson({ data, ...json });
      else await terminal.write(`${data}: ${lines}`);
    });
  addDataOptions(command);
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad evaluate tickets.lexigrad test.csv', 'accuracy, F1, a table of the labels'],
    ['lexigrad evaluate corpus.lexigrad test.txt --json', 'perplexity, token count and more as JSON'],
  ]);
}

async function evaluate(command: Command, path: string, data: string): Promise<Evaluation> {
  const read = readOptionsOf(command);
  if (await isModelFile(data)) {
    throw new UsageError(`${data} is a model, not data: the model comes first, then the data`);
  }
  const model = await loadModel(path, await engineOf(command.opts()));
  if (model instanceof TextClassifier) return evaluateClassifier(model, await readExamples(data, read), data);
  if (!(model instanceof LanguageModel))
    return evaluateNetwork(model, await readNumericRows(data, read), data);
  if (read.format !== 'text') await checkPlainText({ read }, data);
  const { encoding } = read;
  return perplexity(await model.perplexity(readLines(data, encoding === undefined ? {} : { encoding })));
}
