/** `train --ngram`: counting instead of learning. */

import { temporaryStore } from '../../files/node/runs.js';
import { readLines } from '../../files/node/task.js';
import { NGRAM_DEFAULTS, NgramLanguageModel } from '../../models/ngram/language-model.js';
import { UsageError } from '../errors.js';
import { perplexity } from '../evaluation.js';
import { bytes, count, percent, printable } from '../format.js';
import { loadAnyLanguageModel } from '../language-models.js';
import { type Job, type SplitResult, shellWord, type Trained } from './job.js';
import { checkPlainText } from './language-model.js';

const MEGABYTE = 1e6;

export async function trainOnCounts(job: Job): Promise<Trained> {
  const { data, flags, note, engine } = job;
  const { validation, test, order = NGRAM_DEFAULTS.order, context = 'sentence', memory } = flags;
  checkLike(flags);
  for (const file of [data, validation, test]) if (file !== undefined) await checkPlainText(job, file);
  const like =
    flags.like === undefined ? undefined : await loadAnyLanguageModel(flags.like, engine, '--like');
  const store = temporaryStore();
  let firstLine = '';
  let lineCount = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const line of linesOf(job, data)) {
      lineCount++;
      firstLine ||= line.trim();
      yield line;
    }
  }
  let model: NgramLanguageModel;
  try {
    model = await NgramLanguageModel.train(lines(), {
      ...{ order, context, like, store },
      tokenizer: flags.tokenizer && { kind: flags.tokenizer },
      minimumCount: flags.minCount,
      maximumVocabulary: flags.maxVocabulary,
      memory: memory === undefined ? undefined : memory * MEGABYTE,
    });
  } finally {
    await store.remove();
  }
  const { trainTokens, unknownRate } = model.record.data as { trainTokens: number; unknownRate: number };
  note(`${count(lineCount)} lines, ${count(trainTokens)} tokens with the sentence ends`);
  note(`vocabulary ${count(model.vocabulary.size)}, ${percent(unknownRate)} of the text unknown`);
  if (store.byteLength > 0) note(`${bytes(store.byteLength)} of counts were put aside on the disk`);
  const { ngrams } = model;
  const sizes = ngrams.ngramCounts.map((size, i) => `${count(size)} of ${i + 1}`);
  note(`n-grams by length: ${sizes.join(', ')}`);
  note(
    `${bytes(ngrams.byteLength)} in memory, ${(ngrams.byteLength / ngrams.trie.size).toFixed(1)} bytes an n-gram`,
  );
  note('all lines are counted; none are held out');
  return {
    model,
    data: { lines: lineCount, ...model.record.data },
    measure: () => measureSplits(job, model),
    next: nextSteps(job, firstLine),
  };
}

/** @throws UsageError for flags that say anew what the model of --like has settled */
function checkLike({ like, tokenizer, minCount, maxVocabulary }: Job['flags']): void {
  if (like === undefined) return;
  const said = [
    ['--tokenizer', tokenizer],
    ['--min-count', minCount],
    ['--max-vocabulary', maxVocabulary],
  ].find(([, value]) => value !== undefined);
  if (said !== undefined)
    throw new UsageError(`--like takes tokenizer and vocabulary from ${like}: leave out ${said[0]}`);
}

function linesOf({ read }: Job, file: string): AsyncGenerator<string> {
  return readLines(file, read.encoding === undefined ? {} : { encoding: read.encoding });
}

async function measureSplits(job: Job, model: NgramLanguageModel): Promise<SplitResult[]> {
  const results: SplitResult[] = [];
  for (const split of ['validation', 'test'] as const) {
    const file = job.flags[split];
    if (file === undefined) continue;
    results.push({ split, from: file, evaluation: perplexity(await model.perplexity(linesOf(job, file))) });
  }
  return results;
}

function nextSteps({ output }: Job, line: string): [string, string][] {
  const model = shellWord(output);
  const text = shellWord(printable(line.split(/\s+/).slice(0, 3).join(' ').slice(0, 60)));
  return [
    [`lexigrad next ${model} ${text}`, 'what comes next'],
    [`lexigrad evaluate ${model} FILE`, 'how well it predicts a text'],
    [
      `lexigrad export ${model} ${shellWord(output.replace(/\.lexigrad$/, ''))}.arpa`,
      'for SRILM, KenLM and others',
    ],
  ];
}
