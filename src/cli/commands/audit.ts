/** lexigrad audit DATA */
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import type { LabelledExample, ReadOptions } from '../../files/examples.js';
import { readExamples } from '../../files/node/examples.js';
import { auditExamples } from '../../report/audit.js';
import { auditFindings } from '../../report/findings.js';
import { auditLines } from '../audit-lines.js';
import { UsageError } from '../errors.js';
import {
  addCommonOptions,
  addDataOptions,
  addEngineOptions,
  addExamples,
  type CommonFlags,
  type EngineFlags,
  engineOf,
  mass,
  readOptionsOf,
  whole,
} from '../options.js';
import { checkPage, writePage } from '../page.js';
import type { Terminal } from '../terminal.js';
import { isModelFile } from '../vectors.js';

interface AuditFlags extends CommonFlags, EngineFlags {
  readonly test?: string;
  readonly labelErrors?: boolean;
  readonly folds?: number;
  readonly similarity?: number;
  readonly list?: number;
  readonly seed?: number;
  readonly html?: string;
}

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument('<data>', 'labelled texts')
    .description(
      'Look at labelled texts before training on them: duplicates and near duplicates, contradicting labels, texts ' +
        'that training and test data share, labels out of balance, empty and very long texts, and probable label errors.',
    )
    .option('--test <file>', 'test data, which should share no text with the others')
    .option('--label-errors', 'also look for wrong labels; trains a classifier for each fold')
    .addOption(new Option('--folds <n>', 'folds for that (default: 5)').argParser(whole(2)))
    .addOption(
      new Option(
        '--similarity <share>',
        'near duplicates share so many of their runs of four characters (default: 0.8)',
      ).argParser(mass),
    )
    .addOption(
      new Option('--list <n>', 'how many of each kind --json and --html list (default: 20)').argParser(
        whole(1),
      ),
    )
    .addOption(new Option('--seed <n>', 'of the folds and trainings (default: 1)').argParser(whole()))
    .option('--html <file>', 'write the audit as one page')
    .action(async (data: string) => audit(command, data, terminal));
  addDataOptions(command);
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad audit tickets.csv', 'what to mend before training'],
    ['lexigrad audit train.tsv --test test.tsv', 'do they share texts?'],
    ['lexigrad audit tickets.csv --label-errors --html audit.html', 'with probable label errors, as a page'],
  ]);
}

async function audit(command: Command, data: string, terminal: Terminal): Promise<void> {
  const flags = command.opts<AuditFlags>();
  const { test, labelErrors = false, folds, similarity, list, seed, html, json } = flags;
  if (!labelErrors && folds !== undefined) throw new UsageError('--folds goes with --label-errors');
  await checkPage(html, test === undefined ? [data] : [data, test]);
  const read = readOptionsOf(command);
  const engine = await engineOf(flags);
  const report = await auditExamples(
    await readAll(data, read),
    test === undefined ? undefined : await readAll(test, read),
    {
      ...{ data: basename(data), test: test && basename(test), similarity, most: list },
      labelErrors: labelErrors && {
        ...{ folds, seed, classifier: { engine } },
        onFold: (fold, all) => terminal.say(`looking for label errors: fold ${fold} of ${all}`),
      },
    },
  );
  if (html !== undefined) {
    const { auditPage } = await import('../../report/html/audit-page.js');
    await writePage(html, auditPage(report), terminal);
  }
  if (json) await terminal.writeJson({ ...report, findings: auditFindings(report) });
  else await terminal.write(`${data}: ${auditLines(report, terminal)}`);
}

async function readAll(file: string, read: ReadOptions): Promise<LabelledExample[]> {
  if (await isModelFile(file)) throw new UsageError(`${file} is a model, not data`);
  const examples: LabelledExample[] = [];
  for await (const example of await readExamples(file, read)) examples.push(example);
  return examples;
}
