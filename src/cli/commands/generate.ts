/** lexigrad generate MODEL [PROMPT] */
import { type Command, Option } from 'commander';
import { openText } from '../../files/node/open.js';
import { halfTyped } from '../../models/language-model/completion.js';
import { idOfToken } from '../../models/language-model/constraints.js';
import { type GenerateOptions, openingOf } from '../../models/language-model/generation.js';
import type { AnyLanguageModel } from '../../models/language-model/word-model.js';
import { printable } from '../format.js';
import { loadAnyLanguageModel } from '../language-models.js';
import {
  addCommonOptions,
  addEngineOptions,
  addExamples,
  atLeast,
  type EngineFlags,
  engineOf,
  mass,
  several,
  whole,
} from '../options.js';
import type { Terminal } from '../terminal.js';

/** How many unknown words are named. */
const NAMED = 10;

interface GenerateFlags extends EngineFlags {
  readonly json?: boolean;
  readonly maxTokens: number;
  readonly sentences: number;
  readonly stop?: string[];
  readonly stopToken?: string[];
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly repetitionWindow?: number;
  readonly uniqueNgrams?: number;
  readonly allow?: string[];
  readonly deny?: string[];
  readonly unknown?: boolean;
  readonly complete?: boolean;
  readonly seed: number;
  readonly count: number;
}

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument('<model>', 'a language model: one that train has saved, or an ARPA file')
    .argument('[prompt]', 'what the text begins with', '')
    .description(
      'Let a language model write text, shown while it is written. The same seed gives the same text.',
    )
    .addOption(
      new Option('--seed <n>', 'of chance; each further text has the next').default(1).argParser(whole()),
    )
    .addOption(new Option('--count <n>', 'how many texts').default(1).argParser(whole(1)))
    .option('--complete', 'the prompt’s last word is typed halfway, unless a space follows it: finish it')
    .action(async (model: string, prompt: string) => generate(terminal, model, prompt, command.opts()));
  addChoiceOptions(command);
  addEndOptions(command);
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad generate corpus.lexigrad "the dog" --temperature 0.8', 'one text'],
    ['lexigrad generate corpus.lexigrad --count 5 --top-p 0.9 --json', 'five texts, as JSON'],
    ['lexigrad generate poems.lexigrad --sentences 4 --max-tokens 200', 'four lines'],
    ['lexigrad generate corpus.lexigrad --deny dog --deny @rude.txt', 'without some words'],
  ]);
}

/** Which token comes next. */
function addChoiceOptions(command: Command): void {
  const add = (flags: string, description: string) => {
    const option = new Option(flags, description).helpGroup('Choosing tokens:');
    command.addOption(option);
    return option;
  };
  add('--temperature <t>', 'below 1 the likely becomes likelier; 0 takes the likeliest')
    .default(1)
    .argParser(atLeast(0));
  add('--top-k <k>', 'choose among the k likeliest (default: all)').argParser(whole(1));
  add('--top-p <p>', 'choose among the likeliest that make up p together (default: 1)').argParser(mass);
  add('--min-p <p>', 'only tokens at least p times as likely as the likeliest (default: all)').argParser(
    mass,
  );
  add('--repetition-penalty <x>', 'a token that came lately is x times less likely (default: 1)').argParser(
    atLeast(1),
  );
  add('--repetition-window <n>', 'lately: among the last n tokens (default: 64)').argParser(whole(1));
  add('--unique-ngrams <n>', 'no n tokens in a row come twice (default: they may)').argParser(whole(1));
  add(
    '--allow <token>',
    'only this, what else is allowed, and the end; @file has one a line (default: all)',
  ).argParser(several);
  add('--deny <token>', 'never this; @file has one a line; may be given again').argParser(several);
  add('--unknown', 'let <unk> be chosen, which stands for all unknown words');
}

/** What ends a text. */
function addEndOptions(command: Command): void {
  const add = (flags: string, description: string) => {
    const option = new Option(flags, description).helpGroup('Ending:');
    command.addOption(option);
    return option;
  };
  add('--max-tokens <n>', 'at most so many after the prompt').default(50).argParser(whole(1));
  add('--sentences <n>', 'go on after a sentence until there are n, each on a line')
    .default(1)
    .argParser(whole(1));
  add('--stop <text>', 'end before this text; may be given again').argParser(several);
  add('--stop-token <token>', 'end before this token; may be given again').argParser(several);
}

async function generate(
  terminal: Terminal,
  path: string,
  prompt: string,
  flags: GenerateFlags,
): Promise<void> {
  const lm = await loadAnyLanguageModel(path, await engineOf(flags), 'generate');
  const options: GenerateOptions = {
    ...flags,
    prompt,
    completeWord: flags.complete,
    maximumTokens: flags.maxTokens,
    stopTokens: flags.stopToken,
    allow: await listed(flags.allow),
    deny: await listed(flags.deny),
  };
  const { tokenizer, vocabulary } = lm;
  const words = flags.complete ? halfTyped(tokenizer, prompt).words : tokenizer.tokenize(prompt);
  const isUnknown = (token: string) => idOfToken(vocabulary, tokenizer, token) === undefined;
  noteUnknown(
    terminal,
    'in the prompt',
    words.filter((word) => !vocabulary.has(word)),
  );
  noteUnknown(terminal, 'among the allowed tokens', [...(options.allow ?? [])].filter(isUnknown));
  const texts = [];
  for (let i = 0; i < flags.count; i++) {
    const seed = flags.seed + i;
    if (flags.json) texts.push({ ...lm.generate({ ...options, seed }), seed });
    else await writeWhileGenerated(terminal, lm, { ...options, seed });
  }
  if (flags.json) await terminal.writeJson(texts);
}

/** Token by token, as a person sees it who waits. */
async function writeWhileGenerated(
  terminal: Terminal,
  lm: AnyLanguageModel,
  options: GenerateOptions,
): Promise<void> {
  let opening: string | undefined = openingOf(lm, options);
  for await (const { text } of lm.generateStream(options)) {
    // With the first piece, so that refused settings leave no half text behind.
    await terminal.write(shown((opening ?? '') + text));
    opening = undefined;
  }
  await terminal.write(`${opening ?? ''}\n`);
}

/** Words that the model reads as `<unk>`, or cannot write. */
function noteUnknown(terminal: Terminal, where: string, words: readonly string[]): void {
  const unknown = [...new Set(words)];
  if (unknown.length === 0) return;
  const first = unknown.slice(0, NAMED).map(printable).join(', ');
  const more = unknown.length > NAMED ? ` and ${unknown.length - NAMED} more` : '';
  terminal.say(`note: not in the vocabulary, ${where}: ${first}${more}`);
}

/** Line ends and tabs stay; what else could steer the terminal is spelt out. */
function shown(text: string): string {
  return text.replace(/[^\n\t]+/g, printable);
}

/** Tokens as they were given, and those in the files after an `@`. */
async function listed(entries: readonly string[] | undefined): Promise<string[] | undefined> {
  if (entries === undefined) return undefined;
  const tokens: string[] = [];
  for (const entry of entries) {
    if (!entry.startsWith('@') || entry === '@') tokens.push(entry);
    else
      for await (const { text } of openText(entry.slice(1))) if (text.trim() !== '') tokens.push(text.trim());
  }
  return tokens;
}
