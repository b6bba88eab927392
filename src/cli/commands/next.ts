/** lexigrad next MODEL TEXT */
import { type Command, Option } from 'commander';
import type { Engine } from '../../engine/engine.js';
import { readLines } from '../../files/node/task.js';
import { LanguageModel } from '../../models/language-model/language-model.js';
import { compareOpinions, ngramEvidence } from '../../models/language-model/opinions.js';
import { NgramLanguageModel } from '../../models/ngram/language-model.js';
import { UsageError } from '../errors.js';
import { nearestTable, nextWordExplanation, opinionTable, shown } from '../explain-next-word.js';
import { bar, displayWidth, pad, printable, probability } from '../format.js';
import { type AnyModel, loadAnyLanguageModel } from '../language-models.js';
import {
  addCommonOptions,
  addEngineOptions,
  addExamples,
  type EngineFlags,
  engineOf,
  whole,
} from '../options.js';
import type { Terminal } from '../terminal.js';

const BAR_WIDTH = 20;
/** How many nearest contexts are told, and how many words of each model. */
const SHOWN = 5;

interface NextFlags extends EngineFlags {
  readonly json?: boolean;
  readonly top: number;
  readonly complete?: boolean;
  readonly explain?: boolean;
  readonly word?: string;
  readonly corpus?: string;
  readonly ngram?: string;
}

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument('<model>', 'a language model: one that train has saved, or an ARPA file')
    .argument('[text]', 'what comes before; without it, the first tokens of a sentence', '')
    .description('Show the likeliest next tokens of a text. </s> is the end of the sentence.')
    .addOption(new Option('--top <k>', 'how many').default(10).argParser(whole(1)))
    .option(
      '--complete',
      'the last word is typed halfway, unless a space follows it: show what it may become',
    )
    .action(async (model: string, text: string) => next(terminal, model, text, command.opts()));
  const why = (flags: string, description: string) =>
    command.addOption(new Option(flags, description).helpGroup('Why this word:'));
  why('--explain', 'show what each word before did for the likeliest word');
  why('--word <word>', 'explain this word, not the likeliest');
  why('--corpus <file>', 'explain, with the contexts of this text that the network takes for the most alike');
  why(
    '--ngram <model>',
    'explain, beside the opinion of this n-gram model (with --corpus: default, its own)',
  );
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad next corpus.lexigrad "the dog gets"', 'the ten likeliest'],
    ['lexigrad next corpus.lexigrad "the dog g" --complete', 'what g may become'],
    ['lexigrad next corpus.lexigrad "the dog gets" --explain', 'why the likeliest'],
    ['lexigrad next corpus.lexigrad "the dog" --top 3 --json', '[{"token":"…","probability":…},…]'],
  ]);
}

async function next(terminal: Terminal, path: string, text: string, flags: NextFlags): Promise<void> {
  const { word, corpus, ngram, explain = (word ?? corpus ?? ngram) !== undefined } = flags;
  if (explain && flags.complete) throw new UsageError('--complete finishes a word, which is not explained');
  const engine = await engineOf(flags);
  const lm = await loadAnyLanguageModel(path, engine, 'next');
  if (explain) return whyNext(terminal, path, lm, text, flags, engine);
  const tokens = lm.next(text, { top: flags.top, completeWord: flags.complete });
  if (flags.json) return terminal.writeJson(tokens);
  const half = flags.complete && tokens.length > 0 && !/\s$/.test(text);
  const written = lm.tokenizer.tokenize(text).slice(0, half ? -1 : undefined);
  noteUnknown(terminal, lm, written);
  if (tokens.length === 0) return terminal.say('no word of the vocabulary begins so');
  const width = Math.max(...tokens.map(({ token }) => displayWidth(shown(token))));
  for (const { token, probability: p } of tokens) {
    const drawn = terminal.mark('cyan', bar(p, BAR_WIDTH));
    await terminal.write(`${`${pad(shown(token), width)}  ${probability(p)}  ${drawn}`.trimEnd()}\n`);
  }
}

/** The reasons for one word: the context's words, the nearest contexts, and what the counts say. */
async function whyNext(
  terminal: Terminal,
  path: string,
  lm: AnyModel,
  text: string,
  { word, corpus, ngram, json }: Pick<NextFlags, 'word' | 'corpus' | 'ngram' | 'json'>,
  engine: Engine,
): Promise<void> {
  if (!(lm instanceof LanguageModel))
    throw new UsageError(
      `--explain is for networks; ${path} is an n-gram model, whose reasons are its counts`,
    );
  const explanation = lm.explain(text, word);
  const counts = await ngramModel(lm, { corpus, ngram }, engine);
  const opinions = counts && compareOpinions(lm, counts, text, { top: SHOWN, word: explanation.word });
  const evidence = counts && ngramEvidence(counts, text, explanation.word);
  const index = corpus === undefined ? undefined : await lm.contextIndex(readLines(corpus));
  const nearest = index?.nearest(text, SHOWN);
  if (json) {
    const { positions, corpusPositions, size } = index ?? {};
    return terminal.writeJson({
      ...explanation,
      ...(opinions && {
        opinions: opinions.map(({ token, first, second }) => ({
          token,
          network: first ?? null,
          ngrams: second ?? null,
        })),
        evidence,
      }),
      ...(nearest && { nearest, index: { contexts: size, positions, corpusPositions } }),
    });
  }
  noteUnknown(terminal, lm, lm.tokenizer.tokenize(text));
  const join = lm.tokenizer.options.kind === 'characters' ? '' : ' ';
  await terminal.write(nextWordExplanation(explanation, terminal, join));
  if (opinions) await terminal.write(opinionTable(opinions, evidence!, explanation.word, terminal, join));
  if (nearest) await terminal.write(nearestTable(nearest, index!, explanation.word, terminal, join));
}

/** The n-gram model that was given, else one of the corpus with the network's words. */
async function ngramModel(
  lm: LanguageModel,
  { corpus, ngram }: Pick<NextFlags, 'corpus' | 'ngram'>,
  engine: Engine,
): Promise<NgramLanguageModel | undefined> {
  if (ngram !== undefined) {
    const model = await loadAnyLanguageModel(ngram, engine, '--ngram');
    if (model instanceof NgramLanguageModel) return model;
    throw new UsageError(
      `--ngram needs an n-gram model; ${ngram} is a network (train one with train --ngram)`,
    );
  }
  if (corpus === undefined) return undefined;
  return NgramLanguageModel.train(readLines(corpus), { like: lm, context: lm.config.context });
}

function noteUnknown(terminal: Terminal, lm: AnyModel, tokens: readonly string[]): void {
  const unknown = tokens.filter((token) => !lm.vocabulary.has(token));
  if (unknown.length > 0) terminal.say(`note: not in the vocabulary: ${unknown.map(printable).join(', ')}`);
}
