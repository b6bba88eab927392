/** lexigrad train DATA */
import type { Command } from 'commander';
import { addCommonOptions, addDataOptions, addEngineOptions, addExamples } from '../options.js';
import type { CommandContext } from '../run.js';
import type { Terminal } from '../terminal.js';
import { addTrainOptions } from '../training/flags.js';
import { runTraining } from '../training/run.js';

export function declare(command: Command, terminal: Terminal, context: CommandContext): void {
  command
    .argument('<data>', 'labelled texts, plain text, or a table of numbers; may be gzip')
    .description(
      'Train a model on a file. Labelled texts (CSV, TSV, JSONL, fastText lines, Parquet, Arrow) give a text classifier, plain ' +
        'text a language model, a table of numbers a feedforward network. Ctrl-C saves the state of training and ' +
        'stops; --resume goes on from there, to the same result.',
    )
    .action(async (data: string) => {
      context.exit(await runTraining(command, data, terminal, context.words));
    });
  addTrainOptions(command);
  addDataOptions(command);
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad train tickets.csv', 'a classifier; some rows are held out to judge it'],
    ['lexigrad train train.tsv --validation dev.tsv --test test.tsv', 'with splits of your own'],
    ['lexigrad train corpus.txt --tokenizer whitespace --order 4', 'a language model'],
    ['lexigrad train corpus.txt --ngram', 'n-grams, to compare with or to mix'],
    ['lexigrad train corpus.txt --resume', 'go on after Ctrl-C'],
    ['lexigrad train data.csv --embeddings glove.6B.100d.txt.gz', 'start from word vectors'],
  ]);
}
