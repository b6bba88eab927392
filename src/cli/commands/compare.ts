/** lexigrad compare A B DATA */
import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import {
  addSuggestionOption,
  compareLanguageModelFiles,
  type LanguageModelFlags,
} from '../evaluation-language-model.js';
import { isArpaFile } from '../language-models.js';
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
    .argument('<a>', 'a language model: one that train has saved, or an ARPA file')
    .argument('<b>', 'another')
    .argument('<data>', 'plain text that neither has seen')
    .description('Measure two language models on the same tokens, and tell whether they really differ.')
    .action(async (a: string, b: string, data: string) => {
      if (isArpaFile(data) || (await isModelFile(data)))
        throw new UsageError(`${data} is a model, not data: the two models come first, then the data`);
      const read = readOptionsOf(command);
      if (read.format !== 'text') await checkPlainText({ read }, data);
      const engine = await engineOf(command.opts());
      const flags = command.opts<LanguageModelFlags>();
      const { json, lines } = await compareLanguageModelFiles([a, b], data, flags, engine);
      if (command.opts().json) await terminal.writeJson({ data, ...json });
      else await terminal.write(`${data}: ${lines}`);
    });
  addSuggestionOption(command);
  addDataOptions(command);
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad compare corpus.ngram.lexigrad corpus.lexigrad test.txt', 'counts against a network'],
    ['lexigrad compare a.lexigrad b.arpa test.txt --json', 'all figures, for programs'],
  ]);
}
