/** lexigrad next MODEL TEXT */
import { type Command, Option } from 'commander';
import { bar, displayWidth, pad, printable, probability } from '../format.js';
import { loadLanguageModel } from '../models.js';
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

export function declare(command: Command, terminal: Terminal): void {
  command
    .argument('<model>', 'a language model that train has saved')
    .argument('[text]', 'what comes before; without it, the first tokens of a sentence', '')
    .description('Show the likeliest next tokens of a text. </s> is the end of the sentence.')
    .addOption(new Option('--top <k>', 'how many').default(10).argParser(whole(1)))
    .action(async (model: string, text: string) => next(terminal, model, text, command.opts()));
  addEngineOptions(command);
  addCommonOptions(command);
  addExamples(command, [
    ['lexigrad next corpus.lexigrad "the dog gets"', 'the ten likeliest'],
    ['lexigrad next corpus.lexigrad "the dog" --top 3 --json', '[{"token":"…","probability":…},…]'],
  ]);
}

async function next(
  terminal: Terminal,
  path: string,
  text: string,
  flags: EngineFlags & { readonly json?: boolean; readonly top: number },
): Promise<void> {
  const lm = await loadLanguageModel(path, await engineOf(flags), 'next');
  const tokens = lm.next(text, { top: flags.top });
  if (flags.json) return terminal.writeJson(tokens);
  const unknown = lm.tokenizer.tokenize(text).filter((token) => !lm.vocabulary.has(token));
  if (unknown.length > 0) terminal.say(`note: not in the vocabulary: ${unknown.map(printable).join(', ')}`);
  const width = Math.max(...tokens.map(({ token }) => displayWidth(printable(token))));
  for (const { token, probability: p } of tokens) {
    const drawn = terminal.mark('cyan', bar(p, BAR_WIDTH));
    await terminal.write(`${`${pad(printable(token), width)}  ${probability(p)}  ${drawn}`.trimEnd()}\n`);
  }
}
